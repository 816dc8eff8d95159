/* SPDX-License-Identifier: BSD-2-Clause */
/* ldflags: -Wl,--wrap=shelter_leave */
/* Trouble with what is remembered of gateways: a warning, unless the host is hurt. */
#include "store_bench.h"

#include <sys/stat.h>

#include "core/health.h"
#include "core/shelter.h"

static bool stuck;

int __real_shelter_leave(const struct shelter *shelter, int result, struct fault *fault);
int __wrap_shelter_leave(const struct shelter *shelter, int result, struct fault *fault);

int
__wrap_shelter_leave(const struct shelter *shelter, int result, struct fault *fault)
{
	int left = __real_shelter_leave(shelter, result, fault);

	return stuck && result == 0
		? fault_set(fault, FAULT_SYSTEM, "the uid is not back") : left;
}

static void
a_table_that_cannot_be_used_is_trouble_and_no_fault(void **state)
{
	const char *path = scratch_path(*state, "run/gateways");
	struct fault trouble = { .text = "" };
	struct health *health = NULL, *again = NULL;
	struct bench it;

	bench_open(*state, &it);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(store_health(it.store, &health, &trouble, &it.fault), 0);
	assert_null(health);
	assert_non_null(strstr(trouble.text, "/run/gateways"));
	assert_string_equal(it.fault.text, "");

	assert_int_equal(unlink(path), 0);
	trouble.text[0] = '\0';
	assert_int_equal(store_health(it.store, &health, &trouble, &it.fault), 0);
	assert_non_null(health);
	assert_string_equal(trouble.text, "");
	/* Opened once, it is the store's. */
	assert_int_equal(store_health(it.store, &again, &trouble, &it.fault), 0);
	assert_ptr_equal(again, health);
	bench_close(&it);
}

static void
a_host_whose_uid_is_not_put_back_gets_a_fault(void **state)
{
	struct fault trouble = { .text = "" };
	struct health *health = NULL;
	struct bench it;

	bench_open(*state, &it);
	stuck = true;
	assert_int_equal(store_health(it.store, &health, &trouble, &it.fault), FAULT_SYSTEM);
	stuck = false;
	assert_string_equal(it.fault.text, "the uid is not back");
	assert_string_equal(trouble.text, "");
	assert_null(health);
	bench_close(&it);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_table_that_cannot_be_used_is_trouble_and_no_fault),
		TEST(a_host_whose_uid_is_not_put_back_gets_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
