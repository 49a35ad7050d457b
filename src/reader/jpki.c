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
#include "reader/view.h"

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

static struct reader *
reader_with(uint64_t card)
{
	struct reader *reader;

	for (size_t i = 0; (reader = readers_at(i)) != NULL; i++)
		if (atomic_load(&reader->card_number) == card)
			return reader;
	return NULL;
}

/* View a card. While another call uses it, this is the view published last, so nobody waits. */
static int
view_card(uint64_t card, enum jpki_role role, enum view_part what, struct reader_view *view)
{
	struct reader *reader;
	int rv = JPKI_ERR_NO_CARD;

	if (!library_enter())
		return JPKI_ERR_STOPPED;
	reader = reader_with(card);
	if (reader != NULL) {
		view_refresh(reader, role, what, view);
		if (view->state.present && view->card == card)
			rv = view->probe_error;
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
	rv = view_card(card, JPKI_AUTHENTICATION, VIEW_STATE, &view);
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
	rv = view_card(card, JPKI_AUTHENTICATION, VIEW_STATE, &view);
	if (rv != JPKI_OK)
		return rv;
	*roles = 0;
	for (int role = 0; role < JPKI_ROLES; role++)
		if (view.keys[role].present)
			*roles |= JPKI_ROLE(role);
	return JPKI_OK;
}

static int
view_key(uint64_t card, enum jpki_role role, enum view_part what, struct key_view *key)
{
	struct reader_view view;
	int rv = view_card(card, role, what, &view);

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
	rv = view_key(card, role, VIEW_STATE, &key);
	if (rv == JPKI_OK)
		*logged_in = key.signs;
	return rv;
}

/* Does the card have that key? With the reader's lock. */
static int
need_key(struct reader *reader, enum jpki_role role)
{
	if (contents_key(reader, role) != NULL)
		return JPKI_OK;
	if (!reader->state.present)
		return JPKI_ERR_NO_CARD;
	return reader->probe_error != JPKI_OK ? reader->probe_error : JPKI_ERR_NO_KEY;
}

static void
leave(struct reader *reader)
{
	view_unlock(reader);
	library_leave();
}

/* Enter the library and lock the card's reader. After JPKI_OK, `leave` has to follow. */
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

/* enter_card, for a call that needs a key: JPKI_ERR_NO_KEY if the card does not have it. */
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

	if (bytes == NULL)
		return JPKI_ERR_DATA;
	*length = certificate->fields[CERTIFICATE_VALUE].length;
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

/* Ask the card for the tries left. Its error says why they are not known. */
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
	rv = view_key(card, role, VIEW_TRIES, &key);
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

/* The error for a new PIN. */
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

/*
 * A call that brings a PIN: the card's reader, the PIN, and where to report what became of the try.
 */
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

/*
 * login.h returns JPKI_ERR_CANCELLED for a wrong PIN that is given again at once. Callers of
 * libjpki get JPKI_ERR_PIN_REFUSED, as when it is given again later: the PIN was not sent.
 */
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

/* A signature to make. */
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

/* Examine without a PIN, which is possible for a card without keys too. */
static int
examine_without_pin(uint64_t card, enum jpki_role role,
    void (*tell)(void *context, const struct jpki_observation *one), void *context)
{
	struct reader *reader;
	int rv = enter_card(card, &reader);

	if (rv != JPKI_OK)
		return rv;
	(void)contents_key(reader, role); /* probes the card, if that has not been done */
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

/* enter_card, for a call that needs a probed card, but no key. */
static int
enter_probed(uint64_t card, struct reader **out)
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
	rv = enter_probed(card, &reader);
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
	if (attributes != NULL)
		memset(attributes, 0, sizeof(*attributes));
	if (attributes == NULL || (pin == NULL && length > 0))
		return JPKI_ERR_ARGUMENT;
	rv = enter_probed(card, &giving.reader);
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
	rv = enter_probed(card, &reader);
	if (rv != JPKI_OK)
		return rv;
	rv = attributes_number(reader, number);
	leave(reader);
	return rv;
}
