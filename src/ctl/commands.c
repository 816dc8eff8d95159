/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/commands.h"

#include "ctl/check.h"
#include "ctl/command.h"

static const struct command_option send_options[] = {
	{ "to", "NUMBER", "texts this number instead of a user's" },
	{ "gateway", "GATEWAY", "through this gateway alone" },
	{ "voice", NULL, "calls, and reads zeros out, instead of texting" },
	{ "wait", "SECONDS", "how long to ask what became of a text (60)" },
	{ NULL, NULL, NULL }
};

static const struct command_option roundtrip_options[] = {
	{ "receiver", "RECEIVER", "the service that receives it: a file of receivers/" },
	{ "gateway", "GATEWAY", "through this gateway alone" },
	{ "wait", "SECONDS", "how long to wait for a text that was taken (120)" },
	{ NULL, NULL, NULL }
};

static const struct command_option enroll_options[] = {
	{ "add", NULL, "keeps the numbers that the user has" },
	{ "file", "FILE", "another phone file than the configuration's first" },
	{ "code-from-stdin", NULL, "reads the code from a program" },
	{ "no-check", NULL, "texts no code and asks for none" },
	{ NULL, NULL, NULL }
};

static const struct command_option backup_codes_options[] = {
	{ "count", "NUMBER", "how many, 1 to 20 (10)" },
	{ "expires", "TIME", "how long they are good, as 30m, 8h, 7d or 2w (for good)" },
	{ "revoke", NULL, "takes those there are away, and makes none" },
	{ NULL, NULL, NULL }
};

static const struct command_option unenroll_options[] = {
	{ "file", "FILE", "another phone file than the configuration's first" },
	{ NULL, NULL, NULL }
};

static const struct command_option pull_options[] = {
	{ "source", "FILE", "the ldap.conf to use, if it is not the configuration's first" },
	{ "file", "FILE", "the phone file to make, if it is not the configuration's first" },
	{ "group", "GROUP", "its members alone, whatever their shell" },
	{ "force", NULL, "also if more than a tenth would lose their number" },
	{ NULL, NULL, NULL }
};

static const struct command_option audit_options[] = {
	{ "group", "GROUP", "its members alone, whatever their shell" },
	{ "service", "SERVICE", "the settings of that PAM service" },
	{ "files-only", NULL, "asks no directory and no program for phones" },
	{ NULL, NULL, NULL }
};

static const struct command_option explain_options[] = {
	{ "service", "SERVICE", "the PAM service: its settings, and rules that name it" },
	{ "client", "ADDR", "where the login comes from, as PAM_RHOST has it" },
	{ "caller", "USER", "who becomes the user, where a service has identity = \"caller\"" },
	{ NULL, NULL, NULL }
};

static const struct command_option init_options[] = {
	{ "gateway", "EXAMPLE", "the first gateway; \"outbox\" is a file, to try things out" },
	{ "settings", "FILE", "the gateway's settings, secret ones too; \"-\": standard input" },
	{ "country-code", "DIGITS", "of your users' country, without +" },
	{ "contact", "TEXT", "whom users turn to who are refused" },
	{ "phones", "FILE", "the phone file, if not the one beside smsotp.conf" },
	{ NULL, NULL, NULL }
};

static const struct command_option report_options[] = {
	{ "since", "TIME", "leaves out what was before: 7d, 24h, today, 2026-11-29" },
	{ "until", "TIME", "leaves out what was not before" },
	{ "exempt", NULL, "only who was exempt, by which rule" },
	{ "users", "NUMBER", "how many users are listed (20)" },
	{ NULL, NULL, NULL }
};

static const struct command_option try_options[] = {
	{ "minutes", "MINUTES", "how long it waits to be confirmed (10)" },
	{ "confirm", NULL, "from another login: the service keeps the module" },
	{ "stop", NULL, "ends a trial, or takes out what one has left" },
	{ "alive", NULL, "tells the service, by the exit status, whether one runs" },
	{ NULL, NULL, NULL }
};

const struct command commands[] = {
	{ "init", "[SETTING=VALUE ...]",
		"makes what is missing to begin with, and replaces nothing",
		0, 24, init_options, init_run },
	{ "edit", "[FILE]",
		"opens a file of the configuration, and installs it if nothing is wrong",
		0, 1, NULL, edit_run },
	{ "status", "[USER]", "what is known of a user, or of all who are locked out",
		0, 1, NULL, status_run },
	{ "unlock", "USER", "ends a lock-out and forgets the wrong codes",
		1, 1, NULL, unlock_run },
	{ "backup-codes", "USER", "makes codes for when no text arrives, each good once",
		1, 1, backup_codes_options, backup_codes_run },
	{ "forget", "USER", "removes what is kept of a user and of his phones",
		1, 1, NULL, forget_run },
	{ "prune", "", "removes records of vanished users and of past windows",
		0, 0, NULL, prune_run },
	{ "check", "[FILE]", "finds what is configured wrongly, on this host or in a file",
		0, 1, check_options, check_run },
	{ "send", "USER | --to NUMBER", "sends a test text and follows it, or calls",
		0, 1, send_options, send_run },
	{ "roundtrip", "", "texts a number of a service and waits for it there",
		0, 0, roundtrip_options, roundtrip_run },
	{ "enroll", "USER NUMBER", "puts a phone into the phone file, if its code comes back",
		2, 2, enroll_options, enroll_run },
	{ "unenroll", "USER [NUMBER]", "takes a user or a number out of the phone file",
		1, 2, unenroll_options, unenroll_run },
	{ "pull", "", "makes a phone file of what a directory has",
		0, 0, pull_options, pull_run },
	{ "explain", "USER", "what would happen to a login now; sends and changes nothing",
		1, 1, explain_options, explain_run },
	{ "try", "SERVICE",
		"puts the module into a PAM service for minutes, or for good if confirmed",
		1, 1, try_options, try_run },
	{ "audit", "", "who has no usable phone, who shares one, and whom a rule exempts",
		0, 0, audit_options, audit_accounts_run },
	{ "report", "", "who was texted, refused or exempt, and what it cost",
		0, 0, report_options, report_run },
	{ "metrics", "", "the same as counters that Prometheus reads",
		0, 0, NULL, metrics_run },
	{ "complete", "[WORD ...]", "what can stand in place of the last word, for shells",
		0, 64, NULL, complete_run },
	{ "help", "[COMMAND]", "explains a command", 0, 1, NULL, help_run },
	{ NULL, NULL, NULL, 0, 0, NULL, NULL }
};
