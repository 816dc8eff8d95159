/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/prompt.h"

#include <stdio.h>

#include "core/config.h"
#include "core/template.h"
#include "module/login_state.h"
#include "module/text.h"

int
prompt_first(const struct login *login, char ret_text[static WORDS_SIZE])
{
	struct e164_masked phone;
	char voice[WORDS_SIZE] = "";

	e164_mask(login_phone(login), &phone);
	if (text_can_call(login))
		words_say(WORD_PART_VOICE, &(struct words_values){ .ref = login->ref }, voice);

	const struct template_value values[] = {
		{ "ref", login->ref }, { "phone", phone.text }, { "host", login->host },
		{ "user", login->account.name }, { "service", login->service }, { "voice", voice },
	};

	return template_expand(login->config->prompt, values, sizeof values / sizeof values[0],
		ret_text, WORDS_SIZE);
}

static unsigned int
tries_left(const struct login *login)
{
	const struct limit_guesses *guesses = &login->config->guesses;
	unsigned int of_conversation = guesses->per_conversation - login->wrong;
	/* Where another service allows more, this one's may be used up before its first guess. */
	unsigned int of_user = guesses->lock_after > login->status.round_failures
		? guesses->lock_after - login->status.round_failures : 1;

	return of_conversation < of_user ? of_conversation : of_user;
}

void
prompt_say(const struct login *login, const struct prompt *prompt, char ret_text[static WORDS_SIZE])
{
	struct e164_masked phone = { "" }, next = { "" };
	char form[32] = "";
	struct words_values values = {
		.ref = login->ref, .user = login->account.name, .wait_ms = login->wait_ms,
		.phone = phone.text, .form = form, .fate = prompt->fate,
	};

	if (login->config != NULL) {
		values.contact = login->config->contact;
		values.tries = tries_left(login);
		values.voice = text_can_call(login);
		snprintf(form, sizeof form, "%u %s", login->config->code.length,
			login->config->code.alphabet == CODE_DIGITS ? "digits"
			: "letters and digits");
	}
	if (login->phones.count > 0)
		e164_mask(login_phone(login), &phone);
	if (login->phones.count > 1) {
		e164_mask(&login->phones.number[login_next_phone(login)], &next);
		values.next_phone = next.text;
	}
	words_say(prompt->word, &values, ret_text);
}
