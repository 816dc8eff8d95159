/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts as a JSON document, and for people. */
#ifndef SMSOTP_CTL_COUNTS_DOCUMENT_H
#define SMSOTP_CTL_COUNTS_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct config;
struct counts;

struct counts_order {
	const struct config *config;	/* whose gateways' files have the prices */
	bool exempt_only;
	size_t users;			/* how many are listed, and how many exemptions */
};

/* NULL: no memory. */
json_t *counts_document(const struct counts *counts, const struct counts_order *order);

void counts_show(const json_t *document);

#endif
