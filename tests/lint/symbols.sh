#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What the built files export, and what they are linked with.
# shellcheck source=tests/lint/common.sh
source "$(dirname "$0")/common.sh"

# needed FILE LIBRARY…: what the file is linked with besides these and libc. Every object that is
# loaded with the module is loaded into sshd, sudo and login; and what a helper does not need, no
# answer can make it run.
needed() {
	local file=$1 IFS='|'
	shift
	readelf -dW "$O/$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
		grep -vE "^($*|libc)(-[0-9.]+)?\.so\.[0-9.]+\$"
}

# pam_sm_* and nothing else: another symbol could take the place of one of the host's, or the
# other way round.
exported() {
	diff <(printf '%s\n' pam_sm_authenticate pam_sm_setcred) \
		<(nm -D --defined-only "$O/pam_smsotp.so" | awk '{ print $3 }' | sort)
}

# foo.c and its parts in foo_part.c export foo_* and nothing else: a name tells where it is defined.
prefixes() {
	find "$O/obj/src" -name '*.o' -exec nm -A --defined-only -g {} + | awk -v root="$O/obj/" '
		NF == 3 {
			object = $1
			sub(/:[0-9a-f]*$/, "", object)
			name = object
			gsub(/.*\/|\.o$/, "", name)
			sub(/_.*/, "", name)
			if ($3 != name && index($3, name "_") != 1 && $3 != "main")
				print substr(object, length(root) + 1) " exports " $3
		}'
}

hardened() {
	local file=$1 dynamic segments
	dynamic=$(readelf -dW "$file")
	segments=$(readelf -lW "$file")
	grep -q 'BIND_NOW' <<< "$dynamic" || echo "$file is not linked with -z now"
	grep -q 'GNU_RELRO' <<< "$segments" || echo "$file is not linked with -z relro"
	grep -qE 'GNU_STACK.* RW +0x' <<< "$segments" || echo "$file has an executable stack"
	grep -qE 'TEXTREL|RPATH|RUNPATH' <<< "$dynamic" &&
		echo "$file has text relocations or a run path"
	readelf -hW "$file" | grep -qE 'Type: +DYN' || echo "$file is not position-independent"
}

verdict "the module is linked with libpam, libsodium, libconfig and libc alone" \
	"$(needed pam_smsotp.so libpam libsodium libconfig)"
verdict "smsotp-send is linked with no directory's library" \
	"$(needed smsotp-send libcurl libjansson libexpat libconfig libsodium libseccomp libcrypto)"
verdict "smsotp-lookup is linked with no gateway's library" \
	"$(needed smsotp-lookup libldap liblber libconfig libsodium libseccomp)"
# What the module is, with JSON in place of PAM: no network code.
verdict "smsotpctl is linked with jansson, libsodium, libconfig and libc alone" \
	"$(needed smsotpctl libjansson libsodium libconfig)"
verdict "the module exports pam_sm_authenticate and pam_sm_setcred alone" "$(exported)"
verdict "foo.c and foo_part.c export foo_* alone" "$(prefixes)"
verdict "the module is hardened" "$(hardened "$O/pam_smsotp.so")"
verdict "smsotp-send is hardened" "$(hardened "$O/smsotp-send")"
verdict "smsotp-lookup is hardened" "$(hardened "$O/smsotp-lookup")"
verdict "smsotpctl is hardened" "$(hardened "$O/smsotpctl")"
finish
