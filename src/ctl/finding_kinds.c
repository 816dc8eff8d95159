/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/finding.h"

#include "paths.h"

#define SSHD_EXAMPLE "see EXAMPLES in pam_smsotp(8)"

const struct finding_kind finding_kinds[FINDING_COUNT] = {
	[FINDING_CONF] = { "conf", FINDING_ERROR,
		"Mend it and check again: of a file only the first mistake is known. Every login "
		"that reads it is denied until then." },
	[FINDING_CONF_COMMA] = { "conf_comma", FINDING_WARNING,
		"Remove the comma: older versions of libconfig refuse the whole file for it." },
	[FINDING_CONF_READABLE] = { "conf_readable", FINDING_WARNING,
		"Give the file mode 0600, or move the numbers into a phone file." },
	[FINDING_FILE_MISSING] = { "file_missing", FINDING_ERROR,
		"Make the file, by smsotpctl init if it is smsotp.conf or a gateway's, or take its "
		"name out of the configuration." },
	[FINDING_FILE_RIGHTS] = { "file_rights", FINDING_ERROR,
		"Make it a plain file of root's with mode 0600, in a directory that only root "
		"may write." },
	[FINDING_PHONE_SOURCE] = { "phone_source", FINDING_ERROR,
		"Mend what it names: whoever is in no source before it is denied until then." },
	[FINDING_PHONE_NUMBER] = { "phone_number", FINDING_WARNING,
		"Correct the number: smsotp.conf(5) shows how numbers are written." },
	[FINDING_PREFIX_ALL] = { "prefix_all", FINDING_WARNING,
		"List the countries of your users in \"allowed_prefixes\": some countries' texts "
		"cost much, and earn money for whoever has them sent." },
	[FINDING_PREFIX_UNUSED] = { "prefix_unused", FINDING_WARNING,
		"Take it out of \"allowed_prefixes\" until somebody has such a number." },
	[FINDING_MESSAGE_SEGMENTS] = { "message_segments", FINDING_WARNING,
		"Shorten it: every text is paid for as so many." },
	[FINDING_MESSAGE_UCS2] = { "message_ucs2", FINDING_WARNING,
		"Use characters of the GSM alphabet, or accept that 70 of them fill a text." },
	[FINDING_EXEMPT_ENDED] = { "exempt_ended", FINDING_WARNING,
		"Remove the rule: whom it let by is asked for a code since then." },
	[FINDING_EXEMPT_ENDS] = { "exempt_ends", FINDING_WARNING,
		"See that those whom it lets by have a phone by then, or move the day." },
	[FINDING_GATEWAY] = { "gateway", FINDING_ERROR,
		"Mend the gateway's file: smsotp-gateway(5). Logins pass it over until then." },
	[FINDING_GATEWAY_UNREACHABLE] = { "gateway_unreachable", FINDING_WARNING,
		"Look at name resolution, firewall, proxy and certificates of this host." },
	[FINDING_RECEIVER] = { "receiver", FINDING_WARNING,
		"Mend the receiver's file: smsotp-receiver(5). No login needs it; smsotpctl "
		"roundtrip does." },
	[FINDING_RECEIVER_UNREACHABLE] = { "receiver_unreachable", FINDING_WARNING,
		"Look at name resolution, firewall, proxy and certificates of this host; no login "
		"needs the receiver." },
	[FINDING_HELPER_MISSING] = { "helper_missing", FINDING_ERROR,
		"Install pam_smsotp again: no text can be sent without it." },
	[FINDING_HELPER_RIGHTS] = { "helper_rights", FINDING_ERROR,
		"It is started as root: give it and its directory to root, with mode 0755." },
	[FINDING_STATE_PARENT] = { "state_parent", FINDING_ERROR,
		"Make the directory that it is to be in: the module makes only the last one." },
	[FINDING_STATE_RIGHTS] = { "state_rights", FINDING_ERROR,
		"Make it a directory of root's with mode 0700, where only root may rename." },
	[FINDING_RUN_DIR_DISK] = { "run_dir_disk", FINDING_WARNING,
		"Put it on a tmpfs: the key that codes are hashed under should never be on a "
		"disk." },
	[FINDING_PAM_SYNTAX] = { "pam_syntax", FINDING_ERROR,
		"Correct the line: libpam fails every login that comes to it." },
	[FINDING_PAM_INCLUDE] = { "pam_include", FINDING_ERROR,
		"Correct the name: libpam refuses the whole service." },
	[FINDING_PAM_TYPE] = { "pam_type", FINDING_ERROR,
		"The module is for \"auth\" alone; remove this line." },
	[FINDING_PAM_COMMON] = { "pam_common", FINDING_ERROR,
		"Put the line into the files of the services that shall ask: here cron, screen "
		"lockers and services without a terminal ask too." },
	[FINDING_PAM_SUFFICIENT] = { "pam_sufficient", FINDING_ERROR,
		"Use \"required\": after a wrong code the stack would go on." },
	[FINDING_PAM_FAILURE_PASSES] = { "pam_failure_passes", FINDING_ERROR,
		"Use \"required\" for the module, and let no line after it make up for it." },
	[FINDING_PAM_FAIL_OPEN] = { "pam_fail_open", FINDING_WARNING,
		"If that is meant, keep it: whoever can cause an outage needs no code." },
	[FINDING_PAM_WRONG_PASSWORD] = { "pam_wrong_password", FINDING_ERROR,
		"Let the stack end when the first factor fails: \"requisite\", or what Debian's "
		"common-auth does." },
	[FINDING_PAM_SKIPPED] = { "pam_skipped", FINDING_ERROR,
		"Write the first factor out in the service's own file, without \"sufficient\": "
		"see SECURITY CONSIDERATIONS in pam_smsotp(8)." },
	[FINDING_PAM_FIRST] = { "pam_first", FINDING_WARNING,
		"Put the module behind the first factor." },
	[FINDING_PAM_EXEMPT] = { "pam_exempt", FINDING_ERROR,
		"Put \"auth required pam_permit.so\" behind the module: where nothing else "
		"succeeds, an exemption counts as nothing." },
	[FINDING_PAM_TRIAL] = { "pam_trial", FINDING_WARNING,
		"smsotpctl try SERVICE --stop takes its lines out, smsotpctl try SERVICE begins "
		"another: until then the service asks for no code." },
	[FINDING_PAM_MODULE_MISSING] = { "pam_module_missing", FINDING_ERROR,
		"Install pam_smsotp, or correct the path: libpam fails every login that comes to "
		"it." },
	[FINDING_PAM_MODULE_OTHER] = { "pam_module_other", FINDING_WARNING,
		"Name the module without a path, unless you mean that file: updates do not reach "
		"it." },
	[FINDING_PAM_MODULE_RIGHTS] = { "pam_module_rights", FINDING_ERROR,
		"It runs as root: give it and its directory to root, writable by nobody else." },
	[FINDING_PAM_ARGUMENT] = { "pam_argument", FINDING_ERROR,
		"The module knows \"conf=PATH\" and \"debug\", and denies where it is given "
		"anything else." },
	[FINDING_PAM_CONF_MISSING] = { "pam_conf_missing", FINDING_ERROR,
		"Correct the path: the module denies every login until then." },
	[FINDING_SSHD_CONFIG] = { "sshd_config", FINDING_ERROR,
		"Run sshd -t, and correct what it names." },
	[FINDING_SSHD_USE_PAM] = { "sshd_use_pam", FINDING_ERROR,
		"Set \"UsePAM yes\" in sshd_config(5), " SSHD_EXAMPLE "." },
	[FINDING_SSHD_KEYBOARD] = { "sshd_keyboard", FINDING_ERROR,
		"Set \"KbdInteractiveAuthentication yes\" in sshd_config(5), " SSHD_EXAMPLE "." },
	[FINDING_SSHD_PASSWORD] = { "sshd_password", FINDING_WARNING,
		"Set \"PasswordAuthentication no\" in sshd_config(5): keyboard-interactive asks "
		"for the password too." },
	[FINDING_SSHD_GRACE] = { "sshd_grace", FINDING_WARNING,
		"Set LoginGraceTime in sshd_config(5) to more than that." },
	[FINDING_SSHD_STARTUPS] = { "sshd_startups", FINDING_WARNING,
		"Set \"MaxStartups 200:30:500\" in sshd_config(5): whoever waits for a text is a "
		"connection that has not logged in." },
	[FINDING_SSHD_DNS] = { "sshd_dns", FINDING_WARNING,
		"Set \"UseDNS no\" in sshd_config(5): clients are told apart by their address, and "
		"a name is what its owner says." },
	[FINDING_SSHD_UNASKED] = { "sshd_unasked", FINDING_WARNING,
		"If these logins shall need a code, set AuthenticationMethods in sshd_config(5) to "
		"lists that all have keyboard-interactive." },
	[FINDING_SUDO_PASSPROMPT] = { "sudo_passprompt", FINDING_WARNING,
		"Remove passprompt_override from sudoers(5): it puts sudo's own prompt in place of "
		"the one that says which code is asked for." },
};
