/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/directory.h"
#include "core/fault.h"
#include "core/file.h"
#include "ctl/series.h"
#include "ctl/tally.h"

#define HEAD "smsotp-totals 1"
#define END "end"
#define SERIES_MAX 8192
#define SIZE_MAX_BYTES 4194304
#define HEX "0123456789abcdef"
#define DIGITS "0123456789"

/* A decimal number, alone. */
static bool
read_number(const char *text, uint64_t most, uint64_t *ret_number)
{
	uint64_t number;
	char *end;

	if (text[0] == '\0' || strspn(text, DIGITS) != strlen(text) || strlen(text) > 19)
		return false;
	number = strtoull(text, &end, 10);
	if (number > most)
		return false;
	*ret_number = number;
	return true;
}

/* "file NUMBER MARK AT" */
static bool
read_place(struct series *series, char *text)
{
	const size_t number = text[0] == '1' ? 1 : 0;
	struct series_place *place = &series->place[number];
	uint64_t at;

	if ((text[0] != '0' && text[0] != '1') || text[1] != ' ' ||
	    strspn(text + 2, HEX) != SERIES_MARK_SIZE - 1 || text[SERIES_MARK_SIZE + 1] != ' ' ||
	    !read_number(text + SERIES_MARK_SIZE + 2, INT64_MAX, &at))
		return false;
	memcpy(place->mark, text + 2, SERIES_MARK_SIZE - 1);
	place->at = (int64_t)at;
	return true;
}

/* "FAMILY LABEL=VALUE … NUMBER". Returns 0, FAULT_DAMAGED or FAULT_MEMORY. */
static int
read_count(struct series *series, const char *line)
{
	const char *space = strrchr(line, ' ');
	uint32_t *counts;
	uint64_t number;

	if (space == NULL || space == line || !read_number(space + 1, UINT32_MAX, &number))
		return FAULT_DAMAGED;
	counts = tally_counts(series->counts, line, (size_t)(space - line));
	if (counts == NULL)
		return FAULT_MEMORY;
	counts[0] = (uint32_t)number;
	return 0;
}

/* text is taken apart. */
static int
read_lines(struct series *series, char *text)
{
	char *line;
	int result = 0;

	if (strncmp(text, HEAD "\n", sizeof HEAD) != 0)
		return FAULT_DAMAGED;
	text += sizeof HEAD;
	while (result == 0 && (line = strsep(&text, "\n")) != NULL) {
		if (strcmp(line, END) == 0)
			return text != NULL && text[0] == '\0' ? 0 : FAULT_DAMAGED;
		if (strncmp(line, "file ", 5) == 0)
			result = read_place(series, line + 5) ? 0 : FAULT_DAMAGED;
		else
			result = read_count(series, line);
	}
	return result != 0 ? result : FAULT_DAMAGED;
}

/* The whole file, with a NUL behind it; the caller frees it. NULL: errno says why. */
static char *
read_whole(int fd)
{
	struct stat st;
	size_t done = 0;
	char *text;

	if (fstat(fd, &st) != 0)
		return NULL;
	if (st.st_size > SIZE_MAX_BYTES) {
		errno = EFBIG;
		return NULL;
	}
	text = calloc(1, (size_t)st.st_size + 1);
	while (text != NULL && done < (size_t)st.st_size) {
		const ssize_t got = read(fd, text + done, (size_t)st.st_size - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return text;
}

int
series_load(const struct directory *directory, struct series *ret_series, struct fault *fault)
{
	struct series series = SERIES_NONE;
	int fd, result;

	series.counts = tally_make(1, SERIES_MAX);
	if (series.counts == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	result = file_open_reading(directory, SERIES_FILE, &fd, fault);
	if (result == 0) {
		char *text = read_whole(fd);

		if (text == NULL)
			result = fault_set_errno(fault, FAULT_STATE, errno, "%s/%s",
				directory->path, SERIES_FILE);
		else if ((result = read_lines(&series, text)) != 0)
			(void)fault_set(fault, (enum fault_kind)result, "%s/%s: %s",
				directory->path, SERIES_FILE, result == FAULT_MEMORY
				? "out of memory" : "is not as it was written");
		free(text);
		close(fd);
	}
	if (result < 0) {
		series_free(&series);
		return result;
	}
	*ret_series = series;
	return 0;
}

static void
print(FILE *file, const struct series *series)
{
	fputs(HEAD "\n", file);
	for (size_t i = 0; i < 2; i++) {
		if (series->place[i].mark[0] != '\0')
			fprintf(file, "file %zu %s %" PRId64 "\n", i, series->place[i].mark,
				series->place[i].at);
	}
	for (size_t i = 0; i < tally_size(series->counts); i++)
		fprintf(file, "%s %" PRIu32 "\n", tally_key(series->counts, i),
			tally_row(series->counts, i)[0]);
	fputs(END "\n", file);
}

int
series_save(const struct series *series, const struct directory *directory, struct fault *fault)
{
	struct file_content content = { NULL, 0 };
	char *text = NULL;
	FILE *file = open_memstream(&text, &content.size);
	int result;

	if (file == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	print(file, series);
	if (fclose(file) != 0) {
		free(text);
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	}
	content.bytes = text;
	result = file_replace(directory, SERIES_FILE, &content, fault);
	free(text);
	return result;
}
