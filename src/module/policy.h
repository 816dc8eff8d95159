/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is let by without a code: the rules of exempt, applied to a login. */
#ifndef SMSOTP_MODULE_POLICY_H
#define SMSOTP_MODULE_POLICY_H

#include "module/outcome.h"

struct login;

/*
 * OUTCOME_EXEMPT, and the rule in login->rule, if one holds; OUTCOME_ACCEPTED if none does and the
 * login goes on. Where that cannot be told, the ending of what stood in the way. Touches no state;
 * asks the phone sources if a rule depends on them.
 */
enum outcome policy_exempt(struct login *login) __attribute__((warn_unused_result));

/* Says the notice of the rule that exempts, unless there is none or the host wants silence. */
void policy_notice(const struct login *login);

#endif
