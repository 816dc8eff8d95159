/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fault.h"

static bool
same(const json_t *finding, const char *id, const struct finding_place *place)
{
	const char *file = json_string_value(json_object_get(finding, "file"));

	return strcmp(json_string_value(json_object_get(finding, "id")), id) == 0 &&
		json_integer_value(json_object_get(finding, "line")) == place->line &&
		(file == NULL || place->file == NULL ? file == place->file
			: strcmp(file, place->file) == 0);
}

static bool
said(const struct findings *findings, const char *id, const struct finding_place *place)
{
	const json_t *finding;
	size_t index;

	/* Of what has no place there may be several. */
	if (place->file == NULL)
		return false;
	json_array_foreach(findings->list, index, finding) {
		if (same(finding, id, place))
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
	json_t *text;

	if (place == NULL)
		place = &nowhere;
	if (said(findings, kind->id, place))
		return;
	vsnprintf(what, sizeof what, format, values);
	/* Files that others wrote are quoted: what is no UTF-8 must not cost the finding. */
	text = json_string(what);
	if (text == NULL) {
		for (char *p = what; *p != '\0'; p++) {
			if ((unsigned char)*p > 0x7e)
				*p = '?';
		}
		text = json_string(what);
	}
	if (json_array_append_new(findings->list, json_pack("{s:s, s:s, s:s?, s:o, s:o, s:s}",
	    "severity", severity == FINDING_ERROR ? "error" : "warning", "id", kind->id,
	    "file", place->file, "line", place->line > 0 ? json_integer(place->line) : json_null(),
	    "what", text, "advice", kind->advice)) != 0)
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
