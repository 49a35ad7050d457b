/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_CARD_H
#define JPKI_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jpki/error.h>
#include <jpki/pin.h>
#include <jpki/transport.h>
#include <jpki/types.h>

/*
 * The JPKI application of a card, and what is used of those beside it. All functions return JPKI_OK
 * or a negative enum jpki_error and, where a card is involved, may return any of the errors of the
 * way to the card (error.h). A card is used by one thread at a time.
 */

struct jpki_card;

/*
 * The card in `reader` (copied). Nothing is connected or sent yet; what is learned about the
 * card is remembered until it is freed: make a new one for a new card. The caller owns *card;
 * the service must outlive it.
 */
int jpki_card_new(struct jpki_service *service, const char *reader, struct jpki_card **card);

/* Disconnect, leaving the power on, and free; sets the pointer to NULL, accepts one to NULL. */
void jpki_card_free(struct jpki_card **card);

/*
 * Let go of the card; the next transaction connects again. Does nothing if there is no
 * connection. With power_off the card loses its power, which is the one sure way to lock it
 * again: a verified PIN stays verified through disconnect, reconnect and warm reset, for every
 * program (card-facts: security status, B). A transaction under way ends with it, so that
 * nobody gets between. JPKI_ERR_HELD if another program's transaction lasts: the attempt goes on
 * (jpki_transport.close). `held` is -1 or a descriptor that is closed when the power is off or
 * there is no hope for that; it belongs to this function in every case.
 */
int jpki_card_disconnect(struct jpki_card *card, bool power_off, int held);

/*
 * Should this process end in whatever way, the card is to lose its power, as far as that can be
 * seen to (jpki_transport.guard); until jpki_card_disconnect. To come before a PIN is sent. Does
 * nothing without a connection. `share` is the path of a file whose lock by somebody else leaves
 * the card to him, or NULL; `events` is the reader's count when this card was seen last.
 */
void jpki_card_guard(struct jpki_card *card, const char *share, uint32_t events);
/* Has that been called for the connection? False without one. */
bool jpki_card_is_guarded(const struct jpki_card *card);
/* At that moment it is to lose its power in any case, soon; 0: at none
 * (jpki_transport.guard_until).
 */
void jpki_card_guard_until(struct jpki_card *card, uint64_t moment);

/*
 * Has the card been left alone since it was connected? No exchange; as jpki_transport.check.
 * JPKI_OK if there is no connection. In a transaction, or it may wait for another program's.
 */
int jpki_card_check(struct jpki_card *card);

/* Is there a connection; has a transaction begun? */
bool jpki_card_connected(const struct jpki_card *card);
bool jpki_card_in_transaction(const struct jpki_card *card);

/* How a transaction begins. */
enum jpki_begin {
	/* Select the JPKI application: whatever others did, what follows goes to it. */
	JPKI_BEGIN_SELECT,
	/*
	 * Trust that it is still selected if this card object has selected it before: some
	 * cards may forget a verified PIN when selecting (card-facts: security status, C). Only
	 * for what can be checked afterwards; never for what a PIN goes into.
	 */
	JPKI_BEGIN_TRUST,
	/* Send nothing: for who asks what the first command after power came is answered. */
	JPKI_BEGIN_ONLY,
};

/*
 * Begin a transaction, after connecting with the card, shared with other programs, if there is
 * no connection: no other program reaches the card before jpki_card_end. Waits for the
 * transaction of another program for at most `patience_ms` (-1: without end), then JPKI_ERR_HELD.
 * JPKI_ERR_NOT_JPKI if the card has no such application, JPKI_ERR_RESET if the card lost its state
 * since it was connected (disconnect, then begin again); no transaction has begun then.
 */
int jpki_card_begin(struct jpki_card *card, enum jpki_begin how, int patience_ms);
int jpki_card_end(struct jpki_card *card);

/*
 * Select the JPKI application within a transaction, unless that has been done in it; *done
 * tells whether it was necessary. For a second attempt at what JPKI_BEGIN_TRUST made fail.
 */
int jpki_card_select(struct jpki_card *card, bool *done);

/* Has that been done in the transaction under way, and no other application selected since? */
bool jpki_card_is_selected(const struct jpki_card *card);

/*
 * Select another application by its whole name, unless that has been done just before: that of the
 * holder's attributes, or the one with the manufacture number (card-facts: two more applications).
 * Only in a transaction (JPKI_ERR_ARGUMENT else), and that of the attributes, to which a PIN goes,
 * only in one that has selected by name, so that the card can be told from others first.
 * JPKI_ERR_NOT_FOUND if this card has not got it; then, too,
 * JPKI's is not selected any more. What is about the keys needs jpki_card_select or another
 * transaction, which selects anew, after it.
 */
int jpki_card_select_attributes(struct jpki_card *card);
int jpki_card_select_number(struct jpki_card *card);

/* Whose application it is, told by the label in EF 0006 (card-facts: files). */
enum jpki_kind {
	JPKI_KIND_UNKNOWN,  /* the file is missing, is no text, or has a label nobody has seen */
	JPKI_KIND_CARD,	    /* My Number card */
	JPKI_KIND_ANDROID,  /* certificates on an Android phone */
	JPKI_KIND_IPHONE,   /* certificates on an iPhone */
	JPKI_KIND_RESIDENT, /* resident card of 2003-2015; its certificates have all expired */
};

/* EF 0006, as far as it makes sense: strings without trailing blanks, "" for what does not. */
struct jpki_token_info {
	enum jpki_kind kind;
	char label[33];
	char manufacturer[33];
	char model[17];
	char serial[17];
	uint8_t hardware_version[2]; /* major, minor; 0.0 if unknown */
	uint8_t firmware_version[2];
};

/*
 * Read EF 0006. A file that is missing or garbled is not an error: the kind is
 * JPKI_KIND_UNKNOWN and the strings are empty (card-facts: B). In a transaction.
 */
int jpki_card_read_info(struct jpki_card *card, struct jpki_token_info *info);

/*
 * Which credentials the card has, by EF 0008; present[role] is set. JPKI_ERR_NOT_FOUND where
 * that file is missing or too short (card-facts: B): both are said to be there then, and only
 * the certificate files tell. In a transaction.
 */
int jpki_card_read_presence(struct jpki_card *card, bool present[JPKI_ROLES]);

/* A certificate file being read; begin with all zero. */
struct jpki_der {
	size_t have;  /* bytes read so far */
	size_t total; /* bytes of the DER structure, 0 while unknown */
	uint8_t bytes[JPKI_CERTIFICATE_MAX];
};

/*
 * Read the first block of a certificate file, one exchange, unless `der` holds it already.
 * JPKI_ERR_NOT_FOUND if there is no certificate in it (missing, empty, does not begin with
 * 30), JPKI_ERR_NOT_VERIFIED if the PIN is needed first, JPKI_ERR_DATA if its length makes
 * no sense. In a transaction.
 */
int jpki_card_read_certificate_head(
    struct jpki_card *card, enum jpki_role role, enum jpki_certificate which, struct jpki_der *der);

/*
 * Read what of a certificate file is not in `der` yet. Errors as above; after an error `der`
 * holds what had been read. In a transaction.
 */
int jpki_card_read_certificate(
    struct jpki_card *card, enum jpki_role role, enum jpki_certificate which, struct jpki_der *der);

/*
 * The same of a key's own certificate, the first block of which is in `der`, in a transaction that
 * began with JPKI_BEGIN_TRUST: what is read next begins with bytes that are known, so that it shows
 * whether application and card are those that are meant. JPKI_ERR_DATA if not, JPKI_ERR_ARGUMENT
 * if no read has room for that, and nothing is sent; or as above. Then `der` is as it was: select,
 * and read on.
 */
int jpki_card_read_certificate_hoping(
    struct jpki_card *card, enum jpki_role role, struct jpki_der *der);

/*
 * Is all of the SubjectPublicKeyInfo (RFC 5280, 4.1) of the certificate in what has been read of
 * it? Then *info points to it, *length bytes.
 */
bool jpki_der_key(const struct jpki_der *der, const uint8_t **info, size_t *length);

/*
 * Read on in the file of a key's own certificate until that is so. Errors as above; JPKI_ERR_DATA
 * if there is none. In a transaction.
 */
int jpki_card_read_certificate_key(struct jpki_card *card, enum jpki_role role,
    struct jpki_der *der, const uint8_t **info, size_t *length);

/*
 * May it be found out whether the card and its reader take READ BINARY with extended length
 * (card-facts: commands, B), when more than 256 bytes are wanted next? At first not: it costs an
 * exchange where they do not, once, and a reader that does not stand it may reset the card, which
 * ends every login; that read fails then, with an error of the way, and the next does without.
 * Where it has worked, it is used whatever is said here.
 */
void jpki_card_try_long(struct jpki_card *card, bool allowed);

/* What a card, and the way to it, do each time. */
enum jpki_habit {
	JPKI_HABIT_UNKNOWN,
	JPKI_HABIT_YES,
	JPKI_HABIT_NO,
};

/* Values of enum jpki_habit; begin with all zero. What the reader has its part in is marked so. */
struct jpki_habits {
	/* the JPKI application takes short EF identifiers for reading, for a PIN, for signing */
	uint8_t short_read, short_pin, short_sign;
	uint8_t small_reads; /* no more than 128 bytes are read at once (reader) */
	uint8_t long_read;   /* more than 256 are, by extended length (reader) */
};

/* What this object has learned, or was told to expect, if nothing speaks against it. */
void jpki_card_habits(const struct jpki_card *card, struct jpki_habits *habits);

/*
 * Expect of a card that was recognised, in the same reader, what it did before, as far as this
 * object has not seen it yet; other values count as unknown. Where that is wrong, what is asked for
 * is done all the same, with an exchange more, and the habit is another one after it. No PIN goes
 * out by an expectation: the card is asked then as if nothing were known. An unlucky moment can
 * have taught NO: whoever remembers that should forget it after a while.
 */
void jpki_card_expect(struct jpki_card *card, const struct jpki_habits *habits);

/*
 * How many wrong tries are left, 0 if the PIN is blocked, in *tries (0..15). Spends none: the
 * command has no body (card-facts: commands). Some cards answer 9000 while the PIN is
 * verified: *tries is the maximum then, and *counted, unless it is NULL, false. In a transaction,
 * and while the application whose PIN it is was the last to be selected (JPKI_ERR_ARGUMENT else).
 */
int jpki_card_tries(struct jpki_card *card, enum jpki_role role, unsigned *tries, bool *counted);

/* Length limits of a PIN in bytes and the number of wrong tries a card grants. */
struct jpki_pin_policy {
	unsigned min_length, max_length, tries;
};
const struct jpki_pin_policy *jpki_pin_policy(enum jpki_role role);

/*
 * Send one PIN, once. The application whose PIN it is must have been selected in this very
 * transaction, by JPKI_BEGIN_SELECT or, for JPKI_ATTRIBUTES, by jpki_card_select_attributes, and no
 * other one after it, or nothing is sent (JPKI_ERR_ARGUMENT); a PIN made for another credential
 * likewise. JPKI_ERR_PIN_WRONG
 * leaves the tries that are left in *tries (may be 0: this one blocked it),
 * JPKI_ERR_PIN_BLOCKED sets it to 0; after any other answer it means nothing.
 */
int jpki_card_verify(
    struct jpki_card *card, enum jpki_role role, const struct jpki_pin *pin, unsigned *tries);

/*
 * Verify the old PIN as jpki_card_verify does, then change it. The rules for a new PIN are
 * checked before anything is sent. Same conditions and errors; of a key only. After success the PIN
 * counts as verified on the card: close with power_off.
 */
int jpki_card_change_pin(struct jpki_card *card, enum jpki_role role, const struct jpki_pin *old,
    const struct jpki_pin *new_pin, unsigned *tries);

/*
 * Was the PIN sent by the last of these two? Not if something before it has failed: then the card
 * has compared nothing.
 */
bool jpki_card_pin_was_sent(const struct jpki_card *card);

/*
 * Sign. JPKI_ERR_NOT_VERIFIED if the PIN is needed first, JPKI_ERR_UNSUPPORTED if this card
 * does not know the form, JPKI_ERR_DATA if what came is no signature of that size. Whether
 * the right key made it is for the caller to check with the certificate. In a transaction.
 */
int jpki_card_sign(struct jpki_card *card, enum jpki_role role, enum jpki_signature_form form,
    const uint8_t *data, size_t length, uint8_t signature[JPKI_SIGNATURE_SIZE]);

/*
 * Read the holder's attributes, EF 0002 of their application: a BER structure of at most 8 kB, as
 * many exchanges as that takes. Its PIN must have been verified, JPKI_ERR_NOT_VERIFIED else. A part
 * that it has not got is "", parts that are not known are passed over. JPKI_ERR_DATA if it is no
 * such structure, has none of the four or one of them twice, or a text is no UTF-8, has a NUL, or
 * is longer than JPKI_ATTRIBUTE_SIZE. All zero after an error. Nothing is sent (JPKI_ERR_ARGUMENT)
 * unless jpki_card_select_attributes was the last to select. It is personal data: the caller wipes
 * it.
 */
int jpki_card_read_attributes(struct jpki_card *card, struct jpki_attributes *attributes);

/*
 * Read the manufacture number, thirteen characters of printable ASCII and a NUL (card-facts: B). No
 * PIN. JPKI_ERR_NOT_FOUND if there is none, JPKI_ERR_DATA if what there is has another form: then
 * nothing is written. After jpki_card_select_number, as above.
 */
int jpki_card_read_number(struct jpki_card *card, char number[JPKI_MANUFACTURE_NUMBER_SIZE]);

#endif
