/* SPDX-License-Identifier: BSD-2-Clause */
/* What a gateway file names by path: spools, programs. Opened while root, before the parsing. */
#ifndef SMSOTP_HELPER_PLACE_H
#define SMSOTP_HELPER_PLACE_H

struct fault;

/* Who may have put what is there where it is. */
enum place_trust {
	PLACE_ANYBODY,
	/*
	 * Root alone (or the effective uid): no directory on the way belongs to or may be written
	 * by somebody else, but for sticky ones, where others' entries cannot be replaced.
	 */
	PLACE_ROOT
};

/*
 * Opens an absolute path with O_PATH, one directory after the other and never through a symbolic
 * link: who can make one must not choose where root looks. Not for reading; *ret_fd is CLOEXEC
 * and may be anything but a link. Returns 0 or FAULT_CONFIG.
 */
int place_open(const char *path, enum place_trust trust, int *ret_fd, struct fault *fault)
	__attribute__((warn_unused_result));

#endif
