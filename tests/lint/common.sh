# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Sourced by the checks: run in the checkout's root, on the build in $O. Each check is a line "ok
# NAME" or "FAILED NAME", below which stands what is wrong and where.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
O=${O:-build}
export LC_ALL=C.UTF-8
failures=0

# verdict NAME FINDINGS: findings are what is wrong; none, and the check has passed.
verdict() {
	if [ -z "$2" ]; then
		echo "ok $1"
	else
		echo "FAILED $1:"
		printf '%s\n' "$2" | sed 's/^/    /'
		failures=$((failures + 1))
	fi
}

# run_check NAME COMMAND…: passes if the command succeeds and says nothing.
run_check() {
	local name=$1 output status
	shift
	output=$("$@" 2>&1)
	status=$?
	[ $status -eq 0 ] || output="${output:-(no output)} [exit status $status]"
	verdict "$name" "$output"
}

finish() {
	[ "$failures" -eq 0 ]
	exit
}
