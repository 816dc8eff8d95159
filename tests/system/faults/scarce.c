/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Preloaded: the allocation number SCARCE_AT of the process gets no memory, and then the file
 * SCARCE_MARK is made: who asked for it, innermost first, a line "OBJECT FUNCTION" each.
 * Everything that allocates in the process goes through these, also what libc does for strdup,
 * getline or stdio.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FRAMES 24

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static atomic_long counted;
static long at;
static const char *mark;
static void *frames[FRAMES];

__attribute__((constructor)) static void
begin(void)
{
	const char *number = getenv("SCARCE_AT");

	/* Its first call loads what it needs. */
	(void)backtrace(frames, FRAMES);
	mark = getenv("SCARCE_MARK");
	at = number != NULL && mark != NULL ? atol(number) : 0;
}

static void
say_who(int fd)
{
	int count = backtrace(frames, FRAMES);
	Dl_info ours, found;

	if (dladdr(frames, &ours) == 0)
		return;
	for (int i = 0; i < count; i++) {
		if (dladdr(frames[i], &found) != 0 && found.dli_fbase != ours.dli_fbase)
			dprintf(fd, "%s %s\n", found.dli_fname,
				found.dli_sname != NULL ? found.dli_sname : "-");
	}
}

static bool
refused(void)
{
	int fd;

	if (at == 0 || atomic_fetch_add(&counted, 1) + 1 != at)
		return false;
	fd = open(mark, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd >= 0) {
		say_who(fd);
		close(fd);
	}
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	return refused() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return refused() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *block, size_t size)
{
	return refused() ? NULL : __libc_realloc(block, size);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	return refused() ? NULL : __libc_memalign(alignment, size);
}

int
posix_memalign(void **ret_block, size_t alignment, size_t size)
{
	void *block = refused() ? NULL : __libc_memalign(alignment, size);

	if (block == NULL)
		return ENOMEM;
	*ret_block = block;
	return 0;
}
