/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotp.conf: message, prompt and contact. */
#include "core/conf_file.h"
#include "core/config.h"
#include "core/config_parts.h"
#include "core/template.h"
#include "core/utf8.h"

#define CONFIG_MESSAGE_MAX 480
#define CONFIG_PROMPT_MAX 256
#define CONFIG_CONTACT_MAX 128	/* so much a template takes of a value */

static int
config_words_template(const struct conf_at *root, const char *key, const char *text,
	const char *const names[])
{
	size_t column = 0;
	const char *wrong = template_check(text, names, &column);

	if (wrong == NULL)
		return 0;
	return conf_refuse(root, config_setting_get_member(root->group, key),
		"%s, at column %zu of the text", wrong, column);
}

/* It goes to terminals as it is. */
static bool
config_words_printable(const char *text)
{
	while (*text != '\0') {
		uint32_t point = 0;
		size_t length = utf8_decode(text, &point);

		if (length == 0 || utf8_is_control(point))
			return false;
		text += length;
	}
	return true;
}

int
config_words_read(const struct conf_at *root, struct config *config)
{
	static const char *const in_message[] = {
		"code", "ref", "host", "user", "service", "client", "minutes", NULL
	};
	static const char *const in_prompt[] = {
		"ref", "phone", "host", "user", "service", "voice", NULL
	};
	const struct conf_length message = { 1, CONFIG_MESSAGE_MAX };
	const struct conf_length prompt = { 1, CONFIG_PROMPT_MAX };
	const struct conf_length contact = { 0, CONFIG_CONTACT_MAX };
	int status;

	config->message = "{code} is your {host} code ({ref}). Not you? Change your password.";
	config->prompt = "Code {ref} sent to {phone} (r: resend, {voice}Enter: help): ";
	config->contact = "";
	status = conf_string(root, "message", false, message, &config->message);
	if (status == 0)
		status = config_words_template(root, "message", config->message, in_message);
	if (status == 0 && !template_uses(config->message, "code")) {
		return conf_refuse(root, config_setting_get_member(root->group, "message"),
			"has no {code} in it");
	}
	if (status == 0)
		status = conf_string(root, "prompt", false, prompt, &config->prompt);
	if (status == 0)
		status = config_words_template(root, "prompt", config->prompt, in_prompt);
	if (status == 0)
		status = conf_string(root, "contact", false, contact, &config->contact);
	if (status == 0 && !config_words_printable(config->contact)) {
		return conf_refuse(root, config_setting_get_member(root->group, "contact"),
			"has a control character in it, or is not UTF-8");
	}
	return status;
}
