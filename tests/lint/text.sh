#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The form of the sources, as far as a script can see it.
# shellcheck source=tests/lint/common.sh
source "$(dirname "$0")/common.sh"

mapfile -t c < <(find pam_smsotp.c src tests -name '*.[ch]' | sort)
mapfile -t scripts < <(
	find .ci tests -type f \( -name '*.sh' -o -name '*.py' -o -path '.ci/*' \) | sort)
mapfile -t own < <(printf '%s\n' Makefile "${c[@]}" "${scripts[@]}"; find conf docs -type f | sort)

too_long() {
	wc -l "${c[@]}" |
		awk '$2 != "total" && $1 > 400 { print $2 ": " $1 " lines; split it by subject" }'
}

# Tabs count as eight columns.
too_wide() {
	local file
	for file in "${c[@]}"; do
		expand "$file" | awk -v file="$file" \
			'length($0) > 100 { print file ":" NR ": " length($0) " columns" }'
	done
}

spdx() {
	local file
	for file in Makefile "${c[@]}" "${scripts[@]}"; do
		head -n 2 "$file" | grep -q 'SPDX-License-Identifier: BSD-2-Clause' ||
			echo "$file: no SPDX line at the top"
	done
}

# A definition starts with the type on its own line, then the name in the first column, then the
# brace likewise.
functions() {
	awk '/^[A-Za-z_][^=]*\(.*\) *\{$/ { print FILENAME ":" FNR ": " $0 }
		/^[A-Za-z_][^=;]*\(/ { head = $0; line = FNR }
		/^\{/ && head != "" && head !~ /^[A-Za-z_0-9]+\(/ {
			print FILENAME ":" line ": " head
		}
		/^[{}]/ { head = "" }' "${c[@]}"
}

verdict "no file above 400 lines" "$(too_long)"
verdict "no line above 100 columns" "$(too_wide)"
verdict "every file names its licence" "$(spdx)"
verdict "the return type has a line of its own" "$(functions)"
verdict "C is indented with tabs" "$(grep -nHE '^ {4,}' "${c[@]}")"
verdict "no blanks at the end of a line" "$(grep -nHE '[[:blank:]]+$' "${own[@]}")"
verdict "nothing is left for later" \
	"$(grep -nHwE 'TODO|FIXME|XXX|HACK|not implemented' "${own[@]}" | grep -v '^tests/lint/')"
verdict "no assert() in what is installed: it would end sshd" \
	"$(grep -nHE '\bassert\(|<assert\.h>' "${c[@]}" | grep -v '^tests/')"
verdict "every mutation finds its text" "$("${PYTHON:-/usr/bin/python3}" tests/mutation/mutate.py --check 2>&1)"
unsafe='strcpy|strcat|sprintf|vsprintf|gets|strtok|alloca|atoi|atol|mktemp|tmpnam|system|popen'
unsafe="$unsafe|rand|random|getenv"
verdict "no function that cannot be bounded or trusted" "$(
	grep -nHP "\\b($unsafe)\\((?![0-9]\\))" "${c[@]}" | grep -E '^(src|pam_smsotp)')"
finish
