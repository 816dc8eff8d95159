/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is written to the records of one user and one phone, write by write, with what was promised
 * meanwhile; and any state in which a kill or a loss of power can leave them. The program that
 * includes it is linked with -Wl,--wrap=pwrite -Wl,--wrap=fdatasync -Wl,--wrap=fsync.
 */
#ifndef SMSOTP_TESTS_STORE_LOG_H
#define SMSOTP_TESTS_STORE_LOG_H

#include "store_bench.h"

#include "core/record.h"

#define LOG_MAX 256
#define LOG_FILES 3
#define LOG_PENDING_MAX 12
#define LOG_PATH_SIZE (2 * PATH_MAX)
#define SECTOR 512

enum { LOG_USER, LOG_PHONE, LOG_CODES };

enum log_kind { LOG_WRITE, LOG_SYNC, LOG_PROMISE };

/* What has been told to the caller of the store, and so must hold whatever happens from then on. */
struct log_promise {
	unsigned int wrong;	/* answers, since the last right one */
	unsigned int texts;	/* reserved */
	unsigned int used;	/* codes, of those issued the first so many */
};

struct log_entry {
	enum log_kind kind;
	unsigned int file;
	off_t at;
	size_t size;
	uint8_t bytes[RECORD_SLOT_SIZE];
	struct log_promise promise;
};

struct log_file {
	char path[LOG_PATH_SIZE];
	ino_t inode;
	uint8_t before[RECORD_FILE_SIZE];	/* before the first entry */
};

static struct log {
	bool watching;
	struct log_file file[LOG_FILES];
	struct log_entry entry[LOG_MAX];
	size_t count;
} log_of;

ssize_t __real_pwrite(int fd, const void *bytes, size_t size, off_t at);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t size, off_t at);
int __wrap_fdatasync(int fd);
int __wrap_fsync(int fd);

static struct log_entry *
log_next(enum log_kind kind, int fd)
{
	struct log_entry *entry = &log_of.entry[log_of.count];
	struct stat st;

	assert_in_range(log_of.count, 0, LOG_MAX - 1);
	entry->kind = kind;
	if (kind != LOG_PROMISE) {
		assert_int_equal(fstat(fd, &st), 0);
		for (entry->file = 0; log_of.file[entry->file].inode != st.st_ino; entry->file++)
			assert_in_range(entry->file, 0, LOG_FILES - 2);
	}
	log_of.count++;
	return entry;
}

ssize_t
__wrap_pwrite(int fd, const void *bytes, size_t size, off_t at)
{
	if (log_of.watching) {
		struct log_entry *entry = log_next(LOG_WRITE, fd);

		assert_in_range(size, 1, sizeof entry->bytes);
		entry->at = at;
		entry->size = size;
		memcpy(entry->bytes, bytes, size);
	}
	return __real_pwrite(fd, bytes, size, at);
}

int
__wrap_fdatasync(int fd)
{
	if (log_of.watching)
		(void)log_next(LOG_SYNC, fd);
	return 0;
}

/* Of directories: all that is in them is there before the first entry. */
int
__wrap_fsync(int fd)
{
	(void)fd;
	return 0;
}

static inline void
log_promise(const struct log_promise *promise)
{
	log_next(LOG_PROMISE, -1)->promise = *promise;
}

/* The records are there, and from now on all is written down. */
static inline void
log_begin(const struct bench *it)
{
	char folder[PATH_MAX + 16];
	DIR *stream;

	snprintf(log_of.file[LOG_USER].path, LOG_PATH_SIZE, "%s/users/%d", it->state_dir, UID);
	snprintf(log_of.file[LOG_CODES].path, LOG_PATH_SIZE, "%s/codes/%d", it->run_dir, UID);
	snprintf(folder, sizeof folder, "%s/phones", it->state_dir);
	stream = opendir(folder);
	assert_non_null(stream);
	for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
		if (entry->d_name[0] != '.')
			snprintf(log_of.file[LOG_PHONE].path, LOG_PATH_SIZE, "%s/%s", folder,
				entry->d_name);
	closedir(stream);
	for (size_t i = 0; i < LOG_FILES; i++) {
		struct log_file *file = &log_of.file[i];
		int fd = open(file->path, O_RDONLY | O_CLOEXEC);
		struct stat st;

		assert_true(fd >= 0);
		assert_int_equal(fstat(fd, &st), 0);
		file->inode = st.st_ino;
		assert_int_equal(read(fd, file->before, RECORD_FILE_SIZE), RECORD_FILE_SIZE);
		close(fd);
	}
	log_of.count = 0;
	log_of.watching = true;
}

/* Which sectors of a write have arrived; those of a single byte are one. */
static inline void
log_apply(uint8_t file[static RECORD_FILE_SIZE], const struct log_entry *entry,
	unsigned int sectors)
{
	for (size_t at = 0; at < entry->size; at += SECTOR) {
		size_t size = entry->size - at < SECTOR ? entry->size - at : SECTOR;

		if ((sectors >> at / SECTOR & 1) != 0)
			memcpy(file + entry->at + at, entry->bytes + at, size);
	}
}

/* The files as they are now become these. */
static inline void
log_put(uint8_t files[static LOG_FILES][RECORD_FILE_SIZE])
{
	for (size_t i = 0; i < LOG_FILES; i++) {
		int fd = open(log_of.file[i].path, O_WRONLY | O_CLOEXEC);

		/* The codes of a boot that is over. */
		if (fd < 0)
			continue;
		assert_int_equal(__real_pwrite(fd, files[i], RECORD_FILE_SIZE, 0),
			RECORD_FILE_SIZE);
		close(fd);
	}
}

#endif
