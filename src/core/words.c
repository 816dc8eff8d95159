/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/words.h"

#include <stdio.h>

#include "core/template.h"

/* Of a part of a sentence: as much as a template takes of a value. */
#define PART_SIZE 129

static const char *const sentences[WORD_COUNT] = {
	[WORD_NONE] = "",

	[WORD_END_EXPIRED] = "The code has expired. Log in again for a new one. [{ref}]",
	[WORD_END_USED] = "This code was used elsewhere or replaced by a newer one. "
		"Log in again for a new one. [{ref}]",
	[WORD_END_NO_CODE] = "No code was entered. Log in again for a new one. [{ref}]",
	[WORD_END_GUESSES] = "Too many wrong codes. Log in again for a new one. [{ref}]",
	[WORD_END_LOCKED] = "Too many wrong codes: locked for {wait}. "
		"Not you? Someone knows your password. {contact} [{ref}]",
	[WORD_END_DISABLED] = "Too many wrong codes: texted codes are disabled for {user}. "
		"{contact} [{ref}]",
	[WORD_END_BUDGET] = "Too many codes sent; the next one in {wait}. [{ref}]",
	[WORD_END_NO_PHONE] = "No phone is registered for {user}. {contact} [{ref}]",
	[WORD_END_BAD_NUMBER] = "The phone number registered for {user} is not valid. "
		"{contact} [{ref}]",
	[WORD_END_PREFIX] = "This system does not text that country. {contact} [{ref}]",
	[WORD_END_CALLER] = "This service cannot tell who is asking, and whose phone to text. "
		"{contact} [{ref}]",
	[WORD_END_NUMBER_REFUSED] = "No text can be sent to {phone}: "
		"no gateway takes this number. {contact} [{ref}]",
	[WORD_END_PHONE_SOURCE] = "Your phone cannot be looked up. Try again later. [{ref}]",
	[WORD_END_GATEWAYS] = "No code could be sent; no gateway answered. "
		"Try again later. [{ref}]",
	[WORD_END_STATE] = "This host cannot check codes; an administrator finds {ref} in the log.",
	[WORD_END_CONFIG] = "This host's login is misconfigured; "
		"an administrator finds {ref} in the log.",

	[WORD_PROMPT_WRONG] = "Wrong code, {tries} left (r: resend): ",
	[WORD_PROMPT_NOT_A_CODE] = "That is not a code: a code has {form}. "
		"Code {ref} (r: resend, {voice}Enter: help): ",
	[WORD_PROMPT_TAKEN] = "The text went out to {phone} {wait} ago and can take a minute. "
		"Not there? r sends it again{call}{other}. Code {ref}: ",
	[WORD_PROMPT_SENDING] = "The text to {phone} is still being sent. "
		"Code {ref} (r: resend, {voice}Enter: help): ",
	[WORD_PROMPT_UNSURE] = "A gateway did not say whether it sent the text to {phone}. "
		"Not there? r sends it again{call}{other}. Code {ref}: ",
	[WORD_PROMPT_FAILED] = "The text to {phone} could not be sent; no gateway answered. "
		"r tries again{call}{other}. Code {ref}: ",
	[WORD_PROMPT_NUMBER_REFUSED] = "{phone} cannot be texted{call}{other}. Code {ref}: ",
	[WORD_PROMPT_SENT_AGAIN] = "{fate}Code {ref} sent again to {phone} "
		"(r: resend, {voice}Enter: help): ",
	[WORD_PROMPT_COOLDOWN] = "{fate}The next text can be sent in {wait}. "
		"Code {ref} (r: resend, {voice}Enter: help): ",
	[WORD_PROMPT_BUDGET] = "{fate}Too many codes sent; the next one in {wait}. "
		"Those sent before are still good. Code {ref}: ",
	[WORD_PROMPT_NO_OTHER_PHONE] = "No other phone is registered. "
		"Code {ref} (r: resend, {voice}Enter: help): ",
	[WORD_PROMPT_FATE] = "{fate}r sends it again{call}{other}. Code {ref}: ",

	[WORD_PROMPT_CALLING] = "Calling {phone} with code {ref} (r: resend, {voice}Enter: help): ",
	[WORD_PROMPT_CALLED] = "The call to {phone} went out {wait} ago. Not there? "
		"v calls again, r sends a text{other}. Code {ref}: ",
	[WORD_PROMPT_CALL_SENDING] = "The call to {phone} is still being made. "
		"Code {ref} (r: resend, {voice}Enter: help): ",
	[WORD_PROMPT_CALL_UNSURE] = "A gateway did not say whether it calls {phone}. Not there? "
		"v calls again, r sends a text{other}. Code {ref}: ",
	[WORD_PROMPT_CALL_FAILED] = "{phone} could not be called. "
		"v tries again, r sends a text{other}. Code {ref}: ",
	[WORD_PROMPT_CALL_COOLDOWN] = "The next call can be made in {wait}. "
		"Code {ref} (r: resend, {voice}Enter: help): ",
	[WORD_PROMPT_CALL_BUDGET] = "Too many codes read out; the next call in {wait}. "
		"The code sent before is still good. Code {ref}: ",
	[WORD_PROMPT_NO_CALLS] = "No gateway can call {phone}. "
		"Code {ref} (r: resend, {voice}Enter: help): ",

	[WORD_FATE_DELIVERED] = "{phone} has received the text. ",
	[WORD_FATE_PENDING] = "The text to {phone} is on its way. ",
	[WORD_FATE_UNREACHABLE] = "The network could not reach {phone} "
		"(switched off or no signal). ",
	[WORD_FATE_REFUSED] = "{phone} does not take this text. ",
	[WORD_FATE_FAILED] = "The text to {phone} was lost on its way. ",

	[WORD_PART_VOICE] = "v: call, ",
	[WORD_PART_CALL] = ", v has it read out by a call",
	[WORD_PART_OTHER_PHONE] = ", n sends it to {next} instead",
};

void
words_duration(int64_t ms, char ret_text[static WORDS_DURATION_SIZE])
{
	static const struct { int64_t ms; const char *name; } units[] = {
		{ 3600000, "hour" }, { 60000, "minute" }, { 1000, "second" },
	};
	size_t unit = 0;
	int64_t count;

	/*
	 * Two hours or more in hours, two minutes or more in minutes: "locked for 30 minutes",
	 * not "1 hour".
	 */
	while (unit < 2 && ms < 2 * units[unit].ms)
		unit++;
	count = ms <= 0 ? 1 : (ms + units[unit].ms - 1) / units[unit].ms;
	snprintf(ret_text, WORDS_DURATION_SIZE, "%lld %s%s", (long long)count, units[unit].name,
		count == 1 ? "" : "s");
}

void
words_say(enum word word, const struct words_values *values, char ret_text[static WORDS_SIZE])
{
	char wait[WORDS_DURATION_SIZE], tries[32];
	char voice[PART_SIZE] = "", call[PART_SIZE] = "", other[PART_SIZE] = "";
	char fate[PART_SIZE] = "";
	const char *contact = values->contact;

	if (contact == NULL || contact[0] == '\0')
		contact = "Ask your system administrator.";
	words_duration(values->wait_ms, wait);
	snprintf(tries, sizeof tries, "%u %s", values->tries, values->tries == 1 ? "try" : "tries");

	const struct template_value known[] = {
		{ "ref", values->ref }, { "user", values->user }, { "contact", contact },
		{ "phone", values->phone }, { "next", values->next_phone }, { "wait", wait },
		{ "tries", tries }, { "form", values->form }, { "voice", voice },
		{ "call", call }, { "other", other }, { "fate", fate },
	};
	const size_t count = sizeof known / sizeof known[0];

	/* Parts first: they hold no parts themselves. */
	if (values->voice) {
		(void)template_expand(sentences[WORD_PART_VOICE], known, count, voice, PART_SIZE);
		(void)template_expand(sentences[WORD_PART_CALL], known, count, call, PART_SIZE);
	}
	if (values->next_phone != NULL)
		(void)template_expand(sentences[WORD_PART_OTHER_PHONE], known, count, other,
			PART_SIZE);
	(void)template_expand(sentences[values->fate], known, count, fate, PART_SIZE);
	/* Cut if ever too long for a prompt: the sizes of the values make it fit. */
	(void)template_expand(sentences[word], known, count, ret_text, WORDS_SIZE);
}
