/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/receiver.h"

#include <string.h>

#include "core/e164.h"
#include "helper/description.h"
#include "helper/gateway.h"
#include "helper/setting.h"
#include "helper/values.h"

const char *const receiver_keys[] = { "api", "base_url", "ca_file", "proxy", "connect_timeout",
	"timeout", "number", NULL };

int
receiver_read(const struct conf_at *at, struct gateway *gateway)
{
	const char *number = NULL;
	int rc = setting_text(at, "number", false, &number), error;

	if (rc != 0 || number == NULL)
		return rc;
	error = e164_parse(number, NULL, &gateway->number);
	return error == 0 ? 0 : conf_refuse(at, conf_setting(at, "number"),
		"is no telephone number with + and calling code: %s", e164_strerror(error));
}

int
receiver_check(const struct conf_at *at, const struct gateway *gateway,
	const struct description *description)
{
	const bool has_number = gateway->number.text[0] != '\0';
	const bool receives = description->receive != NULL;

	if (gateway->receives != receives)
		return conf_refuse(at, conf_setting(at, "api"), receives
			? "this API receives texts: its file belongs into receivers/"
			: "this API receives no texts");
	if (receives && description->rent == NULL && !has_number)
		return conf_refuse(at, NULL, "\"number\" is missing: this API rents none");
	if (receives && description->rent != NULL && has_number)
		return conf_refuse(at, conf_setting(at, "number"), "this API rents its numbers");
	return 0;
}

int
receiver_check_values(const struct conf_at *at, const struct description *description,
	const struct values *values)
{
	static const char key[] = "country_code";

	if (description->rent == NULL || description->rent->send.number != DESCRIPTION_NATIONAL ||
		e164_is_calling_code(values_get(values, key, sizeof key - 1)))
		return 0;
	return conf_refuse(
		at, conf_setting(at, key), "is not a calling code; for instance \"44\"");
}
