/* SPDX-License-Identifier: BSD-2-Clause */
#include <jpki/examine.h>
#include <jpki/jpki.h>

#include <string.h>

#include "base/clock.h"
#include "reader/attributes.h"
#include "reader/contents.h"
#include "reader/examine.h"
#include "reader/library.h"
#include "reader/login.h"
#include "reader/presence.h"
#include "reader/signing.h"

static bool
is_role(enum jpki_role role)
{
	return role == JPKI_AUTHENTICATION || role == JPKI_SIGNATURE;
}

int
jpki_start(unsigned roles)
{
	if (roles == 0 || (roles & ~JPKI_ALL_ROLES) != 0)
		return JPKI_ERR_ARGUMENT;
	return library_start(roles);
}

int
jpki_stop(void)
{
	int rv = library_stop_begin();

	if (rv == JPKI_OK)
		library_stop_finish();
	return rv;
}

/* The readers that have come: the first place may be waiting for one. */

static size_t
count_readers(void)
{
	char name[JPKI_READER_NAME_SIZE];
	size_t count = 0;

	readers_name(readers_at(0), name);
	while (name[0] != '\0' && readers_at(count) != NULL)
		count++;
	return count;
}

static struct reader *
reader_numbered(size_t number)
{
	return number < count_readers() ? readers_at(number) : NULL;
}

int
jpki_readers(size_t *count)
{
	int rv;

	if (count == NULL)
		return JPKI_ERR_ARGUMENT;
	*count = 0;
	if (!library_enter())
		return JPKI_ERR_STOPPED;
	rv = readers_find(false);
	*count = count_readers();
	library_leave();
	return rv;
}

int
jpki_reader_name(size_t number, char name[JPKI_READER_NAME_SIZE])
{
	const struct reader *reader;

	if (name == NULL)
		return JPKI_ERR_ARGUMENT;
	if (!library_enter())
		return JPKI_ERR_STOPPED;
	reader = reader_numbered(number);
	if (reader != NULL)
		readers_name(reader, name);
	library_leave();
	return reader != NULL ? JPKI_OK : JPKI_ERR_NO_READER;
}

static enum jpki_holds
kind_of(const struct reader_view *view)
{
	switch (view->info.kind) {
	case JPKI_KIND_CARD:
		return JPKI_HOLDS_CARD;
	case JPKI_KIND_RESIDENT:
		return JPKI_HOLDS_RESIDENT;
	case JPKI_KIND_ANDROID:
		return JPKI_HOLDS_ANDROID;
	case JPKI_KIND_IPHONE:
		return JPKI_HOLDS_IPHONE;
	default:
		return view->asked == JPKI_OK ? JPKI_HOLDS_NEW_KIND : JPKI_HOLDS_UNKNOWN;
	}
}

static enum jpki_holds
holds_of(const struct reader_view *view)
{
	if (!view->state.attached)
		return JPKI_HOLDS_NO_READER;
	if (view->state.mute || view->asked == JPKI_ERR_MUTE)
		return JPKI_HOLDS_MUTE;
	if (!view->state.present)
		return JPKI_HOLDS_NOTHING;
	return view->asked == JPKI_ERR_NOT_JPKI ? JPKI_HOLDS_OTHER : kind_of(view);
}

int
jpki_reader_card(size_t number, enum jpki_holds *holds, uint64_t *card)
{
	struct reader_view view;
	struct reader *reader;

	if (holds == NULL || card == NULL)
		return JPKI_ERR_ARGUMENT;
	if (!library_enter())
		return JPKI_ERR_STOPPED;
	reader = reader_numbered(number);
	if (reader != NULL) {
		library_look(reader, JPKI_AUTHENTICATION, LIBRARY_LOOK_STATE, &view);
		*holds = holds_of(&view);
		*card = *holds > JPKI_HOLDS_MUTE ? view.card : 0;
	}
	library_leave();
	return reader != NULL ? JPKI_OK : JPKI_ERR_NO_READER;
}

int
jpki_wait(uint64_t *seen, int timeout_ms)
{
	int rv;

	if (seen == NULL || timeout_ms < -1)
		return JPKI_ERR_ARGUMENT;
	if (!library_enter())
		return JPKI_ERR_STOPPED;
	rv = library_watch(seen, timeout_ms);
	library_leave();
	return rv;
}

int
jpki_cancel(void)
{
	if (!library_enter())
		return JPKI_ERR_STOPPED;
	library_cancel();
	library_leave();
	return JPKI_OK;
}

static struct reader *
reader_with(uint64_t card)
{
	struct reader *reader;

	for (size_t i = 0; (reader = readers_at(i)) != NULL; i++)
		if (atomic_load(&reader->card_number) == card)
			return reader;
	return NULL;
}

/* How a card is, as it was when last seen if it is busy, so that nobody waits for that. */
static int
look(uint64_t card, enum jpki_role role, enum library_look what, struct reader_view *view)
{
	struct reader *reader;
	int rv = JPKI_ERR_NO_CARD;

	if (!library_enter())
		return JPKI_ERR_STOPPED;
	reader = reader_with(card);
	if (reader != NULL) {
		library_look(reader, role, what, view);
		if (view->state.present && view->card == card)
			rv = view->asked;
	}
	library_leave();
	return rv;
}

int
jpki_card_text(uint64_t card, char model[JPKI_TEXT_SIZE], char serial[JPKI_TEXT_SIZE])
{
	struct reader_view view;
	int rv;

	if (model == NULL || serial == NULL)
		return JPKI_ERR_ARGUMENT;
	rv = look(card, JPKI_AUTHENTICATION, LIBRARY_LOOK_STATE, &view);
	if (rv != JPKI_OK)
		return rv;
	memcpy(model, view.info.model, JPKI_TEXT_SIZE);
	memcpy(serial, view.info.serial, JPKI_TEXT_SIZE);
	return JPKI_OK;
}

int
jpki_keys(uint64_t card, unsigned *roles)
{
	struct reader_view view;
	int rv;

	if (roles == NULL)
		return JPKI_ERR_ARGUMENT;
	rv = look(card, JPKI_AUTHENTICATION, LIBRARY_LOOK_STATE, &view);
	if (rv != JPKI_OK)
		return rv;
	*roles = 0;
	for (int role = 0; role < JPKI_ROLES; role++)
		if (view.keys[role].present)
			*roles |= JPKI_ROLE(role);
	return JPKI_OK;
}

static int
look_at_key(uint64_t card, enum jpki_role role, enum library_look what, struct key_view *key)
{
	struct reader_view view;
	int rv = look(card, role, what, &view);

	if (rv != JPKI_OK)
		return rv;
	*key = view.keys[role];
	return key->present ? JPKI_OK : JPKI_ERR_NO_KEY;
}

int
jpki_is_logged_in(uint64_t card, enum jpki_role role, bool *logged_in)
{
	struct key_view key;
	int rv;

	if (!is_role(role) || logged_in == NULL)
		return JPKI_ERR_ARGUMENT;
	rv = look_at_key(card, role, LIBRARY_LOOK_STATE, &key);
	if (rv == JPKI_OK)
		*logged_in = key.active;
	return rv;
}

/* Has the card that is meant got that key? With the reader's lock. */
static int
need_key(struct reader *reader, enum jpki_role role)
{
	if (contents_key(reader, role) != NULL)
		return JPKI_OK;
	if (!reader->state.present)
		return JPKI_ERR_NO_CARD;
	return reader->asked != JPKI_OK ? reader->asked : JPKI_ERR_NO_KEY;
}

static void
leave(struct reader *reader)
{
	library_unlock_reader(reader);
	library_leave();
}

/* Take hold of the card. */
static int
enter_card(uint64_t card, struct reader **out)
{
	struct reader *reader;
	int rv = JPKI_OK;

	if (!library_enter_prepared())
		return JPKI_ERR_STOPPED;
	reader = reader_with(card);
	if (reader == NULL) {
		library_leave();
		return JPKI_ERR_NO_CARD;
	}
	pthread_mutex_lock(&reader->lock);
	presence_update(reader);
	if (!reader->state.present || atomic_load(&reader->card_number) != card) {
		rv = JPKI_ERR_NO_CARD;
		leave(reader);
	}
	*out = reader;
	return rv;
}

/* The same, to do something with a key of its own. */
static int
enter(uint64_t card, enum jpki_role role, struct reader **out)
{
	int rv = enter_card(card, out);

	if (rv != JPKI_OK)
		return rv;
	rv = need_key(*out, role);
	if (rv != JPKI_OK)
		leave(*out);
	return rv;
}

static int
copy_out(const struct certificate *certificate, uint8_t *der, size_t *length)
{
	const uint8_t *bytes = certificate->fields[CERTIFICATE_VALUE].bytes;
	size_t room = *length;

	*length = certificate->fields[CERTIFICATE_VALUE].length;
	if (bytes == NULL)
		return JPKI_ERR_DATA;
	if (der == NULL || *length > room)
		return JPKI_ERR_BUFFER;
	memcpy(der, bytes, *length);
	return JPKI_OK;
}

int
jpki_certificate(
    uint64_t card, enum jpki_role role, enum jpki_certificate which, uint8_t *der, size_t *length)
{
	struct certificate *certificate;
	struct reader *reader;
	int rv;

	if (!is_role(role) || (which != JPKI_CERTIFICATE && which != JPKI_CA_CERTIFICATE) ||
	    length == NULL || (der == NULL && *length > 0))
		return JPKI_ERR_ARGUMENT;
	rv = enter(card, role, &reader);
	if (rv != JPKI_OK)
		return rv;
	rv = contents_certificate(reader, role, which, &certificate);
	if (rv == JPKI_OK)
		rv = copy_out(certificate, der, length);
	leave(reader);
	return rv;
}

/* Why the tries are not known. */
static int
ask_tries(uint64_t card, enum jpki_role role, unsigned *tries)
{
	struct reader *reader;
	int rv = enter(card, role, &reader);

	if (rv != JPKI_OK)
		return rv;
	rv = contents_tries(reader, role, tries);
	leave(reader);
	return rv;
}

int
jpki_tries(uint64_t card, enum jpki_role role, unsigned *left, unsigned *maximum)
{
	struct key_view key;
	int rv;

	if (!is_role(role) || left == NULL || maximum == NULL)
		return JPKI_ERR_ARGUMENT;
	rv = look_at_key(card, role, LIBRARY_LOOK_TRIES, &key);
	if (rv == JPKI_OK && !key.tries_known)
		rv = ask_tries(card, role, &key.tries);
	if (rv != JPKI_OK)
		return rv;
	*left = key.tries;
	*maximum = jpki_pin_policy(role)->tries;
	return JPKI_OK;
}

static int
check_pin(enum jpki_role role, const uint8_t *bytes, size_t length, bool as_new)
{
	struct jpki_pin *pin = NULL;
	int rv;

	if (bytes == NULL && length > 0)
		return JPKI_ERR_ARGUMENT;
	rv = jpki_pin_new(role, bytes, length, &pin);
	if (rv == JPKI_OK && as_new)
		rv = jpki_pin_check_new(pin);
	jpki_pin_free(&pin);
	return rv;
}

int
jpki_check_pin(enum jpki_role role, const uint8_t *pin, size_t length)
{
	return is_role(role) ? check_pin(role, pin, length, false) : JPKI_ERR_ARGUMENT;
}

/* What is said of a PIN, said of a new one. */
static int
of_new_pin(int error)
{
	switch (error) {
	case JPKI_ERR_PIN_LENGTH:
		return JPKI_ERR_NEW_PIN_LENGTH;
	case JPKI_ERR_PIN_CHARACTER:
		return JPKI_ERR_NEW_PIN_CHARACTER;
	default:
		return error;
	}
}

int
jpki_check_new_pin(enum jpki_role role, const uint8_t *pin, size_t length)
{
	return is_role(role) ? of_new_pin(check_pin(role, pin, length, true)) : JPKI_ERR_ARGUMENT;
}

/* A call that brings a PIN: where it goes, and when it was given. */
struct giving {
	struct reader *reader;
	struct given_pin pin;
	enum jpki_try *spent;
};

static int
begin_giving(struct giving *giving, uint64_t card, enum jpki_role role, enum jpki_try *spent)
{
	int rv;

	giving->pin.at = clock_now_ms();
	giving->spent = spent;
	if (spent != NULL)
		*spent = JPKI_TRY_KEPT;
	if (!is_role(role) || (giving->pin.bytes == NULL && giving->pin.length > 0))
		return JPKI_ERR_ARGUMENT;
	rv = enter(card, role, &giving->reader);
	if (rv == JPKI_OK)
		giving->reader->last_try = JPKI_TRY_KEPT;
	return rv;
}

/* Who comes again at once hears the same as who does later (login.h): the PIN was not sent. */
static int
end_giving(const struct giving *giving, int result)
{
	if (giving->spent != NULL)
		*giving->spent = giving->reader->last_try;
	leave(giving->reader);
	return result == JPKI_ERR_CANCELLED ? JPKI_ERR_PIN_REFUSED : result;
}

int
jpki_login(
    uint64_t card, enum jpki_role role, const uint8_t *pin, size_t length, enum jpki_try *spent)
{
	struct giving giving = {.pin = {.bytes = pin, .length = length}};
	int rv = begin_giving(&giving, card, role, spent);

	if (rv != JPKI_OK)
		return rv;
	return end_giving(&giving, login_user(giving.reader, role, &giving.pin));
}

void
jpki_spare_last_try(bool spare)
{
	attempt_spare_last_try(spare);
}

int
jpki_stay_open(uint64_t card, enum jpki_role role, unsigned seconds)
{
	struct reader *reader;
	int rv;

	if (!is_role(role) || seconds == 0 || seconds > JPKI_STAY_OPEN_MAX)
		return JPKI_ERR_ARGUMENT;
	rv = enter(card, role, &reader);
	if (rv != JPKI_OK)
		return rv;
	rv = lock_stay_open(reader, role, seconds * UINT64_C(1000)) ? JPKI_OK
								    : JPKI_ERR_NOT_VERIFIED;
	leave(reader);
	return rv;
}

int
jpki_logout(uint64_t card, enum jpki_role role)
{
	struct reader *reader;
	int rv;

	if (!is_role(role))
		return JPKI_ERR_ARGUMENT;
	rv = enter(card, role, &reader);
	if (rv != JPKI_OK)
		return rv;
	login_end(reader, role);
	leave(reader);
	return JPKI_OK;
}

int
jpki_change_pin(uint64_t card, enum jpki_role role, const uint8_t *old_pin, size_t old_length,
    const uint8_t *new_pin, size_t new_length, enum jpki_try *spent)
{
	struct giving giving = {.pin = {.bytes = old_pin, .length = old_length}};
	struct given_pin given_new = {.bytes = new_pin, .length = new_length};
	bool of_new = false;
	int rv = begin_giving(&giving, card, role, spent);

	if (rv != JPKI_OK)
		return rv;
	given_new.at = giving.pin.at;
	if (new_pin == NULL && new_length > 0)
		rv = JPKI_ERR_ARGUMENT;
	else
		rv = login_change_pin(giving.reader, role, &giving.pin, &given_new, &of_new);
	return end_giving(&giving, of_new ? of_new_pin(rv) : rv);
}

/* What is to be signed. */
struct request {
	enum jpki_role role;
	enum jpki_signature_form form;
	const uint8_t *data;
	size_t length;
	uint8_t *signature;
};

#define SHA256_SIZE 32

static bool
can_be_signed(const struct request *request)
{
	if (!is_role(request->role) || request->data == NULL || request->signature == NULL)
		return false;
	switch (request->form) {
	case JPKI_SIGN_PKCS1:
		return request->length > 0 && request->length <= JPKI_SIGN_DATA_MAX;
	case JPKI_SIGN_PSS_SHA256:
		return request->length == SHA256_SIZE;
	default:
		return false;
	}
}

static int
sign(struct reader *reader, const struct request *request, struct authorisation *authorisation)
{
	uint8_t signature[JPKI_SIGNATURE_SIZE];
	int rv;

	if (request->form == JPKI_SIGN_PSS_SHA256 &&
	    !contents_offers_pss(&reader->keys[request->role]))
		return JPKI_ERR_UNSUPPORTED;
	rv = signing_sign(reader, request->role, authorisation, request->form, request->data,
	    request->length, signature);
	if (rv == JPKI_OK)
		memcpy(request->signature, signature, sizeof(signature));
	return rv;
}

int
jpki_sign(uint64_t card, enum jpki_role role, enum jpki_signature_form form, const uint8_t *data,
    size_t length, uint8_t signature[JPKI_SIGNATURE_SIZE])
{
	const struct request request = {role, form, data, length, signature};
	struct authorisation authorisation;
	struct reader *reader;
	int rv;

	if (!can_be_signed(&request))
		return JPKI_ERR_ARGUMENT;
	rv = enter(card, role, &reader);
	if (rv != JPKI_OK)
		return rv;
	lock_begin_signature(reader, role, &authorisation);
	rv = sign(reader, &request, &authorisation);
	lock_end_signature(reader, role, &authorisation);
	leave(reader);
	return rv;
}

int
jpki_sign_with_pin(uint64_t card, enum jpki_role role, const uint8_t *pin, size_t pin_length,
    enum jpki_signature_form form, const uint8_t *data, size_t length,
    uint8_t signature[JPKI_SIGNATURE_SIZE], enum jpki_try *spent)
{
	const struct request request = {role, form, data, length, signature};
	struct giving giving = {.pin = {.bytes = pin, .length = pin_length}};
	struct authorisation authorisation;
	int rv;

	if (spent != NULL)
		*spent = JPKI_TRY_KEPT;
	if (!can_be_signed(&request))
		return JPKI_ERR_ARGUMENT;
	rv = begin_giving(&giving, card, role, spent);
	if (rv != JPKI_OK)
		return rv;
	rv = login_user_to_sign(giving.reader, role, &giving.pin, &authorisation);
	if (rv == JPKI_OK) {
		rv = sign(giving.reader, &request, &authorisation);
		lock_end_signature(giving.reader, role, &authorisation);
		login_end(giving.reader, role);
	}
	return end_giving(&giving, rv);
}

/* What needs no PIN can be asked of a card that has no key, too. */
static int
examine_without_pin(uint64_t card, enum jpki_role role,
    void (*tell)(void *context, const struct jpki_observation *one), void *context)
{
	struct reader *reader;
	int rv = enter_card(card, &reader);

	if (rv != JPKI_OK)
		return rv;
	(void)contents_key(reader, role); /* which it is asked here, if it has not been yet */
	rv = examine_reader(reader, role, NULL, tell, context);
	leave(reader);
	return rv;
}

int
jpki_examine(uint64_t card, enum jpki_role role, const uint8_t *pin, size_t length,
    void (*tell)(void *context, const struct jpki_observation *one), void *context,
    enum jpki_try *spent)
{
	struct giving giving = {.pin = {.bytes = pin, .length = length}};
	int rv;

	if (spent != NULL)
		*spent = JPKI_TRY_KEPT;
	if (!is_role(role) || tell == NULL)
		return JPKI_ERR_ARGUMENT;
	if (pin == NULL)
		return examine_without_pin(card, role, tell, context);
	rv = begin_giving(&giving, card, role, spent);
	if (rv != JPKI_OK)
		return rv;
	return end_giving(&giving, examine_reader(giving.reader, role, &giving.pin, tell, context));
}

/* ---------------------------------------------------------------- the holder of the card */

/* To do something that needs no key. */
static int
enter_asked(uint64_t card, struct reader **out)
{
	int rv = enter_card(card, out);

	if (rv != JPKI_OK)
		return rv;
	rv = need_key(*out, JPKI_AUTHENTICATION);
	if (rv == JPKI_OK || rv == JPKI_ERR_NO_KEY)
		return JPKI_OK;
	leave(*out);
	return rv;
}

int
jpki_check_attributes_pin(const uint8_t *pin, size_t length)
{
	return check_pin(JPKI_ATTRIBUTES, pin, length, false);
}

int
jpki_attributes_tries(uint64_t card, unsigned *left, unsigned *maximum)
{
	struct reader *reader;
	int rv;

	if (left == NULL || maximum == NULL)
		return JPKI_ERR_ARGUMENT;
	rv = enter_asked(card, &reader);
	if (rv != JPKI_OK)
		return rv;
	rv = attributes_tries(reader, left);
	if (rv == JPKI_OK)
		*maximum = jpki_pin_policy(JPKI_ATTRIBUTES)->tries;
	leave(reader);
	return rv;
}

int
jpki_attributes(uint64_t card, const uint8_t *pin, size_t length,
    struct jpki_attributes *attributes, enum jpki_try *spent)
{
	struct giving giving = {
	    .pin = {.bytes = pin, .length = length, .at = clock_now_ms()}, .spent = spent};
	int rv;

	if (spent != NULL)
		*spent = JPKI_TRY_KEPT;
	if (attributes == NULL || (pin == NULL && length > 0))
		return JPKI_ERR_ARGUMENT;
	memset(attributes, 0, sizeof(*attributes));
	rv = enter_asked(card, &giving.reader);
	if (rv != JPKI_OK)
		return rv;
	giving.reader->last_try = JPKI_TRY_KEPT;
	return end_giving(&giving, attributes_read(giving.reader, &giving.pin, attributes));
}

int
jpki_manufacture_number(uint64_t card, char number[JPKI_MANUFACTURE_NUMBER_SIZE])
{
	struct reader *reader;
	int rv;

	if (number == NULL)
		return JPKI_ERR_ARGUMENT;
	rv = enter_asked(card, &reader);
	if (rv != JPKI_OK)
		return rv;
	rv = attributes_number(reader, number);
	leave(reader);
	return rv;
}
