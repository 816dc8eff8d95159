/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/words_list.h"

#include <stddef.h>

/* Of a sentence: what has a value in every ending, in every prompt after the first. */
#define IN_ENDING "ref", "user", "contact"
#define IN_PROMPT IN_ENDING, "phone", "form", "voice", "call", "other"

const struct words_entry words_list[WORD_COUNT] = {
	[WORD_NONE] = { .english = "" },

	[WORD_PROMPT_FIRST] = { WORDS_SENTENCE, "prompt",
		{ "ref", "phone", "host", "user", "service", "voice" },
		"Code {ref} sent to {phone} (r: resend, {voice}Enter: help): " },
	[WORD_MESSAGE] = { WORDS_TEXT, "message", { NULL },
		"{code} is your {host} code ({ref}). Not you? Change your password." },
	[WORD_CONTACT] = { WORDS_PART, "contact", { NULL }, "Ask your system administrator." },

	[WORD_END_EXPIRED] = { WORDS_SENTENCE, "end_expired", { IN_ENDING },
		"The code has expired. Log in again for a new one. [{ref}]" },
	[WORD_END_USED] = { WORDS_SENTENCE, "end_used", { IN_ENDING },
		"This code was used elsewhere or replaced by a newer one. Log in again for a new "
		"one. [{ref}]" },
	[WORD_END_NO_CODE] = { WORDS_SENTENCE, "end_no_code", { IN_ENDING },
		"No code was entered. Log in again for a new one. [{ref}]" },
	[WORD_END_GUESSES] = { WORDS_SENTENCE, "end_guesses", { IN_ENDING },
		"Too many wrong codes. Log in again for a new one. [{ref}]" },
	[WORD_END_LOCKED] = { WORDS_SENTENCE, "end_locked", { IN_ENDING, "wait" },
		"Too many wrong codes: locked for {wait}. Not you? Someone knows your password. "
		"{contact} [{ref}]" },
	[WORD_END_DISABLED] = { WORDS_SENTENCE, "end_disabled", { IN_ENDING },
		"Too many wrong codes: texted codes are disabled for {user}. {contact} [{ref}]" },
	[WORD_END_BUDGET] = { WORDS_SENTENCE, "end_budget", { IN_ENDING, "wait" },
		"Too many codes sent; the next one in {wait}. [{ref}]" },
	[WORD_END_NO_PHONE] = { WORDS_SENTENCE, "end_no_phone", { IN_ENDING },
		"No phone is registered for {user}. {contact} [{ref}]" },
	[WORD_END_BAD_NUMBER] = { WORDS_SENTENCE, "end_bad_number", { IN_ENDING },
		"The phone number registered for {user} is not valid. {contact} [{ref}]" },
	[WORD_END_PREFIX] = { WORDS_SENTENCE, "end_prefix", { IN_ENDING },
		"This system does not text that country. {contact} [{ref}]" },
	[WORD_END_CALLER] = { WORDS_SENTENCE, "end_caller", { IN_ENDING },
		"This service cannot tell who is asking, and whose phone to text. {contact} "
		"[{ref}]" },
	[WORD_END_NUMBER_REFUSED] = { WORDS_SENTENCE, "end_number_refused", { IN_ENDING, "phone" },
		"No text can be sent to {phone}: no gateway takes this number. {contact} [{ref}]" },
	[WORD_END_PHONE_SOURCE] = { WORDS_SENTENCE, "end_phone_source", { IN_ENDING },
		"Your phone cannot be looked up. Try again later. [{ref}]" },
	[WORD_END_GATEWAYS] = { WORDS_SENTENCE, "end_gateways", { IN_ENDING },
		"No code could be sent; no gateway answered. Try again later. [{ref}]" },
	[WORD_END_STATE] = { WORDS_SENTENCE, "end_state", { IN_ENDING },
		"This host cannot check codes; an administrator finds {ref} in the log." },
	[WORD_END_CONFIG] = { WORDS_SENTENCE, "end_config", { IN_ENDING },
		"This host's login is misconfigured; an administrator finds {ref} in the log." },

	[WORD_END_BACKUP] = { WORDS_SENTENCE, "end_backup", { IN_ENDING, "left" },
		"That was a backup code: {left} left. [{ref}]" },
	[WORD_END_BACKUP_LAST] = { WORDS_SENTENCE, "end_backup_last", { IN_ENDING },
		"That was your last backup code. {contact} [{ref}]" },

	[WORD_PROMPT_WRONG] = { WORDS_SENTENCE, "prompt_wrong", { IN_PROMPT, "tries" },
		"Wrong code, {tries} left (r: resend): " },
	[WORD_PROMPT_NOT_A_CODE] = { WORDS_SENTENCE, "prompt_not_a_code", { IN_PROMPT },
		"That is not a code: a code has {form}. Code {ref} (r: resend, {voice}Enter: "
		"help): " },
	[WORD_PROMPT_TAKEN] = { WORDS_SENTENCE, "prompt_taken", { IN_PROMPT, "wait" },
		"The text went out to {phone} {wait} ago and can take a minute. Not there? r "
		"sends it again{call}{other}. Code {ref}: " },
	[WORD_PROMPT_SENDING] = { WORDS_SENTENCE, "prompt_sending", { IN_PROMPT },
		"The text to {phone} is still being sent. Code {ref} (r: resend, {voice}Enter: "
		"help): " },
	[WORD_PROMPT_UNSURE] = { WORDS_SENTENCE, "prompt_unsure", { IN_PROMPT },
		"A gateway did not say whether it sent the text to {phone}. Not there? r sends "
		"it again{call}{other}. Code {ref}: " },
	[WORD_PROMPT_FAILED] = { WORDS_SENTENCE, "prompt_failed", { IN_PROMPT },
		"The text to {phone} could not be sent; no gateway answered. r tries "
		"again{call}{other}. Code {ref}: " },
	[WORD_PROMPT_NUMBER_REFUSED] = { WORDS_SENTENCE, "prompt_number_refused", { IN_PROMPT },
		"{phone} cannot be texted{call}{other}. Code {ref}: " },
	[WORD_PROMPT_SENT_AGAIN] = { WORDS_SENTENCE, "prompt_sent_again", { IN_PROMPT, "fate" },
		"{fate}Code {ref} sent again to {phone} (r: resend, {voice}Enter: help): " },
	[WORD_PROMPT_COOLDOWN] = { WORDS_SENTENCE, "prompt_cooldown", { IN_PROMPT, "fate", "wait" },
		"{fate}The next text can be sent in {wait}. Code {ref} (r: resend, {voice}Enter: "
		"help): " },
	[WORD_PROMPT_BUDGET] = { WORDS_SENTENCE, "prompt_budget", { IN_PROMPT, "fate", "wait" },
		"{fate}Too many codes sent; the next one in {wait}. Those sent before are still "
		"good. Code {ref}: " },
	[WORD_PROMPT_NO_OTHER_PHONE] = { WORDS_SENTENCE, "prompt_no_other_phone", { IN_PROMPT },
		"No other phone is registered. Code {ref} (r: resend, {voice}Enter: help): " },
	[WORD_PROMPT_FATE] = { WORDS_SENTENCE, "prompt_fate", { IN_PROMPT, "fate" },
		"{fate}r sends it again{call}{other}. Code {ref}: " },

	[WORD_PROMPT_CALLING] = { WORDS_SENTENCE, "prompt_calling", { IN_PROMPT },
		"Calling {phone} with code {ref} (r: resend, {voice}Enter: help): " },
	[WORD_PROMPT_CALLED] = { WORDS_SENTENCE, "prompt_called", { IN_PROMPT, "wait" },
		"The call to {phone} went out {wait} ago. Not there? v calls again, r sends a "
		"text{other}. Code {ref}: " },
	[WORD_PROMPT_CALL_SENDING] = { WORDS_SENTENCE, "prompt_call_sending", { IN_PROMPT },
		"The call to {phone} is still being made. Code {ref} (r: resend, {voice}Enter: "
		"help): " },
	[WORD_PROMPT_CALL_UNSURE] = { WORDS_SENTENCE, "prompt_call_unsure", { IN_PROMPT },
		"A gateway did not say whether it calls {phone}. Not there? v calls again, r "
		"sends a text{other}. Code {ref}: " },
	[WORD_PROMPT_CALL_FAILED] = { WORDS_SENTENCE, "prompt_call_failed", { IN_PROMPT },
		"{phone} could not be called. v tries again, r sends a text{other}. Code {ref}: " },
	[WORD_PROMPT_CALL_COOLDOWN] = { WORDS_SENTENCE, "prompt_call_cooldown",
		{ IN_PROMPT, "wait" },
		"The next call can be made in {wait}. Code {ref} (r: resend, {voice}Enter: "
		"help): " },
	[WORD_PROMPT_CALL_BUDGET] = { WORDS_SENTENCE, "prompt_call_budget", { IN_PROMPT, "wait" },
		"Too many codes read out; the next call in {wait}. The code sent before is still "
		"good. Code {ref}: " },
	[WORD_PROMPT_NO_CALLS] = { WORDS_SENTENCE, "prompt_no_calls", { IN_PROMPT },
		"No gateway can call {phone}. Code {ref} (r: resend, {voice}Enter: help): " },
	[WORD_PROMPT_WAITING] = { WORDS_SENTENCE, "prompt_waiting", { IN_PROMPT },
		"A login from here is already waiting for its code. Enter it there, then press "
		"Enter here (r: own code): " },

	[WORD_PROMPT_BACKUP_BUDGET] = { WORDS_SENTENCE, "prompt_backup_budget",
		{ IN_ENDING, "wait" },
		"Too many codes sent; the next one in {wait}. Backup code (Enter: none): " },
	[WORD_PROMPT_BACKUP_NO_PHONE] = { WORDS_SENTENCE, "prompt_backup_no_phone", { IN_ENDING },
		"No phone is registered for {user}. Backup code (Enter: none): " },
	[WORD_PROMPT_BACKUP_BAD_NUMBER] = { WORDS_SENTENCE, "prompt_backup_bad_number",
		{ IN_ENDING },
		"The phone number registered for {user} is not valid. Backup code (Enter: "
		"none): " },
	[WORD_PROMPT_BACKUP_PREFIX] = { WORDS_SENTENCE, "prompt_backup_prefix", { IN_ENDING },
		"This system does not text that country. Backup code (Enter: none): " },
	[WORD_PROMPT_BACKUP_NUMBER_REFUSED] = { WORDS_SENTENCE, "prompt_backup_number_refused",
		{ IN_ENDING, "phone" },
		"No text can be sent to {phone}. Backup code (Enter: none): " },
	[WORD_PROMPT_BACKUP_PHONE_SOURCE] = { WORDS_SENTENCE, "prompt_backup_phone_source",
		{ IN_ENDING },
		"Your phone cannot be looked up. Backup code (Enter: none): " },
	[WORD_PROMPT_BACKUP_GATEWAYS] = { WORDS_SENTENCE, "prompt_backup_gateways", { IN_ENDING },
		"No code could be sent; no gateway answered. Backup code (Enter: none): " },
	[WORD_PROMPT_BACKUP_WRONG] = { WORDS_SENTENCE, "prompt_backup_wrong",
		{ IN_ENDING, "tries" }, "Wrong code, {tries} left. Backup code: " },
	[WORD_PROMPT_BACKUP_NOT_A_CODE] = { WORDS_SENTENCE, "prompt_backup_not_a_code",
		{ IN_ENDING, "form" },
		"That is not a backup code: one has {form}. Backup code (Enter: none): " },
	[WORD_PROMPT_BACKUP_USED] = { WORDS_SENTENCE, "prompt_backup_used", { IN_ENDING, "tries" },
		"This backup code was used before, {tries} left. Another code: " },

	[WORD_FATE_DELIVERED] = { WORDS_PART, "fate_delivered", { "phone" },
		"{phone} has received the text. " },
	[WORD_FATE_PENDING] = { WORDS_PART, "fate_pending", { "phone" },
		"The text to {phone} is on its way. " },
	[WORD_FATE_UNREACHABLE] = { WORDS_PART, "fate_unreachable", { "phone" },
		"The network could not reach {phone} (switched off or no signal). " },
	[WORD_FATE_REFUSED] = { WORDS_PART, "fate_refused", { "phone" },
		"{phone} does not take this text. " },
	[WORD_FATE_FAILED] = { WORDS_PART, "fate_failed", { "phone" },
		"The text to {phone} was lost on its way. " },

	[WORD_PART_VOICE] = { WORDS_PART, "part_voice", { NULL },
		"v: call, " },
	[WORD_PART_CALL] = { WORDS_PART, "part_call", { "phone" },
		", v has it read out by a call" },
	[WORD_PART_OTHER_PHONE] = { WORDS_PART, "part_other_phone", { "phone", "next" },
		", n sends it to {next} instead" },

	[WORD_UNIT_SECOND] = { WORDS_PART, "unit_second", { "count" }, "{count} second" },
	[WORD_UNIT_SECONDS] = { WORDS_PART, "unit_seconds", { "count" }, "{count} seconds" },
	[WORD_UNIT_MINUTE] = { WORDS_PART, "unit_minute", { "count" }, "{count} minute" },
	[WORD_UNIT_MINUTES] = { WORDS_PART, "unit_minutes", { "count" }, "{count} minutes" },
	[WORD_UNIT_HOUR] = { WORDS_PART, "unit_hour", { "count" }, "{count} hour" },
	[WORD_UNIT_HOURS] = { WORDS_PART, "unit_hours", { "count" }, "{count} hours" },
	[WORD_UNIT_TRY] = { WORDS_PART, "unit_try", { "count" }, "{count} try" },
	[WORD_UNIT_TRIES] = { WORDS_PART, "unit_tries", { "count" }, "{count} tries" },
	[WORD_UNIT_BACKUP_CODE] = { WORDS_PART, "unit_backup_code", { "count" },
		"{count} backup code" },
	[WORD_UNIT_BACKUP_CODES] = { WORDS_PART, "unit_backup_codes", { "count" },
		"{count} backup codes" },
	[WORD_UNIT_DIGITS] = { WORDS_PART, "unit_digits", { "count" }, "{count} digits" },
	[WORD_UNIT_ALNUM] = { WORDS_PART, "unit_alnum", { "count" },
		"{count} letters and digits" },
};
