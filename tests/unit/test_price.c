/* SPDX-License-Identifier: BSD-2-Clause */
/* What a text costs: smsotp-gateway(5), "price". */
#include "conf_reading.h"

#include "core/price.h"

static void
test_prices(void **state)
{
	static const struct {
		const char *text;
		int64_t millionths;
		const char *currency;
	} good[] = {
		{ "0.045 EUR", 45000, "EUR" }, { "0.045", 45000, "" }, { "1", 1000000, "" },
		{ "0", 0, "" }, { "12.5 USD", 12500000, "USD" }, { "0.000001", 1, "" },
		{ "9999.999999 XAF", INT64_C(9999999999), "XAF" }, { "0007 INR", 7000000, "INR" },
	};
	static const char *const bad[] = { "", " ", "EUR", "0.045 eur", "0.045 EU", "0.045 EURO",
		"0.045EUR", "0.045  EUR", "0.045 EUR ", " 0.045", "0,045", "-0.045", "+1", ".5",
		"1.", "1. EUR", "0.0000001", "10000", "1e3", "0x1", "1.2.3", "1 2", "1\n" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct price price = { .known = false };

		assert_true(price_parse(good[i].text, &price));
		assert_true(price.known);
		assert_int_equal(price.millionths, good[i].millionths);
		assert_string_equal(price.currency, good[i].currency);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct price price = { .known = false, .millionths = 77 };

		if (price_parse(bad[i], &price))
			fail_msg("taken: \"%s\"", bad[i]);
		assert_false(price.known);
		assert_int_equal(price.millionths, 77);
	}
}

static void
test_setting(void **state)
{
	struct reading reading;
	struct price price = { .known = true };

	start(&reading, *state, "api = \"x\";\n");
	assert_int_equal(price_read(&reading.at, &price), 0);
	assert_false(price.known);
	conf_file_free(&reading.file);

	start(&reading, *state, "\nprice = \"0.05 EUR\";\n");
	assert_int_equal(price_read(&reading.at, &price), 0);
	assert_true(price.known);
	assert_int_equal(price.millionths, 50000);
	conf_file_free(&reading.file);

	start(&reading, *state, "\nprice = \"cheap\";\n");
	assert_why(&reading, price_read(&reading.at, &price), ":2: price: must be what one text "
		"costs, like \"0.045 EUR\" or \"0.045\"");
	conf_file_free(&reading.file);

	/* A number of libconfig's is a binary fraction. */
	start(&reading, *state, "price = 0.05;\n");
	assert_int_equal(price_read(&reading.at, &price), FAULT_CONFIG);
	conf_file_free(&reading.file);
}

static void
test_file(void **state)
{
	const struct scratch *scratch = *state;
	struct price price = { .known = false };
	struct fault fault = { .text = "" };

	assert_int_equal(mkdir(scratch_path(scratch, "gateways"), 0700), 0);
	scratch_write(scratch, "gateways/one.conf", 0600, "price = \"0.2\"; else = 1;\n");
	assert_int_equal(price_load(scratch->path, "one", &price, &fault), 0);
	assert_int_equal(price.millionths, 200000);
	/* It holds the credentials: one that others can read is refused here as everywhere. */
	scratch_write(scratch, "gateways/one.conf", 0644, "price = \"0.2\";\n");
	assert_int_equal(price_load(scratch->path, "one", &price, &fault), FAULT_CONFIG);
	assert_int_equal(price_load(scratch->path, "two", &price, &fault), FAULT_CONFIG);
	assert_non_null(strstr(fault.text, "gateways/two.conf"));
}

static void
test_sums(void **state)
{
	static const struct { int64_t millionths; const char *text; } amounts[] = {
		{ 0, "0.00" }, { 45000, "0.045" }, { 50000, "0.05" }, { 1, "0.000001" },
		{ 12500000, "12.50" }, { 100000000, "100.00" }, { 1234567, "1.234567" },
		{ INT64_MAX, "9223372036854.775807" },
	};
	struct price price = { .known = false };
	int64_t sum = 0;

	(void)state;
	for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
		char text[PRICE_AMOUNT_SIZE];

		price_amount(amounts[i].millionths, text);
		assert_string_equal(text, amounts[i].text);
	}
	/* 0.1 ten million times: a sum in binary fractions misses it. */
	assert_true(price_parse("0.1", &price));
	for (int i = 0; i < 10000000; i++)
		price_add(&price, 1, &sum);
	assert_int_equal(sum, INT64_C(1000000000000));
	price_add(&price, INT64_MAX, &sum);
	assert_int_equal(sum, INT64_MAX);
	price_add(&price, 1, &sum);
	assert_int_equal(sum, INT64_MAX);
	price_add(&price, UINT64_MAX, &sum);
	assert_int_equal(sum, INT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prices),
		cmocka_unit_test_setup_teardown(test_setting, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_file, scratch_setup, scratch_teardown),
		cmocka_unit_test(test_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
