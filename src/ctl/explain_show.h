/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SMSOTP_CTL_EXPLAIN_SHOW_H
#define SMSOTP_CTL_EXPLAIN_SHOW_H

#include <jansson.h>

/* What explain found, step by step, for people. */
void explain_show(const json_t *document);

#endif
