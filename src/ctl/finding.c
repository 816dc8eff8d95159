/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/finding.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/fault.h"
#include "ctl/ctl.h"

static bool
same(const json_t *finding, const char *id, const json_t *file, unsigned int line)
{
	return strcmp(ctl_string(finding, "id"), id) == 0 && ctl_number(finding, "line") == line &&
		json_equal(json_object_get(finding, "file"), file);
}

static bool
said(const struct findings *findings, const char *id, const json_t *file, unsigned int line)
{
	const json_t *finding;
	size_t index;

	/* Of what has no place there may be several. */
	if (json_is_null(file))
		return false;
	json_array_foreach(findings->list, index, finding) {
		if (same(finding, id, file, line))
			return true;
	}
	return false;
}

static void __attribute__((format(printf, 5, 0)))
add(struct findings *findings, enum finding_id id, enum finding_severity severity,
	const struct finding_place *place, const char *format, va_list values)
{
	static const struct finding_place nowhere = { .file = NULL };
	const struct finding_kind *kind = &finding_kinds[id];
	char what[FAULT_TEXT_SIZE + 256];
	json_t *file;

	if (place == NULL)
		place = &nowhere;
	file = ctl_text(place->file);
	if (said(findings, kind->id, file, place->line)) {
		json_decref(file);
		return;
	}
	vsnprintf(what, sizeof what, format, values);
	if (json_array_append_new(findings->list, json_pack("{s:s, s:s, s:o, s:o, s:o, s:s}",
	    "severity", severity == FINDING_ERROR ? "error" : "warning", "id", kind->id,
	    "file", file, "line", place->line > 0 ? json_integer(place->line) : json_null(),
	    "what", ctl_text(what), "advice", kind->advice)) != 0)
		findings->failed = true;
	if (severity == FINDING_ERROR)
		findings->errors++;
	else
		findings->warnings++;
}

void
finding_add(struct findings *findings, enum finding_id id, const struct finding_place *place,
	const char *format, ...)
{
	va_list values;

	va_start(values, format);
	add(findings, id, finding_kinds[id].severity, place, format, values);
	va_end(values);
}

void
finding_add_as(struct findings *findings, enum finding_id id, enum finding_severity severity,
	const struct finding_place *place, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	add(findings, id, severity, place, format, values);
	va_end(values);
}

void
finding_add_fault(struct findings *findings, enum finding_id id, const struct fault *fault)
{
	char file[FAULT_TEXT_SIZE];
	struct finding_place place = { .file = file };
	const char *colon = strstr(fault->text, ": ");
	char *line;

	if (colon == NULL || fault->text[0] != '/') {
		finding_add(findings, id, NULL, "%s", fault->text);
		return;
	}
	snprintf(file, sizeof file, "%.*s", (int)(colon - fault->text), fault->text);
	line = strrchr(file, ':');
	if (line != NULL && line[1] != '\0' && line[1 + strspn(line + 1, "0123456789")] == '\0') {
		place.line = (unsigned int)strtoul(line + 1, NULL, 10);
		*line = '\0';
	}
	finding_add(findings, id, &place, "%s", colon + 2);
}

static void
show_place(FILE *to, const json_t *finding)
{
	const char *file = ctl_string(finding, "file");
	const json_t *line = json_object_get(finding, "line");

	if (file != NULL)
		fprintf(to, "%s:", file);
	if (json_is_integer(line))
		fprintf(to, "%lld:", json_integer_value(line));
	if (file != NULL)
		fputc(' ', to);
}

void
finding_show(FILE *to, const json_t *document)
{
	const long long errors = ctl_number(document, "errors");
	const long long warnings = ctl_number(document, "warnings");
	const json_t *finding;
	size_t index;

	json_array_foreach(json_object_get(document, "findings"), index, finding) {
		fprintf(to, "%s: ", ctl_string(finding, "severity"));
		show_place(to, finding);
		fprintf(to, "%s [%s]\n    %s\n", ctl_string(finding, "what"),
			ctl_string(finding, "id"), ctl_string(finding, "advice"));
	}
	if (errors > 0 || warnings > 0)
		fprintf(to, "%lld error%s, %lld warning%s.\n", errors, errors == 1 ? "" : "s",
			warnings, warnings == 1 ? "" : "s");
}
