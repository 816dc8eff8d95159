/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Backup codes, which somebody else than the module makes: by the project's own store, in this
 * process, whose clock the script sets.
 */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/fault.h"
#include "core/store_backup.h"
#include "play.h"
#include "script.h"
#include "wire/clock.h"
#include "world.h"

/* The budgets and limits are not looked at. */
static int
open_store(struct play *play, struct store_settings *settings, struct store **ret_store,
	struct fault *fault)
{
	static char state[PATH_MAX], run[PATH_MAX];

	snprintf(state, sizeof state, "%s/state", world_directory(play->world));
	snprintf(run, sizeof run, "%s/run", world_directory(play->world));
	*settings = (struct store_settings){
		.state_dir = state, .run_dir = run, .read_clock = clock_read,
	};
	return store_open(settings, ret_store, fault);
}

/* Each is kept as BACKUP1, BACKUP2…, and in small letters without dashes as BARE1… */
static int
draw(struct play *play, size_t count, struct backup_set *set, struct fault *fault)
{
	int result = backup_draw_recipe(&set->recipe, fault);

	for (size_t i = 0; i < count && result == 0; i++) {
		char name[32], text[BACKUP_TEXT_SIZE], bare[BACKUP_TEXT_SIZE];
		struct code code;

		result = code_draw(&backup_form, &code);
		if (result == 0)
			result = backup_hash(&set->recipe, &code, &set->hashes[i], fault);
		backup_write(&code, text);
		snprintf(name, sizeof name, "BACKUP%zu", i + 1);
		play_keep(play, name, text);
		for (size_t at = 0; at <= strlen(code.text); at++)
			bare[at] = (char)tolower((unsigned char)code.text[at]);
		snprintf(name, sizeof name, "BARE%zu", i + 1);
		play_keep(play, name, bare);
		code_wipe(&code);
	}
	set->count = count;
	return result;
}

/* "backup N [DURATION]": N new codes of $USER; "backup none": they are taken away. */
static enum play_step
command_backup(struct play *play, char *rest)
{
	const char *count = script_word(&rest);
	struct store_settings settings;
	struct backup_set set = { .count = 0 };
	struct store *store = NULL;
	struct fault fault = { .text = "" };
	unsigned int before;
	long long lifetime_ms = 0;
	int result;

	world_write(play->world, NULL);
	if (*rest != '\0' && !script_duration(rest, &lifetime_ms)) {
		play_fail(play, "\"%s\" is no duration", rest);
		return PLAY_DONE;
	}
	result = open_store(play, &settings, &store, &fault);
	if (result == 0 && strcmp(count, "none") == 0) {
		result = store_backup_revoke(store, getuid(), &before, &fault);
	} else if (result == 0) {
		result = draw(play, (size_t)strtoul(count, NULL, 10), &set, &fault);
		if (result == 0)
			result = store_backup_make(store, getuid(), &set, lifetime_ms, &before,
				&fault);
	}
	store_close(&store);
	if (result != 0)
		play_fail(play, "%s", fault.text);
	return PLAY_DONE;
}

const struct play_entry backup_table[] = {
	{ "backup", command_backup },
	{ NULL, NULL },
};
