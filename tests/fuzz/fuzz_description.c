/* SPDX-License-Identifier: BSD-2-Clause */
/* API descriptions: one that is accepted can tell a success only by status and body. */
#include "core/fault.h"
#include "helper/description.h"

#include "fuzz.h"

static void
check(const struct description *description)
{
	const struct description_rule *accepted = &description->answer.accepted;
	size_t i;

	FUZZ_HOLDS(description->setting_count <= DESCRIPTION_SETTINGS_MAX);
	FUZZ_HOLDS(description->send.url != NULL && description->send.method != NULL);
	FUZZ_HOLDS(accepted->outcome == WIRE_ACCEPTED);
	FUZZ_HOLDS(accepted->status_count >= 1 && accepted->test_count >= 1);
	for (i = 0; i < accepted->status_count; i++)
		FUZZ_HOLDS(accepted->status[i] >= 200 && accepted->status[i] <= 299);
	for (i = 0; i < description->answer.refused_count; i++)
		FUZZ_HOLDS(description->answer.refused[i].outcome != WIRE_ACCEPTED);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct description *description = NULL;
	struct fault fault = { 0 };
	int fd = fuzz_file(data, size);

	if (description_read(fd, "/fuzz.conf", &description, &fault) == 0)
		check(description);
	else
		FUZZ_HOLDS(description == NULL && fault.text[0] != '\0');
	description_free(&description);
	close(fd);
	return 0;
}
