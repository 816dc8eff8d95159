/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/gateway_name.h"

#include <string.h>

#define LENGTH_MAX 64

bool
gateway_name_valid(const char *name)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t length = strspn(name, letters);

	return name[length] == '\0' && length > 0 && length <= LENGTH_MAX &&
		strchr("._-", name[0]) == NULL;
}

bool
gateway_name_receives(const char *target)
{
	return strncmp(target, GATEWAY_NAME_RECEIVER, sizeof GATEWAY_NAME_RECEIVER - 1) == 0;
}

bool
gateway_name_target(const char *target)
{
	return gateway_name_valid(gateway_name_receives(target)
		? target + sizeof GATEWAY_NAME_RECEIVER - 1 : target);
}
