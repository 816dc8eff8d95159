/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/ldap_source.h"

#include "core/fault.h"

int
ldap_source_open(const char *path, struct ldap_source **ret_source, struct fault *fault)
{
	(void)ret_source;
	return fault_set(fault, FAULT_CONFIG, "%s: not built yet", path);
}

int
ldap_source_prepare(struct ldap_source *source, struct sandbox_ports *ret_ports,
	struct fault *fault)
{
	(void)source;
	(void)ret_ports;
	return fault_set(fault, FAULT_CONFIG, "not built yet");
}

void
ldap_source_ask(const struct ldap_source *source, const char *user, struct deadline deadline,
	struct wire_reply *ret_reply)
{
	(void)source;
	(void)user;
	(void)deadline;
	*ret_reply = (struct wire_reply){ .outcome = WIRE_OPERATOR, .detail = "not built yet" };
}

void
ldap_source_free(struct ldap_source **source)
{
	(void)source;
}
