/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/exec.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "helper/program.h"
#include "helper/redact.h"
#include "wire/wire.h"

/* sysexits.h, as sendmail and postfix read the status of who delivers for them. */
static enum wire_outcome
by_exit(int status)
{
	switch (status) {
	case EX_OK: return WIRE_ACCEPTED;
	case EX_NOUSER: return WIRE_RECIPIENT;
	case EX_NOHOST: return WIRE_UNROUTABLE;
	case EX_UNAVAILABLE:
	case EX_TEMPFAIL: return WIRE_PASSING;
	case EX_NOPERM:
	case EX_CONFIG: return WIRE_OPERATOR;
	default: return WIRE_UNRECOGNISED;
	}
}

static enum wire_outcome
by_end(const struct program_end *end)
{
	switch (end->fate) {
	case PROGRAM_EXITED: return by_exit(end->number);
	case PROGRAM_NOT_RUN: return WIRE_OPERATOR;
	/* It may have sent the text before. */
	case PROGRAM_SIGNALLED:
	case PROGRAM_LATE: break;
	}
	return WIRE_AMBIGUOUS;
}

void
exec_send(struct program *program, const struct program_order *order,
	const struct values *values, exec_posting *posting, void *data,
	struct wire_reply *ret_reply)
{
	struct wire_reply reply = { .outcome = WIRE_UNREACHABLE };
	struct program_line line;
	struct program_end end;

	if (!posting(data)) {
		snprintf(reply.detail, sizeof reply.detail, "nobody waits for the answer");
		*ret_reply = reply;
		return;
	}
	program_run(program, order, &end);
	reply.outcome = by_end(&end);
	line = program_first_line(&end.output);
	if (reply.outcome != WIRE_ACCEPTED)
		program_describe(&end, values, reply.detail);
	else if (redact_passes_id(line.text, values))
		memcpy(reply.message_id, line.text, strlen(line.text) + 1);
	*ret_reply = reply;
	sodium_memzero(&end, sizeof end);
}
