/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/values.h"

#include <string.h>

bool
values_add(struct values *values, struct value value)
{
	if (values->count == VALUES_MAX)
		return false;
	values->item[values->count++] = value;
	return true;
}

void
values_set(struct values *values, const char *name, const char *text)
{
	for (size_t i = 0; i < values->count; i++) {
		if (strcmp(values->item[i].name, name) == 0)
			values->item[i].text = text;
	}
}

const char *
values_get(const struct values *values, const char *name, size_t length)
{
	for (size_t i = 0; i < values->count; i++) {
		const struct value *value = &values->item[i];

		if (strlen(value->name) == length && memcmp(value->name, name, length) == 0)
			return value->text != NULL ? value->text : "";
	}
	return "";
}
