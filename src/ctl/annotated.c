/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/annotated.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/conf_file.h"
#include "core/fault.h"

#define SIZE_MAX_READ ((size_t)1024 * 1024)

/* A part of the text. */
struct span {
	size_t at, length;
};

static int
out_of_memory(struct fault *fault)
{
	return fault_set(fault, FAULT_MEMORY, "out of memory");
}

void
annotated_free(struct annotated *it)
{
	if (it->text != NULL)
		sodium_memzero(it->text, it->size);
	free(it->text);
	*it = (struct annotated)ANNOTATED_NONE;
}

int
annotated_read(const char *path, struct annotated *ret_it, struct fault *fault)
{
	struct annotated it = ANNOTATED_NONE;
	ssize_t size = -1;
	int fd = -1, result;

	result = conf_file_open(path, CONF_PUBLIC, &fd, fault);
	if (result != 0)
		return result;
	it.text = malloc(SIZE_MAX_READ);
	if (it.text != NULL)
		size = read(fd, it.text, SIZE_MAX_READ);
	close(fd);
	if (it.text == NULL)
		return out_of_memory(fault);
	if (size < 0 || (size_t)size == SIZE_MAX_READ) {
		free(it.text);
		return fault_set_errno(fault, FAULT_CONFIG, size < 0 ? errno : EFBIG,
			"%s: cannot be read", path);
	}
	it.size = (size_t)size;
	*ret_it = it;
	return 0;
}

/* Puts other in place of the part at span. */
static int
splice(struct annotated *it, struct span span, const char *other, struct fault *fault)
{
	const size_t length = strlen(other);
	const size_t rest = it->size - span.at - span.length;
	struct annotated made = { .size = it->size - span.length + length };

	made.text = malloc(made.size + 1);
	if (made.text == NULL)
		return out_of_memory(fault);
	memcpy(made.text, it->text, span.at);
	memcpy(made.text + span.at, other, length);
	memcpy(made.text + span.at + length, it->text + span.at + span.length, rest);
	made.text[made.size] = '\0';
	annotated_free(it);
	*it = made;
	return 0;
}

static const char *
end_of_line(const char *from, const char *stop)
{
	const char *end = memchr(from, '\n', (size_t)(stop - from));

	return end != NULL ? end : stop;
}

/* Where the value of "key = value;" begins in a line, or NULL. */
static const char *
value_in(const char *line, const char *end, const char *key)
{
	const size_t length = strlen(key);

	if ((size_t)(end - line) <= length || memcmp(line, key, length) != 0)
		return NULL;
	for (line += length; line < end && *line == ' '; line++)
		;
	if (line == end || *line != '=')
		return NULL;
	for (line++; line < end && *line == ' '; line++)
		;
	return line;
}

/* Up to the ";" that ends it. */
static size_t
value_length(const char *value, const char *end)
{
	const char *at = value;
	bool quoted = false;

	for (; at < end && (quoted || *at != ';'); at++) {
		if (quoted && *at == '\\' && at + 1 < end)
			at++;
		else if (*at == '"')
			quoted = !quoted;
	}
	return (size_t)(at - value);
}

/* The line of a key: where it begins, and its value. */
static enum annotated_line
find(const struct annotated *it, const char *key, size_t *ret_line, struct span *ret_value)
{
	const char *const stop = it->text + it->size;
	enum annotated_line found = ANNOTATED_ABSENT;

	for (const char *line = it->text; line < stop; line = end_of_line(line, stop) + 1) {
		const char *end = end_of_line(line, stop);
		const bool silent = line[0] == '#';
		const char *value = value_in(line + silent, end, key);

		if (value == NULL || (silent && found == ANNOTATED_SILENT))
			continue;
		*ret_line = (size_t)(line - it->text);
		ret_value->at = (size_t)(value - it->text);
		ret_value->length = value_length(value, end);
		found = silent ? ANNOTATED_SILENT : ANNOTATED_ACTIVE;
		if (found == ANNOTATED_ACTIVE)
			break;
	}
	return found;
}

enum annotated_line
annotated_find(const struct annotated *it, const char *key)
{
	struct span value;
	size_t line;

	return find(it, key, &line, &value);
}

static int
append(struct annotated *it, const char *text, struct fault *fault)
{
	return splice(it, (struct span){ it->size, 0 }, text, fault);
}

int
annotated_set(struct annotated *it, const char *key, const char *value, struct fault *fault)
{
	struct span place = { 0, 0 };
	size_t line = 0;
	const enum annotated_line found = find(it, key, &line, &place);
	int result;

	if (found != ANNOTATED_ABSENT) {
		result = splice(it, place, value, fault);
		if (result == 0 && found == ANNOTATED_SILENT)
			result = splice(it, (struct span){ line, 1 }, "", fault);
		return result;
	}
	result = append(it, key, fault);
	if (result == 0)
		result = append(it, " = ", fault);
	if (result == 0)
		result = append(it, value, fault);
	return result == 0 ? append(it, ";\n", fault) : result;
}

char *
annotated_quote(const char *string, struct fault *fault)
{
	char *quoted = malloc(2 * strlen(string) + 3), *to = quoted;

	if (quoted == NULL) {
		(void)out_of_memory(fault);
		return NULL;
	}
	*to++ = '"';
	for (; *string != '\0'; string++) {
		if ((unsigned char)*string < ' ' || *string == 0x7f) {
			sodium_memzero(quoted, (size_t)(to - quoted));
			free(quoted);
			(void)fault_set(fault, FAULT_CONFIG,
				"a value has a control character");
			return NULL;
		}
		if (*string == '"' || *string == '\\')
			*to++ = '\\';
		*to++ = *string;
	}
	*to++ = '"';
	*to = '\0';
	return quoted;
}

int
annotated_set_string(struct annotated *it, const char *key, const char *string,
	struct fault *fault)
{
	struct fault why = { .kind = FAULT_MEMORY };
	char *quoted = annotated_quote(string, &why);
	int result;

	if (quoted == NULL)
		return fault_set(fault, why.kind, "%s: %s", key, why.text);
	result = annotated_set(it, key, quoted, fault);
	sodium_memzero(quoted, strlen(quoted));
	free(quoted);
	return result;
}

int
annotated_silence(struct annotated *it, const char *key, struct fault *fault)
{
	struct span value;
	size_t line;

	if (find(it, key, &line, &value) != ANNOTATED_ACTIVE)
		return 0;
	return splice(it, (struct span){ line, 0 }, "#", fault);
}

int
annotated_replace(struct annotated *it, const char *part, const char *other, struct fault *fault)
{
	const size_t length = strlen(part);
	const char *const stop = it->text + it->size;
	const char *found = memmem(it->text, it->size, part, length);

	if (found == NULL ||
	    memmem(found + 1, (size_t)(stop - found - 1), part, length) != NULL)
		return fault_set(fault, FAULT_CONFIG, "the example does not have %s once", part);
	return splice(it, (struct span){ (size_t)(found - it->text), length }, other, fault);
}

int
annotated_open(const struct annotated *it, int *ret_fd, struct fault *fault)
{
	int fd = memfd_create("smsotp", MFD_CLOEXEC);

	if (fd < 0)
		return fault_set_errno(fault, FAULT_SYSTEM, errno, "memfd_create");
	for (size_t done = 0; done < it->size;) {
		ssize_t count = pwrite(fd, it->text + done, it->size - done, (off_t)done);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0) {
			close(fd);
			return fault_set_errno(fault, FAULT_SYSTEM, errno, "memfd_create");
		}
		done += (size_t)count;
	}
	*ret_fd = fd;
	return 0;
}

int
annotated_parse(const struct annotated *it, const char *path, struct conf_file **ret_file,
	struct fault *fault)
{
	int fd = -1, result;

	result = annotated_open(it, &fd, fault);
	if (result != 0)
		return result;
	result = conf_file_parse(fd, path, ret_file, fault);
	close(fd);
	return result;
}
