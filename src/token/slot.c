/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/slot.h"

#include <stdio.h>
#include <string.h>

#include <openssl/asn1.h>

#include <jpki/error.h>

#include "base/error.h"
#include "base/log.h"
#include "reader/contents.h"
#include "reader/library.h"
#include "reader/presence.h"
#include "reader/settings.h"
#include "reader/view.h"
#include "token/mechanism.h"
#include "token/module.h"
#include "token/rv.h"
#include "token/session.h"
#include "token/token_kind.h"

void
slot_pad(CK_UTF8CHAR *field, size_t size, const char *text)
{
	size_t length = strlen(text);

	memset(field, ' ', size);
	memcpy(field, text, length < size ? length : size);
}

/*
 * Ask for new readers. Without `new_slots` only the nameless entry takes one, so the number of
 * slots stays.
 */
static void
find_readers(bool new_slots)
{
	char name[JPKI_READER_NAME_SIZE];

	readers_name(readers_at(0), name);
	if (new_slots || name[0] == '\0')
		(void)readers_find(!new_slots);
}

static CK_RV
find_slot(CK_SLOT_ID id, struct reader **reader, enum jpki_role *role)
{
	char name[JPKI_READER_NAME_SIZE] = "";

	*role = (enum jpki_role)(id % JPKI_ROLES);
	*reader = readers_at(id / JPKI_ROLES);
	if (*reader != NULL)
		readers_name(*reader, name);
	if (name[0] == '\0') { /* the reader may have come since the last look */
		(void)readers_find(false);
		*reader = readers_at(id / JPKI_ROLES);
	}
	if (*reader == NULL || (module_roles & JPKI_ROLE(*role)) == 0)
		return CKR_SLOT_ID_INVALID;
	return CKR_OK;
}

/* Viewing may show that the card is gone: forget the sessions with it. */
static void
view_reader(
    struct reader *reader, enum jpki_role role, enum view_part what, struct reader_view *view)
{
	view_refresh(reader, role, what, view);
	session_sweep();
}

static bool
has_token(struct reader *reader, enum jpki_role role)
{
	struct reader_view view;

	view_reader(reader, role, VIEW_STATE, &view);
	return view.keys[role].present;
}

CK_RV
slot_list(CK_BBOOL token_present, CK_SLOT_ID *list, CK_ULONG *count)
{
	CK_ULONG room = *count, found = 0;
	struct reader *reader;

	/* new slots may appear only with a NULL list (PKCS#11 3.0, section 5.5) */
	find_readers(list == NULL);
	for (size_t i = 0; (reader = readers_at(i)) != NULL; i++)
		for (int role = 0; role < JPKI_ROLES; role++) {
			if ((module_roles & JPKI_ROLE(role)) == 0)
				continue;
			if (token_present && !has_token(reader, (enum jpki_role)role))
				continue;
			if (list != NULL && found < room)
				list[found] = i * JPKI_ROLES + (CK_SLOT_ID)role;
			found++;
		}
	*count = found;
	return list != NULL && found > room ? CKR_BUFFER_TOO_SMALL : CKR_OK;
}

/* Room for a reader's name in a slot's description, before the role. */
#define NAME_ROOM 40
/* Readers of one kind differ in the last characters of their names: " 00 00", " 01 00". */
#define NAME_TAIL 6

/* Shorten a name by removing whole UTF-8 characters before its tail. */
static void
shorten_name(char *name)
{
	size_t length = strlen(name), head = NAME_ROOM - NAME_TAIL, tail = length - NAME_TAIL;

	if (length <= NAME_ROOM)
		return;
	while (head > 0 && ((unsigned char)name[head] & 0xc0) == 0x80)
		head--;
	while (((unsigned char)name[tail] & 0xc0) == 0x80)
		tail++;
	memmove(name + head, name + tail, length - tail + 1);
}

/* A driver may name its reader in any encoding: bytes that are not UTF-8 become '?'. */
static void
make_utf8(char *name)
{
	unsigned char *rest = (unsigned char *)name;
	size_t length = strlen(name);
	unsigned long character;

	while (length > 0) {
		int used = UTF8_getc(rest, (int)length, &character);

		if (used <= 0) {
			*rest = '?';
			used = 1;
		}
		rest += used;
		length -= (size_t)used;
	}
}

CK_RV
slot_info(CK_SLOT_ID id, CK_SLOT_INFO *info)
{
	char name[JPKI_READER_NAME_SIZE], description[JPKI_READER_NAME_SIZE + 32];
	struct reader *reader;
	struct reader_view view;
	enum jpki_role role;
	CK_RV rv;

	rv = find_slot(id, &reader, &role);
	if (rv != CKR_OK)
		return rv;
	readers_name(reader, name);
	view_reader(reader, role, VIEW_STATE, &view);
	make_utf8(name);
	shorten_name(name);
	snprintf(description, sizeof(description), "%s (%s)",
	    name[0] != '\0' ? name : "No card reader", token_kind_of(role)->slot_name);
	memset(info, 0, sizeof(*info));
	slot_pad(info->slotDescription, sizeof(info->slotDescription), description);
	slot_pad(info->manufacturerID, sizeof(info->manufacturerID), "jpki-pkcs11");
	info->flags = CKF_REMOVABLE_DEVICE | CKF_HW_SLOT;
	if (view.keys[role].present)
		info->flags |= CKF_TOKEN_PRESENT;
	return CKR_OK;
}

static CK_FLAGS
tries_flags(const struct key_view *view, enum jpki_role role)
{
	CK_FLAGS flags = 0;

	if (!view->tries_known)
		return 0;
	if (view->tries < jpki_pin_policy(role)->tries)
		flags |= CKF_USER_PIN_COUNT_LOW;
	if (view->tries == 1)
		flags |= CKF_USER_PIN_FINAL_TRY;
	if (view->tries == 0)
		flags |= CKF_USER_PIN_LOCKED;
	return flags;
}

/* Members of a token info that cannot be known. */
static void
fill_unknown(CK_TOKEN_INFO *info)
{
	info->ulTotalPublicMemory = info->ulFreePublicMemory = CK_UNAVAILABLE_INFORMATION;
	info->ulTotalPrivateMemory = info->ulFreePrivateMemory = CK_UNAVAILABLE_INFORMATION;
	info->ulMaxSessionCount = info->ulMaxRwSessionCount = CK_EFFECTIVELY_INFINITE;
	slot_pad(info->utcTime, sizeof(info->utcTime), "");
}

static void
fill_token_info(CK_TOKEN_INFO *info, const struct reader_view *view, enum jpki_role role)
{
	const struct jpki_pin_policy *policy = jpki_pin_policy(role);
	const struct jpki_token_info *card = &view->info;

	slot_pad(info->label, sizeof(info->label),
	    token_kind_of(role)->token_labels[settings_now.labels]);
	slot_pad(info->manufacturerID, sizeof(info->manufacturerID),
	    card->manufacturer[0] != '\0' ? card->manufacturer : "JPKI");
	slot_pad(info->model, sizeof(info->model), card->model);
	slot_pad(info->serialNumber, sizeof(info->serialNumber), card->serial);
	info->flags = CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_TOKEN_INITIALIZED |
		      tries_flags(&view->keys[role], role);
	info->ulMinPinLen = policy->min_length;
	info->ulMaxPinLen = policy->max_length;
	info->hardwareVersion.major = card->hardware_version[0];
	info->hardwareVersion.minor = card->hardware_version[1];
	info->firmwareVersion.major = card->firmware_version[0];
	info->firmwareVersion.minor = card->firmware_version[1];
}

/*
 * Why there is no token, as an error of libjpki. If there is no reader, the PC/SC service may be
 * missing.
 */
static int
why_no_token(const struct jpki_reader_state *state, int poll_error, int probe_error)
{
	if (poll_error != JPKI_OK)
		return poll_error;
	if (!state->attached)
		return JPKI_ERR_NO_READER;
	if (!state->present)
		return state->mute ? JPKI_ERR_MUTE : JPKI_ERR_NO_CARD;
	return probe_error != JPKI_OK ? probe_error : JPKI_ERR_NO_KEY;
}

/*
 * Log why there is no token. Programs that wait for a card ask again and again what there is: that
 * is for LOG_TRACE.
 */
static CK_RV
no_token(enum log_level level, int why)
{
	log_line(level, "%s: %s (%s) -> %s", error_word(why), jpki_strerror(why), error_name(why),
	    rv_name(CKR_TOKEN_NOT_PRESENT));
	return CKR_TOKEN_NOT_PRESENT;
}

/* Find the slot and view its reader. CKR_OK; CKR_SLOT_ID_INVALID; CKR_TOKEN_NOT_PRESENT. */
static CK_RV
view_token(CK_SLOT_ID id, enum view_part what, struct reader **reader, enum jpki_role *role,
    struct reader_view *view)
{
	CK_RV rv;

	rv = find_slot(id, reader, role);
	if (rv != CKR_OK)
		return rv;
	view_reader(*reader, *role, what, view);
	if (view->keys[*role].present)
		return CKR_OK;
	return no_token(LOG_TRACE, why_no_token(&view->state, view->poll_error, view->probe_error));
}

CK_RV
slot_token_info(CK_SLOT_ID id, CK_TOKEN_INFO *info)
{
	struct reader *reader;
	struct reader_view view;
	enum jpki_role role;
	CK_RV rv;

	rv = view_token(id, VIEW_TRIES, &reader, &role, &view);
	if (rv != CKR_OK)
		return rv;
	memset(info, 0, sizeof(*info));
	fill_unknown(info);
	fill_token_info(info, &view, role);
	session_count(reader, role, &info->ulSessionCount, &info->ulRwSessionCount);
	return CKR_OK;
}

CK_RV
slot_init_token(CK_SLOT_ID id)
{
	CK_ULONG sessions, read_write;
	struct reader *reader;
	struct reader_view view;
	enum jpki_role role;
	CK_RV rv;

	rv = view_token(id, VIEW_STATE, &reader, &role, &view);
	if (rv != CKR_OK)
		return rv;
	session_count(reader, role, &sessions, &read_write);
	return sessions > 0 ? CKR_SESSION_EXISTS : CKR_TOKEN_WRITE_PROTECTED;
}

CK_RV
slot_mechanism_list(CK_SLOT_ID id, CK_MECHANISM_TYPE *list, CK_ULONG *count)
{
	CK_ULONG room = *count, found = 0;
	const struct mechanism *m;
	struct reader *reader;
	struct reader_view view;
	enum jpki_role role;
	CK_RV rv;

	rv = view_token(id, VIEW_STATE, &reader, &role, &view);
	if (rv != CKR_OK)
		return rv;
	for (size_t i = 0; (m = mechanism_at(i)) != NULL; i++) {
		if (m->flags == 0 || (m->pss && !view.keys[role].offers_pss))
			continue;
		if (list != NULL && found < room)
			list[found] = m->type;
		found++;
	}
	*count = found;
	return list != NULL && found > room ? CKR_BUFFER_TOO_SMALL : CKR_OK;
}

CK_RV
slot_mechanism_info(CK_SLOT_ID id, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
	const struct mechanism *m = mechanism_find(type);
	struct reader *reader;
	struct reader_view view;
	enum jpki_role role;
	CK_RV rv;

	rv = view_token(id, VIEW_STATE, &reader, &role, &view);
	if (rv != CKR_OK)
		return rv;
	if (m == NULL)
		return CKR_MECHANISM_INVALID;
	if (m->pss && !view.keys[role].offers_pss)
		return mechanism_without_pss();
	mechanism_info(m, info);
	return CKR_OK;
}

CK_RV
slot_open_session(CK_SLOT_ID id, CK_FLAGS flags, CK_SESSION_HANDLE *handle)
{
	struct reader_view view;
	struct reader *reader;
	enum jpki_role role;
	CK_RV rv;

	rv = find_slot(id, &reader, &role);
	if (rv != CKR_OK)
		return rv;
	if (view_last(reader, &view)) {
		if (view.keys[role].present && view_is_current(reader, &view))
			return session_open(reader, role, view.card, flags, handle);
		pthread_mutex_lock(&reader->lock);
	} else
		readers_view(reader, &view);
	if (view.keys[role].present)
		presence_update(reader);
	else
		presence_poll(reader); /* the card may just have come */
	if (contents_key(reader, role) != NULL)
		rv = session_open(reader, role, atomic_load(&reader->card_number), flags, handle);
	else
		rv = no_token(LOG_INFO,
		    why_no_token(&reader->state, reader->poll_error, reader->probe_error));
	view_unlock(reader);
	return rv;
}

CK_RV
slot_close_sessions(CK_SLOT_ID id)
{
	struct reader *reader;
	enum jpki_role role;
	CK_RV rv;

	rv = find_slot(id, &reader, &role);
	if (rv != CKR_OK)
		return rv;
	pthread_mutex_lock(&reader->lock);
	presence_poll(reader);
	session_close_all(reader, role);
	view_unlock(reader);
	return CKR_OK;
}

CK_RV
slot_wait_event(bool block, CK_SLOT_ID *id)
{
	enum jpki_role role;
	size_t index;
	int rv = library_wait(module_roles, block, &index, &role);

	session_sweep();
	switch (rv) {
	case JPKI_OK:
		*id = index * JPKI_ROLES + (CK_SLOT_ID)role;
		return CKR_OK;
	case JPKI_ERR_TIMEOUT:
		return CKR_NO_EVENT;
	default:
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	}
}
