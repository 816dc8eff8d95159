/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linked into every program and library of a coverage build, in the place of gcov's own writing of
 * files. A helper in its sandbox opens none, a keeper ends by _exit, and a process that becomes
 * another program never ends: so what each counted is added, at its end, to a file that was mapped
 * when it began. That takes no system call and no descriptor, and nothing in the product knows.
 * Only a process that is killed is not counted. What a process adds is gathered before, so that
 * hardly any is killed in the middle of it, where gcov would find that less came out of a function
 * than went into it; how many were is counted, too.
 *
 * The file is made by tests/coverage.py, which makes gcov's files of it again: SLOTS slots, one for
 * each object file, found by the hash of its name. Every process writes the same words into a slot
 * but for the counts, and these are added atomically.
 */
#include <fcntl.h>
#include <gcov.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As in coverage.py. */
#define SLOTS 1024u
#define NAME_MAX_BYTES 488u
#define WORDS 8064u
#define SUMMANDS 65536u

/* Of gcov's format (gcc's gcov-io.h): a record is tag, length in bytes, data. */
#define HEADER_WORDS 4u
#define TAG_COUNTS 0x01a10000u

struct slot {
	_Atomic uint64_t hash;	/* of the name; 0: free */
	uint32_t length;	/* of the words below; set at the end */
	uint32_t too_small;
	char name[NAME_MAX_BYTES];
	uint32_t reserved[2];
	_Atomic uint32_t word[WORDS];	/* a .gcda file, with counts of zero written out */
};

struct counts {
	_Atomic uint32_t begun, ended;	/* additions */
	uint32_t too_small;	/* SUMMANDS is */
	uint32_t reserved[8189];
	struct slot slot[SLOTS];
};

/* What one process adds to one count. */
struct summand {
	_Atomic uint32_t *word;	/* the low one; the high one follows */
	uint32_t low, high;
};

/* One object file on its way into its slot. */
struct stream {
	struct slot *slot;
	uint32_t read;	/* words of the stream */
	uint32_t written;
	uint32_t tag;	/* of the record that is read */
	uint32_t left;	/* words of it */
	bool in_length;
	bool high;	/* the next word of a count is its high one */
	uint32_t low;
};

/* gcc leaves one pointer for each object file here (-fprofile-info-section=gcov_info). */
extern const struct gcov_info *const __start_gcov_info[] __attribute__((visibility("hidden")));
extern const struct gcov_info *const __stop_gcov_info[] __attribute__((visibility("hidden")));

_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);
int __gcov_execve(const char *path, char *const arguments[], char *const environment[]);

static struct counts *mapped;
static struct summand summands[SUMMANDS];
static size_t summand_count;

/* Tests take the place of open, mmap and the like. */
__attribute__((constructor)) static void
map(void)
{
	long fd = syscall(SYS_openat, AT_FDCWD, COVERAGE_FILE, O_RDWR | O_CLOEXEC);
	long at;

	if (fd < 0)
		return;
	at = syscall(
		SYS_mmap, NULL, sizeof *mapped, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)0);
	if (at != -1)
		mapped = (struct counts *)at;
	syscall(SYS_close, fd);
}

static void
find_slot(const char *name, void *argument)
{
	struct stream *stream = argument;
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; name[i] != '\0'; i++)
		hash = (hash ^ (unsigned char)name[i]) * 0x100000001b3u;
	for (uint32_t i = 0; i < SLOTS; i++) {
		struct slot *slot = &mapped->slot[(hash + i) % SLOTS];
		uint64_t there = 0;

		if (!__atomic_compare_exchange_n(&slot->hash, &there, hash, false,
			    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) && there != hash)
			continue;
		for (size_t n = 0; name[n] != '\0' && n < NAME_MAX_BYTES - 1; n++)
			slot->name[n] = name[n];
		stream->slot = slot;
		return;
	}
}

static void
write_word(struct stream *stream, uint32_t word)
{
	if (stream->slot == NULL)
		return;
	if (stream->written < WORDS)
		stream->slot->word[stream->written++] = word;
	else
		stream->slot->too_small = 1;
}

/* Low word, then high word. */
static void
take_count(struct stream *stream, uint32_t word)
{
	stream->high = !stream->high;
	if (stream->high) {
		stream->low = word;
		return;
	}
	stream->written += 2;
	if (stream->slot == NULL || (stream->low == 0 && word == 0))
		return;
	if (stream->written > WORDS)
		stream->slot->too_small = 1;
	else if (summand_count == SUMMANDS)
		mapped->too_small = 1;
	else
		summands[summand_count++] = (struct summand){
			.word = &stream->slot->word[stream->written - 2],
			.low = stream->low, .high = word,
		};
}

/* The length of counts that are all zero is negative, and they are left out. */
static void
take_length(struct stream *stream, uint32_t word)
{
	bool left_out = stream->tag == TAG_COUNTS && (int32_t)word < 0;
	uint32_t length = left_out ? -word : word;

	write_word(stream, length);
	stream->in_length = false;
	stream->high = false;
	stream->left = length / sizeof word;
	while (left_out && stream->left > 0) {
		take_count(stream, 0);
		stream->left--;
	}
}

static void
take_words(const void *data, unsigned int size, void *argument)
{
	struct stream *stream = argument;
	const uint32_t *words = data;

	for (unsigned int i = 0; i < size / sizeof *words; i++, stream->read++) {
		if (stream->read < HEADER_WORDS) {
			write_word(stream, words[i]);
		} else if (stream->in_length) {
			take_length(stream, words[i]);
		} else if (stream->left == 0) {
			stream->tag = words[i];
			stream->in_length = stream->tag != 0;
			write_word(stream, words[i]);
		} else {
			if (stream->tag == TAG_COUNTS)
				take_count(stream, words[i]);
			else
				write_word(stream, words[i]);
			stream->left--;
		}
	}
}

/* For lists of values, which these builds do not keep. */
static void *
allocate(unsigned int size, void *argument)
{
	(void)size;
	(void)argument;
	return NULL;
}

static void
add_all(void)
{
	__atomic_fetch_add(&mapped->begun, 1, __ATOMIC_SEQ_CST);
	for (size_t i = 0; i < summand_count; i++) {
		const struct summand *it = &summands[i];
		uint32_t was = __atomic_fetch_add(&it->word[0], it->low, __ATOMIC_SEQ_CST);

		__atomic_fetch_add(
			&it->word[1], it->high + (was + it->low < was), __ATOMIC_SEQ_CST);
	}
	__atomic_fetch_add(&mapped->ended, 1, __ATOMIC_SEQ_CST);
}

static void
add(void)
{
	if (mapped == NULL)
		return;
	summand_count = 0;
	for (size_t i = 0; &__start_gcov_info[i] != __stop_gcov_info; i++) {
		struct stream stream = { 0 };

		__gcov_info_to_gcda(__start_gcov_info[i], find_slot, take_words, allocate, &stream);
		if (stream.slot != NULL)
			stream.slot->length = stream.written;
	}
	add_all();
}

__attribute__((destructor)) static void
end(void)
{
	add();
	if (mapped != NULL)
		syscall(SYS_munmap, mapped, sizeof *mapped);
	mapped = NULL;
}

_Noreturn void
__wrap__exit(int status)
{
	add();
	__real__exit(status);
}

/* gcc calls this in the place of execve. */
int
__gcov_execve(const char *path, char *const arguments[], char *const environment[])
{
	add();
	return (int)syscall(SYS_execve, path, arguments, environment);
}
