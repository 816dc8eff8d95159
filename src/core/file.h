/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole files in a directory of ours: opened without following symlinks and checked by fstat on the
 * descriptor that is then used (a FIFO would hang the login: CVE-2024-22365; a second link would
 * lead a write elsewhere), and made so that they appear complete or not at all.
 */
#ifndef SMSOTP_CORE_FILE_H
#define SMSOTP_CORE_FILE_H

#include <stddef.h>

struct directory;
struct fault;

enum file_answer { FILE_DONE = 0, FILE_ABSENT = 1, FILE_EXISTS = 2 };

struct file_content {
	const void *bytes;
	size_t size;
};

/*
 * Opens for reading and writing. FAULT_STATE if it is not a regular file of ours with one link and
 * no rights for group and others; FAULT_DAMAGED if it has not exactly this size. FILE_ABSENT
 * (*ret_fd is untouched): there is none. The descriptor is close-on-exec and above 2.
 */
int file_open(const struct directory *directory, const char *name, size_t size, int *ret_fd,
	struct fault *fault) __attribute__((warn_unused_result));

/* Opens for reading alone, whatever its size; otherwise as file_open. */
int file_open_reading(const struct directory *directory, const char *name, int *ret_fd,
	struct fault *fault) __attribute__((warn_unused_result));

/*
 * Opens for reading and appending, whatever its size; one that is missing is made, and nothing is
 * synced. Otherwise as file_open; FILE_ABSENT: it was there, and was removed at that instant.
 */
int file_open_appending(const struct directory *directory, const char *name, int *ret_fd,
	struct fault *fault) __attribute__((warn_unused_result));

/*
 * Makes a file of mode 0600, synced together with the directory where that is durable. FILE_EXISTS:
 * it was there already, or another process was quicker; it is left alone.
 */
int file_make(const struct directory *directory, const char *name,
	const struct file_content *content,
	struct fault *fault) __attribute__((warn_unused_result));

/* Makes a file or replaces the one of that name, atomically. The caller holds directory_lock. */
int file_replace(const struct directory *directory, const char *name,
	const struct file_content *content, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Gives a file made without one (O_TMPFILE) a name in the directory that is open as directory. 0 or
 * an errno: EEXIST if it is taken.
 */
int file_give_name(int fd, int directory, const char *name) __attribute__((warn_unused_result));

#endif
