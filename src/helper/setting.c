/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/setting.h"

#include "core/conf_file.h"

bool
setting_has_control(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	}
	return false;
}

int
setting_text(const struct conf_at *at, const char *key, bool required, const char **ret_text)
{
	const char *text = NULL;
	int rc;

	rc = conf_string(at, key, required, (struct conf_length){ 1, 1024 }, &text);
	if (rc != 0 || text == NULL)
		return rc;
	if (setting_has_control(text))
		return conf_refuse(at, conf_setting(at, key), "holds a control character");
	*ret_text = text;
	return 0;
}

int
setting_path(const struct conf_at *at, const char *key, bool required, const char **ret_path)
{
	const char *path = NULL;
	int rc;

	rc = setting_text(at, key, required, &path);
	if (rc == 0 && path != NULL && path[0] != '/')
		rc = conf_refuse(at, conf_setting(at, key), "must begin with /");
	if (rc == 0 && path != NULL)
		*ret_path = path;
	return rc;
}
