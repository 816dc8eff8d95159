/* SPDX-License-Identifier: BSD-2-Clause */
/* A setting that is a text with {variables}: conf_template of conf_file.h. */
#include "core/conf_file.h"
#include "core/template.h"

#define CONF_TEMPLATE_NAME_MAX 64	/* bytes of a wrong name that a log line repeats */

int
conf_template(const struct conf_at *at, const char *key, const char *text,
	const char *const names[])
{
	const config_setting_t *setting = conf_setting(at, key);
	size_t column = 0, length = 0;
	const char *wrong = template_check(text, names, &column);
	const char *name;

	if (wrong == NULL)
		return 0;
	name = template_name_at(text, column, &length);
	if (name == NULL || length > CONF_TEMPLATE_NAME_MAX)
		return conf_refuse(at, setting, "%s, at column %zu of the text", wrong, column);
	return conf_refuse(at, setting, "unknown variable {%.*s}, at column %zu of the text",
		(int)length, name, column);
}
