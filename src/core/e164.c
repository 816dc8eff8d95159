/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/e164.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/e164_plan.h"
#include "core/utf8.h"

/* Room for an international prefix and a trunk prefix besides E.164's 15 digits. */
#define DIGITS_MAX 32

/* A number's digits, apart from how they were grouped. */
struct digits {
	char text[DIGITS_MAX + 1];
	size_t count;
	bool plus;
	bool zero;		/* "(0)" was written, */
	size_t zero_at;		/* as this digit */
};

static int
scan_close(struct digits *digits, size_t opened_at)
{
	if (digits->count == opened_at)
		return E164_CHARACTER;
	if (digits->count == opened_at + 1 && digits->text[opened_at] == '0') {
		if (digits->zero)
			return E164_CHARACTER;
		digits->zero = true;
		digits->zero_at = opened_at;
	}
	return 0;
}

/* Everything that is not listed here is refused: a guess at a number is a text to a stranger. */
static int
scan(const char *text, struct digits *digits)
{
	bool open = false, too_many = false;
	size_t opened_at = 0, step;
	uint32_t c;
	int error;

	for (; *text != '\0'; text += step) {
		step = utf8_decode(text, &c);
		if (step == 0)
			return E164_CHARACTER;
		if (c >= '0' && c <= '9') {
			if (digits->count < DIGITS_MAX)
				digits->text[digits->count++] = (char)c;
			else
				too_many = true;
		} else if (c == '+' && !digits->plus && digits->count == 0) {
			digits->plus = true;
		} else if (c == '(' && !open) {
			open = true;
			opened_at = digits->count;
		} else if (c == ')' && open) {
			open = false;
			error = scan_close(digits, opened_at);
			if (error != 0)
				return error;
		} else if (c == '.' || c == '/' || utf8_is_dash(c)) {
			if (digits->count == 0)
				return E164_CHARACTER;
		} else if (text[strspn(text, " \t\r\n")] == '\0') {
			break;
		} else if (!utf8_is_space(c) && c != '\t') {
			return E164_CHARACTER;
		}
	}
	if (open)
		return E164_CHARACTER;
	if (digits->count == 0)
		return E164_EMPTY;
	return too_many ? E164_TOO_LONG : 0;
}

static bool
barred(const struct e164_plan *plan, const char *national)
{
	return *national != '\0' && strchr(plan->never, *national) != NULL;
}

static int
check_length(const struct e164_plan *plan, const char *national)
{
	size_t length = strlen(national);

	if (length < plan->min)
		return E164_TOO_SHORT;
	return length > plan->max ? E164_TOO_LONG : 0;
}

static int
check(const struct e164_plan *plan, const char *national)
{
	int error = check_length(plan, national);

	return error == 0 && barred(plan, national) ? E164_TRUNK : error;
}

/*
 * Takes off a trunk prefix if what remains is a number of the plan. Returns NULL if there is no
 * such prefix; *ret_error (if one was there) says what is wrong with the remainder.
 */
static const char *
without_trunk(const struct e164_plan *plan, const char *national, int *ret_error)
{
	for (size_t i = 0; i < 2 && plan->trunk[i] != NULL; i++) {
		size_t length = strlen(plan->trunk[i]);
		int error;

		if (strncmp(national, plan->trunk[i], length) != 0)
			continue;
		error = check(plan, national + length);
		if (error == 0)
			return national + length;
		*ret_error = error;
	}
	return NULL;
}

/*
 * After the calling code: the number may still hold its trunk prefix, "+44 07700". Only where the
 * plan's length rules the whole out is it taken off; Germany's lengths for one decide nothing.
 */
static int
read_international(const struct e164_plan *plan, const char *national, const char **ret_national)
{
	int error = check(plan, national), ignored = 0;
	const char *rest;

	if (error == E164_TOO_LONG) {
		rest = without_trunk(plan, national, &ignored);
		if (rest != NULL) {
			*ret_national = rest;
			return 0;
		}
	}
	if (error == 0)
		*ret_national = national;
	return error;
}

/*
 * Without its trunk prefix a number is taken for a mobile's, and must have a mobile's length: a
 * subscriber number without its area code would be another country-wide number.
 */
static int
read_national(const struct e164_plan *plan, const char *national, const char **ret_national)
{
	size_t length = strlen(national);
	int error = check(plan, national), trunk_error = 0;
	const char *rest = without_trunk(plan, national, &trunk_error);

	/*
	 * No plan reads a number both with and without its prefix: where it may begin one, lengths
	 * are fixed.
	 */
	if (rest != NULL) {
		*ret_national = rest;
		return 0;
	}
	if (error == 0 && plan->trunk[0] != NULL &&
		(length < plan->mobile_min || length > plan->mobile_max))
		return E164_TRUNK;
	if (error == 0)
		*ret_national = national;
	/* "06 12 34 56 7" in France is a digit short, not in need of another prefix. */
	return error == E164_TRUNK && trunk_error != 0 ? trunk_error : error;
}

/* Whether a calling code comes first, after the digits that only say so. */
static bool
is_international(const struct digits *digits, const char *country_code, size_t *ret_skip)
{
	bool american = country_code != NULL && strcmp(country_code, "1") == 0;

	if (digits->plus)
		*ret_skip = 0;
	else if (strncmp(digits->text, "00", 2) == 0)
		*ret_skip = 2;
	else if (american && strncmp(digits->text, "011", 3) == 0)
		*ret_skip = 3;
	else
		return false;
	return true;
}

static int
resolve_national(const struct digits *digits, const char *country_code,
	const struct e164_plan **ret_plan, const char **ret_national)
{
	const struct e164_plan *plan;
	int error;

	if (country_code == NULL)
		return E164_NO_COUNTRY;
	if (!e164_is_calling_code(country_code))
		return E164_UNKNOWN_COUNTRY;
	if (digits->zero && digits->zero_at != 0)
		return E164_CHARACTER;
	plan = e164_plan_find(country_code);
	error = read_national(plan, digits->text, ret_national);
	if (error == 0)
		*ret_plan = plan;
	return error;
}

static int
resolve_international(const struct digits *digits, size_t skip, const struct e164_plan **ret_plan,
	const char **ret_national)
{
	const struct e164_plan *plan = e164_plan_find(digits->text + skip);
	const char *national;
	int error;

	if (plan == NULL)
		return E164_UNKNOWN_COUNTRY;
	national = digits->text + skip + strlen(plan->code);
	if (digits->zero && digits->text + digits->zero_at != national)
		return E164_CHARACTER;
	if (digits->zero && barred(plan, "0")) {
		/*
		 * Written so, the 0 is for callers inside the country; Rome's 06 is 06 from
		 * everywhere.
		 */
		national++;
		error = check(plan, national);
	} else {
		error = read_international(plan, national, &national);
	}
	if (error == 0) {
		*ret_plan = plan;
		*ret_national = national;
	}
	return error;
}

int
e164_parse(const char *text, const char *country_code, struct e164 *ret_number)
{
	struct digits digits = { .count = 0 };
	const struct e164_plan *plan = NULL;
	const char *national = NULL;
	size_t skip = 0;
	int error;

	error = scan(text, &digits);
	if (error != 0)
		goto out;
	if (is_international(&digits, country_code, &skip))
		error = resolve_international(&digits, skip, &plan, &national);
	else
		error = resolve_national(&digits, country_code, &plan, &national);
	if (error == 0)
		snprintf(ret_number->text, sizeof ret_number->text, "+%s%s", plan->code, national);
out:
	sodium_memzero(&digits, sizeof digits);
	return error;
}

const char *
e164_strerror(int error)
{
	switch (error) {
	case 0: return "no error";
	case E164_EMPTY: return "it holds no digits";
	case E164_CHARACTER: return "it holds something that is no part of a telephone number";
	case E164_NO_COUNTRY: return "it is a national number and country_code is not set";
	case E164_UNKNOWN_COUNTRY: return "its calling code is not assigned";
	case E164_TOO_SHORT: return "too few digits for this country";
	case E164_TOO_LONG: return "too many digits for this country";
	case E164_TRUNK: return "its national prefix (0 in most countries) is missing or misplaced";
	}
	return "unknown error";
}

size_t
e164_calling_code_length(const char *digits)
{
	const struct e164_plan *plan = e164_plan_find(digits);

	return plan != NULL ? strlen(plan->code) : 0;
}

bool
e164_is_calling_code(const char *code)
{
	const struct e164_plan *plan = e164_plan_find(code);

	return plan != NULL && strcmp(plan->code, code) == 0;
}

static uint64_t
load_be64(const uint8_t *bytes)
{
	uint64_t value = 0;

	for (size_t i = 0; i < 8; i++)
		value = value << 8 | bytes[i];
	return value;
}

/*
 * Seen masked it must not differ from a real one: the number of digits and the last four are all
 * that shows, and each comes from eight bytes of its own, so that every ending is equally likely. A
 * country that is not assigned is a caller's mistake; it gets the North American plan, for no
 * answer at all would differ most.
 */
void
e164_decoy(const char *country_code, const uint8_t entropy[static 16], struct e164 *ret_number)
{
	const struct e164_plan *plan = country_code != NULL ? e164_plan_find(country_code) : NULL;
	uint64_t head = load_be64(entropy), tail = load_be64(entropy + 8);
	char *national = ret_number->text, *digit;

	if (plan == NULL)
		plan = e164_plan_find("1");
	national += snprintf(ret_number->text, sizeof ret_number->text, "+%s", plan->code);
	digit = national + plan->usual;
	*digit = '\0';
	for (int i = 0; digit > national; i++) {
		uint64_t *from = i < 4 ? &tail : &head;

		*--digit = (char)('0' + *from % 10);
		*from /= 10;
	}
	/* 0, 1 and 8 are what some plans' numbers never begin with. */
	*national = (char)('2' + entropy[0] % 6);
}

/*
 * A prefix must hold a whole calling code: "+4", a slip for "+44", would open a dozen countries to
 * toll fraud.
 */
bool
e164_prefix_valid(const char *prefix)
{
	size_t count;

	if (*prefix == '!')
		prefix++;
	if (*prefix != '+')
		return false;
	prefix++;
	count = strspn(prefix, "0123456789");
	if (prefix[count] != '\0' || count > 15)
		return false;
	return count == 0 || e164_calling_code_length(prefix) != 0;
}

int
e164_deciding(const struct e164 *number, const char *const prefixes[], size_t count)
{
	size_t longest = 0;
	int deciding = -1;

	for (size_t i = 0; i < count; i++) {
		bool denies = prefixes[i][0] == '!';
		const char *prefix = prefixes[i] + denies;
		size_t length = strlen(prefix);

		/* A refusal with a slip in it must not become a permission. */
		if (!e164_prefix_valid(prefixes[i]))
			return -1;
		if (strncmp(number->text, prefix, length) != 0 || length < longest ||
		    (length == longest && !denies))
			continue;
		deciding = (int)i;
		longest = length;
	}
	return deciding;
}

bool
e164_allowed(const struct e164 *number, const char *const prefixes[], size_t count)
{
	const int deciding = e164_deciding(number, prefixes, count);

	return deciding >= 0 && prefixes[deciding][0] != '!';
}

void
e164_wipe(struct e164 *number)
{
	if (number != NULL)
		sodium_memzero(number, sizeof *number);
}
