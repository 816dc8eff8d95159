/* SPDX-License-Identifier: BSD-2-Clause */
#include "world.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway.h"
#include "numbers.h"
#include "outbox.h"
#include "program.h"
#include "script.h"

struct setting {
	char *key, *text;
};

struct world {
	char *directory, *services, *module, *arguments, *behind;
	char *service, *service_text; /* of the last login */
	struct setting *settings;
	size_t setting_count;
	char *raw;
	size_t raw_size;
	char **phones;
	size_t phone_count;
	struct numbers numbers;
	struct gateway *gateways;
	struct outbox *outbox;
	bool conf_changed, phones_changed, gateways_given, gateways_changed, raw_given;
};

static __attribute__((format(printf, 2, 3))) char *
path_in(const struct world *world, const char *format, ...)
{
	char *name = NULL, *path = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&name, format, args) < 0 ||
		asprintf(&path, "%s/%s", world->directory, name) < 0)
		abort();
	va_end(args);
	free(name);
	return path;
}

static void
make_directory(const struct world *world, const char *name)
{
	char *path = path_in(world, "%s", name);

	if (mkdir(path, 0700) != 0 && errno != EEXIST) {
		perror(path);
		abort();
	}
	free(path);
}

/* Writes a file of ours, keeping the mode that a script may have given it. */
static void
write_file(const struct world *world, const char *name, const char *bytes, size_t size)
{
	char *path = path_in(world, "%s", name);
	mode_t mask = umask(077);
	FILE *file;

	file = fopen(path, "we");
	umask(mask);
	if (file == NULL || (size > 0 && fwrite(bytes, size, 1, file) != 1) || fclose(file) != 0) {
		perror(path);
		abort();
	}
	free(path);
}

struct world *
world_new(const char *directory, const char *module)
{
	static const char *const defaults[] = {
		"phones = ( { source = \"file\"; path = \"phones\"; } );",
		"country_code = \"44\";",
		"contact = \"IT desk, ext. 4444.\";",
		/* The gateway's word before the prompt, on however slow a machine. */
		"prompt_within = 10;",
	};
	struct world *world = script_alloc(sizeof *world);
	char *text;

	world->directory = script_copy(directory);
	world->services = path_in(world, "pam.d");
	world->module = script_copy(module);
	world->arguments = script_copy("");
	world->behind = script_copy("");
	world->gateways = gateway_list(world->directory);
	text = path_in(world, "outbox/texts");
	world->outbox = outbox_new(text);
	free(text);
	make_directory(world, "pam.d");
	make_directory(world, "conf");
	make_directory(world, "conf/gateways");
	make_directory(world, "outbox");
	for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
		world_conf(world, defaults[i]);
	for (int i = 0; i < 2; i++) {
		text = path_in(world, "%s", i == 0 ? "state" : "run");
		char *setting = NULL;

		if (asprintf(&setting, "%s_dir = \"%s\";", i == 0 ? "state" : "run", text) < 0)
			abort();
		world_conf(world, setting);
		free(setting);
		free(text);
	}
	world->phones_changed = true;
	return world;
}

void
world_free(struct world **world)
{
	if (*world == NULL)
		return;
	for (size_t i = 0; i < (*world)->setting_count; i++) {
		free((*world)->settings[i].key);
		free((*world)->settings[i].text);
	}
	world_phones_clear(*world);
	free((*world)->settings);
	free((*world)->raw);
	gateway_list_free(&(*world)->gateways);
	outbox_free(&(*world)->outbox);
	free((*world)->arguments);
	free((*world)->behind);
	free((*world)->service);
	free((*world)->service_text);
	free((*world)->module);
	free((*world)->services);
	free((*world)->directory);
	free(*world);
	*world = NULL;
}

const char *
world_directory(const struct world *world)
{
	return world->directory;
}

const char *
world_services(const struct world *world)
{
	return world->services;
}

void
world_conf_drop(struct world *world, const char *key)
{
	for (size_t i = 0; i < world->setting_count; i++) {
		if (strcmp(world->settings[i].key, key) != 0)
			continue;
		free(world->settings[i].key);
		free(world->settings[i].text);
		world->settings[i] = world->settings[--world->setting_count];
		break;
	}
	world->conf_changed = true;
}

void
world_conf(struct world *world, const char *setting)
{
	size_t length = strcspn(setting, " =:");
	char *key = strndup(setting, length);

	if (key == NULL)
		abort();
	world_conf_drop(world, key);
	world->settings =
		reallocarray(world->settings, world->setting_count + 1, sizeof *world->settings);
	if (world->settings == NULL)
		abort();
	world->settings[world->setting_count++] =
		(struct setting){ .key = key, .text = script_copy(setting) };
}

void
world_conf_raw(struct world *world, const char *line, size_t length)
{
	world->raw = realloc(world->raw, world->raw_size + length + 1);
	if (world->raw == NULL)
		abort();
	memcpy(world->raw + world->raw_size, line, length);
	world->raw_size += length;
	world->raw[world->raw_size++] = '\n';
	world->raw_given = world->conf_changed = true;
}

void
world_phone(struct world *world, const char *line)
{
	world->phones = reallocarray(world->phones, world->phone_count + 1, sizeof(char *));
	if (world->phones == NULL)
		abort();
	world->phones[world->phone_count++] = script_copy(line);
	numbers_note(&world->numbers, line + strcspn(line, " \t"));
	world->phones_changed = true;
}

void
world_phones_clear(struct world *world)
{
	for (size_t i = 0; i < world->phone_count; i++)
		free(world->phones[i]);
	free(world->phones);
	world->phones = NULL;
	world->phone_count = 0;
	numbers_clear(&world->numbers);
	world->phones_changed = true;
}

size_t
world_numbers(const struct world *world, const char *const **ret_numbers)
{
	*ret_numbers = (const char *const *)world->numbers.digits;
	return world->numbers.count;
}

void
world_program(struct world *world, const char *name, const char *text)
{
	program_write(world->directory, name, text);
	numbers_note(&world->numbers, text);
}

const char *
world_gateway(struct world *world, const char *name, const char *kind, const char *text)
{
	world->gateways_given = world->gateways_changed = true;
	return gateway_add(world->gateways, name, kind, text);
}

void
world_arguments(struct world *world, const char *arguments)
{
	free(world->arguments);
	world->arguments = script_copy(arguments);
}

void
world_behind(struct world *world, const char *line)
{
	free(world->behind);
	world->behind = script_copy(line);
}

/* --- writing it --- */

static void
write_conf(struct world *world)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to;

	if (world->raw_given) {
		write_file(world, "conf/smsotp.conf", world->raw, world->raw_size);
		return;
	}
	to = open_memstream(&text, &size);
	if (to == NULL)
		abort();
	for (size_t i = 0; i < world->setting_count; i++)
		fprintf(to, "%s\n", world->settings[i].text);
	if (fclose(to) != 0)
		abort();
	write_file(world, "conf/smsotp.conf", text, size);
	free(text);
}

static void
write_gateways(struct world *world)
{
	char *names;

	if (!world->gateways_given) {
		(void)gateway_add(world->gateways, "one", "outbox", "");
		world->gateways_given = true;
	}
	names = gateway_write(world->gateways);
	world_conf(world, names);
	free(names);
}

static void
write_phones(struct world *world)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		abort();
	for (size_t i = 0; i < world->phone_count; i++)
		fprintf(to, "%s\n", world->phones[i]);
	if (fclose(to) != 0)
		abort();
	write_file(world, "conf/phones", text, size);
	free(text);
}

/* A service file that says so already is left alone: a script may have forbidden files to grow. */
static void
write_service(struct world *world, const char *service)
{
	char *name = NULL, *text = NULL;

	if (strcmp(world->arguments, "-") == 0) {
		if (asprintf(&text, "auth required %s\n%s\n", world->module, world->behind) < 0)
			abort();
	} else if (asprintf(&text, "auth required %s conf=%s/conf/smsotp.conf %s\n%s\n",
			   world->module, world->directory, world->arguments, world->behind) < 0) {
		abort();
	}
	if (asprintf(&name, "pam.d/%s", service) < 0)
		abort();
	if (world->service == NULL || strcmp(world->service, name) != 0 ||
		strcmp(world->service_text, text) != 0) {
		/* libpam wants "other" to be there; a comment loads no module. */
		write_file(world, "pam.d/other", "#\n", 2);
		write_file(world, name, text, strlen(text));
		free(world->service);
		free(world->service_text);
		world->service = name;
		world->service_text = text;
		return;
	}
	free(name);
	free(text);
}

void
world_write(struct world *world, const char *service)
{
	if (!world->gateways_given || world->gateways_changed)
		write_gateways(world);
	world->gateways_changed = false;
	if (world->conf_changed)
		write_conf(world);
	world->conf_changed = false;
	if (world->phones_changed)
		write_phones(world);
	world->phones_changed = false;
	if (service != NULL)
		write_service(world, service);
}

size_t
world_texts(struct world *world)
{
	return outbox_count(world->outbox);
}

bool
world_text(struct world *world, size_t number, struct world_text *ret_text)
{
	return outbox_text(world->outbox, number, ret_text);
}

size_t
world_code(struct world *world, size_t number, const char **ret_code)
{
	struct world_text text;
	size_t length = 0;

	if (!outbox_text(world->outbox, number, &text))
		return 0;
	while (length < text.text_length && text.text[length] != ' ')
		length++;
	*ret_code = text.text;
	return length;
}
