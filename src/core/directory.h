/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Directories that only we may enter. They are never opened through a symlink, and are checked on
 * the descriptor that is then used: a path can lead elsewhere a moment later (CVE-2024-47191).
 * Descriptors are close-on-exec and above 2, since root daemons may have 0, 1 and 2 closed.
 */
#ifndef SMSOTP_CORE_DIRECTORY_H
#define SMSOTP_CORE_DIRECTORY_H

struct fault;

#define DIRECTORY_PATH_SIZE 256
/*
 * A file being written; whoever holds the directory's lock may remove it, left behind by a killed
 * process.
 */
#define DIRECTORY_SCRATCH ".new"
#define DIRECTORY_NONE { .fd = -1 }

/*
 * What a directory holds is either synced, or dies with the boot and never is, or is only read:
 * whatever a rehearsal makes or changes stays in this process. A directory that is missing then has
 * no descriptor, and nothing is in it.
 */
enum directory_life { DIRECTORY_DURABLE, DIRECTORY_VOLATILE, DIRECTORY_REHEARSED };

struct directory {
	int fd;
	enum directory_life life;
	char path[DIRECTORY_PATH_SIZE];	/* for messages only; may be cut */
};

/*
 * Opens the directory at an absolute path, making it (0700) if it is missing. Its parent must
 * exist, and be writable by nobody who could put another directory in its place. A symlink, another
 * owner than the effective uid, or any right for group or others is a FAULT_STATE.
 */
int directory_open(const char *path, enum directory_life life, struct directory *ret_directory,
	struct fault *fault) __attribute__((warn_unused_result));

/* The same for a directory in one of ours. */
int directory_open_under(const struct directory *parent, const char *name,
	struct directory *ret_directory, struct fault *fault) __attribute__((warn_unused_result));

/* Safe on one that was never opened (DIRECTORY_NONE). */
void directory_close(struct directory *directory);

/* Moves fd above 2 and returns it, or closes it and returns -1 with errno; -1 is handed through. */
int directory_raise_fd(int fd);

/*
 * Locks the directory against others who replace what is in it, with a bounded wait (FAULT_BUSY).
 * *ret_lock is a descriptor of its own for directory_unlock: the directory's may be shared with a
 * process that was forked, and so would the lock.
 */
int directory_lock(const struct directory *directory, int *ret_lock, struct fault *fault)
	__attribute__((warn_unused_result));
void directory_unlock(int lock);

#endif
