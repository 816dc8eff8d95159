/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/gateway_name.h"
#include "ctl/check.h"
#include "ctl/check_pam.h"
#include "ctl/command.h"
#include "ctl/complete.h"
#include "ctl/crowd.h"
#include "paths.h"

static void
users(struct complete *it)
{
	struct crowd crowd;
	struct fault fault;

	if (crowd_gather(NULL, &crowd, &fault) != 0)
		return;
	for (size_t i = 0; i < crowd.count; i++)
		complete_offer(it, crowd.names[i], NULL);
	crowd_free(&crowd);
}

static void
groups(struct complete *it)
{
	const struct group *group;

	setgrent();
	while ((group = getgrent()) != NULL)
		complete_offer(it, group->gr_name, NULL);
	endgrent();
}

static int
is_conf(const struct dirent *entry)
{
	const size_t length = strlen(entry->d_name);

	return length > 5 && strcmp(entry->d_name + length - 5, ".conf") == 0;
}

static void
folder(struct complete *it, const char *path, int (*is_one)(const struct dirent *entry))
{
	struct dirent **names = NULL;
	const int count = scandir(path, &names, is_one, alphasort);

	for (int i = 0; i < count; i++) {
		if (is_one == is_conf)
			names[i]->d_name[strlen(names[i]->d_name) - 5] = '\0';
		if (gateway_name_valid(names[i]->d_name))
			complete_offer(it, names[i]->d_name, NULL);
		free(names[i]);
	}
	free(names);
}

/* A folder beside smsotp.conf. */
static void
beside(struct complete *it, const char *name)
{
	const char *slash = strrchr(it->conf_path, '/');
	char path[PATH_MAX];

	if (slash != NULL && snprintf(path, sizeof path, "%.*s/%s", (int)(slash - it->conf_path),
	    it->conf_path, name) < (int)sizeof path)
		folder(it, path, is_conf);
}

static void
gateways(struct complete *it)
{
	beside(it, "gateways");
}

static void
receivers(struct complete *it)
{
	beside(it, "receivers");
}

static void
examples(struct complete *it)
{
	folder(it, SMSOTP_EXAMPLE_DIR "/gateways", is_conf);
}

static void
services(struct complete *it)
{
	folder(it, CHECK_PAM_DIR, check_pam_is_service);
}

static void
names_of_commands(struct complete *it)
{
	for (const struct command *each = commands; each->name != NULL; each++)
		complete_offer(it, each->name, each->summary);
}

static void
files(struct complete *it)
{
	it->files = true;
}

/* A person has to know it. */
static void
nothing(struct complete *it)
{
	(void)it;
}

bool
complete_word(struct complete *it, const char *word, size_t length)
{
	static const struct {
		const char *word;
		void (*add)(struct complete *it);
	} rows[] = {
		{ "USER", users }, { "GROUP", groups }, { "GATEWAY", gateways },
		{ "RECEIVER", receivers }, { "EXAMPLE", examples }, { "SERVICE", services },
		{ "COMMAND", names_of_commands }, { "FILE", files }, { "DIR", files },
		{ "NUMBER", nothing }, { "SECONDS", nothing }, { "DIGITS", nothing },
		{ "TEXT", nothing }, { "ADDR", nothing }, { "TIME", nothing },
		{ "MINUTES", nothing },
		{ "SETTING=VALUE", nothing }, { "WORD", nothing },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strlen(rows[i].word) == length && memcmp(rows[i].word, word, length) == 0) {
			rows[i].add(it);
			return true;
		}
	}
	return false;
}
