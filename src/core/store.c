/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/store.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/health.h"
#include "core/keyfile.h"
#include "core/shelter.h"
#include "core/store_private.h"

_Static_assert(STORE_CODES_MAX == CODE_RECORD_CODES, "one number, two names");
_Static_assert(KEYFILE_KEY_SIZE == CODE_KEY_SIZE, "a key file holds one key");

static const struct directory closed = DIRECTORY_NONE;

static int
open_all(struct store *store, struct fault *fault)
{
	const struct store_settings *settings = store->settings;
	const bool rehearse = settings->rehearse;
	int result;

	result = directory_open(settings->state_dir,
		rehearse ? DIRECTORY_REHEARSED : DIRECTORY_DURABLE, &store->state, fault);
	if (result == 0)
		result = directory_open_under(&store->state, "users", &store->users, fault);
	if (result == 0)
		result = directory_open_under(&store->state, "phones", &store->phones, fault);
	if (result == 0)
		result = keyfile_open(&store->state, "names.key", KEYFILE_NAMES,
			store->names_key.bytes, fault);
	if (result == 0)
		result = directory_open(settings->run_dir,
			rehearse ? DIRECTORY_REHEARSED : DIRECTORY_VOLATILE, &store->run, fault);
	if (result == 0)
		result = directory_open_under(&store->run, "codes", &store->codes, fault);
	if (result == 0)
		result = keyfile_open(&store->run, "key", KEYFILE_CODES, store->key.bytes, fault);
	return result;
}

int
store_open(const struct store_settings *settings, struct store **ret_store, struct fault *fault)
{
	struct store *store;
	struct shelter shelter;
	int result;

	store = calloc(1, sizeof *store);
	if (store == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	store->settings = settings;
	store->state = store->users = store->phones = store->run = store->codes = closed;
	store->backup = closed;
	store->budget_settings = (struct budget_settings){
		.directory = &store->run,
		.key = store->key.bytes,
		.limits = &settings->budget,
	};
	result = shelter_enter(&shelter, fault);
	if (result == 0)
		result = shelter_leave(&shelter, open_all(store, fault), fault);
	if (result != 0)
		store_close(&store);
	else
		*ret_store = store;
	return result;
}

void
store_close(struct store **store)
{
	struct store *it = *store;

	if (it == NULL)
		return;
	health_close(&it->health);
	budget_close(&it->budget);
	directory_close(&it->backup);
	directory_close(&it->codes);
	directory_close(&it->run);
	directory_close(&it->phones);
	directory_close(&it->users);
	directory_close(&it->state);
	sodium_memzero(it, sizeof *it);
	free(it);
	*store = NULL;
}

int
store_budget_open(struct store *store, const struct now *now, struct fault *fault)
{
	if (store->budget != NULL)
		return 0;
	return budget_open(&store->budget_settings, now, &store->budget, fault);
}

int
store_health(struct store *store, struct health **ret_health, struct fault *trouble,
	struct fault *fault)
{
	struct shelter shelter;
	struct now now;
	int result;

	if (store->health == NULL) {
		result = store->settings->read_clock(&now, fault);
		if (result == 0)
			result = shelter_enter(&shelter, fault);
		if (result != 0)
			return result;
		if (health_open(&store->run, &now, &store->health, trouble) != 0)
			store->health = NULL;
		result = shelter_leave(&shelter, 0, fault);
		if (result != 0)
			return result;
	}
	*ret_health = store->health;
	return 0;
}

/* One keyed hash per purpose: the label keeps them apart, lengths keep the parts apart. */
struct part {
	const void *bytes;
	size_t size;
};

static void
hash_parts(const struct code_key *key, const char *label, const struct part *parts, size_t count,
	uint8_t ret_hash[static crypto_auth_hmacsha256_BYTES])
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key->bytes, sizeof key->bytes);
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)label, strlen(label) + 1);
	for (size_t i = 0; i < count; i++) {
		uint8_t size[8];

		bytes_put_u64(size, parts[i].size);
		crypto_auth_hmacsha256_update(&state, size, sizeof size);
		crypto_auth_hmacsha256_update(&state, parts[i].bytes, parts[i].size);
	}
	crypto_auth_hmacsha256_final(&state, ret_hash);
	sodium_memzero(&state, sizeof state);
}

static void
hash_text(const struct code_key *key, const char *label, const char *text,
	uint8_t ret_tag[static CODE_TAG_SIZE])
{
	const struct part part = { .bytes = text, .size = strlen(text) };
	uint8_t hash[crypto_auth_hmacsha256_BYTES];

	hash_parts(key, label, &part, 1, hash);
	memcpy(ret_tag, hash, CODE_TAG_SIZE);
}

void
store_phone_tag(const struct store *store, const struct e164 *phone, struct code_tag *ret_tag)
{
	hash_text(&store->names_key, "smsotp phone", phone->text, ret_tag->bytes);
}

void
store_service_tag(const struct store *store, const char *service, struct code_tag *ret_tag)
{
	hash_text(&store->key, "smsotp service", service, ret_tag->bytes);
}

void
store_decoy_entropy(const struct store *store, const char *user, uint8_t ret_entropy[static 16])
{
	hash_text(&store->names_key, "smsotp decoy", user, ret_entropy);
}

void
store_client_binding(const struct store *store, uid_t uid, const char *service, const char *client,
	uint8_t ret_binding[static CODE_BINDING_SIZE])
{
	uint8_t number[4];
	const struct part parts[] = {
		{ .bytes = number, .size = sizeof number },
		{ .bytes = service, .size = strlen(service) },
		{ .bytes = client, .size = strlen(client) },
	};

	bytes_put_u32(number, uid);
	hash_parts(&store->key, "smsotp binding", parts, sizeof parts / sizeof parts[0],
		ret_binding);
}

/* In an order of their own: a directory may list a person's numbers in any. */
static size_t
sorted_phone_tags(const struct store *store, const struct store_whence *place,
	struct code_tag ret_tags[static CODE_RECORD_PHONES])
{
	size_t count = 0;

	while (count < place->phone_count && count < CODE_RECORD_PHONES) {
		struct code_tag tag;
		size_t at = count++;

		store_phone_tag(store, &place->phones[at], &tag);
		for (; at > 0 && memcmp(&ret_tags[at - 1], &tag, sizeof tag) > 0; at--)
			ret_tags[at] = ret_tags[at - 1];
		ret_tags[at] = tag;
	}
	return count;
}

void
store_place_tag(const struct store *store, const struct store_whence *place,
	struct code_tag *ret_tag)
{
	struct code_tag phones[CODE_RECORD_PHONES];
	const size_t phone_count = sorted_phone_tags(store, place, phones);
	const struct store_terminal *terminal = &place->terminal;
	const bool client = place->client != NULL;
	const char *name = client ? place->client : terminal->name;
	uint8_t kind = client ? 'c' : 't', uid[4], session[24] = { 0 };
	const struct part parts[] = {
		{ .bytes = uid, .size = sizeof uid },
		{ .bytes = place->user, .size = strlen(place->user) },
		{ .bytes = place->service, .size = strlen(place->service) },
		{ .bytes = phones, .size = phone_count * sizeof phones[0] },
		{ .bytes = &kind, .size = sizeof kind },
		{ .bytes = name, .size = strlen(name) },
		{ .bytes = session, .size = client ? 0 : sizeof session },
	};
	uint8_t hash[crypto_auth_hmacsha256_BYTES];

	bytes_put_u32(uid, place->uid);
	bytes_put_u32(session, terminal->session);
	bytes_put_u32(session + 4, terminal->caller);
	bytes_put_u64(session + 8, terminal->started);
	bytes_put_u64(session + 16, terminal->device);
	hash_parts(&store->key, "smsotp place", parts, sizeof parts / sizeof parts[0], hash);
	memcpy(ret_tag, hash, sizeof ret_tag->bytes);
}

void
store_hash(const struct store *store, const struct store_hashing *hashing,
	const struct code_entry *entry, const struct code *code, struct code_hash *ret_hash)
{
	const struct code_context context = {
		.uid = hashing->login->uid,
		.service = hashing->login->service,
		.binding = hashing->login->binding,
		.phone = hashing->phone,
		.expires_boot_ms = entry->expires_boot_ms,
		.boot_id = hashing->now->boot_id,
		.salt = entry->salt,
	};

	code_hash(&store->key, &context, code, ret_hash);
}

void
store_status_from(const struct limit_status *status, struct store_status *ret_status)
{
	static const enum store_standing standings[] = {
		[LIMIT_FREE] = STORE_FREE,
		[LIMIT_LOCKED] = STORE_LOCKED,
		[LIMIT_DISABLED] = STORE_DISABLED,
	};

	*ret_status = (struct store_status){
		.standing = standings[status->standing],
		.locked_for_ms = status->locked_for_ms,
		.failures = status->failures,
		.round_failures = status->round,
	};
}

static int
look(struct store *store, uid_t uid, struct store_status *ret_status, struct fault *fault)
{
	struct store_ledger user = { .record = NULL };
	struct limit_status status = { .standing = LIMIT_FREE };
	struct now now;
	int result;

	result = store_read_user(store, uid, STORE_EXISTING, &user, &now, fault);
	if (result == 0 && user.record != NULL) {
		result = store_ledger_keep(&user, fault);
		if (result == 0)
			limit_look(&user.limits, &now, &store->settings->guesses, &status);
	}
	store_ledger_close(&user);
	if (result == 0)
		store_status_from(&status, ret_status);
	return result;
}

int
store_look(struct store *store, uid_t uid, struct store_status *ret_status, struct fault *fault)
{
	struct store_status status;
	struct shelter shelter;
	int result;

	result = shelter_enter(&shelter, fault);
	if (result != 0)
		return result;
	result = shelter_leave(&shelter, look(store, uid, &status, fault), fault);
	if (result == 0)
		*ret_status = status;
	return result;
}
