/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotp.conf: texts, message, origin, prompt and contact. */
#include <stdlib.h>

#include "core/conf_file.h"
#include "core/config.h"
#include "core/config_parts.h"
#include "core/message.h"
#include "core/utf8.h"
#include "core/words.h"

#define CONFIG_CONTACT_MAX 128	/* so much a template takes of a value */

/* The file of sentences, and what it says in place of the English defaults. */
static int
config_texts(const struct conf_at *root, struct config *config)
{
	char *path = NULL;
	int status = config_path_read(root, "texts", false, config->directory, &path);

	if (status == 0 && path != NULL)
		status = words_load(path, &config->words, root->fault);
	free(path);
	return status;
}

int
config_words_read(const struct conf_at *root, struct config *config)
{
	const struct conf_length origin = { 1, MESSAGE_ORIGIN_MAX };
	const struct conf_length contact = { 0, CONFIG_CONTACT_MAX };
	int status = config_texts(root, config);

	config->message = words_template(config->words, WORD_MESSAGE);
	config->prompt = words_template(config->words, WORD_PROMPT_FIRST);
	config->contact = "";
	config->origin = "";
	if (status == 0)
		status = words_read(root, WORD_MESSAGE, &config->message);
	if (status == 0)
		status = conf_string(root, "origin", false, origin, &config->origin);
	if (status == 0 && config->origin[0] != '\0' && !message_origin_valid(config->origin)) {
		return conf_refuse(root, conf_setting(root, "origin"),
			"not a domain name; for instance \"example.com\", without scheme or port");
	}
	if (status == 0)
		status = words_read(root, WORD_PROMPT_FIRST, &config->prompt);
	if (status == 0)
		status = conf_string(root, "contact", false, contact, &config->contact);
	/* It goes to terminals as it is. */
	if (status == 0 && !utf8_is_printable(config->contact)) {
		return conf_refuse(root, conf_setting(root, "contact"),
			"has a control character in it, or is not UTF-8");
	}
	return status;
}
