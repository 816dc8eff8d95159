/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/code.h"

#include <sodium.h>
#include <string.h>

#include "core/fault.h"
#include "core/random.h"
#include "core/utf8.h"

/*
 * The longest code, each character with a few separators around it; an answer beyond that is not
 * read.
 */
#define ANSWER_MAX 128

#define HASH_VERSION 1

_Static_assert(CODE_HASH_SIZE == crypto_auth_hmacsha256_BYTES, "a hash is one HMAC-SHA-256");
_Static_assert(CODE_KEY_SIZE == crypto_auth_hmacsha256_KEYBYTES, "a key is one of libsodium's");
_Static_assert(sizeof(uid_t) == 4, "a uid is hashed as four bytes");

/* 32 characters: I and O could be read as 1 and 0, which are left out too. */
static const char *
alphabet_of(const struct code_form *form)
{
	return form->alphabet == CODE_ALNUM ? "23456789ABCDEFGHJKLMNPQRSTUVWXYZ" : "0123456789";
}

static bool
form_valid(const struct code_form *form)
{
	return form->length >= CODE_MIN_LENGTH && form->length <= CODE_BACKUP_LENGTH;
}

int
code_draw(const struct code_form *form, struct code *ret_code)
{
	CODE_AUTO struct code code = { .text = "" };
	const char *alphabet = alphabet_of(form);
	unsigned int count = (unsigned int)strlen(alphabet), number;

	if (!form_valid(form))
		return FAULT_SYSTEM;
	for (unsigned int i = 0; i < form->length; i++) {
		int fault = random_below(count, &number);

		if (fault != 0)
			return fault;
		code.text[i] = alphabet[number];
	}
	sodium_memzero(&number, sizeof number);
	*ret_code = code;
	return 0;
}

/* By hand: toupper follows the locale of the host. */
static char
fold(uint32_t point)
{
	if (point >= 'a' && point <= 'z')
		return (char)(point - 'a' + 'A');
	return point < 0x80 ? (char)point : '\0';
}

void
code_draw_ref(char ret_ref[static CODE_REF_SIZE])
{
	/* Letters and digits that cannot be taken for each other on any screen. */
	static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ", digits[] = "23456789";
	unsigned int letter, digit;

	/*
	 * Without random numbers the login ends soon enough; its ending needs a name all the
	 * same.
	 */
	if (random_below(sizeof letters - 1, &letter) != 0 ||
	    random_below(sizeof digits - 1, &digit) != 0)
		letter = digit = 0;
	ret_ref[0] = letters[letter];
	ret_ref[1] = digits[digit];
	ret_ref[2] = '\0';
}

bool
code_read(const char *answer, const struct code_form *form, struct code *ret_code)
{
	/*
	 * What was typed may be a password: a copy that is not taken for a code is wiped as well.
	 */
	CODE_AUTO struct code code = { .text = "" };
	const char *alphabet = alphabet_of(form), *end;
	unsigned int count = 0;
	uint32_t point;

	if (!form_valid(form) || strnlen(answer, ANSWER_MAX + 1) > ANSWER_MAX)
		return false;
	for (end = answer; *end != '\0';) {
		size_t step = utf8_decode(end, &point);
		char character;

		if (step == 0)
			return false;
		end += step;
		if (utf8_is_space(point) || utf8_is_dash(point))
			continue;
		character = fold(point);
		if (character == '\0' || strchr(alphabet, character) == NULL)
			return false;
		if (count == form->length)
			return false;
		code.text[count++] = character;
	}
	if (count != form->length)
		return false;
	*ret_code = code;
	return true;
}

static void
add_number(crypto_auth_hmacsha256_state *state, uint64_t value, size_t size)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> 8 * (size - 1 - i));
	crypto_auth_hmacsha256_update(state, bytes, size);
}

/* With its length before it no field can run into the next: "su" + "do" is not "sudo" + "". */
static void
add_field(crypto_auth_hmacsha256_state *state, const void *bytes, size_t size)
{
	add_number(state, size, 4);
	crypto_auth_hmacsha256_update(state, bytes, size);
}

/*
 * What is hashed, in this order; numbers are big-endian, and each field comes after its length in
 * bytes as a number of four:
 *
 *	1	version of this layout, 1 (no length before it)
 *	4+4	uid
 *	4+n	service, without NUL
 *	4+32	binding
 *	4+n	phone, E.164 with its "+", without NUL
 *	4+8	expiry, milliseconds of CLOCK_BOOTTIME
 *	4+16	boot id
 *	4+16	salt
 *	4+n	code, as texted (capitals), without NUL
 *
 * sodium_init is not called: it chooses implementations by the processor and opens libsodium's
 * random generator, and HMAC-SHA-256 has one implementation in plain C and draws nothing. The host
 * may use libsodium itself, and its state is not ours to set up.
 */
void
code_hash(const struct code_key *key, const struct code_context *context, const struct code *code,
	struct code_hash *ret_hash)
{
	crypto_auth_hmacsha256_state state;
	const uint8_t version = HASH_VERSION;

	crypto_auth_hmacsha256_init(&state, key->bytes, sizeof key->bytes);
	crypto_auth_hmacsha256_update(&state, &version, sizeof version);
	add_number(&state, 4, 4);
	add_number(&state, context->uid, 4);
	add_field(&state, context->service, strlen(context->service));
	add_field(&state, context->binding, CODE_BINDING_SIZE);
	add_field(&state, context->phone->text, strlen(context->phone->text));
	add_number(&state, 8, 4);
	add_number(&state, (uint64_t)context->expires_boot_ms, 8);
	add_field(&state, context->boot_id, 16);
	add_field(&state, context->salt, CODE_SALT_SIZE);
	add_field(&state, code->text, strlen(code->text));
	crypto_auth_hmacsha256_final(&state, ret_hash->bytes);
	sodium_memzero(&state, sizeof state);
}

bool
code_hash_equal(const struct code_hash *a, const struct code_hash *b)
{
	return sodium_memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

void
code_wipe(struct code *code)
{
	if (code != NULL)
		sodium_memzero(code, sizeof *code);
}

void
code_key_wipe(struct code_key *key)
{
	if (key != NULL)
		sodium_memzero(key, sizeof *key);
}
