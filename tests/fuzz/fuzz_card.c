/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The module against a card that answers anything. An input: the number of a script of calls (a
 * number beyond the table: then comes a length and a script; 0x80 more: with the log), then
 * records, one or more for each exchange, each beginning with two bytes, kind (4 bits) and number
 *(12 bits):
 *
 *	0  the card answers with `number` bytes, which follow
 *	1  the good card (good_card.h) answers, and answers the next `number` exchanges too
 *	2  an error of the way to the card; with bit 8 the good card has executed the command
 *	3  something happens to the card, and then the next record counts
 *	4  the good card answers, but with another status word, which follows
 *	5  ... but its answer is cut or filled to `number` bytes
 *	6  ... but the byte at `number` is changed by the byte that follows
 *	7  the good card answers from now on whenever the input has no more to say
 *
 * When the input is at its end, the card is taken out.
 */

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <jpki/jpki.h>

#include "../common/clock.h"
#include "../common/signatures.h"
#include "fuzz.h"
#include "fuzz_card.h"
#include "good_token.h"
#include "objects.h"
#include "transport.h"

#define SESSIONS 4
#define SCRIPT_MAX 64

/* A letter a step, see `steps`. */
const char *const card_scripts[] = {
    "t",		      /* what a browser asks of an empty reader */
    "oflfspxq",		      /* find, log in, sign, log out */
    "wolfsSpPxq",	      /* the same for the signature */
    "wolTcsTcPxfq",	      /* signatures with a PIN of their own */
    "Onlx",		      /* change the PIN, log in with it */
    "wOnlsx",		      /* change the password */
    "toLLlsQ",		      /* wrong PINs first */
    "olwolfswsQ",	      /* both tokens */
    "oolzsxzlSe",	      /* others reset the card */
    "olsmkeolfq",	      /* another card comes */
    "olspsSPTtfrvVdxgq",      /* a long session */
    "wolVvfTsfcsxlPTfTTtgeQ", /* ... with a signature */
    "ofolfspxqFot",	      /* a second life of the module */
    "abAabolsaSxlbxaqTba",    /* the attributes, and the key beside them */
};
const size_t card_script_count = sizeof(card_scripts) / sizeof(card_scripts[0]);

static const int errors[] = {
    JPKI_ERR_IO,
    JPKI_ERR_TIMEOUT,
    JPKI_ERR_MEMORY,
    JPKI_ERR_BUSY,
    JPKI_ERR_DATA,
    JPKI_ERR_CANCELLED,
    JPKI_ERR_RESET,
    JPKI_ERR_NO_CARD,
};
#define ERRORS (sizeof(errors) / sizeof(errors[0]))

card_watch *card_watcher;

static struct {
	struct fuzz_input input;
	struct good_card good;
	unsigned good_left;
	bool good_for_ever;

	CK_SLOT_ID slot;
	CK_SESSION_HANDLE sessions[SESSIONS];
	enum jpki_role roles[SESSIONS];
	size_t count;
	bool new_pin[JPKI_ROLES]; /* it may have been changed */
	uint8_t signature[SIGNATURE_SIZE];
} run;

/* ------------------------------------------------------------------------------ the card */

static void
happen(unsigned number)
{
	switch (number & 7) {
	case 0:
		transport_reinsert();
		good_card_new(&run.good);
		break;
	case 1:
		transport_reset();
		break;
	case 2:
		clock_skip_ms((number >> 3) * 100);
		break;
	case 3:
		transport_refuse_open(errors[(number >> 3) % ERRORS]);
		break;
	case 4:
		transport_refuse_begin(errors[(number >> 3) % ERRORS]);
		break;
	case 5:
		transport_remove();
		break;
	}
}

static int
fail(unsigned number)
{
	int error = errors[(number & 0xFF) % ERRORS];

	if (error == JPKI_ERR_RESET)
		transport_reset();
	if (error == JPKI_ERR_NO_CARD)
		transport_remove();
	return error;
}

/* What the good card answers, spoilt as a record says. */
static size_t
spoil(unsigned kind, unsigned number, uint8_t *answer, size_t length)
{
	uint16_t sw;

	switch (kind) {
	case 4:
		sw = fuzz_word(&run.input);
		answer[length - 2] = (uint8_t)(sw >> 8);
		answer[length - 1] = (uint8_t)sw;
		return length;
	case 5:
		number &= 0x1FF;
		if (number > length)
			memset(answer + length, 0x90, number - length);
		return number;
	case 6:
		answer[number % length] ^= fuzz_byte(&run.input);
		return length;
	default:
		return length;
	}
}

static int
record_answer(unsigned kind, unsigned number, const uint8_t *command, size_t length,
    uint8_t *response, size_t *response_length)
{
	const uint8_t *bytes;

	switch (kind) {
	case 0:
		bytes = fuzz_bytes(&run.input, number & 0x1FF, response_length);
		memcpy(response, bytes, *response_length);
		return JPKI_OK;
	case 2:
		if ((number & 0x100) != 0)
			(void)good_card_answer(&run.good, command, length, response);
		return fail(number);
	default:
		*response_length = good_card_answer(&run.good, command, length, response);
		*response_length = spoil(kind, number, response, *response_length);
		return JPKI_OK;
	}
}

/* What has lost its power forgets. */
static void
follow_power(void)
{
	for (int i = 0; i < JPKI_CREDENTIALS; i++)
		if (!transport_accepted((enum jpki_role)i))
			run.good.verified &= ~(1 << i);
}

static int
answer_from_input(const uint8_t *command, size_t length, uint8_t *response, size_t *response_length)
{
	unsigned record, kind, number;

	if (run.good_left == 0 && !run.good_for_ever && run.input.left == 0) {
		transport_remove();
		return JPKI_ERR_NO_CARD;
	}
	if (run.good_left > 0 || run.input.left == 0) {
		run.good_left -= run.good_left > 0;
		return record_answer(1, 0, command, length, response, response_length);
	}
	record = fuzz_word(&run.input);
	kind = record >> 12;
	number = record & 0xFFF;
	switch (kind) {
	case 3:
		happen(number);
		return answer_from_input(command, length, response, response_length);
	case 1:
		run.good_left = number;
		break;
	case 7:
		run.good_for_ever = true;
		break;
	}
	return record_answer(kind, number, command, length, response, response_length);
}

static int
fuzzed_card(void *context, const uint8_t *command, size_t length, uint8_t *response,
    size_t *response_length)
{
	int rv;

	(void)context;
	follow_power();
	rv = answer_from_input(command, length, response, response_length);
	if (card_watcher != NULL)
		card_watcher(command, length, response, rv == JPKI_OK ? *response_length : 0);
	return rv;
}

/* ----------------------------------------------------------------------------- the steps */

static CK_SESSION_HANDLE
session(void)
{
	return run.count > 0 ? run.sessions[run.count - 1] : CK_INVALID_HANDLE;
}

static enum jpki_role
role(void)
{
	return run.count > 0 ? run.roles[run.count - 1] : JPKI_AUTHENTICATION;
}

static void
ask_slots(void)
{
	CK_SLOT_ID slots[8];
	CK_ULONG count = 8;

	if (C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK)
		count = 0;
	fuzz_check(count <= 2);
	for (CK_SLOT_ID slot = 0; slot < 2; slot++) {
		CK_MECHANISM_TYPE mechanisms[32];
		CK_MECHANISM_INFO mechanism;
		CK_TOKEN_INFO token;
		CK_SLOT_INFO info;

		fuzz_check(C_GetSlotInfo(slot, &info) == CKR_OK);
		if (C_GetTokenInfo(slot, &token) == CKR_OK)
			fuzz_check(token.ulMinPinLen > 0 && token.ulMaxPinLen <= 16);
		count = 32;
		if (C_GetMechanismList(slot, mechanisms, &count) == CKR_OK)
			(void)C_GetMechanismInfo(slot, mechanisms[0], &mechanism);
	}
}

static void
open_session(CK_FLAGS flags)
{
	CK_SESSION_HANDLE handle;

	if (run.count == SESSIONS ||
	    pkcs11_open_session(pkcs11_linked(), run.slot, flags, &handle) != CKR_OK)
		return;
	run.roles[run.count] = (enum jpki_role)run.slot;
	run.sessions[run.count++] = handle;
}

static void
open_read_only(void)
{
	open_session(0);
}

static void
open_read_write(void)
{
	open_session(CKF_RW_SESSION);
}

static void
other_slot(void)
{
	run.slot = 1 - run.slot;
}

static void
other_session(void)
{
	CK_SESSION_HANDLE last = session();
	enum jpki_role last_role = role();

	if (run.count < 2)
		return;
	memmove(run.sessions + 1, run.sessions, (run.count - 1) * sizeof(run.sessions[0]));
	memmove(run.roles + 1, run.roles, (run.count - 1) * sizeof(run.roles[0]));
	run.sessions[0] = last;
	run.roles[0] = last_role;
}

static void
read_objects(void)
{
	objects_read(session());
}

static CK_RV
give_pin(CK_USER_TYPE user, const char *pin)
{
	CK_RV rv = good_token_login(session(), role(), user, pin);

	if (rv == CKR_OK)
		fuzz_check(transport_accepted(role()) || run.count == 0);
	return rv;
}

static const char *
right_pin(void)
{
	if (run.new_pin[role()])
		return role() == JPKI_AUTHENTICATION ? GOOD_NEW_PIN : GOOD_NEW_PASSWORD;
	return role() == JPKI_AUTHENTICATION ? GOOD_PIN : GOOD_PASSWORD;
}

static void
log_in(void)
{
	(void)give_pin(CKU_USER, right_pin());
}

static void
log_in_wrongly(void)
{
	(void)give_pin(CKU_USER, role() == JPKI_AUTHENTICATION ? "0000" : "WRONG0");
}

static void
log_out(void)
{
	if (C_Logout(session()) == CKR_OK)
		fuzz_check(!transport_accepted(role()));
}

static void
change_pin(void)
{
	const char *old = right_pin();
	const char *new_pin = role() == JPKI_AUTHENTICATION ? GOOD_NEW_PIN : GOOD_NEW_PASSWORD;
	uint8_t *old_typed = fuzz_memory(old, strlen(old));
	uint8_t *new_typed = fuzz_memory(new_pin, strlen(new_pin));

	transport_give(role(), old, new_pin);
	if (C_SetPIN(session(), old_typed, strlen(old), new_typed, strlen(new_pin)) == CKR_OK)
		run.new_pin[role()] = true;
	transport_take_back();
	free(old_typed);
	free(new_typed);
}

static uint64_t
number_of_card(void)
{
	enum jpki_holds holds;
	uint64_t card = 0;

	(void)jpki_reader_card(0, &holds, &card);
	return card;
}

static void
check_text(const char *text, size_t size)
{
	fuzz_check(memchr(text, '\0', size) != NULL);
}

/* Nothing is open afterwards, and what was not read is empty. */
static void
give_attributes_pin(const char *pin)
{
	static const struct jpki_attributes none;
	struct jpki_attributes attributes;
	uint64_t card = number_of_card();
	enum jpki_try spent;
	int rv;

	transport_give(JPKI_ATTRIBUTES, pin, NULL);
	rv = jpki_attributes(card, (const uint8_t *)pin, strlen(pin), &attributes, &spent);
	transport_take_back();
	fuzz_check(!transport_accepted(JPKI_ATTRIBUTES));
	if (rv != JPKI_OK) {
		fuzz_check(memcmp(&attributes, &none, sizeof(none)) == 0);
		return;
	}
	fuzz_check(spent == JPKI_TRY_KEPT);
	check_text(attributes.name, sizeof(attributes.name));
	check_text(attributes.address, sizeof(attributes.address));
	check_text(attributes.birth_date, sizeof(attributes.birth_date));
	check_text(attributes.sex, sizeof(attributes.sex));
}

static void
read_attributes(void)
{
	give_attributes_pin(GOOD_ATTRIBUTES_PIN);
}

static void
read_attributes_wrongly(void)
{
	give_attributes_pin("1111");
}

static void
ask_beside(void)
{
	char text[JPKI_MANUFACTURE_NUMBER_SIZE];
	uint64_t card = number_of_card();
	unsigned left, maximum;

	if (jpki_attributes_tries(card, &left, &maximum) == JPKI_OK)
		fuzz_check(maximum == 3);
	if (jpki_manufacture_number(card, text) == JPKI_OK)
		fuzz_check(strlen(text) == sizeof(text) - 1);
}

static void
close_session(void)
{
	(void)C_CloseSession(session());
	run.count -= run.count > 0;
}

static void
close_all(void)
{
	(void)C_CloseAllSessions(run.slot);
	run.count = 0;
}

static void
ask_event(void)
{
	CK_SLOT_ID slot;

	(void)C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL);
}

static void
ask_session(void)
{
	CK_SESSION_INFO info;

	(void)C_GetSessionInfo(session(), &info);
}

static void
time_passes(void)
{
	clock_skip_ms(11000);
}

static void
card_comes(void)
{
	transport_reinsert();
	good_card_new(&run.good);
}

static void
start_over(void)
{
	fuzz_check(C_Finalize(NULL) == CKR_OK);
	transport_check_closed();
	fuzz_check(C_Initialize(NULL) == CKR_OK);
	run.count = 0;
}

static void
digest(void)
{
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};
	CK_BYTE hash[32];
	CK_ULONG length = sizeof(hash);
	uint8_t *text = fuzz_memory(GOOD_TEXT, strlen(GOOD_TEXT));

	if (C_DigestInit(session(), &mechanism) == CKR_OK &&
	    C_Digest(session(), text, strlen(GOOD_TEXT), hash, &length) == CKR_OK)
		fuzz_check(memcmp(hash, good_hash, GOOD_HASH_SIZE) == 0);
	free(text);
}

/* ---------------------------------------------------------------------------- signatures */

struct form {
	CK_MECHANISM_TYPE type;
	bool pss;
	const uint8_t *data;
	size_t length;
};
enum { PKCS1, SHA256_PKCS1, PSS, SHA256_PSS };
static const struct form forms[] = {
    [PKCS1] = {CKM_RSA_PKCS, false, good_digest_info, GOOD_DIGEST_INFO_SIZE},
    [SHA256_PKCS1] = {CKM_SHA256_RSA_PKCS, false, (const uint8_t *)GOOD_TEXT,
	sizeof(GOOD_TEXT) - 1},
    [PSS] = {CKM_RSA_PKCS_PSS, true, good_hash, GOOD_HASH_SIZE},
    [SHA256_PSS] = {CKM_SHA256_RSA_PKCS_PSS, true, (const uint8_t *)GOOD_TEXT,
	sizeof(GOOD_TEXT) - 1},
};

/* The key that the module says it signs with; NULL if the card lets nobody see it. */
static EVP_PKEY *
signing_key(void)
{
	CK_BYTE modulus[256], exponent[256];
	CK_ATTRIBUTE template[] = {{CKA_MODULUS, modulus, sizeof(modulus)},
	    {CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent)}};
	CK_OBJECT_HANDLE object = objects_first(session(), CKO_PRIVATE_KEY);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	OSSL_PARAM *parameters = NULL;
	BIGNUM *n = NULL, *e = NULL;
	EVP_PKEY *key = NULL;

	if (object != CK_INVALID_HANDLE &&
	    C_GetAttributeValue(session(), object, template, 2) == CKR_OK) {
		n = BN_bin2bn(modulus, (int)template[0].ulValueLen, NULL);
		e = BN_bin2bn(exponent, (int)template[1].ulValueLen, NULL);
		OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n);
		OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e);
		parameters = OSSL_PARAM_BLD_to_param(builder);
		EVP_PKEY_fromdata_init(context);
		EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters);
	}
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(context);
	BN_free(n);
	BN_free(e);
	return key;
}

/* A signature that is handed out is right. */
static void
judge_signature(const struct form *form, const uint8_t *signature)
{
	EVP_PKEY *key = signing_key();
	const uint8_t *data = form->pss ? good_hash : good_digest_info;

	if (key != NULL)
		fuzz_check(rsa_signature_verifies(key, form->pss, NULL, data,
		    form->pss ? GOOD_HASH_SIZE : GOOD_DIGEST_INFO_SIZE, signature));
	EVP_PKEY_free(key);
}

static CK_RV
in_parts(const struct form *form, uint8_t *signature, CK_ULONG *length)
{
	uint8_t *data = fuzz_memory(form->data, form->length);
	CK_ULONG first = form->length / 2;
	CK_RV rv;

	rv = C_SignUpdate(session(), data, first);
	if (rv == CKR_OK)
		rv = C_SignUpdate(session(), data + first, form->length - first);
	if (rv == CKR_OK)
		rv = C_SignFinal(session(), signature, length);
	free(data);
	return rv;
}

static CK_RV
at_once(const struct form *form, uint8_t *signature, CK_ULONG *length)
{
	return pkcs11_sign_data(
	    pkcs11_linked(), session(), form->data, form->length, signature, length);
}

static void
make_signature(const struct form *form, bool with_pin)
{
	CK_OBJECT_HANDLE key = objects_first(session(), CKO_PRIVATE_KEY);
	CK_ULONG length = SIGNATURE_SIZE;
	bool pinned, hashed = form->length < GOOD_HASH_SIZE;
	uint8_t *signature;

	if (pkcs11_sign_init(pkcs11_linked(), session(), form->type, key) != CKR_OK)
		return;
	if (with_pin)
		(void)give_pin(CKU_CONTEXT_SPECIFIC, right_pin());
	pinned = transport_accepted(role());
	signature = fuzz_memory(NULL, SIGNATURE_SIZE);
	if ((hashed ? in_parts : at_once)(form, signature, &length) == CKR_OK) {
		fuzz_check(length == SIGNATURE_SIZE);
		fuzz_check(pinned);
		judge_signature(form, signature);
		memcpy(run.signature, signature, SIGNATURE_SIZE);
	}
	free(signature);
	(void)C_SignInit(session(), NULL, CK_INVALID_HANDLE); /* end it */
}

static void
sign(const struct form *form)
{
	make_signature(form, false);
}

static void
sign_with_pin(const struct form *form)
{
	make_signature(form, true);
}

static void
verify(const struct form *form)
{
	CK_MECHANISM mechanism = pkcs11_mechanism(form->type);
	CK_OBJECT_HANDLE key = objects_first(session(), CKO_PUBLIC_KEY);
	uint8_t *data;

	if (C_VerifyInit(session(), &mechanism, key) != CKR_OK)
		return;
	data = fuzz_memory(form->data, form->length);
	(void)C_Verify(session(), data, form->length, run.signature, SIGNATURE_SIZE);
	free(data);
}

/* ------------------------------------------------------------------------------- the run */

/* What a letter stands for; some do it with a form of signature. */
static const struct step {
	void (*run)(void);
	void (*run_with)(const struct form *form);
	const struct form *form;
} steps[128] = {
    ['t'] = {.run = ask_slots},
    ['o'] = {.run = open_read_only},
    ['O'] = {.run = open_read_write},
    ['w'] = {.run = other_slot},
    ['g'] = {.run = other_session},
    ['f'] = {.run = read_objects},
    ['l'] = {.run = log_in},
    ['L'] = {.run = log_in_wrongly},
    ['x'] = {.run = log_out},
    ['n'] = {.run = change_pin},
    ['s'] = {NULL, sign, &forms[PKCS1]},
    ['S'] = {NULL, sign, &forms[SHA256_PKCS1]},
    ['p'] = {NULL, sign, &forms[PSS]},
    ['P'] = {NULL, sign, &forms[SHA256_PSS]},
    ['c'] = {NULL, sign_with_pin, &forms[PKCS1]},
    ['C'] = {NULL, sign_with_pin, &forms[SHA256_PSS]},
    ['v'] = {NULL, verify, &forms[SHA256_PKCS1]},
    ['V'] = {NULL, verify, &forms[PSS]},
    ['d'] = {.run = digest},
    ['q'] = {.run = close_session},
    ['Q'] = {.run = close_all},
    ['e'] = {.run = ask_event},
    ['r'] = {.run = ask_session},
    ['T'] = {.run = time_passes},
    ['z'] = {.run = transport_reset},
    ['m'] = {.run = transport_remove},
    ['k'] = {.run = card_comes},
    ['F'] = {.run = start_over},
    ['a'] = {.run = read_attributes},
    ['A'] = {.run = read_attributes_wrongly},
    ['b'] = {.run = ask_beside},
};

static void
follow(const char *script, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char letter = (unsigned char)script[i];

		if (letter >= sizeof(steps) / sizeof(steps[0]))
			continue;
		if (steps[letter].run != NULL)
			steps[letter].run();
		else if (steps[letter].run_with != NULL)
			steps[letter].run_with(steps[letter].form);
		transport_check_idle();
	}
}

void
fuzz_prepare(void)
{
	good_token_prepare();
}

static const char *
take_script(size_t *length)
{
	uint8_t number = fuzz_byte(&run.input);

	fuzz_log((number & 0x80) != 0);
	number &= 0x7F;
	if (number >= card_script_count)
		return (const char *)fuzz_bytes(
		    &run.input, fuzz_byte(&run.input) % SCRIPT_MAX, length);
	*length = strlen(card_scripts[number]);
	return card_scripts[number];
}

void
fuzz_try(struct fuzz_input *input)
{
	const char *script;
	size_t script_length;

	memset(&run, 0, sizeof(run));
	run.input = *input;
	good_card_new(&run.good);
	script = take_script(&script_length);
	transport_insert(fuzzed_card, NULL);
	fuzz_check(C_Initialize(NULL) == CKR_OK);
	follow(script, script_length);
	fuzz_check(C_Finalize(NULL) == CKR_OK);
	transport_check_closed();
}
