#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Installs what building, testing and linting need. With apt it does so itself; for other package
# managers it names the packages. Nothing is asked of the network when everything is there.
set -eu

# One list for each package manager. Recommended packages are not installed, so what the compiler
# and valgrind merely recommend (libc's headers and symbols) is named.
apt_build="gcc libc6-dev make pkg-config libpam0g-dev libsodium-dev libconfig-dev
	libcurl4-openssl-dev libjansson-dev libseccomp-dev"
apt_test="libcmocka-dev python3 python3-pytest python3-pexpect python3-cryptography
	openssh-server openssh-client sudo login passwd util-linux openssl ca-certificates strace
	valgrind libc6-dbg mandoc curl procps libpam-modules locales libpam-oath oathtool
	libpam-google-authenticator"
apt_lint="clang llvm clang-tidy libclang-rt-dev cppcheck shellcheck"

dnf="gcc make pkgconf-pkg-config pam-devel libsodium-devel libconfig-devel libcurl-devel
	jansson-devel libseccomp-devel libcmocka-devel python3 python3-pytest python3-pexpect
	python3-cryptography openssh-server openssh-clients sudo util-linux shadow-utils openssl
	ca-certificates strace valgrind mandoc curl procps-ng pam_oath oathtool
	google-authenticator clang clang-tools-extra compiler-rt cppcheck ShellCheck"
zypper="gcc make pkgconf-pkg-config pam-devel libsodium-devel libconfig-devel
	libcurl-devel libjansson-devel libseccomp-devel libcmocka-devel python3 python3-pytest
	python3-pexpect python3-cryptography openssh-server openssh-clients sudo util-linux shadow
	openssl ca-certificates strace valgrind mandoc curl procps oath-toolkit pam_oath
	google-authenticator-libpam clang cppcheck ShellCheck"
apk="gcc musl-dev linux-headers make pkgconf linux-pam-dev libsodium-dev libconfig-dev
	curl-dev jansson-dev libseccomp-dev cmocka-dev python3 py3-pytest py3-pexpect
	py3-cryptography openssh-server-pam openssh-client sudo util-linux-login shadow openssl
	ca-certificates strace valgrind mandoc curl procps oath-toolkit-oathtool
	oath-toolkit-pam_oath google-authenticator clang clang-extra-tools compiler-rt cppcheck
	shellcheck"
pacman="gcc make pkgconf pam libsodium libconfig curl jansson libseccomp cmocka python
	python-pytest python-pexpect python-cryptography openssh sudo util-linux shadow openssl
	ca-certificates strace valgrind mandoc procps-ng oath-toolkit libpam-google-authenticator
	clang compiler-rt cppcheck shellcheck"

say() {
	echo "deps: $*"
}

refuse() {
	say "$*" >&2
	exit 1
}

# Those of "$@" that dpkg does not have installed.
missing() {
	for package in "$@"; do
		status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || status=
		[ "$status" = installed ] || printf '%s ' "$package"
	done
}

apt_install() {
	# shellcheck disable=SC2046,SC2086 # lists of package names
	wanted=$(missing $apt_build $apt_test $apt_lint)
	if [ -z "$wanted" ]; then
		say "everything is installed."
		return
	fi
	say "installing: $wanted"
	[ "$(id -u)" = 0 ] || refuse "only root can install packages: sudo make deps"
	export DEBIAN_FRONTEND=noninteractive
	# A failure here may be one repository of several: whether the packages are to be had
	# shows below.
	apt-get -o DPkg::Lock::Timeout=300 -q update ||
		say "apt-get update failed; going on with the lists there are."
	case " $wanted" in
	*" openssh-server "*)
		say "the tests start sshd's program themselves; if the one that openssh-server" \
			"sets up for this machine is not wanted: systemctl disable --now ssh" ;;
	esac
	# shellcheck disable=SC2086
	apt-get -o DPkg::Lock::Timeout=300 -q -y --no-install-recommends install $wanted
	# shellcheck disable=SC2046,SC2086
	wanted=$(missing $wanted)
	[ -z "$wanted" ] || refuse "apt-get left these out: $wanted"
}

# Names the packages and ends: which command installs them, and whether, is the administrator's
# decision.
name_packages() {
	command=$1
	shift
	say "this machine's packages are not installed by make. As root:" >&2
	echo "    $command $*" | tr -s '\t\n ' ' ' | fold -s -w 100 >&2
	echo >&2
	exit 1
}

if command -v apt-get >/dev/null 2>&1; then
	apt_install
elif command -v dnf >/dev/null 2>&1; then
	# shellcheck disable=SC2086
	name_packages "dnf install" $dnf
elif command -v zypper >/dev/null 2>&1; then
	# shellcheck disable=SC2086
	name_packages "zypper install" $zypper
elif command -v apk >/dev/null 2>&1; then
	# shellcheck disable=SC2086
	name_packages "apk add" $apk
elif command -v pacman >/dev/null 2>&1; then
	# shellcheck disable=SC2086
	name_packages "pacman -S --needed" $pacman
else
	# shellcheck disable=SC2086
	refuse "no known package manager; needed, by Debian's names:" $apt_build $apt_test $apt_lint
fi
