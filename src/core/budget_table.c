/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/budget_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/directory.h"
#include "core/fault.h"
#include "core/file.h"

/*
 * Layout, words of 64 bits in the machine's own order, since it dies with the boot:
 *    0   1  "SMSOTPBT" as bytes
 *    1   1  version, 1
 *    2   1  retired: 1 once it is being replaced
 *    3   2  boot id
 *    5   1  window of the clients' rings in ms
 *    6   1  window of the host's ring in ms
 *    7   1  zero
 *    8  17  the host's ring: texts whose code was not entered
 *   25  17  the host's ring of a day: all texts
 *   42  17  3 rows of 1024 rings of clients
 */
#define VERSION 1
#define NAME "budgets"
#define WORD_VERSION 1
#define WORD_RETIRED 2
#define WORD_BOOT 3
#define WORD_CLIENT_WINDOW 5
#define WORD_HOST_WINDOW 6
#define RING_HOST 0
#define RING_DAY 1
#define RING_CLIENTS 2

static const uint8_t magic[8] = { 'S', 'M', 'S', 'O', 'T', 'P', 'B', 'T' };

/* What a header says; the words of it never change but for the retirement. */
struct header {
	uint64_t magic, version, boot[2];
	int64_t client_window_ms, host_window_ms;
	bool retired;
};

static void
get_header(budget_table_word *words, struct header *ret_header)
{
	*ret_header = (struct header){
		.magic = atomic_load(&words[0]),
		.version = atomic_load(&words[WORD_VERSION]),
		.boot = { atomic_load(&words[WORD_BOOT]), atomic_load(&words[WORD_BOOT + 1]) },
		.client_window_ms = (int64_t)atomic_load(&words[WORD_CLIENT_WINDOW]),
		.host_window_ms = (int64_t)atomic_load(&words[WORD_HOST_WINDOW]),
		.retired = budget_table_retired(words),
	};
}

static void
expected_header(const struct budget_settings *settings, const struct now *now,
	struct header *ret_header)
{
	*ret_header = (struct header){
		.version = VERSION,
		.client_window_ms = settings->limits->client.window_ms,
		.host_window_ms = settings->limits->host.window_ms,
	};
	memcpy(&ret_header->magic, magic, sizeof magic);
	memcpy(ret_header->boot, now->boot_id, sizeof ret_header->boot);
}

static struct ring
ring_at(budget_table_word *words, unsigned int index, int64_t window_ms)
{
	return (struct ring){
		.words = &words[BUDGET_TABLE_HEADER + index * RING_WORDS],
		.window_ms = window_ms,
	};
}

struct ring
budget_table_host(budget_table_word *words)
{
	return ring_at(words, RING_HOST, (int64_t)atomic_load(&words[WORD_HOST_WINDOW]));
}

struct ring
budget_table_day(budget_table_word *words)
{
	return ring_at(words, RING_DAY, LIMIT_DAY_MS);
}

struct ring
budget_table_client(budget_table_word *words, unsigned int row, unsigned int index)
{
	return ring_at(words, RING_CLIENTS + row * BUDGET_TABLE_ROW_RINGS + index,
		(int64_t)atomic_load(&words[WORD_CLIENT_WINDOW]));
}

bool
budget_table_retired(budget_table_word *words)
{
	return atomic_load(&words[WORD_RETIRED]) != 0;
}

/* Maps the file there is. FILE_ABSENT: there is none. */
static int
map(const struct directory *directory, budget_table_word **ret_words, struct fault *fault)
{
	void *memory;
	int fd = -1, result;

	result = file_open(directory, NAME, BUDGET_TABLE_SIZE, &fd, fault);
	if (result != 0)
		return result;
	/*
	 * Never beyond the end of the file, which was written out in full: no page is missing
	 * later.
	 */
	memory = mmap(NULL, BUDGET_TABLE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		result = fault_set_errno(fault, FAULT_STATE, errno, "%s/" NAME ": cannot be mapped",
			directory->path);
	else
		*ret_words = memory;
	close(fd);
	return result;
}

void
budget_table_close(budget_table_word **words)
{
	if (*words != NULL)
		munmap(*words, BUDGET_TABLE_SIZE);
	*words = NULL;
}

enum fitness { FIT, OUTDATED, ANOTHER_BOOT };

/*
 * FAULT_DAMAGED: what another version counted cannot be read, and must not be thrown away either.
 */
static int
check(budget_table_word *words, const struct budget_settings *settings, const struct now *now,
	enum fitness *ret_fitness, struct fault *fault)
{
	struct header has, wants;

	get_header(words, &has);
	expected_header(settings, now, &wants);
	if (has.magic != wants.magic)
		return fault_set(fault, FAULT_DAMAGED, "%s/" NAME ": not a table of budgets",
			settings->directory->path);
	if (has.version != wants.version)
		return fault_set(fault, FAULT_DAMAGED, "%s/" NAME ": version %ju of the format, "
			"this program knows %d", settings->directory->path,
			(uintmax_t)has.version, VERSION);
	if (has.client_window_ms <= 0 || has.client_window_ms > LIMIT_DAY_MS ||
	    has.host_window_ms <= 0 || has.host_window_ms > LIMIT_DAY_MS)
		return fault_set(fault, FAULT_DAMAGED, "%s/" NAME ": impossible windows",
			settings->directory->path);
	if (memcmp(has.boot, wants.boot, sizeof has.boot) != 0)
		*ret_fitness = ANOTHER_BOOT;
	else if (has.retired || has.client_window_ms != wants.client_window_ms ||
	    has.host_window_ms != wants.host_window_ms)
		*ret_fitness = OUTDATED;
	else
		*ret_fitness = FIT;
	return 0;
}

/* Everything that still counts in one ring, counted in another. */
static void
carry_ring(const struct ring *from, const struct ring *to, const struct now *now)
{
	uint64_t sum;

	if (from->window_ms == to->window_ms) {
		for (unsigned int i = 0; i < RING_WORDS; i++)
			atomic_store(&to->words[i], atomic_load(&from->words[i]));
		return;
	}
	sum = ring_sum(from, ring_epoch(from, now->boot_ms));
	if (sum > UINT32_MAX)
		sum = UINT32_MAX;
	if (sum > 0)
		ring_add(to, ring_clock_epoch(to, now->boot_ms), (uint32_t)sum);
}

static void
carry(budget_table_word *from, budget_table_word *to, const struct now *now)
{
	struct ring old = budget_table_host(from), new = budget_table_host(to);

	carry_ring(&old, &new, now);
	old = budget_table_day(from);
	new = budget_table_day(to);
	carry_ring(&old, &new, now);
	for (unsigned int row = 0; row < BUDGET_TABLE_ROWS; row++) {
		for (unsigned int i = 0; i < BUDGET_TABLE_ROW_RINGS; i++) {
			old = budget_table_client(from, row, i);
			new = budget_table_client(to, row, i);
			carry_ring(&old, &new, now);
		}
	}
}

/* A new table in the place of old (NULL: of none), written out in full. The directory is locked. */
static int
replace(const struct budget_settings *settings, const struct now *now, budget_table_word *old,
	struct fault *fault)
{
	struct header header;
	struct file_content content = { .size = BUDGET_TABLE_SIZE };
	budget_table_word *words;
	int result;

	words = calloc(BUDGET_TABLE_WORDS, sizeof *words);
	if (words == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	expected_header(settings, now, &header);
	atomic_store(&words[0], header.magic);
	atomic_store(&words[WORD_VERSION], header.version);
	atomic_store(&words[WORD_BOOT], header.boot[0]);
	atomic_store(&words[WORD_BOOT + 1], header.boot[1]);
	atomic_store(&words[WORD_CLIENT_WINDOW], (uint64_t)header.client_window_ms);
	atomic_store(&words[WORD_HOST_WINDOW], (uint64_t)header.host_window_ms);
	if (old != NULL) {
		/*
		 * From here on whoever counts in the old one notices and counts again in the new.
		 */
		atomic_store(&old[WORD_RETIRED], 1);
		carry(old, words, now);
	}
	content.bytes = words;
	result = file_replace(settings->directory, NAME, &content, fault);
	free(words);
	return result;
}

/* With the directory locked, so that only one of many replaces it. */
static int
renew(const struct budget_settings *settings, const struct now *now, struct fault *fault)
{
	budget_table_word *words = NULL;
	enum fitness fitness = ANOTHER_BOOT;
	int lock, result;

	result = directory_lock(settings->directory, &lock, fault);
	if (result != 0)
		return result;
	result = map(settings->directory, &words, fault);
	if (result == 0)
		result = check(words, settings, now, &fitness, fault);
	else if (result == FILE_ABSENT)
		result = 0;
	if (result == 0 && fitness != FIT)
		result = replace(settings, now, fitness == OUTDATED ? words : NULL, fault);
	budget_table_close(&words);
	directory_unlock(lock);
	return result;
}

int
budget_table_open(const struct budget_settings *settings, const struct now *now,
	budget_table_word **ret_words, struct fault *fault)
{
	budget_table_word *words = NULL;
	enum fitness fitness = ANOTHER_BOOT;

	/* Twice, unless somebody with other windows replaces it just then. */
	for (int tries = 0; tries < 4; tries++) {
		int result = map(settings->directory, &words, fault);

		if (result == 0)
			result = check(words, settings, now, &fitness, fault);
		if (result == 0 && fitness == FIT) {
			*ret_words = words;
			return 0;
		}
		budget_table_close(&words);
		if (result == 0 || result == FILE_ABSENT)
			result = renew(settings, now, fault);
		if (result != 0)
			return result;
	}
	return fault_set(fault, FAULT_BUSY, "%s/" NAME ": replaced again and again",
		settings->directory->path);
}
