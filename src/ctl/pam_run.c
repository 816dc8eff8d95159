/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/pam_run.h"

#include <string.h>

#include "ctl/pam_stack.h"

enum impression { UNDECIDED, POSITIVE, NEGATIVE };

struct state {
	enum impression impression;
	int status;
};

static const struct state beginning = { UNDECIDED, PAM_RETURN_MUST_FAIL };

static void
count_ok(struct state *state, int result)
{
	if (state->impression == NEGATIVE)
		return;
	/* An ok that is no success stands, whatever succeeds after it. */
	if (state->impression == POSITIVE && state->status != PAM_RETURN_SUCCESS)
		return;
	state->impression = POSITIVE;
	state->status = result;
}

static void
count_bad(struct state *state, int result)
{
	if (state->impression == NEGATIVE)
		return;
	state->impression = NEGATIVE;
	state->status = result == PAM_RETURN_IGNORE ? PAM_RETURN_MUST_FAIL : result;
}

/* The last of the steps at the level of steps[at] or deeper that follow it. */
static size_t
last_of_level(const struct pam_step *steps, size_t count, size_t at)
{
	const unsigned int level = steps[at].level;

	while (at + 1 < count && steps[at + 1].level >= level)
		at++;
	return at;
}

/* Where a jump over so many lines ends; a substack counts as one. False: too far. */
static bool
jump(const struct pam_step *steps, size_t count, size_t at, int lines, size_t *ret_at)
{
	const unsigned int level = steps[at].level;

	while (lines > 0 && at + 1 < count && steps[at + 1].level >= level) {
		at++;
		while (at + 1 < count && steps[at + 1].level > level)
			at++;
		lines--;
	}
	*ret_at = at;
	return lines == 0;
}

int
pam_run(const struct pam_step *steps, size_t count, const int *results, bool *ret_called)
{
	struct state state = beginning, entered[PAM_RUN_LEVELS] = { beginning };
	unsigned int level = 0;

	memset(ret_called, 0, count * sizeof *ret_called);
	for (size_t i = 0; i < count; i++) {
		int action;

		for (; level < steps[i].level && level + 1 < PAM_RUN_LEVELS; level++)
			entered[level + 1] = state;
		level = steps[i].level;
		if (steps[i].substack)
			continue;
		ret_called[i] = true;
		action = steps[i].actions[results[i]];
		switch (action) {
		case PAM_ACTION_IGNORE:
			break;
		case PAM_ACTION_OK:
			count_ok(&state, results[i]);
			break;
		case PAM_ACTION_DONE:
			count_ok(&state, results[i]);
			if (state.impression != NEGATIVE)
				i = last_of_level(steps, count, i);
			break;
		case PAM_ACTION_BAD:
			count_bad(&state, results[i]);
			break;
		case PAM_ACTION_DIE:
			count_bad(&state, results[i]);
			i = last_of_level(steps, count, i);
			break;
		case PAM_ACTION_RESET:
			state = level < PAM_RUN_LEVELS ? entered[level] : beginning;
			break;
		default:
			/* Too far: whatever was said before no longer counts. */
			if (!jump(steps, count, i, action, &i))
				state = (struct state){ NEGATIVE, PAM_RETURN_MUST_FAIL };
			break;
		}
	}
	/* As libpam, which trusts no success that nobody decided on. */
	if (state.status == PAM_RETURN_SUCCESS && state.impression != POSITIVE)
		return PAM_RETURN_MUST_FAIL;
	return state.status;
}
