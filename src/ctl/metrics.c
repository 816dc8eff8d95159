/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl metrics: the event file as counters, for Prometheus. */
#include <stdio.h>
#include <string.h>

#include "core/directory.h"
#include "core/fault.h"
#include "ctl/commands.h"
#include "ctl/ctl.h"
#include "ctl/event.h"
#include "ctl/series.h"
#include "ctl/site.h"
#include "ctl/tally.h"

static const struct {
	const char *name, *help;
} families[] = {
	{ "logins_total", "Logins that ended, by PAM service and how." },
	{ "refusals_total", "Why logins, guesses and texts were refused, by PAM service." },
	{ "lockouts_total", "Wrong codes that locked or disabled a user, by PAM service." },
	{ "texts_total", "Texts that a gateway was asked to send, by what it said." },
	{ "text_segments_total", "Segments of the texts that a gateway has accepted." },
	{ "calls_total", "Calls that a gateway was asked to make, by what it said." },
	{ "failovers_total", "Texts and calls that came from a gateway that had failed." },
	{ "changes_total", "What administrators changed, by what smsotpctl logs." },
	{ "event_lines_total", "Lines of the event file." },
	{ "event_gaps_total", "How often lines may have come and gone before they were counted." },
};

#define FAMILIES (sizeof families / sizeof families[0])

/* "LABEL=VALUE …" as an object. */
static json_t *
labels_of(const char *text)
{
	json_t *labels = json_object();

	while (labels != NULL && *text != '\0') {
		const char *equals = strchr(text, '='), *end = strchrnul(text, ' ');
		char name[32];

		if (equals == NULL || equals > end)
			break;
		snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
		if (json_object_set_new(labels, name, json_stringn(equals + 1,
		    (size_t)(end - equals - 1))) != 0) {
			json_decref(labels);
			return NULL;
		}
		text = *end == ' ' ? end + 1 : end;
	}
	return labels;
}

static json_t *
samples_of(const struct series *series, const char *family)
{
	const size_t length = strlen(family);
	json_t *samples = json_array();

	for (size_t i = 0; i < tally_size(series->counts); i++) {
		const char *key = tally_key(series->counts, i);

		if (strncmp(key, family, length) != 0 ||
		    (key[length] != ' ' && key[length] != '\0'))
			continue;
		ctl_append(&samples, json_pack("{s:o, s:I}", "labels",
			labels_of(key + length + (key[length] == ' ')),
			"value", (json_int_t)tally_row(series->counts, i)[0]));
	}
	return samples;
}

static json_t *
describe(const struct series *series)
{
	json_t *list = json_array();

	for (size_t i = 0; i < FAMILIES; i++) {
		char name[64];

		snprintf(name, sizeof name, "smsotp_%s", families[i].name);
		ctl_append(&list, json_pack("{s:s, s:s, s:o}", "name", name, "help",
			families[i].help, "samples", samples_of(series, families[i].name)));
	}
	return json_pack("{s:o}", "families", list);
}

static void
show_sample(const char *name, json_t *sample)
{
	json_t *value;
	const char *label, *before = "{";

	fputs(name, stdout);
	json_object_foreach(json_object_get(sample, "labels"), label, value) {
		printf("%s%s=\"%s\"", before, label, json_string_value(value));
		before = ",";
	}
	printf("%s %lld\n", before[0] == ',' ? "}" : "", ctl_number(sample, "value"));
}

/* Prometheus' text format. */
static void
show(const json_t *document)
{
	const json_t *family;
	json_t *sample;
	size_t i, j;

	json_array_foreach(json_object_get(document, "families"), i, family) {
		const char *name = ctl_string(family, "name");

		printf("# HELP %s %s\n# TYPE %s counter\n", name, ctl_string(family, "help"), name);
		json_array_foreach(json_object_get(family, "samples"), j, sample)
			show_sample(name, sample);
	}
}

/* Under the lock: two that ran at once would count the same lines, or take back the other's. */
static int
count(const struct directory *directory, const char *state_dir, struct series *ret_series,
	struct fault *fault)
{
	struct event_files files;
	struct series series;
	int lock, result = directory_lock(directory, &lock, fault);

	if (result != 0)
		return result;
	result = series_load(directory, &series, fault);
	if (result == 0) {
		result = event_open(state_dir, &files, fault);
		if (result == 0) {
			result = series_go_on(&series, &files, fault);
			event_close(&files);
		}
		if (result == 0)
			result = series_save(&series, directory, fault);
		if (result == 0)
			*ret_series = series;
		else
			series_free(&series);
	}
	directory_unlock(lock);
	return result;
}

int
metrics_run(struct ctl *ctl)
{
	struct directory directory = DIRECTORY_NONE;
	struct series series = SERIES_NONE;
	struct site site = SITE_NONE;
	struct fault fault;
	int status, result = site_load(ctl, NULL, &site, &fault);

	/* Making the directory is a login's affair. */
	if (result == 0)
		result = directory_open(site.config->state_dir, DIRECTORY_REHEARSED, &directory,
			&fault);
	if (result == 0 && directory.fd < 0)
		result = fault_set(&fault, FAULT_SYSTEM, "%s: there is no such directory yet",
			site.config->state_dir);
	directory.life = DIRECTORY_DURABLE;
	if (result == 0)
		result = count(&directory, site.config->state_dir, &series, &fault);
	if (result == 0)
		status = ctl_print(ctl, describe(&series), show, CTL_DONE);
	else
		status = ctl_fail(ctl, &fault, NULL);
	series_free(&series);
	directory_close(&directory);
	site_close(&site);
	return status;
}
