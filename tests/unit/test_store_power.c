/* SPDX-License-Identifier: BSD-2-Clause */
/* ldflags: -Wl,--wrap=pwrite -Wl,--wrap=fdatasync -Wl,--wrap=fsync */
/*
 * Logins from the first text to the last answer are written down write by write, and each prefix of
 * that is played into a fresh state: whole, with the last write torn, and with any of what was not
 * synced lost or torn. Whatever the module is asked then, no code works that was used, no wrong
 * answer and no text is forgotten that anybody was told of, every record can be read, and the next
 * login gets in.
 */
#include "store_log.h"

#include "core/store_admin.h"

#define CODES 4

/* What is issued in a life, in this order. */
static struct issued {
	struct code code;
	struct store_ticket ticket;
} issued[CODES];

static struct log_promise promised;

static void
life_text(struct bench *it, unsigned int number)
{
	snprintf(it->code.text, sizeof it->code.text, "%06u", 491827 + number);
	issued[number].code = it->code;
	issued[number].ticket = bench_text(it);
	promised.texts++;
	log_promise(&promised);
}

static void
life_wrong(struct bench *it, unsigned int number)
{
	assert_int_equal(bench_guess(it, &issued[number].ticket, &it->wrong), STORE_WRONG);
	promised.wrong++;
	log_promise(&promised);
}

static void
life_right(struct bench *it, unsigned int number)
{
	assert_int_equal(bench_guess(it, &issued[number].ticket, &issued[number].code),
		STORE_MATCH);
	promised.wrong = 0;
	promised.used = number + 1;
	log_promise(&promised);
}

/* A text that was never begun gives its place back. */
static void
life_cancelled(struct bench *it)
{
	struct store_ticket ticket;

	strcpy(it->code.text, "888888");
	ticket = bench_text(it);
	assert_int_equal(store_cancel(it->store, &it->login, &ticket, &it->fault), 0);
}

static void
live(struct bench *it)
{
	memset(&promised, 0, sizeof promised);
	log_promise(&promised);
	life_text(it, 0);
	life_wrong(it, 0);
	life_wrong(it, 0);
	life_right(it, 0);
	life_text(it, 1);
	life_right(it, 1);
	life_cancelled(it);
	life_text(it, 2);
	life_wrong(it, 2);
	life_right(it, 2);
	life_text(it, 3);
	life_wrong(it, 3);
	log_of.watching = false;
}

/* One state in which all may be found, and what must hold in it. */
struct found {
	struct bench *it;
	uint8_t files[LOG_FILES][RECORD_FILE_SIZE];
	const struct log_promise *promise;
	size_t prefix;	/* for those who look for the cause */
	unsigned long states;
};

static bool
lets_in(struct bench *it, unsigned int number)
{
	int result = bench_try_guess(it, &issued[number].ticket, &issued[number].code);

	if (result < 0)
		fail_msg("%s", it->fault.text);
	return result == STORE_MATCH;
}

static void
check(struct found *found)
{
	struct bench *it = found->it;
	const struct log_promise *promise = found->promise;
	struct store_view view;
	struct store_status status;
	struct store_ticket ticket;
	struct code code = it->code;

	found->states++;
	log_put(found->files);
	assert_int_equal(bench_reopen(it), 0);
	status = bench_look(it);
	if (store_view_user(it->store, UID, &view, &it->fault) != 0)
		fail_msg("prefix %zu: %s", found->prefix, it->fault.text);
	if (view.texts.today < promise->texts)
		fail_msg("prefix %zu: %u texts of %u", found->prefix, view.texts.today,
			promise->texts);
	/*
	 * A right answer takes them away in the moment in which its code is used up, before
	 * anybody is told.
	 */
	if (status.failures < promise->wrong && lets_in(it, promise->used))
		fail_msg("prefix %zu: %u wrong answers of %u", found->prefix, status.failures,
			promise->wrong);
	for (unsigned int i = 0; i < promise->used; i++)
		if (lets_in(it, i))
			fail_msg("prefix %zu: code %u lets in twice", found->prefix, i);
	strcpy(it->code.text, "777777");
	ticket = bench_text(it);
	assert_int_equal(bench_guess(it, &ticket, &it->code), STORE_MATCH);
	it->code = code;
}

static void
files_before(struct found *found)
{
	for (size_t i = 0; i < LOG_FILES; i++)
		memcpy(found->files[i], log_of.file[i].before, RECORD_FILE_SIZE);
}

/* A kill leaves every write that was made, and of the last one as much as was copied. */
static void
killed_at(struct found *found, size_t prefix)
{
	static const size_t cuts[] = { 1, 8, 13, 14, 24, 56, 100, 511, 512, 513, 1024, 1536, 2048,
		2560, 3072, 3584, 4079, 4080, 4095 };
	const struct log_entry *last = &log_of.entry[prefix];
	uint8_t before[RECORD_FILE_SIZE];

	files_before(found);
	for (size_t i = 0; i < prefix; i++) {
		const struct log_entry *entry = &log_of.entry[i];

		if (entry->kind == LOG_WRITE)
			log_apply(found->files[entry->file], entry, ~0u);
		else if (entry->kind == LOG_PROMISE)
			found->promise = &entry->promise;
	}
	found->prefix = prefix;
	check(found);
	if (prefix == log_of.count || last->kind != LOG_WRITE)
		return;
	memcpy(before, found->files[last->file], sizeof before);
	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0] && cuts[i] < last->size; i++) {
		memcpy(found->files[last->file], before, sizeof before);
		memcpy(found->files[last->file] + last->at, last->bytes, cuts[i]);
		check(found);
	}
}

static void
live_logged(struct scratch *scratch, struct bench *it, struct found *found)
{
	bench_open(scratch, it);
	bench_widen(it);
	life_cancelled(it);
	log_begin(it);
	live(it);
	found->it = it;
}

static void
a_kill_after_any_write_breaks_no_promise(void **state)
{
	struct found found = { .states = 0 };
	struct bench it;

	live_logged(*state, &it, &found);
	for (size_t prefix = 1; prefix <= log_of.count; prefix++)
		killed_at(&found, prefix);
	print_message("# %zu entries, %lu states\n", log_of.count, found.states);
	bench_close(&it);
}

/* What of a record was written and not synced since, at some point of the log. */
struct pending {
	const struct log_entry *entry[LOG_PENDING_MAX];
	size_t count;
};

static void
tear(struct found *found, const struct pending *pending, const unsigned int *sectors)
{
	uint8_t before[LOG_FILES][RECORD_FILE_SIZE];

	memcpy(before, found->files, sizeof before);
	for (size_t i = 0; i < pending->count; i++)
		log_apply(found->files[pending->entry[i]->file], pending->entry[i], sectors[i]);
	check(found);
	memcpy(found->files, before, sizeof before);
}

/*
 * Any of them lost; and each torn, with the others there or lost: up to a sector, from one on, all
 * but one.
 */
static void
lose(struct found *found, const struct pending *pending)
{
	unsigned int sectors[LOG_PENDING_MAX];

	for (unsigned int subset = 0; subset < 1u << pending->count; subset++) {
		for (size_t i = 0; i < pending->count; i++)
			sectors[i] = (subset >> i & 1) != 0 ? 0xff : 0;
		tear(found, pending, sectors);
	}
	for (size_t torn = 0; torn < pending->count; torn++) {
		if (pending->entry[torn]->size == 1)
			continue;
		for (unsigned int others = 0; others < 2; others++) {
			for (size_t i = 0; i < pending->count; i++)
				sectors[i] = others != 0 ? 0xff : 0;
			for (unsigned int cut = 1; cut < 8; cut++) {
				sectors[torn] = (1u << cut) - 1;
				tear(found, pending, sectors);
				sectors[torn] = 0xff & ~((1u << cut) - 1);
				tear(found, pending, sectors);
				sectors[torn] = 0xff & ~(1u << cut);
				tear(found, pending, sectors);
			}
		}
	}
}

/* The disk has all that was synced. What is in the run directory is gone with its boot. */
static void
power_lost_at(struct found *found, size_t prefix)
{
	struct pending pending = { .count = 0 };

	files_before(found);
	for (size_t i = 0; i < prefix; i++) {
		const struct log_entry *entry = &log_of.entry[i];
		size_t kept = 0;

		if (entry->kind == LOG_PROMISE)
			found->promise = &entry->promise;
		if (entry->kind == LOG_WRITE && entry->file != LOG_CODES) {
			assert_in_range(pending.count, 0, LOG_PENDING_MAX - 1);
			pending.entry[pending.count++] = entry;
		}
		if (entry->kind != LOG_SYNC)
			continue;
		for (size_t j = 0; j < pending.count; j++) {
			if (pending.entry[j]->file == entry->file)
				log_apply(found->files[entry->file], pending.entry[j], ~0u);
			else
				pending.entry[kept++] = pending.entry[j];
		}
		pending.count = kept;
	}
	found->prefix = prefix;
	lose(found, &pending);
}

static void
a_loss_of_power_after_any_write_breaks_no_promise(void **state)
{
	struct found found = { .states = 0 };
	char elsewhere[PATH_MAX];
	struct bench it;

	live_logged(*state, &it, &found);
	/* Another boot, and a run directory with nothing in it. */
	snprintf(elsewhere, sizeof elsewhere, "%s/next", ((const struct scratch *)*state)->path);
	it.settings.run_dir = elsewhere;
	log_of.file[LOG_CODES].path[0] = '\0';
	bench_now.boot_id[0]++;
	bench_now.boot_ms = SECOND;
	bench_now.real_ms += MINUTE;
	for (size_t prefix = 1; prefix <= log_of.count; prefix++)
		power_lost_at(&found, prefix);
	print_message("# %zu entries, %lu states\n", log_of.count, found.states);
	bench_close(&it);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_kill_after_any_write_breaks_no_promise),
		TEST(a_loss_of_power_after_any_write_breaks_no_promise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
