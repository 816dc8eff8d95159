/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a script's logins happen in: a private folder with the module's configuration, its gateways,
 * a phone file, the service files of PAM, state, and the outbox that texts go to. All of it is
 * written when a login begins, so that a script can change it between two logins.
 */
#ifndef SMSOTP_TESTS_WORLD_H
#define SMSOTP_TESTS_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct world;

/* directory exists, is empty and private; module is the absolute path of pam_smsotp.so. */
struct world *world_new(const char *directory, const char *module);
void world_free(struct world **world);

const char *world_directory(const struct world *world);

/* "KEY = VALUE;" of smsotp.conf, in place of what KEY was; world_conf_drop leaves KEY out. */
void world_conf(struct world *world, const char *setting);
void world_conf_drop(struct world *world, const char *key);
/* A line of a whole file in place of the configuration made from settings. */
void world_conf_raw(struct world *world, const char *line, size_t length);

/* "USER NUMBER[, NUMBER…]": a line of the phone file; world_phones_clear empties it. */
void world_phone(struct world *world, const char *line);
void world_phones_clear(struct world *world);

/*
 * A program in the folder "programs", which the helper's user can reach. The numbers in it count
 * as those in the phone file do.
 */
void world_program(struct world *world, const char *name, const char *text);

/*
 * A gateway, by the words of a script's line (README.md). The first one takes the place of the
 * default. Returns NULL, or what is wrong with the words (static).
 */
const char *world_gateway(struct world *world, const char *name, const char *kind,
	const char *text);

/* Further arguments of the module in the service file; "-" for none at all, not even conf=. */
void world_arguments(struct world *world, const char *arguments);

/* A line of the service file behind that of the module; "" for none. */
void world_behind(struct world *world, const char *line);

/* Writes what has changed, and the service file of service. */
void world_write(struct world *world, const char *service);

/* The folder of service files, for pam_start_confdir. */
const char *world_services(const struct world *world);

/* The digits of each number in phone file and programs that has at least 9, NUL-terminated. */
size_t world_numbers(const struct world *world, const char *const **ret_numbers);

/*
 * The outbox is mapped, never copied: whoever searches this process's own memory for a code must
 * not find the test's.
 */
struct world_text {
	const char *to, *text; /* not NUL-terminated */
	size_t to_length, text_length;
};

size_t world_texts(struct world *world);
/* From 1. False if there is no such text. Valid until the next call that looks at the outbox. */
bool world_text(struct world *world, size_t number, struct world_text *ret_text);
/* The code of a text: its first word. Length, or 0. */
size_t world_code(struct world *world, size_t number, const char **ret_code);

#endif
