/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smsotpctl init: all that the module needs to begin with, and nothing in place of what is there.
 * What can be wrong is found before the first file is made; smsotp.conf, which puts the others in
 * force, is made last.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/directory.h"
#include "core/fault.h"
#include "core/file.h"
#include "core/store_admin.h"
#include "ctl/annotated.h"
#include "ctl/audit.h"
#include "ctl/command.h"
#include "ctl/commands.h"
#include "ctl/gateway_form.h"
#include "ctl/init_answers.h"
#include "ctl/site.h"
#include "paths.h"

#define PHONES_TEXT "# One user to a line: alice  +44 7700 900123\n" \
	"# smsotpctl enroll USER NUMBER writes it when a code texted there has come back.\n"

struct making {
	char directory[PATH_MAX], gateways[PATH_MAX], gateway[PATH_MAX], phones[PATH_MAX];
	struct init_answers answers;
	struct gateway_form form;	/* of a gateway file that is to be made */
	struct annotated conf;		/* to be made, or nothing */
	json_t *items;
	bool named;			/* smsotp.conf names the gateway, if one was asked for */
};

static bool
is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* What was found there, or is there now. */
static void
note(struct making *it, const char *path, bool made)
{
	char detail[PATH_MAX + 8];

	ctl_append(&it->items, json_pack("{s:o, s:b}", "path", ctl_text(path), "made", made));
	snprintf(detail, sizeof detail, "made %s", path);
	if (made)
		audit_change("init", NULL, detail);
}

/* --- before anything is made ---------------------------------------------- */

static int
fill_conf(struct making *it, const char *conf_path, struct fault *fault)
{
	const struct init_answers *answers = &it->answers;
	struct config *config = NULL;
	char *gateway = annotated_quote(answers->gateway, fault), list[PATH_MAX];
	char *phones = NULL, path[PATH_MAX];
	int fd = -1, result;

	if (gateway == NULL)
		return fault->kind;
	snprintf(list, sizeof list, "[ %s ]", gateway);
	free(gateway);
	result = annotated_read(SMSOTP_EXAMPLE_DIR "/smsotp.conf", &it->conf, fault);
	if (result == 0)
		result = annotated_set(&it->conf, "gateways", list, fault);
	if (result == 0)
		result = annotated_set_string(&it->conf, "country_code", answers->country_code,
			fault);
	if (result == 0 && answers->contact[0] != '\0')
		result = annotated_set_string(&it->conf, "contact", answers->contact, fault);
	if (result == 0 && answers->phones != NULL) {
		phones = annotated_quote(answers->phones, fault);
		snprintf(path, sizeof path, "path = %s", phones != NULL ? phones : "");
		result = phones == NULL ? (int)fault->kind
			: annotated_replace(&it->conf, "path = \"phones\"", path, fault);
		free(phones);
	}
	if (result == 0)
		result = annotated_open(&it->conf, &fd, fault);
	if (result == 0)
		result = config_load_candidate(fd, "smsotp.conf as it would be", conf_path,
			&site_defaults, NULL, &config, fault);
	config_free(&config);
	if (fd >= 0)
		close(fd);
	return result;
}

static int
name_paths(struct making *it, const char *conf_path, struct fault *fault)
{
	const struct init_answers *answers = &it->answers;
	const char *phones = answers->phones != NULL ? answers->phones : "phones";
	const int slash = (int)(strrchr(conf_path, '/') - conf_path);
	bool fits;

	fits = snprintf(it->directory, PATH_MAX, "%.*s", slash, conf_path) < PATH_MAX &&
		snprintf(it->gateways, PATH_MAX, "%.*s/gateways", slash, conf_path) < PATH_MAX &&
		snprintf(it->gateway, PATH_MAX, "%.*s/gateways/%s.conf", slash, conf_path,
			answers->gateway) < PATH_MAX &&
		snprintf(it->phones, PATH_MAX, "%.*s%s%s", phones[0] == '/' ? 0 : slash, conf_path,
			phones[0] == '/' ? "" : "/", phones) < PATH_MAX;
	return fits ? 0 : fault_set(fault, FAULT_SYSTEM, "a path is too long");
}

static int
prepare(struct making *it, const struct ctl *ctl, struct fault *fault)
{
	const bool whole = !is_there(ctl->conf_path);
	int result = init_answers_read(ctl, whole, &it->answers, fault);

	if (result == 0)
		result = name_paths(it, ctl->conf_path, fault);
	if (result == 0 && it->answers.gateway[0] != '\0') {
		result = gateway_form_open(it->answers.gateway, &it->form, fault);
		if (result == 0)
			result = init_answers_no_secret(ctl, &it->form, fault);
		if (result == 0 && !is_there(it->gateway))
			result = gateway_form_fill(&it->form, &it->answers.settings,
				it->answers.asks, fault);
	}
	if (result == 0 && whole)
		result = fill_conf(it, ctl->conf_path, fault);
	return result;
}

/* --- making --------------------------------------------------------------- */

/* A directory for configuration: made 0700 if it is missing, and nobody else may write in it. */
static int
open_place(const char *path, struct directory *ret_place, struct fault *fault)
{
	struct directory place = { .fd = -1, .life = DIRECTORY_DURABLE };
	struct stat st;

	if (!is_there(path))
		return directory_open(path, DIRECTORY_DURABLE, ret_place, fault);
	place.fd = directory_raise_fd(open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
	if (place.fd < 0 || fstat(place.fd, &st) != 0) {
		directory_close(&place);
		return fault_set_errno(fault, FAULT_STATE, errno, "%s", path);
	}
	if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 0022) != 0) {
		directory_close(&place);
		return fault_set(fault, FAULT_STATE, "%s: others than root can write in it", path);
	}
	snprintf(place.path, sizeof place.path, "%s", path);
	*ret_place = place;
	return 0;
}

static int
make_file(struct making *it, const char *path, const char *text, size_t size,
	struct fault *fault)
{
	const char *name = strrchr(path, '/') + 1;
	const struct file_content content = { .bytes = text, .size = size };
	struct directory place = DIRECTORY_NONE;
	char directory[PATH_MAX];
	int result;

	snprintf(directory, sizeof directory, "%.*s", (int)(name - 1 - path), path);
	result = open_place(directory[0] != '\0' ? directory : "/", &place, fault);
	if (result == 0)
		result = file_make(&place, name, &content, fault);
	directory_close(&place);
	if (result == FILE_DONE || result == FILE_EXISTS)
		note(it, path, result == FILE_DONE);
	return result == FILE_EXISTS ? 0 : result;
}

static int
make_files(struct making *it, const char *conf_path, struct fault *fault)
{
	struct directory place = DIRECTORY_NONE;
	int result = open_place(it->directory, &place, fault);

	directory_close(&place);
	if (result == 0)
		result = open_place(it->gateways, &place, fault);
	directory_close(&place);
	if (result == 0 && it->answers.gateway[0] != '\0')
		result = make_file(it, it->gateway, it->form.text.text, it->form.text.size,
			fault);
	if (result == 0 && (it->conf.text != NULL || it->answers.phones != NULL))
		result = make_file(it, it->phones, PHONES_TEXT, sizeof PHONES_TEXT - 1, fault);
	/* Where there is one, nothing was made to be put there. */
	if (result == 0)
		result = make_file(it, conf_path, it->conf.text != NULL ? it->conf.text : "",
			it->conf.size, fault);
	return result;
}

static int
make_state(struct making *it, const struct ctl *ctl, struct fault *fault)
{
	struct site site = SITE_NONE;
	char record[PATH_MAX];
	bool had_state = false, had_run = false, made = false;
	int result = site_load(ctl, NULL, &site, fault);

	if (result == 0) {
		had_state = is_there(site.config->state_dir);
		had_run = is_there(site.config->run_dir);
		result = site_open_store(&site, fault);
	}
	if (result == 0)
		result = store_prepare_user(site.store, 0, &made, fault);
	if (result == 0) {
		note(it, site.config->state_dir, !had_state);
		note(it, site.config->run_dir, !had_run);
		snprintf(record, sizeof record, "%s/users/0", site.config->state_dir);
		note(it, record, made);
		for (size_t i = 0; i < site.config->gateway_count; i++)
			it->named = it->named ||
				strcmp(site.config->gateways[i], it->answers.gateway) == 0;
	}
	site_close(&site);
	return result;
}

/* --- saying so ------------------------------------------------------------ */

static void
show(const json_t *document)
{
	const char *unnamed = ctl_string(document, "gateway_not_named");
	const json_t *item;
	size_t index;

	json_array_foreach(json_object_get(document, "items"), index, item) {
		printf("%s %s\n", json_is_true(json_object_get(item, "made")) ? "made" : "kept",
			ctl_string(item, "path"));
	}
	if (unnamed != NULL)
		printf("No login uses gateway \"%s\" yet: smsotpctl edit, and name it in "
			"\"gateways\".\n", unnamed);
	if (ctl_number(document, "made") == 0)
		puts("Nothing was missing, and nothing was changed.");
	else
		puts("Next: smsotpctl check, smsotpctl enroll USER NUMBER, smsotpctl try SERVICE.");
}

static json_t *
describe(const struct making *it)
{
	const bool unnamed = it->answers.gateway[0] != '\0' && !it->named;
	const json_t *item;
	size_t index;
	int made = 0;

	json_array_foreach(it->items, index, item)
		made += json_is_true(json_object_get(item, "made"));
	return json_pack("{s:i, s:O, s:s?}", "made", made, "items", it->items,
		"gateway_not_named", unnamed ? it->answers.gateway : NULL);
}

static const char *
advice(const struct fault *fault)
{
	switch (fault->kind) {
	case FAULT_SYSTEM:
		return "See smsotpctl init --help, and smsotp-gateway(5) for a gateway's settings. "
			"Secret ones are asked for at a terminal, or read by --settings FILE.";
	case FAULT_CONFIG:
		return "smsotpctl edit opens it, and smsotpctl check says what is wrong.";
	case FAULT_STATE:
		return "Run this as root. What was made before is whole; the same command makes "
			"the rest.";
	default:
		return NULL;
	}
}

int
init_run(struct ctl *ctl)
{
	struct making it = { .form = GATEWAY_FORM_NONE, .conf = ANNOTATED_NONE };
	struct fault fault;
	int result, status;

	it.items = json_array();
	result = prepare(&it, ctl, &fault);
	if (result == 0)
		result = make_files(&it, ctl->conf_path, &fault);
	if (result == 0)
		result = make_state(&it, ctl, &fault);
	status = result != 0 ? ctl_fail(ctl, &fault, advice(&fault))
		: ctl_print(ctl, describe(&it), show, CTL_DONE);
	json_decref(it.items);
	gateway_form_close(&it.form);
	annotated_free(&it.conf);
	init_answers_free(&it.answers);
	return status;
}
