#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# make install and uninstall, below a DESTDIR of our own: what goes where with which mode, and
# what is left alone. $O is a build with its stage beside it, whose paths are used so that nothing
# has to be built again.
# shellcheck source=tests/lint/common.sh
source "$(dirname "$0")/lint/common.sh"

stage=$(realpath -m "$O/stage")
root=$(mktemp -d) || exit 2
trap 'rm -rf "$root"' EXIT
etc=$root$stage/etc
# Of the make that runs this, the user's variables are to be kept, but not its job server.
case ${MAKEFLAGS:-} in
*' -- '*) export MAKEFLAGS="-- ${MAKEFLAGS#* -- }" ;;
*) unset MAKEFLAGS ;;
esac
unset MAKELEVEL

staged_make() {
	make --no-print-directory -s O="$O" PREFIX="$stage/usr" SYSCONFDIR="$stage/etc" \
		STATEDIR="$stage/var/lib/smsotp" RUNDIR="$stage/run/smsotp" DESTDIR="$root" \
		LIBDIR="$stage/usr/lib" PAMDIR="$stage/usr/lib/security" "$@" 2>&1
}

# mode MODE PATH: complains if the path has not that mode.
mode() {
	local found
	found=$(stat -c %a "$root$stage/$2" 2>&1)
	[ "$found" = "$1" ] || echo "$2 has mode $found, not $1"
}

modes() {
	local file
	mode 644 usr/lib/security/pam_smsotp.so
	mode 755 usr/libexec/smsotp/smsotp-send
	mode 755 usr/libexec/smsotp/smsotp-lookup
	mode 755 usr/sbin/smsotpctl
	mode 700 etc/smsotp
	mode 700 etc/smsotp/gateways
	mode 700 etc/smsotp/receivers
	mode 700 var/lib/smsotp
	for file in conf/api/*.conf; do
		mode 644 "usr/share/smsotp/api/${file##*/}"
	done
	for file in conf/pam.d/* conf/sshd_config.d/* conf/fail2ban/*/* conf/logrotate.d/*; do
		mode 644 "usr/share/smsotp/${file#conf/}"
		cmp "$file" "$root$stage/usr/share/smsotp/${file#conf/}"
	done
	for file in conf/smsotp.conf conf/gateways/*.conf conf/receivers/*.conf; do
		mode 644 "usr/share/smsotp/${file#conf/}"
		cmp "$file" "$root$stage/usr/share/smsotp/${file#conf/}"
		[ ! -e "$etc/smsotp/${file#conf/}" ] || echo "${file#conf/} is not install's to make"
	done
	mode 600 etc/smsotp/ldap.conf
	mode 600 etc/smsotp/texts.de.conf
	mode 644 usr/share/man/man8/pam_smsotp.8
	mode 644 usr/share/man/man8/smsotpctl.8
	mode 644 usr/share/man/man5/smsotp.conf.5
	mode 644 usr/share/man/man5/smsotp-ldap.conf.5
	mode 644 usr/share/man/man5/smsotp-texts.5
	mode 644 usr/share/man/man5/smsotp-receiver.5
	mode 644 usr/lib/sysusers.d/smsotp.conf
	mode 644 usr/lib/systemd/system/smsotp-prune.timer
	for file in systemd/system/smsotp-prune.service:lib bash-completion/completions/smsotpctl:share \
		fish/vendor_completions.d/smsotpctl.fish:share; do
		file=usr/${file#*:}/${file%:*}
		mode 644 "$file"
		grep -q "$stage/usr/sbin/smsotpctl" "$root$stage/$file" ||
			echo "$file does not name the smsotpctl of this build"
	done
	ls "$root$stage"/usr/share/zsh/*/_smsotpctl >/dev/null
	grep -q "^d $stage/run/smsotp 0700" "$root$stage/usr/lib/tmpfiles.d/smsotp.conf" ||
		echo "tmpfiles.d/smsotp.conf does not name the run directory of this build"
}

# Whatever umask the administrator has.
verdict "install" "$(umask 077; staged_make install)"
verdict "files and modes" "$(modes)"
verdict "nobody's stack is touched" "$(
	find "$root" -type d \( -name pam.d -o -name sshd_config.d \) -not -path '*/share/smsotp/*')"
verdict "nothing outside DESTDIR's tree" "$(find "$root" -type f -not -path "$root$stage/*")"

echo "# mine" > "$etc/smsotp/smsotp.conf"
rm -f "$etc/smsotp/ldap.conf"
ln -s /nowhere "$etc/smsotp/ldap.conf"
verdict "install again" "$(staged_make install)"
verdict "configuration is never overwritten" "$(
	[ "$(cat "$etc/smsotp/smsotp.conf")" = "# mine" ] || echo "smsotp.conf was"
	[ -L "$etc/smsotp/ldap.conf" ] || echo "a symlink was")"

mkdir -p "$etc/pam.d"
printf '#auth required pam_smsotp.so\n' > "$etc/pam.d/other"
printf 'auth required pam_smsotp.so\n' > "$etc/pam.d/sshd"
verdict "uninstall is refused while a service uses the module" "$(
	staged_make uninstall > "$root/said" && echo "it was not"
	grep -q "$etc/pam.d/sshd" "$root/said" || echo "it does not say which"
	[ -e "$root$stage/usr/lib/security/pam_smsotp.so" ] || echo "the module is gone")"
rm -f "$etc/pam.d/sshd" "$root/said"
verdict "uninstall" "$(staged_make uninstall | grep -v '^uninstall: ')"
verdict "uninstall leaves nothing but configuration and state" "$(
	find "$root$stage/usr" -not -type d
	[ -d "$root$stage/var/lib/smsotp" ] || echo "state is gone"
	[ -e "$etc/smsotp/smsotp.conf" ] || echo "configuration is gone")"
finish
