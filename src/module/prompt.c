/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/prompt.h"

#include "core/config.h"
#include "module/login_state.h"
#include "module/text.h"

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
	const struct config *config = login->config;
	struct e164_masked phone, next;
	struct words_values values = {
		.ref = login->ref, .user = login->account.name, .host = login->host,
		.service = login->service, .wait_ms = login->wait_ms, .fate = prompt->fate,
		.backup_codes = login->backup_left,
	};

	if (config != NULL) {
		values.contact = config->contact;
		values.tries = tries_left(login);
		values.voice = text_can_call(login);
		values.form = prompt->form != NULL ? prompt->form : &config->code;
	}
	if (login->phones.count > 0) {
		e164_mask(login_phone(login), &phone);
		values.phone = phone.text;
	}
	if (login->phones.count > 1) {
		e164_mask(&login->phones.number[login_next_phone(login)], &next);
		values.next_phone = next.text;
	}
	if (config != NULL && prompt->word == WORD_PROMPT_FIRST)
		words_expand(config->words, config->prompt, &values, ret_text);
	else	/* what is said before the configuration is read is said in English */
		words_say(config != NULL ? config->words : NULL, prompt->word, &values, ret_text);
}
