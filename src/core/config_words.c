/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotp.conf: message, origin, prompt and contact. */
#include "core/conf_file.h"
#include "core/config.h"
#include "core/config_parts.h"
#include "core/message.h"
#include "core/utf8.h"

#define CONFIG_PROMPT_MAX 256
#define CONFIG_CONTACT_MAX 128	/* so much a template takes of a value */

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
	static const char *const in_prompt[] = {
		"ref", "phone", "host", "user", "service", "voice", NULL
	};
	const struct conf_length origin = { 1, MESSAGE_ORIGIN_MAX };
	const struct conf_length prompt = { 1, CONFIG_PROMPT_MAX };
	const struct conf_length contact = { 0, CONFIG_CONTACT_MAX };
	int status;

	config->message = "{code} is your {host} code ({ref}). Not you? Change your password.";
	config->prompt = "Code {ref} sent to {phone} (r: resend, {voice}Enter: help): ";
	config->contact = "";
	config->origin = "";
	status = message_read(root, "message", MESSAGE_COMMON, &config->message);
	if (status == 0)
		status = conf_string(root, "origin", false, origin, &config->origin);
	if (status == 0 && config->origin[0] != '\0' && !message_origin_valid(config->origin)) {
		return conf_refuse(root, conf_setting(root, "origin"),
			"not a domain name; for instance \"example.com\", without scheme or port");
	}
	if (status == 0)
		status = conf_string(root, "prompt", false, prompt, &config->prompt);
	if (status == 0)
		status = conf_template(root, "prompt", config->prompt, in_prompt);
	if (status == 0)
		status = conf_string(root, "contact", false, contact, &config->contact);
	if (status == 0 && !config_words_printable(config->contact)) {
		return conf_refuse(root, conf_setting(root, "contact"),
			"has a control character in it, or is not UTF-8");
	}
	return status;
}
