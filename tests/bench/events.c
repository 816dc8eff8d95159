/* SPDX-License-Identifier: BSD-2-Clause */
/* An event file as a busy host would have it, of what the module and smsotpctl write. */
#include "host.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/e164.h"
#include "core/log_line.h"

#define BEGIN_MS INT64_C(1795934408000)
#define BETWEEN_MS 2500

struct mix {
	const char *event, *reason;
	unsigned int share;		/* of a hundred */
};

/* The sum of the shares is a hundred. */
static const struct mix mixes[] = {
	{ "text", "accepted", 40 }, { "accepted", "code", 36 }, { "accepted", "remembered", 6 },
	{ "denied", "wrong_code", 6 }, { "exempt", "rule", 4 }, { "text", "unreachable", 3 },
	{ "denied", "no_answer", 2 }, { "call", "accepted", 1 }, { "denied", "locked", 1 },
	{ "admin", "unlock", 1 },
};

static const struct mix *
mix_of(unsigned int percent)
{
	const struct mix *mix = mixes;

	for (; percent >= mix->share; mix++)
		percent -= mix->share;
	return mix;
}

int
events_write(int argc, char **argv)
{
	static const char *const services[] = { "sshd", "sudo", "su", "login" };
	static const char *const gateways[] = { "twilio", "vonage", "kannel" };
	uint64_t state = 88172645463325252u;
	unsigned long count, users;
	FILE *file;

	if (argc != 4)
		return 2;
	count = strtoul(argv[1], NULL, 10);
	users = strtoul(argv[2], NULL, 10);
	file = fopen(argv[3], "we");
	if (file == NULL || users == 0)
		host_fail("%s: cannot be written", argv[3]);
	for (unsigned long i = 0; i < count; i++) {
		char text[LOG_EVENT_SIZE], user[32], uid[16], client[24], ref[4];
		struct e164_masked phone;
		const struct mix *mix;
		struct log_line line;

		/* xorshift64 */
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		/* As many users as there are to be, then some more often than others. */
		unsigned long who = i < users ? i : (unsigned long)(state >> 20) % users *
			(state >> 11 & 1023) / 1023;

		mix = mix_of((unsigned int)(state >> 40) % 100);
		snprintf(user, sizeof user, "user%lu", who);
		snprintf(uid, sizeof uid, "%lu", 100000 + who);
		snprintf(client, sizeof client, "203.0.%u.%u", (unsigned int)(state >> 8 & 127),
			(unsigned int)(state & 255));
		snprintf(ref, sizeof ref, "%c%u", 'A' + (int)(state >> 16 & 15),
			(unsigned int)(state >> 24) % 10);
		snprintf(phone.text, sizeof phone.text, "+44*%04u",
			(unsigned int)(state >> 30) % 10000);
		line = (struct log_line){
			.event = mix->event, .reason = mix->reason, .user = user, .uid = uid,
			.service = services[state >> 50 & 3], .client = client, .phone = &phone,
			.gateway = gateways[(state >> 52) % 3], .ref = ref, .ms = -1,
			.rule = strcmp(mix->event, "exempt") == 0 ? "robots" : NULL,
			.segments = strcmp(mix->event, "text") == 0,
			.by = strcmp(mix->event, "admin") == 0 ? "root(0)" : NULL,
			.detail = strcmp(mix->event, "exempt") == 0 ? "CHG-1182" : NULL,
		};
		fwrite(text, 1, log_line_event(&line, BEGIN_MS + (int64_t)i * BETWEEN_MS, text),
			file);
	}
	if (fclose(file) != 0)
		host_fail("%s: cannot be written", argv[3]);
	return 0;
}
