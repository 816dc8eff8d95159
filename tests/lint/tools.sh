#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Analysers. Each must have nothing to say; what is turned off, and why, stands beside it.
# shellcheck source=tests/lint/common.sh
source "$(dirname "$0")/common.sh"

mapfile -t product < <(find pam_smsotp.c src -name '*.c' | sort)
# By their first line: tests hold other programs' text.
mapfile -t shells < <(find .ci tests -type f -exec awk \
	'FNR == 1 && /^#!\/bin\/(ba)?sh/ { print FILENAME } { nextfile }' {} + | sort)
mapfile -t pages < <(find docs -name '*.[58]' | sort)
flags=(-std=c11 -D_GNU_SOURCE -Isrc -I"$O/include")

# known FILE: puts in $flags_of how a file is read; where fault_set and conf_refuse are defined
# they cannot be redefined.
known() {
	case $1 in
	src/core/fault.c | src/core/conf.c) flags_of=("${flags[@]}") ;;
	*) flags_of=("${flags[@]}" -include tests/lint/analyser.h) ;;
	esac
}

# gcc's own analyser wants optimisation to see what cannot happen. Leaks are left to valgrind and
# the sanitizers: it loses sight of blocks that an element of an array owns.
analyser() {
	local file
	for file in "${product[@]}"; do
		known "$file"
		gcc "${flags_of[@]}" -O2 -Werror -fanalyzer -Wno-analyzer-malloc-leak -c "$file" \
			-o /dev/null -fdiagnostics-plain-output -fdiagnostics-path-format=none
	done 2>&1
}

# It does not read the system's headers, and need not; the sources ask for the versions of libcurl
# and libldap. It takes an array that a loop fills for one that was not filled: gcc, clang-tidy and
# valgrind know.
check() {
	cppcheck --quiet --enable=warning,portability,performance --inline-suppr --std=c11 \
		--error-exitcode=1 --suppress=missingIncludeSystem \
		--suppress=uninitvar --suppress=legacyUninitvar --suppress=ctuuninitvar \
		--include=tests/lint/cppcheck.h -D_GNU_SOURCE -DLIBCURL_VERSION_NUM=0x080000 \
		-DLDAP_VENDOR_VERSION=20500 -Isrc -I"$O/include" "${product[@]}" 2>&1
}

# One file at a time: version 14 carries what it knows of a va_list over into the next file.
tidy() {
	local file
	for file in "${product[@]}"; do
		known "$file"
		clang-tidy --quiet --warnings-as-errors='*' "$file" -- "${flags_of[@]}" 2> /dev/null
	done
}

have() {
	command -v "$1" > /dev/null && return
	echo "FAILED $1 is not installed (make deps)"
	failures=$((failures + 1))
	return 1
}

have gcc && verdict "gcc -fanalyzer" "$(analyser)"
have cppcheck && verdict "cppcheck" "$(check)"
have clang-tidy && verdict "clang-tidy" "$(tidy)"
have shellcheck && verdict "shellcheck" "$(shellcheck -x "${shells[@]}" 2>&1)"
if [ "${#pages[@]}" -gt 0 ] && have mandoc; then
	verdict "mandoc" "$(mandoc -Tlint -W warning "${pages[@]}" 2>&1)"
fi
finish
