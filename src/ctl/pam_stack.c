/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/pam_stack.h"

#include <string.h>
#include <strings.h>

#define BLANKS " \t\r\n"
#define UNSET 1000000	/* no jump is so long */
#define JUMP_MAX 1000

/* Linux-PAM's, in the order of their numbers. */
static const char *const return_names[PAM_RETURN_COUNT] = {
	"success", "open_err", "symbol_err", "service_err", "system_err", "buf_err", "perm_denied",
	"auth_err", "cred_insufficient", "authinfo_unavail", "user_unknown", "maxtries",
	"new_authtok_reqd", "acct_expired", "session_err", "cred_unavail", "cred_expired",
	"cred_err", "no_module_data", "conv_err", "authtok_err", "authtok_recover_err",
	"authtok_lock_busy", "authtok_disable_aging", "try_again", "ignore", "abort",
	"authtok_expired", "module_unknown", "bad_item", "conv_again", "incomplete"
};

#define NEW_AUTHTOK_REQD 12

static const struct { const char *name; enum pam_action action; } action_names[] = {
	{ "ignore", PAM_ACTION_IGNORE }, { "ok", PAM_ACTION_OK }, { "done", PAM_ACTION_DONE },
	{ "bad", PAM_ACTION_BAD }, { "die", PAM_ACTION_DIE }, { "reset", PAM_ACTION_RESET }
};

/* --- lines ---------------------------------------------------------------- */

/*
 * Appends one line of the file without its comment and the blanks around. True if it goes on: a
 * backslash at its end, and no comment.
 */
static bool
append_line(const char *from, const char *end, char *text, size_t *used, bool *ret_cut)
{
	const char *comment = memchr(from, '#', (size_t)(end - from));
	bool more;

	if (comment != NULL)
		end = comment;
	while (from < end && strchr(BLANKS, *from) != NULL)
		from++;
	while (end > from && strchr(BLANKS, end[-1]) != NULL)
		end--;
	more = comment == NULL && end > from && end[-1] == '\\';
	if (more)
		end--;
	for (; from < end; from++) {
		/* A NUL would hide what follows. */
		if (*used + 2 >= PAM_STACK_LINE_MAX || *from == '\0') {
			*ret_cut = true;
			break;
		}
		text[(*used)++] = *from;
	}
	if (more && *used + 1 < PAM_STACK_LINE_MAX)
		text[(*used)++] = ' ';
	text[*used] = '\0';
	return more;
}

/* The next line, joined. False at the end of the file. */
static bool
read_line(struct pam_reader *reader, struct pam_entry *entry, bool *ret_cut)
{
	size_t used = 0;
	bool more = true;

	if (reader->at >= reader->size)
		return false;
	entry->line = reader->line + 1;
	entry->from = reader->at;
	*ret_cut = false;
	while (more && reader->at < reader->size) {
		const char *from = reader->text + reader->at;
		const char *end = memchr(from, '\n', reader->size - reader->at);

		if (end == NULL)
			end = reader->text + reader->size;
		more = append_line(from, end, entry->text, &used, ret_cut);
		reader->at = (size_t)(end - reader->text) + 1;
		reader->line++;
	}
	return true;
}

/* --- words ---------------------------------------------------------------- */

/*
 * Cuts the next word off *rest: up to a blank, or from "[" to the "]" that no backslash is before,
 * without the two (*ret_bracket tells). NULL: there is none.
 */
static char *
next_word(char **rest, bool *ret_bracket)
{
	char *word = *rest + strspn(*rest, BLANKS), *to, *from;

	*ret_bracket = word[0] == '[';
	if (word[0] == '\0')
		return NULL;
	if (!*ret_bracket) {
		*rest = word + strcspn(word, BLANKS);
		if (**rest != '\0')
			*(*rest)++ = '\0';
		return word;
	}
	for (to = from = ++word; *from != '\0' && *from != ']'; from++) {
		if (from[0] == '\\' && from[1] == ']')
			from++;
		*to++ = *from;
	}
	*rest = *from != '\0' ? from + 1 : from;
	*to = '\0';
	return word;
}

/* --- controls ------------------------------------------------------------- */

static void
set_unset(int actions[static PAM_RETURN_COUNT], int action)
{
	for (size_t i = 0; i < PAM_RETURN_COUNT; i++) {
		if (actions[i] == UNSET)
			actions[i] = action;
	}
}

static bool
read_action(const char *text, size_t length, int *ret_action)
{
	int jump = 0;

	for (size_t i = 0; i < sizeof action_names / sizeof action_names[0]; i++) {
		if (strlen(action_names[i].name) == length &&
			strncasecmp(action_names[i].name, text, length) == 0) {
			*ret_action = action_names[i].action;
			return true;
		}
	}
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9' || jump > JUMP_MAX)
			return false;
		jump = jump * 10 + (text[i] - '0');
	}
	*ret_action = jump;
	return length > 0 && jump > 0 && jump <= JUMP_MAX;
}

static bool
set_return(const char *name, size_t length, int action, int actions[static PAM_RETURN_COUNT])
{
	if (length == strlen("default") && strncasecmp(name, "default", length) == 0) {
		set_unset(actions, action);
		return true;
	}
	for (size_t i = 0; i < PAM_RETURN_COUNT; i++) {
		if (strlen(return_names[i]) == length &&
			strncasecmp(return_names[i], name, length) == 0) {
			actions[i] = action;
			return true;
		}
	}
	return false;
}

/* "value=action value=action"; blanks may stand around "=". */
static const char *
read_brackets(const char *text, int actions[static PAM_RETURN_COUNT])
{
	const char *wrong = NULL;

	for (text += strspn(text, BLANKS); wrong == NULL && *text != '\0';
	    text += strspn(text, BLANKS)) {
		const char *name = text;
		const size_t length = strcspn(text, BLANKS "=");
		size_t size;
		int action;

		text += length;
		text += strspn(text, BLANKS);
		if (*text != '=') {
			wrong = "a value in brackets has no action";
			break;
		}
		text++;
		text += strspn(text, BLANKS);
		size = strcspn(text, BLANKS);
		if (!read_action(text, size, &action))
			wrong = "an action in brackets that libpam does not know";
		else if (!set_return(name, length, action, actions))
			wrong = "a value in brackets that libpam does not know";
		text += size;
	}
	/* As libpam: what could not be read is bad, and so is what is not said. */
	set_unset(actions, PAM_ACTION_BAD);
	return wrong;
}

static bool
read_keyword(const char *word, int actions[static PAM_RETURN_COUNT])
{
	static const struct {
		const char *word;
		int success, ignore, other;
	} keywords[] = {
		{ "required", PAM_ACTION_OK, PAM_ACTION_IGNORE, PAM_ACTION_BAD },
		{ "requisite", PAM_ACTION_OK, PAM_ACTION_IGNORE, PAM_ACTION_DIE },
		{ "sufficient", PAM_ACTION_DONE, PAM_ACTION_IGNORE, PAM_ACTION_IGNORE },
		{ "optional", PAM_ACTION_OK, PAM_ACTION_IGNORE, PAM_ACTION_IGNORE }
	};

	for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
		if (strcasecmp(word, keywords[i].word) != 0)
			continue;
		set_unset(actions, keywords[i].other);
		actions[PAM_RETURN_IGNORE] = keywords[i].ignore;
		actions[PAM_RETURN_SUCCESS] = actions[NEW_AUTHTOK_REQD] = keywords[i].success;
		return true;
	}
	return false;
}

/* Returns what is wrong, or NULL. */
static const char *
read_control(char *word, bool bracket, struct pam_entry *entry)
{
	entry->kind = PAM_ENTRY_MODULE;
	entry->control = bracket ? "" : word;
	for (size_t i = 0; i < PAM_RETURN_COUNT; i++)
		entry->actions[i] = UNSET;
	if (bracket)
		return read_brackets(word, entry->actions);
	if (strcasecmp(word, "include") == 0)
		entry->kind = PAM_ENTRY_INCLUDE;
	else if (strcasecmp(word, "substack") == 0)
		entry->kind = PAM_ENTRY_SUBSTACK;
	else if (!read_keyword(word, entry->actions))
		return "a control that libpam does not know";
	return NULL;
}

/* --- entries -------------------------------------------------------------- */

static bool
read_type(const char *word, struct pam_entry *entry)
{
	static const char *const types[] = { [PAM_TYPE_AUTH] = "auth",
		[PAM_TYPE_ACCOUNT] = "account", [PAM_TYPE_PASSWORD] = "password",
		[PAM_TYPE_SESSION] = "session" };

	/* "-auth": a module that is missing does not matter. */
	if (word[0] == '-')
		word++;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		if (strcasecmp(word, types[i]) == 0) {
			entry->type = (enum pam_type)i;
			return true;
		}
	}
	return false;
}

/* Each word is moved to where the one before it ends. */
static void
read_arguments(char *rest, struct pam_entry *entry)
{
	char *to = rest, *word;
	bool bracket;

	entry->arguments = to;
	while ((word = next_word(&rest, &bracket)) != NULL) {
		size_t size = strlen(word) + 1;

		memmove(to, word, size);
		to += size;
		entry->argument_count++;
	}
}

static const char *
read_entry(struct pam_entry *entry)
{
	char *rest = entry->text, *word;
	const char *wrong;
	bool bracket;

	word = next_word(&rest, &bracket);
	if (word == NULL)
		return "is empty";
	if (strcasecmp(word, "@include") == 0) {
		entry->kind = PAM_ENTRY_INCLUDE_ALL;
		entry->target = next_word(&rest, &bracket);
		return entry->target != NULL ? NULL : "names no file";
	}
	if (!read_type(word, entry))
		return "begins with no type that libpam knows";
	word = next_word(&rest, &bracket);
	if (word == NULL)
		return "has no control";
	wrong = read_control(word, bracket, entry);
	if (wrong != NULL)
		return wrong;
	entry->target = next_word(&rest, &bracket);
	if (entry->target == NULL)
		return "names no module";
	read_arguments(rest, entry);
	return NULL;
}

bool
pam_stack_next(struct pam_reader *reader, struct pam_entry *ret_entry)
{
	struct pam_entry *entry = ret_entry;
	bool cut;

	do {
		entry->type = PAM_TYPE_AUTH;
		entry->wrong = NULL;
		entry->control = entry->target = entry->arguments = "";
		entry->argument_count = 0;
		entry->text[0] = '\0';
		if (!read_line(reader, entry, &cut))
			return false;
	} while (entry->text[strspn(entry->text, BLANKS)] == '\0');
	entry->wrong = cut ? "is too long" : read_entry(entry);
	if (entry->wrong != NULL) {
		entry->kind = PAM_ENTRY_BROKEN;
		for (size_t i = 0; i < PAM_RETURN_COUNT; i++)
			entry->actions[i] = PAM_ACTION_BAD;
		if (entry->target == NULL)
			entry->target = "";
	}
	return true;
}

const char *
pam_stack_argument(const char *argument)
{
	return argument + strlen(argument) + 1;
}

bool
pam_stack_has(const struct pam_entry *entry, const char *argument)
{
	const char *each = entry->arguments;

	for (size_t i = 0; i < entry->argument_count; i++) {
		if (strcmp(each, argument) == 0)
			return true;
		each = pam_stack_argument(each);
	}
	return false;
}

const char *
pam_stack_module_name(const char *target, size_t *ret_length)
{
	const char *slash = strrchr(target, '/'), *name = slash != NULL ? slash + 1 : target;
	size_t length = strlen(name);

	if (length > 3 && strcmp(name + length - 3, ".so") == 0)
		length -= 3;
	*ret_length = length;
	return name;
}
