/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/edit_target.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/config.h"
#include "core/fault.h"
#include "core/gateway_name.h"
#include "ctl/ctl.h"
#include "ctl/site.h"

#define ENDING ".conf"

struct search {
	const char *name;		/* as it was asked for */
	struct edit_target *target;
	bool found;
};

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* By its name alone, or by whatever path leads to the same file. */
static bool
is_meant(const char *name, const char *path)
{
	struct stat one, other;

	if (strchr(name, '/') == NULL)
		return strcmp(name, last_part(path)) == 0;
	return strcmp(name, path) == 0 || (stat(name, &one) == 0 && stat(path, &other) == 0 &&
		one.st_dev == other.st_dev && one.st_ino == other.st_ino);
}

static void
take(struct search *search, enum edit_kind kind, const char *path)
{
	if (search->found || strlen(path) >= PATH_MAX)
		return;
	search->found = true;
	search->target->kind = kind;
	snprintf(search->target->path, PATH_MAX, "%s", path);
}

static void
consider(struct search *search, enum edit_kind kind, const char *path)
{
	if (is_meant(search->name, path))
		take(search, kind, path);
}

static void
consider_texts(void *data, const char *path)
{
	consider(data, EDIT_TEXTS, path);
}

/* A gateway's name, or a path to where its file is. */
static void
consider_gateway(struct search *search)
{
	const char *name = last_part(search->name);
	const size_t length = strlen(name), ending = strlen(ENDING);
	const bool ends = length > ending && strcmp(name + length - ending, ENDING) == 0;
	char file[NAME_MAX + 1], gateway[NAME_MAX + 1], path[2 * PATH_MAX];
	const bool bare = strchr(search->name, '/') == NULL;

	snprintf(gateway, sizeof gateway, "%.*s", (int)(ends ? length - ending : length), name);
	if (snprintf(file, sizeof file, "%s" ENDING, gateway) >= (int)sizeof file ||
	    !gateway_name_valid(gateway) || (!bare && !ends))
		return;
	/* Any name could be a gateway's: only its file tells. */
	snprintf(path, sizeof path, "%s/gateways/%s", search->target->directory, file);
	if (access(path, F_OK) != 0)
		return;
	if (bare || is_meant(search->name, path))
		take(search, EDIT_GATEWAY, path);
}

/* What keeps smsotp.conf from being read may be a file of sentences, which the fault names. */
static void
consider_named(struct search *search, const struct fault *fault)
{
	char path[FAULT_TEXT_SIZE];

	snprintf(path, sizeof path, "%.*s", (int)strcspn(fault->text, ":"), fault->text);
	if (path[0] == '/')
		consider(search, EDIT_TEXTS, path);
}

int
edit_target_find(const struct ctl *ctl, const char *name, struct edit_target *ret_target,
	struct fault *fault)
{
	struct edit_target *it = ret_target;
	struct search search = { .name = name != NULL ? name : ctl->conf_path, .target = it };
	const size_t length = (size_t)(last_part(ctl->conf_path) - ctl->conf_path);
	char path[PATH_MAX + sizeof "/ldap.conf"];
	struct site site = SITE_NONE;
	int result;

	snprintf(it->directory, sizeof it->directory, "%.*s", (int)length - 1, ctl->conf_path);
	result = site_load(ctl, NULL, &site, fault);
	it->config = site.config;
	consider(&search, EDIT_CONF, ctl->conf_path);
	for (size_t i = 0; it->config != NULL && i < it->config->source_count; i++) {
		const struct config_source *source = &it->config->sources[i];

		if (source->kind == CONFIG_SOURCE_FILE || source->kind == CONFIG_SOURCE_LDAP)
			consider(&search, source->kind == CONFIG_SOURCE_FILE ? EDIT_PHONES
				: EDIT_LDAP, source->path);
	}
	if (it->config != NULL && site_each_texts(it->config, consider_texts, &search) != 0)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	if (result != 0)
		consider_named(&search, fault);
	/* pull reads it also where smsotp.conf does not name it. */
	snprintf(path, sizeof path, "%s/ldap.conf", it->directory);
	consider(&search, EDIT_LDAP, path);
	consider_gateway(&search);
	if (search.found)
		return 0;
	if (result != 0)
		return result;
	return fault_set(fault, FAULT_SYSTEM, "%s: is neither smsotp.conf, nor a gateway's file, "
		"nor one that smsotp.conf names", name);
}

enum conf_secrecy
edit_target_secrecy(const struct edit_target *target)
{
	return target->kind == EDIT_CONF || target->kind == EDIT_TEXTS ? CONF_PUBLIC : CONF_SECRET;
}

void
edit_target_free(struct edit_target *target)
{
	config_free(&target->config);
}
