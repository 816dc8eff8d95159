#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Who includes what: a directory is an address space, and dependencies point one way.
# shellcheck source=tests/lint/common.sh
source "$(dirname "$0")/common.sh"

# outside NAME PATTERN FOLDER…: no source file but those in the folders may include what matches.
outside() {
	local name=$1 pattern=$2 folder keep=()
	shift 2
	for folder in "$@"; do
		keep+=(-not -path "$folder")
	done
	verdict "$name" "$(find pam_smsotp.c src -name '*.[ch]' "${keep[@]}" -exec \
		grep -nHE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($pattern)" {} +)"
}

# below NAME FOLDER PATTERN: no source file in the folder may include what matches.
below() {
	verdict "$1" "$([ ! -d "$2" ] || grep -rnE --include='*.[ch]' \
		"^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($3)" "$2")"
}

headers_alone() {
	local header
	while IFS= read -r header; do
		"${CC:-gcc}" -std=c11 -D_GNU_SOURCE -Isrc -I"$O/include" -Wall -Wextra -Wpedantic \
			-Werror -fsyntax-only -x c "$header" ||
			echo "$header does not compile alone"
	done < <(find src -name '*.h')
}

outside "only module and pam_smsotp.c use PAM" 'security/' 'src/module/*' pam_smsotp.c
outside "only helpers use curl, ldap, expat, seccomp, openssl" \
	'curl/|ldap\.h|lber\.h|expat\.h|seccomp\.h|openssl/|hiredis' 'src/helper/*'
outside "only helpers and smsotpctl use jansson" 'jansson\.h' 'src/helper/*' 'src/ctl/*'
outside "only module and helpers log" 'syslog\.h' \
	'src/module/*' 'src/helper/*' 'src/ctl/*' pam_smsotp.c
below "core knows nothing above it" src/core 'wire/|module/|helper/|ctl/'
below "wire knows only core" src/wire 'module/|helper/|ctl/'
below "the module knows wire and core" src/module 'helper/|ctl/'
below "helpers know wire and core" src/helper 'module/|ctl/'
below "smsotpctl knows wire and core" src/ctl 'module/|helper/'
verdict "every header compiles alone" "$(headers_alone 2>&1)"
finish
