/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/proof.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/account.h"
#include "core/code.h"
#include "core/config.h"
#include "core/fault.h"
#include "core/message.h"
#include "ctl/ask.h"
#include "ctl/command.h"
#include "ctl/site.h"
#include "ctl/texting.h"
#include "wire/clock.h"
#include "wire/request.h"

#define TRIES 3
#define ANSWER_SIZE 64

bool
proof_possible(const struct ctl *ctl)
{
	return ask_possible() || command_option(ctl, "code-from-stdin") != NULL;
}

static bool
is_right(const char *answer, const struct code_form *form, const struct code *code)
{
	struct code guess CODE_AUTO = { .text = "" };

	return code_read(answer, form, &guess) &&
		sodium_memcmp(guess.text, code->text, form->length) == 0;
}

static enum proof
ask(const struct texting *texting, const struct code *code, const char *ref, int64_t expires_ms)
{
	const struct code_form *form = &texting->site->config->code;
	char answer[ANSWER_SIZE] = "";
	struct e164_masked masked;
	enum proof proof = PROOF_WRONG;

	e164_mask(&texting->to, &masked);
	for (int try = 0; try < TRIES && proof == PROOF_WRONG; try++) {
		fprintf(stderr, "%sCode %s sent to %s: ", try > 0 ? "That is not it. " : "", ref,
			masked.text);
		(void)fflush(stderr);
		if (!ask_line(answer, sizeof answer))
			proof = PROOF_NO_ANSWER;
		else if (clock_boot_ms() >= expires_ms)
			proof = PROOF_EXPIRED;
		else if (is_right(answer, form, code))
			proof = PROOF_RIGHT;
	}
	if (proof == PROOF_NO_ANSWER)
		fputc('\n', stderr);
	sodium_memzero(answer, sizeof answer);
	return proof;
}

int
proof_ask(struct texting *texting, enum proof *ret_proof, struct fault *fault)
{
	const struct config *config = texting->site->config;
	const int64_t expires_ms = clock_boot_ms() + config->code_lifetime_ms;
	char ref[CODE_REF_SIZE], host[REQUEST_HOST_SIZE];
	struct code code CODE_AUTO = { .text = "" };
	const struct message_values values = {
		.code = code.text, .ref = ref, .host = host, .user = texting->account->name,
		.service = "smsotpctl", .origin = "",
		.lifetime_s = (uint32_t)(config->code_lifetime_ms / 1000),
	};
	int result;

	if (code_draw(&config->code, &code) != 0)
		return fault_set(fault, FAULT_SYSTEM, "the random generator failed");
	code_draw_ref(ref);
	request_host(host);
	result = texting_send(texting, config->message, &values, fault);
	if (result != 0)
		return result;
	if (texting_taken(texting) == NULL && !texting->status.ambiguous)
		*ret_proof = PROOF_NOT_SENT;
	else
		*ret_proof = ask(texting, &code, ref, expires_ms);
	return 0;
}

const char *
proof_name(enum proof proof)
{
	switch (proof) {
	case PROOF_RIGHT: return NULL;
	case PROOF_NOT_SENT: return "not_sent";
	case PROOF_WRONG: return "wrong_code";
	case PROOF_EXPIRED: return "expired_code";
	case PROOF_NO_ANSWER: return "no_answer";
	}
	return "unknown";
}
