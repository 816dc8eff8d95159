/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl check: how many texts a message becomes. */
#include "ctl/check.h"

#include <libconfig.h>
#include <string.h>

#include "core/conf_file.h"
#include "core/config.h"
#include "core/message.h"
#include "wire/request.h"

/* The line of the message in these settings; 0: it is not from there. */
static unsigned int
line_of(const config_setting_t *group, const char *message)
{
	const config_setting_t *setting = config_setting_get_member(group, "message");
	const char *text = setting != NULL ? config_setting_get_string(setting) : NULL;

	return text != NULL && strcmp(text, message) == 0 ? config_setting_source_line(setting) : 0;
}

static void
place_of(const struct check *check, const struct config *config, int service,
	struct finding_place *ret_place)
{
	const config_setting_t *root = conf_file_root(config->file);
	const config_setting_t *services = config_setting_get_member(root, "services");
	struct finding_place place = { .file = check->path };

	if (service >= 0)
		place.line = line_of(config_setting_get_elem(services, (unsigned int)service),
			config->message);
	if (place.line == 0)
		place.line = line_of(root, config->message);
	*ret_place = place;
}

/* As it is for a user and a client of a usual length. */
static void
measure(const struct check *check, const struct config *config, int service, const char *name)
{
	char host[REQUEST_HOST_SIZE], text[MESSAGE_TEXT_SIZE];
	const struct message_values values = {
		.code = &"0000000000"[10 - config->code.length], .ref = "K7", .host = host,
		.user = "alexandra", .service = name, .client = "203.0.113.109",
		.origin = config->origin,
		.lifetime_s = (uint32_t)(config->code_lifetime_ms / 1000),
	};
	struct finding_place place;
	struct message_size size;

	request_host(host);
	if (message_compose(config->message, &values, text, sizeof text) != 0)
		return;
	message_measure(text, &size);
	place_of(check, config, service, &place);
	if (size.ucs2)
		finding_add(check->findings, FINDING_MESSAGE_UCS2, &place,
			"the message has a character that is not in the GSM alphabet: it is sent "
			"as UCS-2, in %u segment%s", size.segments, size.segments == 1 ? "" : "s");
	else if (size.segments > 1)
		finding_add(check->findings, FINDING_MESSAGE_SEGMENTS, &place,
			"the message has %u characters once filled in: %u segments", size.units,
			size.segments);
}

void
check_message(const struct check *check)
{
	const config_setting_t *services = config_setting_get_member(
		conf_file_root(check->config->file), "services");
	const int count = services != NULL ? config_setting_length(services) : 0;

	measure(check, check->config, -1, "sshd");
	for (int i = 0; i < count; i++) {
		const config_setting_t *names = config_setting_get_member(
			config_setting_get_elem(services, (unsigned int)i), "names");
		const char *name = config_setting_get_string_elem(names, 0);
		struct config *config = NULL;
		struct fault fault;

		if (check_load(check, name, &config, &fault) == 0)
			measure(check, config, i, name);
		config_free(&config);
	}
}
