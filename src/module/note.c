/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/note.h"

#include <stdlib.h>

#define NOTE_NAME "smsotp_ending"

struct note {
	bool anybody;
	uid_t uid;		/* login changes PAM_USER on one handle, and the note stays */
	enum outcome outcome;
};

static void
note_free(pam_handle_t *pamh, void *data, int status)
{
	(void)pamh;
	(void)status;
	free(data);
}

void
note_set(pam_handle_t *pamh, const struct account *account, enum outcome outcome)
{
	struct note *note;

	if (!outcome_row(outcome)->noted || (account != NULL && !account->known))
		return;
	note = malloc(sizeof *note);
	if (note == NULL)
		return;
	*note = (struct note){ .anybody = account == NULL, .outcome = outcome };
	if (account != NULL)
		note->uid = account->uid;
	if (pam_set_data(pamh, NOTE_NAME, note, note_free) != PAM_SUCCESS)
		free(note);
}

bool
note_get(pam_handle_t *pamh, const struct account *account, enum outcome *ret_outcome)
{
	const void *data = NULL;
	const struct note *note;

	if (pam_get_data(pamh, NOTE_NAME, &data) != PAM_SUCCESS || data == NULL)
		return false;
	note = data;
	if (!note->anybody && (account == NULL || !account->known || account->uid != note->uid))
		return false;
	*ret_outcome = note->outcome;
	return true;
}
