#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Installs what building, testing and linting need. With apt it does so itself, and no service is
# started meanwhile; for other package managers it names the packages. Nothing is asked of the
# network when everything is there.
set -eu

# One list for each package manager. Recommended packages are not installed, so what the compiler
# and valgrind merely recommend (libc's headers and symbols) is named.
apt_build="gcc libc6-dev make pkg-config libpam0g-dev libsodium-dev libconfig-dev
	libcurl4-openssl-dev libjansson-dev libexpat1-dev libseccomp-dev libssl-dev libldap-dev"
apt_test="libcmocka-dev python3 python3-pytest python3-pexpect python3-cryptography
	openssh-server openssh-client sudo login passwd util-linux openssl ca-certificates strace
	valgrind libc6-dbg mandoc curl procps libpam-modules locales libpam-oath oathtool
	libpam-google-authenticator libpam-u2f slapd ldap-utils systemd bash-completion zsh fish"
# Callers besides those that every system has, and real counterparts of the gateways that run on a
# machine of one's own, and of recipes. Where a release does not have one, its tests are skipped.
apt_peers="opendoas cron kannel kannel-extras smstools gammu gammu-smsd python3-aiosmtpd
	ansible-core fail2ban logrotate python3-prometheus-client"
apt_lint="clang llvm clang-tidy libclang-rt-dev cppcheck shellcheck"

dnf="gcc make pkgconf-pkg-config pam-devel libsodium-devel libconfig-devel libcurl-devel
	jansson-devel expat-devel libseccomp-devel openssl-devel openldap-devel libcmocka-devel
	python3 python3-pytest python3-pexpect python3-cryptography openssh-server openssh-clients
	sudo opendoas util-linux shadow-utils openssl ca-certificates strace valgrind mandoc curl
	procps-ng pam_oath oathtool google-authenticator pam-u2f openldap-servers openldap-clients
	bash-completion zsh fish gammu python3-aiosmtpd ansible-core fail2ban
	logrotate python3-prometheus_client clang clang-tools-extra compiler-rt cppcheck
	ShellCheck"
zypper="gcc make pkgconf-pkg-config pam-devel libsodium-devel libconfig-devel libcurl-devel
	libjansson-devel libexpat-devel libseccomp-devel libopenssl-devel openldap2-devel
	libcmocka-devel python3 python3-pytest python3-pexpect python3-cryptography openssh-server
	openssh-clients sudo opendoas util-linux shadow openssl ca-certificates strace valgrind
	mandoc curl procps oath-toolkit pam_oath google-authenticator-libpam pam_u2f openldap2
	openldap2-client bash-completion zsh fish gammu gammu-smsd python3-aiosmtpd ansible-core fail2ban
	logrotate python3-prometheus-client clang cppcheck ShellCheck"
apk="gcc musl-dev linux-headers make pkgconf linux-pam-dev libsodium-dev libconfig-dev
	curl-dev jansson-dev expat-dev libseccomp-dev openssl-dev openldap-dev cmocka-dev python3
	py3-pytest py3-pexpect py3-cryptography openssh-server-pam openssh-client sudo
	util-linux-login shadow openssl ca-certificates strace valgrind mandoc curl procps
	oath-toolkit-oathtool oath-toolkit-pam_oath google-authenticator pam-u2f openldap
	openldap-back-mdb openldap-clients bash bash-completion zsh fish gammu gammu-smsd py3-aiosmtpd ansible-core fail2ban
	logrotate py3-prometheus-client clang
	clang-extra-tools compiler-rt cppcheck shellcheck"
pacman="gcc make pkgconf pam libsodium libconfig curl jansson expat libseccomp openldap cmocka
	python python-pytest python-pexpect python-cryptography openssh sudo opendoas util-linux
	shadow openssl ca-certificates strace valgrind mandoc procps-ng oath-toolkit
	libpam-google-authenticator pam-u2f bash-completion zsh fish gammu python-aiosmtpd ansible-core fail2ban
	logrotate python-prometheus_client clang compiler-rt
	cppcheck shellcheck"

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

# Those of "$@" that no repository offers.
not_to_be_had() {
	for package in "$@"; do
		case $(LC_ALL=C apt-cache policy "$package" 2>/dev/null) in
		*"Candidate: (none)"* | "") printf '%s ' "$package" ;;
		esac
	done
}

# Prints the words of "$1" that are not among those of "$2".
without() {
	for word in $1; do
		case " $2 " in
		*" $word "*) ;;
		*) printf '%s ' "$word" ;;
		esac
	done
}

# --- services ------------------------------------------------------------------------------------
# Debian's packages start the services they bring, unless policy-rc.d says no. Ours says no only to
# what this script started (SMSOTP_DEPS stands in its environment): what else installs packages
# meanwhile is answered as before, also if this script is killed and cannot take it away. The one
# that was there is set aside, and comes back as it was.
policy=/usr/sbin/policy-rc.d
aside=$policy.before-smsotp-deps
ours="Made by pam_smsotp's tests/deps.sh for as long as it runs"

hold_services() {
	# One such script at a time: of two, the second would set the first one's aside.
	exec 9</usr/sbin
	flock 9
	trap 'exit 1' HUP INT TERM
	trap release_services EXIT
	# Also what a script that was killed has left is ours.
	if ! grep -qsF "$ours" "$policy" && { [ -e "$policy" ] || [ -L "$policy" ]; }; then
		mv -f "$policy" "$aside"
	fi
	cat >"$policy.new" <<-EOF
		#!/bin/sh
		# $ours.
		[ -z "\$SMSOTP_DEPS" ] || exit 101
		[ ! -x $aside ] || exec $aside "\$@"
		exit 0
	EOF
	chmod 755 "$policy.new"
	mv -f "$policy.new" "$policy"
}

release_services() {
	rm -f "$policy.new"
	if [ -e "$aside" ] || [ -L "$aside" ]; then
		mv -f "$aside" "$policy"
	elif grep -qsF "$ours" "$policy"; then
		rm -f "$policy"
	fi
}

say_services() {
	services=
	for package in "$@"; do
		case $package in
		openssh-server) services="$services ssh" ;;
		logrotate) services="$services logrotate.timer" ;;
		cron | kannel | smstools | gammu-smsd | slapd | fail2ban) services="$services $package" ;;
		esac
	done
	[ -n "$services" ] || return 0
	say "the tests start these programs themselves, privately. As services of this machine they" \
		"were not started, but their packages have them start when it boots. To see that:" \
		"systemctl is-enabled$services. If one is not wanted: systemctl disable NAME"
}

apt_install() {
	# shellcheck disable=SC2046,SC2086 # lists of package names
	wanted=$(missing $apt_build $apt_test $apt_peers $apt_lint)
	if [ -z "$wanted" ]; then
		say "everything is installed."
		return
	fi
	say "to be installed: $wanted"
	[ "$(id -u)" = 0 ] || refuse "only root can install packages: sudo make deps"
	export DEBIAN_FRONTEND=noninteractive
	# A failure here may be one repository of several: whether the packages are to be had
	# shows below.
	apt-get -o DPkg::Lock::Timeout=300 -q update ||
		say "apt-get update failed; going on with the lists there are."
	# shellcheck disable=SC2046,SC2086
	absent=$(not_to_be_had $(missing $apt_peers))
	if [ -n "$absent" ]; then
		say "this release has no ${absent% }: their tests will be skipped."
		wanted=$(without "$wanted" "$absent")
		[ -n "$wanted" ] || return 0
	fi
	say "while they are installed, no service is started or restarted."
	hold_services
	# shellcheck disable=SC2086
	SMSOTP_DEPS=1 apt-get -o DPkg::Lock::Timeout=300 -q -y --no-install-recommends install \
		$wanted 9<&-
	release_services
	# shellcheck disable=SC2046,SC2086
	left=$(missing $wanted)
	[ -z "$left" ] || refuse "apt-get left these out: $left"
	# shellcheck disable=SC2086
	say_services $wanted
}

# Names the packages and ends: which command installs them, and whether, is the administrator's
# decision.
name_packages() {
	command=$1
	shift
	say "this machine's packages are not installed by make. As root:" >&2
	echo "    $command $*" | tr -s '\t\n ' ' ' | fold -s -w 100 >&2
	echo >&2
	say "Kannel and smstools are packaged for few systems, and cron and doas are looked for as" \
		"Debian has them. Where they are missing, their tests are skipped." >&2
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
	refuse "no known package manager; needed, by Debian's names:" $apt_build $apt_test \
		$apt_peers $apt_lint
fi
