/* SPDX-License-Identifier: BSD-2-Clause */
/* The gateway that is a directory: a daemon with a modem takes the files out of it. */
#ifndef SMSOTP_HELPER_SPOOL_H
#define SMSOTP_HELPER_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct fault;
struct wire_reply;

#define SPOOL_NAME_MAX 96	/* gammu-smsd copies names into 100 bytes, unchecked */

struct spool {
	int fd;		/* O_PATH; -1: none */
	gid_t group;	/* which the helper must be in, and no other */
	bool listed;	/* users outside that group can read the names in it */
};

#define SPOOL_NONE { .fd = -1 }

/*
 * Opens the directory while root. Refused: a symbolic link anywhere on the way; a directory that
 * everybody may write to (anybody could take a text out, or send any); one whose group may not
 * write, or is root's own, which the helper must not be in.
 */
int spool_open(const char *path, struct spool *ret_spool, struct fault *fault)
	__attribute__((warn_unused_result));

struct spool_file {
	const char *name;	/* letters, digits, "._+-"; no "." at its beginning */
	const char *bytes;
	size_t size;
};

/* Whether name may be a file's in a spool. */
bool spool_name_valid(const char *name) __attribute__((warn_unused_result));

/* Called when all is written and before the daemon can see it; false: withdraw it. */
typedef bool spool_posting(void *data);

/*
 * The file appears whole or not at all, with mode 0640 (the daemon reads it by its group), and
 * never in the place of another. Fails with no trace. Fills *ret_reply; WIRE_ACCEPTED: the
 * daemon's directory has it.
 */
void spool_put(const struct spool *spool, const struct spool_file *file, spool_posting *posting,
	void *data, struct wire_reply *ret_reply);

#endif
