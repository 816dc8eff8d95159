/* SPDX-License-Identifier: BSD-2-Clause */
/* The files that are installed as examples are right as they stand, apart from their secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/config.h"
#include "core/fault.h"
#include "helper/description.h"
#include "helper/gateway.h"
#include "helper/local.h"
#include "helper/origin.h"

struct scratch {
	char directory[32], gateways[48], receivers[48];
};

static void
copy(const char *from, const char *to)
{
	char bytes[65536];
	ssize_t size;
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(in >= 0 && out >= 0);
	size = read(in, bytes, sizeof bytes);
	assert_true(size > 0 && size < (ssize_t)sizeof bytes);
	assert_int_equal(write(out, bytes, (size_t)size), size);
	close(in);
	close(out);
}

static int
set_up(void **state)
{
	static struct scratch scratch;

	snprintf(scratch.directory, sizeof scratch.directory, "/tmp/test_ship.XXXXXX");
	if (mkdtemp(scratch.directory) == NULL)
		return -1;
	snprintf(scratch.gateways, sizeof scratch.gateways, "%s/gateways", scratch.directory);
	snprintf(scratch.receivers, sizeof scratch.receivers, "%s/receivers", scratch.directory);
	*state = &scratch;
	return mkdir(scratch.gateways, 0700) == 0 ? mkdir(scratch.receivers, 0700) : -1;
}

static int
tear_down(void **state)
{
	const struct scratch *scratch = *state;

	return rmdir(scratch->gateways) == 0 && rmdir(scratch->receivers) == 0
		? rmdir(scratch->directory) : -1;
}

/* Calls and queries go where texts may go: over TLS. */
static void
check_other_calls(const struct gateway *gateway, const struct description *description,
	const struct values *values)
{
	for (enum wire_task task = WIRE_TASK_VOICE; task <= WIRE_TASK_LAST; task++) {
		const struct description_call *call = description_for(description, task);
		struct origin origin = { 0 };
		struct fault fault = { 0 };

		if (call == NULL)
			continue;
		if (origin_find(call->send.url, gateway, values, &origin, &fault) != 0)
			fail_msg("%s", fault.text);
		assert_true(origin.tls);
		assert_int_equal(origin.connect_port, 443);
		origin_free(&origin);
	}
}

static void
check_gateway(const struct scratch *scratch, const char *name)
{
	char path[128], from[64];
	struct description *description = NULL;
	struct gateway *gateway = NULL;
	struct values values = { 0 };
	struct origin origin = { 0 };
	struct fault fault = { 0 };
	int fd, rc;

	snprintf(from, sizeof from, "conf/gateways/%s.conf", name);
	snprintf(path, sizeof path, "%s/%s.conf", scratch->gateways, name);
	copy(from, path);
	rc = gateway_open(scratch->directory, name, &gateway, &fault);
	unlink(path);
	if (rc != 0)
		fail_msg("%s", fault.text);
	if (gateway->kind == GATEWAY_NET) {
		assert_non_null(strstr(gateway->description_path, name));
		snprintf(from, sizeof from, "conf/api/%s.conf", name);
		fd = open(from, O_RDONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		rc = description_read(fd, from, &description, &fault);
		close(fd);
		if (rc == 0)
			rc = gateway_settings(gateway, description, &values, &fault);
		if (rc == 0)
			rc = local_check(gateway, description->text.send.transport, &fault);
		if (rc == 0 && description->text.send.transport == DESCRIPTION_HTTP)
			rc = origin_find(description->text.send.url, gateway, &values, &origin,
				&fault);
		if (rc != 0)
			fail_msg("%s", fault.text);
		if (description->text.send.transport != DESCRIPTION_HTTP) {
			assert_null(description->text.send.url);
		} else if (strcmp(name, "kannel") == 0 || strcmp(name, "jasmin") == 0) {
			/* On this machine, in the clear. */
			assert_false(origin.tls);
			assert_int_equal(origin.connect_port, name[0] == 'k' ? 13013 : 1401);
		} else {
			assert_true(origin.tls);
			assert_int_equal(origin.connect_port, 443);
		}
		check_other_calls(gateway, description, &values);
	}
	assert_int_equal(gateway->timeout_ms, 5000);
	origin_free(&origin);
	description_free(&description);
	gateway_free(&gateway);
}

static size_t
count_files(const char *path)
{
	DIR *directory = opendir(path);
	size_t count = 0;

	assert_non_null(directory);
	for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(directory);
	return count;
}

static int
read_receiver(const struct scratch *scratch, const char *name, const char *api,
	struct gateway **ret_gateway, struct description **ret_description, struct fault *fault)
{
	char path[128], from[64], target[64];
	struct values values = { 0 };
	int fd, rc;

	snprintf(from, sizeof from, "conf/receivers/%s.conf", name);
	snprintf(path, sizeof path, "%s/%s.conf", scratch->receivers, name);
	snprintf(target, sizeof target, "receivers/%s", name);
	copy(from, path);
	rc = gateway_open(scratch->directory, target, ret_gateway, fault);
	unlink(path);
	if (rc != 0)
		return rc;
	snprintf(from, sizeof from, "conf/api/%s.conf", api);
	fd = open(from, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	rc = description_read(fd, from, ret_description, fault);
	close(fd);
	return rc != 0 ? rc : gateway_settings(*ret_gateway, *ret_description, &values, fault);
}

static void
test_shipped_receivers(void **state)
{
	static const char *const names[] = {
		"generic-receiver", "smspinverify", "twilio-inbound"
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct description *description = NULL;
		struct gateway *gateway = NULL;
		struct values values = { 0 };
		struct fault fault = { 0 };

		if (read_receiver(*state, names[i], names[i], &gateway, &description, &fault) != 0)
			fail_msg("%s", fault.text);
		assert_true(gateway->receives);
		assert_int_equal(gateway->number.text[0] != '\0', description->rent == NULL);
		check_other_calls(gateway, description, &values);
		description_free(&description);
		gateway_free(&gateway);
		/* A description of texts that are sent is not for receivers, nor the other way. */
		assert_int_equal(
			read_receiver(*state, names[i], "twilio", &gateway, &description, &fault),
			FAULT_CONFIG);
		assert_non_null(strstr(fault.text, "api: this API receives no texts"));
		description_free(&description);
		gateway_free(&gateway);
	}
	assert_int_equal(count_files("conf/receivers"), sizeof names / sizeof names[0]);
}

static void
test_shipped_gateways(void **state)
{
	static const char *const names[] = { "2factor", "46elks", "aws-sms-voice", "azure",
		"bird", "bulksmsindia", "clickatell", "clicksend", "exec", "gammu",
		"gatewayapi", "generic", "infobip", "jasmin", "kannel", "messagebird", "msg91",
		"osdigital", "outbox", "ovh", "plivo", "sinch", "smstools", "smtp", "sns",
		"telesign", "telnyx", "textmagic", "twilio", "vonage", "vonage-messages" };
	const size_t count = sizeof names / sizeof names[0];

	for (size_t i = 0; i < count; i++)
		check_gateway(*state, names[i]);
	assert_int_equal(count_files("conf/gateways"), count);
	/* The outbox has no description, and what is no gateway's is a receiver's. */
	assert_int_equal(count_files("conf/api"), count - 1 + count_files("conf/receivers"));
}

/* su asks its caller, everything else the account it is for. */
static void
test_shipped_configuration(void **state)
{
	static const struct { const char *service; enum config_identity identity; } services[] = {
		{ NULL, CONFIG_IDENTITY_TARGET }, { "sshd", CONFIG_IDENTITY_TARGET },
		{ "sudo", CONFIG_IDENTITY_TARGET }, { "login", CONFIG_IDENTITY_TARGET },
		{ "su", CONFIG_IDENTITY_CALLER }, { "su-l", CONFIG_IDENTITY_CALLER },
	};
	const struct scratch *scratch = *state;
	const struct config_defaults defaults = { "/var/lib/smsotp", "/run/smsotp" };
	struct fault fault = { 0 };
	char path[64];

	snprintf(path, sizeof path, "%s/smsotp.conf", scratch->directory);
	for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
		struct config *config = NULL;
		int rc;

		copy("conf/smsotp.conf", path);
		rc = config_load(path, &defaults, services[i].service, &config, &fault);
		unlink(path);
		if (rc != 0)
			fail_msg("%s", fault.text);
		assert_int_equal(config->gateway_count, 1);
		assert_string_equal(config->gateways[0], "twilio");
		assert_int_equal(config->identity, services[i].identity);
		config_free(&config);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_shipped_gateways, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_shipped_receivers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_shipped_configuration, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
