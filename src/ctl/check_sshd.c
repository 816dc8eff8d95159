/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl check: what sshd makes of its configuration, by its own word. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/config.h"
#include "ctl/check.h"
#include "ctl/output.h"

#define SSHD "/usr/sbin/sshd"
#define SSHD_CONFIG "/etc/ssh/sshd_config"
#define TIMEOUT_MS 10000
#define SAID_SIZE 65536
#define VALUE_SIZE 1024
#define STARTUPS_LEAST 200	/* docs/pam_smsotp.8 */

struct sshd {
	const struct check *check;
	struct finding_place place;
	const char *said;
};

/* The value of a keyword of "sshd -T"; "" if it does not know it. */
static void
value_of(const struct sshd *sshd, const char *keyword, char ret_value[static VALUE_SIZE])
{
	const size_t length = strlen(keyword);

	ret_value[0] = '\0';
	for (const char *line = sshd->said; *line != '\0'; line += strcspn(line, "\n")) {
		line += *line == '\n';
		if (strncmp(line, keyword, length) == 0 && line[length] == ' ') {
			line += length + 1;
			snprintf(ret_value, VALUE_SIZE, "%.*s", (int)strcspn(line, "\n"), line);
			return;
		}
	}
}

static bool
is(const struct sshd *sshd, const char *keyword, const char *wanted)
{
	char value[VALUE_SIZE];

	value_of(sshd, keyword, value);
	return strcmp(value, wanted) == 0;
}

/* Whether one list of methods has that one; "keyboard-interactive:pam" is one too. */
static bool
list_has(const char *list, const char *method)
{
	const size_t length = strlen(method);

	for (; *list != '\0'; list += strcspn(list, ","), list += *list == ',') {
		if (strncmp(list, method, length) == 0 && strchr(",:", list[length]) != NULL)
			return true;
	}
	return false;
}

/* Of a login that needs no list, each method alone is enough. */
static void
check_any(const struct sshd *sshd)
{
	static const struct { const char *keyword, *method; } alone[] = {
		{ "pubkeyauthentication", "publickey" },
		{ "hostbasedauthentication", "hostbased" },
		{ "gssapiauthentication", "gssapi-with-mic" }
	};
	char methods[128] = "";

	for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++) {
		const size_t used = strlen(methods);

		if (is(sshd, alone[i].keyword, "yes"))
			snprintf(methods + used, sizeof methods - used, "%s%s",
				used > 0 ? ", " : "", alone[i].method);
	}
	if (methods[0] != '\0')
		finding_add(sshd->check->findings, FINDING_SSHD_UNASKED, &sshd->place,
			"a login by %s alone is not asked for a code", methods);
}

/* Returns whether a login can go by way of the method "password". */
static bool
check_methods(const struct sshd *sshd)
{
	char methods[VALUE_SIZE], *rest = methods, *list;
	bool password = false;

	value_of(sshd, "authenticationmethods", methods);
	if (methods[0] == '\0' || strcmp(methods, "any") == 0) {
		check_any(sshd);
		return true;
	}
	while ((list = strsep(&rest, " ")) != NULL) {
		password = password || list_has(list, "password");
		/* The method "password" asks PAM as well. */
		if (list[0] != '\0' && !list_has(list, "keyboard-interactive") &&
			!list_has(list, "password"))
			finding_add(sshd->check->findings, FINDING_SSHD_UNASKED, &sshd->place,
				"a login by %s is not asked for a code", list);
	}
	return password;
}

static void
check_grace(const struct sshd *sshd)
{
	char value[VALUE_SIZE];
	struct config *config = NULL;
	struct fault fault;
	long grace, lifetime, sending;

	value_of(sshd, "logingracetime", value);
	grace = strtol(value, NULL, 10);
	if (grace == 0 || check_load(sshd->check, "sshd", &config, &fault) != 0)
		return;
	lifetime = (long)(config->code_lifetime_ms / 1000);
	sending = (long)((config->send_timeout_ms + 999) / 1000);
	if (grace < lifetime + sending)
		finding_add(sshd->check->findings, FINDING_SSHD_GRACE, &sshd->place,
			"LoginGraceTime is %ld s, but a code lives for %ld s and may take %ld s to "
			"send: %ld s in all", grace, lifetime, sending, lifetime + sending);
	config_free(&config);
}

static void
check_rest(const struct sshd *sshd, bool password)
{
	struct findings *findings = sshd->check->findings;
	char startups[VALUE_SIZE];

	if (is(sshd, "kbdinteractiveauthentication", "no") ||
		is(sshd, "challengeresponseauthentication", "no"))
		finding_add(findings, FINDING_SSHD_KEYBOARD, &sshd->place,
			"KbdInteractiveAuthentication is off: sshd cannot ask for a code");
	if (password && is(sshd, "passwordauthentication", "yes"))
		finding_add(findings, FINDING_SSHD_PASSWORD, &sshd->place,
			"PasswordAuthentication is on: ssh may choose it, texts are sent, and no "
			"code can be entered");
	check_grace(sshd);
	value_of(sshd, "maxstartups", startups);
	if (startups[0] != '\0' && strtol(startups, NULL, 10) < STARTUPS_LEAST)
		finding_add(findings, FINDING_SSHD_STARTUPS, &sshd->place,
			"MaxStartups is %s: so few may wait for their texts before others are "
			"refused", startups);
	if (is(sshd, "usedns", "yes"))
		finding_add(findings, FINDING_SSHD_DNS, &sshd->place,
			"UseDNS is on: exemptions and budgets of clients go by addresses");
}

void
check_sshd(const struct check *check)
{
	static char said[SAID_SIZE];
	const char *const argv[] = { SSHD, "-T", check->sshd_config != NULL ? "-f" : NULL,
		check->sshd_config, NULL };
	const struct sshd sshd = { .check = check, .said = said,
		.place = { check->sshd_config != NULL ? check->sshd_config : SSHD_CONFIG, 0 } };
	int status;

	if (access(SSHD, X_OK) != 0)
		return;
	status = output_of(argv, TIMEOUT_MS, said, sizeof said);
	if (status != 0) {
		said[strcspn(said, "\r\n")] = '\0';
		finding_add(check->findings, FINDING_SSHD_CONFIG, &sshd.place,
			"sshd -T: %s", said[0] != '\0' ? said : "says nothing");
		return;
	}
	if (is(&sshd, "usepam", "no")) {
		finding_add(check->findings, FINDING_SSHD_USE_PAM, &sshd.place,
			"UsePAM is off: sshd asks for no code");
		return;
	}
	check_rest(&sshd, check_methods(&sshd));
}
