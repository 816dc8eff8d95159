/* SPDX-License-Identifier: BSD-2-Clause */
/* API descriptions: one that is accepted can tell a success only by status and body. */
#include "core/fault.h"
#include "helper/description.h"

#include "fuzz.h"

static void
check_sending(const struct description_call *call)
{
	const struct description_rule *accepted;
	size_t i;

	if (call == NULL)
		return;
	accepted = call->answer.rules;
	if (call->send.transport != DESCRIPTION_HTTP) {
		/* Nobody answers. */
		FUZZ_HOLDS(call->answer.rule_count == 0);
		return;
	}
	FUZZ_HOLDS(call->answer.rule_count >= 1);
	FUZZ_HOLDS(call->send.url != NULL && call->send.method != NULL);
	FUZZ_HOLDS(accepted->outcome == WIRE_ACCEPTED);
	FUZZ_HOLDS(accepted->status_count >= 1 && accepted->test_count >= 1);
	for (i = 0; i < accepted->status_count; i++)
		FUZZ_HOLDS(accepted->status[i] >= 200 && accepted->status[i] <= 299);
	for (i = 1; i < call->answer.rule_count; i++)
		FUZZ_HOLDS(call->answer.rules[i].outcome != WIRE_ACCEPTED);
	for (i = 0; i < call->answer.rule_count; i++)
		FUZZ_HOLDS(call->answer.rules[i].delivery == WIRE_DELIVERY_UNKNOWN);
}

/* Refusals and the word that nothing has come yet, and last what is taken for texts. */
static void
check_receiving(const struct description_call *call)
{
	const struct description_answer *answer = &call->answer;
	const struct description_rule *accepted = answer->rules + answer->rule_count - 1;
	size_t i;

	FUZZ_HOLDS(call->send.transport == DESCRIPTION_HTTP && call->send.url != NULL);
	FUZZ_HOLDS(answer->rule_count >= 1 && accepted->outcome == WIRE_ACCEPTED);
	FUZZ_HOLDS(accepted->delivery == WIRE_DELIVERY_UNKNOWN);
	FUZZ_HOLDS(accepted->status_count >= 1 && accepted->test_count >= 1);
	for (i = 0; i + 1 < answer->rule_count; i++)
		FUZZ_HOLDS((answer->rules[i].outcome == WIRE_ACCEPTED) ==
			(answer->rules[i].delivery == WIRE_DELIVERY_PENDING));
	FUZZ_HOLDS(answer->texts.body.at != NULL || answer->texts.body.has_regex);
}

static void
check(const struct description *description)
{
	const struct description_call *status = description->status;
	const bool receives = description->receive != NULL;
	size_t i;

	FUZZ_HOLDS(description->setting_count <= DESCRIPTION_SETTINGS_MAX);
	FUZZ_HOLDS((description_for(description, WIRE_TASK_TEXT) == NULL) == receives);
	check_sending(description_for(description, WIRE_TASK_TEXT));
	check_sending(description->voice);
	check_sending(description->rent);
	check_sending(description->release);
	FUZZ_HOLDS(description->rent != NULL || description->release == NULL);
	FUZZ_HOLDS(receives || description->rent == NULL);
	FUZZ_HOLDS(!receives || (description->voice == NULL && status == NULL));
	if (receives)
		check_receiving(description->receive);
	if (status == NULL)
		return;
	FUZZ_HOLDS(status->send.url != NULL && status->answer.rule_count >= 1);
	for (i = 0; i < status->answer.rule_count; i++) {
		const struct description_rule *state = &status->answer.rules[i];

		FUZZ_HOLDS(state->outcome == WIRE_ACCEPTED);
		FUZZ_HOLDS(state->delivery != WIRE_DELIVERY_UNKNOWN);
		FUZZ_HOLDS(state->status_count + state->test_count >= 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct description *description = NULL;
	struct fault fault = { 0 };
	int fd = fuzz_file(data, size);

	if (description_read(fd, "/fuzz.conf", &description, &fault) == 0)
		check(description);
	else
		FUZZ_HOLDS(description == NULL && fault.text[0] != '\0');
	description_free(&description);
	close(fd);
	return 0;
}
