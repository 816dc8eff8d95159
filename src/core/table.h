/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file of 64-bit words in a directory of ours, mapped by every process and changed by atomic
 * operations alone. Who calls su or sudo may stop or kill a process at any instant, so nothing in
 * it is ever locked; only making and replacing the file takes a lock. The words are in the
 * machine's own order: a table dies with its boot.
 */
#ifndef SMSOTP_CORE_TABLE_H
#define SMSOTP_CORE_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct directory;
struct fault;
struct now;

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && sizeof(_Atomic uint64_t) == sizeof(uint64_t),
	"shared memory needs 64-bit words without locks");

typedef _Atomic uint64_t table_word;

/* Every table begins with these; TABLE_RETIRED is 1 once another file takes its place. */
enum { TABLE_MAGIC, TABLE_VERSION, TABLE_RETIRED, TABLE_BOOT, TABLE_OWN = TABLE_BOOT + 2 };

enum table_fitness {
	TABLE_FIT,
	TABLE_OUTDATED,		/* replaced by one that takes over what it says */
	TABLE_FOREIGN		/* replaced by an empty one */
};

struct table_type {
	const char *name;	/* of the file, in words for the administrator, too */
	const char *what;	/* "table of budgets" */
	uint8_t magic[8];
	uint64_t version;
	size_t word_count;
	/*
	 * What is damaged, or of another version, is made anew and reported. Without it that is a
	 * fault, since what such a table counts must not be thrown away.
	 */
	bool expendable;
	/*
	 * Looks at what follows the common words of a table of this boot or of another (foreign).
	 * NULL: nothing. context is table_open's.
	 */
	int (*check)(const void *context, table_word *words, enum table_fitness *fitness,
		struct fault *fault);
	/*
	 * Fills in the words after the common ones, which are all zero. old is NULL unless its
	 * fitness was TABLE_OUTDATED; it is retired by then. NULL: nothing.
	 */
	void (*fill)(const void *context, table_word *words, table_word *old);
};

struct table_place {
	const struct directory *directory;
	const struct now *now;
	const void *context;	/* for check and fill */
};

/*
 * Maps the table of this boot, made or replaced if need be. Returns 0 or a fault. With 0 *fault is
 * left as it was, unless this call has made an expendable one anew: then it says what was wrong. In
 * a rehearsal the words are this process's own, and so is a table that would be made.
 */
int table_open(const struct table_type *type, const struct table_place *place,
	table_word **ret_words, struct fault *fault) __attribute__((warn_unused_result));

/* Safe on NULL. */
void table_close(const struct table_type *type, table_word **words);

#endif
