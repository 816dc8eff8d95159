/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/fault.h"

#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 4, 0)))
static void
fault_write(struct fault *fault, enum fault_kind kind, int errnum, const char *format, va_list args)
{
	if (fault == NULL)
		return;
	fault->kind = kind;
	vsnprintf(fault->text, sizeof fault->text, format, args);
	if (errnum != 0) {
		size_t used = strlen(fault->text);
		/*
		 * Not strerror: the host may be threaded, and its locale must not reword the log.
		 */
		locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);

		if (plain == (locale_t)0) {
			snprintf(fault->text + used, sizeof fault->text - used, ": error %d",
				errnum);
		} else {
			snprintf(fault->text + used, sizeof fault->text - used, ": %s",
				strerror_l(errnum, plain));
			freelocale(plain);
		}
	}
	for (char *p = fault->text; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	}
}

int
fault_set(struct fault *fault, enum fault_kind kind, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fault_write(fault, kind, 0, format, args);
	va_end(args);
	return kind;
}

int
fault_set_errno(struct fault *fault, enum fault_kind kind, int errnum, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fault_write(fault, kind, errnum, format, args);
	va_end(args);
	return kind;
}
