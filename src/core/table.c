/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/directory.h"
#include "core/fault.h"
#include "core/file.h"
#include "core/limit.h"

/* Twice is enough, unless somebody with another configuration replaces it just then. */
#define TRIES_MAX 4

static size_t
size_of(const struct table_type *type)
{
	return type->word_count * sizeof(table_word);
}

/* Maps the file there is. FILE_ABSENT: there is none. */
static int
map(const struct table_type *type, const struct directory *directory, table_word **ret_words,
	struct fault *fault)
{
	void *memory;
	const bool rehearsed = directory->life == DIRECTORY_REHEARSED;
	int fd = -1, result;

	result = file_open(directory, type->name, size_of(type), &fd, fault);
	if (result != 0)
		return result;
	/*
	 * Never beyond the end of the file, which was written out in full: no page is missing
	 * later.
	 */
	memory = mmap(NULL, size_of(type), PROT_READ | PROT_WRITE,
		rehearsed ? MAP_PRIVATE : MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		result = fault_set_errno(fault, FAULT_STATE, errno, "%s/%s: cannot be mapped",
			directory->path, type->name);
	else
		*ret_words = memory;
	close(fd);
	return result;
}

void
table_close(const struct table_type *type, table_word **words)
{
	if (*words != NULL)
		munmap(*words, size_of(type));
	*words = NULL;
}

static int
check(const struct table_type *type, const struct table_place *place, table_word *words,
	enum table_fitness *ret_fitness, struct fault *fault)
{
	const char *path = place->directory->path;
	uint64_t has[TABLE_OWN];
	int result = 0;

	for (size_t i = 0; i < TABLE_OWN; i++)
		has[i] = atomic_load(&words[i]);
	if (memcmp(&has[TABLE_MAGIC], type->magic, sizeof type->magic) != 0)
		return fault_set(fault, FAULT_DAMAGED, "%s/%s: not a %s", path, type->name,
			type->what);
	if (has[TABLE_VERSION] != type->version)
		return fault_set(fault, FAULT_DAMAGED, "%s/%s: version %ju of the format, "
			"this program knows %ju", path, type->name,
			(uintmax_t)has[TABLE_VERSION], (uintmax_t)type->version);
	*ret_fitness = has[TABLE_RETIRED] != 0 ? TABLE_OUTDATED : TABLE_FIT;
	if (type->check != NULL)
		result = type->check(place->context, words, ret_fitness, fault);
	if (memcmp(&has[TABLE_BOOT], place->now->boot_id, sizeof place->now->boot_id) != 0)
		*ret_fitness = TABLE_FOREIGN;
	return result;
}

/*
 * The table there is, and whether it will do. An expendable one that is damaged is foreign; fault
 * says why.
 */
static int
look(const struct table_type *type, const struct table_place *place, table_word **ret_words,
	enum table_fitness *ret_fitness, struct fault *fault)
{
	table_word *words = NULL;
	int result;

	*ret_fitness = TABLE_FOREIGN;
	fault->text[0] = '\0';
	result = map(type, place->directory, &words, fault);
	if (result == 0)
		result = check(type, place, words, ret_fitness, fault);
	if (result == FAULT_DAMAGED && type->expendable) {
		*ret_fitness = TABLE_FOREIGN;
		result = 0;
	}
	if (result == FILE_ABSENT)
		result = 0;
	if (result == 0)
		*ret_words = words;
	else
		table_close(type, &words);
	return result;
}

/* A new table that follows old (NULL: none); words are all zero. */
static void
fill(const struct table_type *type, const struct table_place *place, table_word *words,
	table_word *old)
{
	uint64_t boot[2], magic;

	memcpy(&magic, type->magic, sizeof magic);
	memcpy(boot, place->now->boot_id, sizeof boot);
	atomic_store(&words[TABLE_MAGIC], magic);
	atomic_store(&words[TABLE_VERSION], type->version);
	atomic_store(&words[TABLE_BOOT], boot[0]);
	atomic_store(&words[TABLE_BOOT + 1], boot[1]);
	/* From here on whoever changes the old one notices, and does it again in the new. */
	if (old != NULL)
		atomic_store(&old[TABLE_RETIRED], 1);
	if (type->fill != NULL)
		type->fill(place->context, words, old);
}

/* A new table in the place of old (NULL: of none), written out in full. The directory is locked. */
static int
replace(const struct table_type *type, const struct table_place *place, table_word *old,
	struct fault *fault)
{
	struct file_content content = { .size = size_of(type) };
	table_word *words;
	int result;

	words = calloc(type->word_count, sizeof *words);
	if (words == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	fill(type, place, words, old);
	content.bytes = words;
	result = file_replace(place->directory, type->name, &content, fault);
	free(words);
	return result;
}

/*
 * With the directory locked, so that only one of many replaces it; that one has in fault what was
 * wrong with the old one.
 */
static int
renew(const struct table_type *type, const struct table_place *place, struct fault *fault)
{
	table_word *words = NULL;
	enum table_fitness fitness;
	int lock, result;

	result = directory_lock(place->directory, &lock, fault);
	if (result != 0)
		return result;
	result = look(type, place, &words, &fitness, fault);
	if (result == 0 && fitness != TABLE_FIT)
		result = replace(type, place, fitness == TABLE_OUTDATED ? words : NULL, fault);
	table_close(type, &words);
	directory_unlock(lock);
	return result;
}

/* The table there is, or in its place one that no other process sees. */
static int
rehearse(const struct table_type *type, const struct table_place *place, table_word **ret_words,
	struct fault *fault)
{
	struct fault seen = { .text = "" };
	table_word *old = NULL;
	enum table_fitness fitness;
	void *memory;
	int result = look(type, place, &old, &fitness, &seen);

	if (fault != NULL && seen.text[0] != '\0')
		*fault = seen;
	if (result != 0)
		return result;
	if (fitness == TABLE_FIT) {
		*ret_words = old;
		return 0;
	}
	memory = mmap(NULL, size_of(type), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		-1, 0);
	if (memory == MAP_FAILED) {
		result = fault_set(fault, FAULT_MEMORY, "out of memory");
	} else {
		fill(type, place, memory, fitness == TABLE_OUTDATED ? old : NULL);
		*ret_words = memory;
	}
	table_close(type, &old);
	return result;
}

int
table_open(const struct table_type *type, const struct table_place *place,
	table_word **ret_words, struct fault *fault)
{
	struct fault seen = { .text = "" }, damage = { .text = "" };
	int result = 0;

	if (place->directory->life == DIRECTORY_REHEARSED)
		return rehearse(type, place, ret_words, fault);
	for (int tries = 0; result == 0 && tries < TRIES_MAX; tries++) {
		table_word *words = NULL;
		enum table_fitness fitness;

		result = look(type, place, &words, &fitness, &seen);
		if (result == 0 && fitness == TABLE_FIT) {
			if (fault != NULL && damage.text[0] != '\0')
				*fault = damage;
			*ret_words = words;
			return 0;
		}
		table_close(type, &words);
		if (result == 0) {
			result = renew(type, place, &damage);
			seen = damage;
		}
	}
	if (result == 0)
		return fault_set(fault, FAULT_BUSY, "%s/%s: replaced again and again",
			place->directory->path, type->name);
	if (fault != NULL)
		*fault = seen;
	return result;
}
