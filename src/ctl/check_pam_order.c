/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smsotpctl check: what a stack does with right and wrong passwords and codes. It is run, on paper,
 * for each way in which the modules that depend on something may turn out.
 */
#include <string.h>
#include <strings.h>

#include "core/config.h"
#include "ctl/check.h"
#include "ctl/check_pam.h"

#define DEPENDS_MAX 10	/* of a stack that are tried both ways; the others fail */
#define NONE ((size_t)-1)

/* One run: which first factor knows the password, what the module says, how the rest turns out. */
struct trial {
	size_t factor;		/* its step; NONE: the password is wrong, or there is none */
	int ours;
	unsigned int depends;	/* a bit for each that does */
	bool over;		/* no trial of smsotpctl try runs */
};

struct outcome {
	int result;
	bool called[CHECK_PAM_STEPS_MAX];
	size_t asked;		/* the first step of the module that was called, or NONE */
	bool tried_before;	/* a first factor was called before that */
	bool tried;		/* at all */
};

static void
run(const struct check_pam_stack *stack, const struct trial *trial, struct outcome *ret_outcome)
{
	int results[CHECK_PAM_STEPS_MAX];
	unsigned int depends = trial->depends;

	for (size_t i = 0; i < stack->count; i++) {
		results[i] = PAM_RETURN_IGNORE;
		if (stack->roles[i] == CHECK_PAM_OURS) {
			results[i] = trial->ours;
		} else if (stack->roles[i] == CHECK_PAM_TRIAL) {
			results[i] = trial->over ? PAM_RETURN_SYSTEM_ERR : PAM_RETURN_SUCCESS;
		} else if (stack->roles[i] == CHECK_PAM_FACTOR) {
			results[i] = i == trial->factor ? PAM_RETURN_SUCCESS : PAM_RETURN_AUTH_ERR;
		} else if (stack->roles[i] == CHECK_PAM_SUCCEEDS) {
			results[i] = PAM_RETURN_SUCCESS;
		} else if (stack->roles[i] == CHECK_PAM_FAILS) {
			results[i] = PAM_RETURN_AUTH_ERR;
		} else if (stack->roles[i] == CHECK_PAM_DEPENDS) {
			results[i] = (depends & 1) != 0 ? PAM_RETURN_SUCCESS : PAM_RETURN_AUTH_ERR;
			depends >>= 1;
		}
	}
	ret_outcome->result = pam_run(stack->steps, stack->count, results, ret_outcome->called);
	ret_outcome->asked = NONE;
	ret_outcome->tried = ret_outcome->tried_before = false;
	for (size_t i = 0; i < stack->count; i++) {
		if (!ret_outcome->called[i])
			continue;
		if (stack->roles[i] == CHECK_PAM_FACTOR)
			ret_outcome->tried = true;
		if (stack->roles[i] == CHECK_PAM_OURS && ret_outcome->asked == NONE) {
			ret_outcome->asked = i;
			ret_outcome->tried_before = ret_outcome->tried;
		}
	}
}

static unsigned int
ways(const struct check_pam_stack *stack)
{
	unsigned int count = 0;

	for (size_t i = 0; i < stack->count; i++)
		count += stack->roles[i] == CHECK_PAM_DEPENDS;
	return 1u << (count < DEPENDS_MAX ? count : DEPENDS_MAX);
}

static void
say(const struct check *check, const struct check_pam_stack *stack, enum finding_id id, size_t step,
	const char *what)
{
	const struct finding_place place = { stack->files[step], stack->entries[step].line };

	finding_add(check->findings, id, &place, "%s: %s", stack->service, what);
}

static size_t
first_of(const struct check_pam_stack *stack, enum check_pam_role role)
{
	for (size_t i = 0; i < stack->count; i++) {
		if (stack->roles[i] == role)
			return i;
	}
	return NONE;
}

/* Said by itself: such a line is seen without a run. */
static bool
is_weak(const struct check_pam_stack *stack, size_t step)
{
	const char *control = stack->entries[step].control;

	return strcasecmp(control, "sufficient") == 0 || strcasecmp(control, "optional") == 0;
}

/* Whether a login can succeed in which the module said so. */
static bool
passes(const struct check_pam_stack *stack, size_t factor, int ours)
{
	struct outcome outcome;

	for (unsigned int way = 0; way < ways(stack); way++) {
		run(stack, &(struct trial){ factor, ours, way, false }, &outcome);
		if (outcome.asked != NONE && outcome.result == PAM_RETURN_SUCCESS)
			return true;
	}
	return false;
}

static void
check_failures(const struct check *check, const struct check_pam_stack *stack, size_t factor)
{
	static const int failures[] = { PAM_RETURN_AUTH_ERR, PAM_RETURN_MAXTRIES,
		PAM_RETURN_CONV_ERR, PAM_RETURN_BUF_ERR };
	const size_t step = first_of(stack, CHECK_PAM_OURS);
	bool passed = false;

	if (is_weak(stack, step))
		return;
	for (size_t i = 0; !passed && i < sizeof failures / sizeof failures[0]; i++)
		passed = passes(stack, factor, failures[i]);
	if (passed)
		say(check, stack, FINDING_PAM_FAILURE_PASSES, step,
			"a login goes on to success although the module has failed");
	else if (passes(stack, factor, PAM_RETURN_AUTHINFO_UNAVAIL))
		say(check, stack, FINDING_PAM_FAIL_OPEN, step,
			"while no text can be sent, nobody needs a code");
}

/* The password is right, and so would the code be. */
static void
check_right(const struct check *check, const struct check_pam_stack *stack, size_t factor)
{
	bool skipped = false, asked = false, first = false;
	struct outcome outcome;

	for (unsigned int way = 0; way < ways(stack); way++) {
		run(stack,
			&(struct trial){ factor, PAM_RETURN_SUCCESS, way, false }, &outcome);
		if (outcome.result != PAM_RETURN_SUCCESS || !outcome.called[factor])
			continue;
		if (outcome.asked == NONE)
			skipped = true;
		else
			asked = true;
		first = first || (outcome.asked != NONE && !outcome.tried_before);
	}
	/* Where some are asked and some not, somebody has said who. */
	if (skipped && !asked)
		say(check, stack, FINDING_PAM_SKIPPED, factor,
			"a right password ends the stack before it comes to the module");
	if (first)
		say(check, stack, FINDING_PAM_FIRST, first_of(stack, CHECK_PAM_OURS),
			"the module asks before the first factor does: anybody can have texts "
			"sent");
}

static void
check_wrong(const struct check *check, const struct check_pam_stack *stack)
{
	struct outcome outcome;

	for (unsigned int way = 0; way < ways(stack); way++) {
		run(stack, &(struct trial){ NONE, PAM_RETURN_AUTH_ERR, way, false }, &outcome);
		if (outcome.asked != NONE && outcome.tried_before) {
			say(check, stack, FINDING_PAM_WRONG_PASSWORD, outcome.asked,
				"after a wrong password the stack goes on to the module, which "
				"texts");
			return;
		}
	}
}

/* Somebody exempt: the module says PAM_IGNORE, which is no success. */
static void
check_exempted(const struct check *check, const struct check_pam_stack *stack, size_t factor)
{
	struct config *config = NULL;
	struct fault fault;

	if (check_load(check, stack->service, &config, &fault) == 0 && config->exempt_count > 0 &&
		!passes(stack, factor, PAM_RETURN_IGNORE))
		say(check, stack, FINDING_PAM_EXEMPT, first_of(stack, CHECK_PAM_OURS),
			"users who are exempt are denied");
	config_free(&config);
}

void
check_pam_order(const struct check *check, const struct check_pam_stack *stack)
{
	bool factors = false;

	for (size_t i = 0; i < stack->count; i++) {
		if (stack->roles[i] != CHECK_PAM_FACTOR)
			continue;
		factors = true;
		check_right(check, stack, i);
		check_failures(check, stack, i);
		/* One that can let nobody in by itself is asked for something else. */
		if (passes(stack, i, PAM_RETURN_SUCCESS))
			check_exempted(check, stack, i);
	}
	/* Behind a key of sshd's, for example. */
	if (!factors) {
		check_failures(check, stack, NONE);
		check_exempted(check, stack, NONE);
	}
	check_wrong(check, stack);
}

static bool
of_trial(enum check_pam_role role)
{
	return role == CHECK_PAM_TRIAL || role == CHECK_PAM_OURS;
}

/* One run of each; factor is a step of without. */
static bool
goes_alike(const struct check_pam_stack *without, const struct check_pam_stack *with,
	size_t factor, unsigned int way)
{
	struct outcome before, after;
	size_t same = NONE, at = 0;

	for (size_t i = 0; i < with->count; i++) {
		if (!of_trial(with->roles[i]) && at++ == factor)
			same = i;
	}
	if (at != without->count)
		return false;
	run(without, &(struct trial){ factor, PAM_RETURN_AUTH_ERR, way, true }, &before);
	run(with, &(struct trial){ same, PAM_RETURN_AUTH_ERR, way, true }, &after);
	at = 0;
	for (size_t i = 0; i < with->count; i++) {
		if (!of_trial(with->roles[i]) && after.called[i] != before.called[at++])
			return false;
	}
	return after.asked == NONE && after.result == before.result;
}

bool
check_pam_same(const struct check_pam_stack *without, const struct check_pam_stack *with)
{
	for (unsigned int way = 0; way < ways(without); way++) {
		if (!goes_alike(without, with, NONE, way))
			return false;
		for (size_t i = 0; i < without->count; i++) {
			if (without->roles[i] == CHECK_PAM_FACTOR &&
				!goes_alike(without, with, i, way))
				return false;
		}
	}
	return true;
}
