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
 * The JPKI application of a card, and the parts that are used of the other applications on it. A
 * card is used by one thread at a time.
 *
 * Functions that return int return JPKI_OK or a negative enum jpki_error. The comment of each names
 * its own errors. A function that sends a command to the card also returns:
 * - an error of the way to the card (error.h, -10 to -29);
 * - JPKI_ERR_DATA if what comes back is no valid response, JPKI_ERR_STATUS for a status word that
 * has no error of its own;
 * - JPKI_ERR_ARGUMENT, and nothing is sent, outside a transaction, or if an argument is out of its
 * range;
 * - JPKI_ERR_MEMORY.
 */

struct jpki_card;

/*
 * The card in `reader` (copied). Nothing is connected or sent yet. The object remembers what it
 * learns about the card, so make a new object for a new card. The caller owns *card; the service
 * must outlive it. JPKI_OK, JPKI_ERR_MEMORY, or JPKI_ERR_ARGUMENT if the name has
 * JPKI_READER_NAME_SIZE bytes or more.
 */
int jpki_card_new(struct jpki_service *service, const char *reader, struct jpki_card **card);

/* Disconnect, leaving the power on, and free; sets the pointer to NULL, accepts one to NULL. */
void jpki_card_free(struct jpki_card **card);

/*
 * Disconnect from the card; the next transaction connects again. Does nothing if there is no
 * connection: JPKI_OK. With power_off the card loses its power, which is the one sure way to lock
 * it again: a verified PIN stays verified through disconnect, reconnect and warm reset, for every
 * program (F-STAYS-VERIFIED). A transaction under way ends with it, so that no other program
 * reaches the card before it is locked. JPKI_OK; JPKI_ERR_HELD if another program's transaction has
 * not ended in time: the attempt goes on in the background (jpki_transport.close); or another error
 * of the way to the card: then the power may not have been cut. The connection is gone in every
 * case. `held` is -1 or a descriptor that this function takes over: it is closed when the power is
 * off, or when the attempt is given up.
 */
int jpki_card_disconnect(struct jpki_card *card, bool power_off, int held);

/*
 * Have the card's power cut if this process ends before jpki_card_disconnect, in whatever way;
 * there is no guarantee (jpki_transport.guard). Call it before a PIN is sent. Does nothing without
 * a connection. `share` is NULL or the path of a file: if another program has a lock on it then,
 * the power is not cut. `events` is the reader's count when this card was seen last.
 */
void jpki_card_guard(struct jpki_card *card, const char *share, uint32_t events);
/* Has jpki_card_guard been called for the connection? False without one. */
bool jpki_card_is_guarded(const struct jpki_card *card);
/*
 * Have the card's power cut soon after `moment` even if this process still runs; 0 cancels that
 * (jpki_transport.guard_until). Does nothing without a connection.
 */
void jpki_card_guard_until(struct jpki_card *card, uint64_t moment);

/*
 * Is the card as it was when it was connected, neither reset nor taken out? No exchange. JPKI_OK if
 * so, or if there is no connection; JPKI_ERR_RESET if others have reset it or cut its power;
 * JPKI_ERR_NO_CARD if it was taken out, also if it was put back; JPKI_ERR_NO_READER,
 * JPKI_ERR_NO_SERVICE, JPKI_ERR_MUTE. Call it within a transaction: outside one it may wait for
 * another program's transaction, without a time limit.
 */
int jpki_card_check(struct jpki_card *card);

/* Is there a connection? Is a transaction under way? */
bool jpki_card_connected(const struct jpki_card *card);
bool jpki_card_in_transaction(const struct jpki_card *card);

/* How a transaction begins. */
enum jpki_begin {
	/* Select the JPKI application: whatever others did, what follows goes to it. */
	JPKI_BEGIN_SELECT,
	/*
	 * Do not select if this card object has selected the application before: some cards may
	 * forget a verified PIN when an application is selected (F-SELECT-CLEARS). Only for work
	 * whose result can be checked afterwards, never for sending a PIN.
	 */
	JPKI_BEGIN_TRUST,
	/* Send nothing: to see how the card answers the first command after power-up. */
	JPKI_BEGIN_ONLY,
};

/*
 * Begin a transaction, after connecting with the card, shared with other programs, if there is
 * no connection: no other program reaches the card before jpki_card_end. Waits for the
 * transaction of another program for at most `patience_ms` (-1: without end), then JPKI_ERR_HELD.
 * JPKI_ERR_NOT_JPKI if the card has no such application, JPKI_ERR_RESET if the card lost its state
 * since it was connected (disconnect, then begin again), JPKI_ERR_ARGUMENT if a transaction has
 * begun already. No transaction has begun after an error.
 */
int jpki_card_begin(struct jpki_card *card, enum jpki_begin how, int patience_ms);

/* End the transaction. JPKI_OK, also if there is none; or an error of the way to the card. */
int jpki_card_end(struct jpki_card *card);

/*
 * Select the JPKI application within a transaction, unless this transaction has selected it
 * already; *done, set always, tells whether a SELECT was sent. For a second attempt after one with
 * JPKI_BEGIN_TRUST has failed. JPKI_ERR_NOT_JPKI if the card has no such application.
 */
int jpki_card_select(struct jpki_card *card, bool *done);

/*
 * Has the JPKI application been selected in the transaction under way, and no other one since?
 * False outside a transaction.
 */
bool jpki_card_is_selected(const struct jpki_card *card);

/*
 * Select another application by its whole AID, unless it was the last one selected: that of the
 * holder's attributes, or the one with the manufacture number (F-OTHER-APPLICATIONS). Only in a
 * transaction (otherwise JPKI_ERR_ARGUMENT). The application of the attributes, to which a PIN is
 * sent, only in a transaction that has selected an application already, so that the caller can
 * first check which card it is. JPKI_ERR_NOT_FOUND if this card does not have it. In both cases
 * JPKI is no longer selected: before work with the keys call jpki_card_select, or begin a new
 * transaction.
 */
int jpki_card_select_attributes(struct jpki_card *card);
int jpki_card_select_number(struct jpki_card *card);

/* Whose application it is, told by the label in EF 0006 (F-LABEL). */
enum jpki_kind {
	JPKI_KIND_UNKNOWN,  /* the file is missing, is no text, or has a label nobody has seen */
	JPKI_KIND_CARD,	    /* My Number card */
	JPKI_KIND_ANDROID,  /* certificates on an Android phone */
	JPKI_KIND_IPHONE,   /* certificates on an iPhone */
	JPKI_KIND_RESIDENT, /* resident card of 2003-2015; its certificates have all expired */
};

/* The contents of EF 0006: strings without trailing blanks, "" for those that make no sense. */
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
 * JPKI_KIND_UNKNOWN and the strings are empty (F-TOKEN-INFO). In a transaction.
 */
int jpki_card_read_info(struct jpki_card *card, struct jpki_token_info *info);

/*
 * Which keys the card has, according to EF 0008; sets present[role]. JPKI_ERR_NOT_FOUND if that
 * file is missing or too short (F-PRESENCE): then both are set to true, and only the certificate
 * files tell. In a transaction.
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
 * no sense, JPKI_ERR_UNSUPPORTED or JPKI_ERR_LENGTH if the card refuses the command. In a
 * transaction.
 */
int jpki_card_read_certificate_head(
    struct jpki_card *card, enum jpki_role role, enum jpki_certificate which, struct jpki_der *der);

/*
 * Read the rest of a certificate file, which is not in `der` yet. JPKI_ERR_NOT_FOUND if there is no
 * certificate in it, JPKI_ERR_NOT_VERIFIED if the PIN is needed first, JPKI_ERR_DATA if its length
 * makes no sense or the file ends before it, JPKI_ERR_UNSUPPORTED or JPKI_ERR_LENGTH if the card
 * refuses the command; after an error `der` holds what had been read. In a transaction.
 */
int jpki_card_read_certificate(
    struct jpki_card *card, enum jpki_role role, enum jpki_certificate which, struct jpki_der *der);

/*
 * Read the rest of a key's own certificate, of which `der` has the first block, in a transaction
 * that began with JPKI_BEGIN_TRUST. The next block is read so that it overlaps with bytes that are
 * known; this shows whether application and card are still the right ones. JPKI_ERR_DATA if they
 * are not; JPKI_ERR_ARGUMENT, and nothing is sent, if no read has room for such bytes;
 * JPKI_ERR_NOT_FOUND, JPKI_ERR_NOT_VERIFIED, JPKI_ERR_UNSUPPORTED or JPKI_ERR_LENGTH if the card
 * refuses the command. After an error select the application, and read on with
 * jpki_card_read_certificate: what `der` holds is right.
 */
int jpki_card_read_certificate_trusting(
    struct jpki_card *card, enum jpki_role role, struct jpki_der *der);

/*
 * Has the whole SubjectPublicKeyInfo (RFC 5280, 4.1) of the certificate been read? If so, *info
 * points to it, *length bytes.
 */
bool jpki_der_key(const struct jpki_der *der, const uint8_t **info, size_t *length);

/*
 * Read on in the file of a key's own certificate until jpki_der_key gives *info and *length.
 * JPKI_ERR_DATA if there is no such part in it, its length makes no sense, or the file ends before
 * it; JPKI_ERR_NOT_FOUND if there is no certificate, JPKI_ERR_NOT_VERIFIED if the PIN is needed
 * first, JPKI_ERR_UNSUPPORTED or JPKI_ERR_LENGTH if the card refuses the command. In a transaction.
 */
int jpki_card_read_certificate_key(struct jpki_card *card, enum jpki_role role,
    struct jpki_der *der, const uint8_t **info, size_t *length);

/*
 * May the next read of more than 256 bytes try READ BINARY with extended length (F-EXTENDED)? Not
 * allowed at first: if the card or the reader does not support it, the attempt costs one exchange,
 * once. A reader may even reset the card, which ends every login; that read then fails with an
 * error of the way to the card, and the next one uses short reads. Once an attempt has worked,
 * extended length is used whatever is set here.
 */
void jpki_card_try_long(struct jpki_card *card, bool allowed);

/* Something that a card, or the way to it, does or does not do. */
enum jpki_habit {
	JPKI_HABIT_UNKNOWN,
	JPKI_HABIT_YES,
	JPKI_HABIT_NO,
};

/*
 * Values of enum jpki_habit; begin with all zero. Those that also depend on the reader are marked
 * (reader).
 */
struct jpki_habits {
	/* the JPKI application takes short EF identifiers for reading, for a PIN, for signing */
	uint8_t short_read, short_pin, short_sign;
	uint8_t small_reads; /* at most 128 bytes can be read at once (reader) */
	uint8_t long_read;   /* more than 256 bytes can, with extended length (reader) */
};

/* What this object has learned, or was told to expect and has not seen to be wrong. */
void jpki_card_habits(const struct jpki_card *card, struct jpki_habits *habits);

/*
 * For a card that was recognised in the same reader: expect the habits that it had before, where
 * this object has not seen them yet; values other than those of enum jpki_habit count as unknown. A
 * wrong expectation costs an exchange more and is then corrected. A PIN is never sent on an
 * expectation alone: the card is asked first, as if nothing were known. NO can have been learned
 * from a passing fault, so whoever stores habits should forget them after a while.
 */
void jpki_card_expect(struct jpki_card *card, const struct jpki_habits *habits);

/*
 * How many wrong tries are left, 0 if the PIN is blocked, in *tries (0..15). Spends none: the
 * command has no body (F-VERIFY-EMPTY). Some cards answer 9000 while the PIN is verified: *tries is
 * the maximum then, and *counted, unless it is NULL, false. In a transaction, with the application
 * of this PIN selected last (otherwise JPKI_ERR_ARGUMENT). JPKI_ERR_NOT_FOUND,
 * JPKI_ERR_UNSUPPORTED, JPKI_ERR_LENGTH or JPKI_ERR_NOT_VERIFIED if the card refuses the question.
 */
int jpki_card_tries(struct jpki_card *card, enum jpki_role role, unsigned *tries, bool *counted);

/* Length limits of a PIN in bytes and the number of wrong tries a card grants. */
struct jpki_pin_policy {
	unsigned min_length, max_length, tries;
};
/* The policy of a credential, from a constant table; NULL for an unknown number. */
const struct jpki_pin_policy *jpki_pin_policy(enum jpki_role role);

/*
 * Send one PIN, once. The application whose PIN it is must have been selected in this very
 * transaction, by JPKI_BEGIN_SELECT or, for JPKI_ATTRIBUTES, by jpki_card_select_attributes, and no
 * other one after it. JPKI_ERR_ARGUMENT if it was not, or if the PIN was made for another
 * credential: nothing is sent then.
 *
 * JPKI_OK if the card has verified the PIN. JPKI_ERR_PIN_WRONG if it has compared and refused it:
 * *tries is how many are left, 0 if this PIN has blocked it. JPKI_ERR_PIN_BLOCKED, and 0 in *tries,
 * if it was blocked before: it may not have been sent then. After any other result *tries means
 * nothing: JPKI_ERR_NOT_FOUND, JPKI_ERR_UNSUPPORTED, JPKI_ERR_LENGTH or JPKI_ERR_NOT_VERIFIED if
 * the card refuses a command. jpki_card_pin_was_sent tells whether the PIN was sent.
 */
int jpki_card_verify(
    struct jpki_card *card, enum jpki_role role, const struct jpki_pin *pin, unsigned *tries);

/*
 * Change the PIN of a key: verify the old one as jpki_card_verify does, with the application
 * selected in this very transaction, then send the new one. JPKI_ERR_ARGUMENT, and nothing is sent,
 * if the application was not selected so, a PIN was made for another credential, or it is not a
 * key's; JPKI_ERR_PIN_CHARACTER, and nothing is sent, if jpki_pin_check_new refuses the new one.
 *
 * JPKI_OK if it is changed: the PIN counts as verified on the card then, so disconnect with
 * power_off. JPKI_ERR_PIN_WRONG if the card has compared and refused the old one: *tries is how
 * many are left, 0 if this PIN has blocked it. JPKI_ERR_PIN_BLOCKED, and 0 in *tries, if it was
 * blocked before. JPKI_ERR_NOT_FOUND, JPKI_ERR_UNSUPPORTED, JPKI_ERR_LENGTH or
 * JPKI_ERR_NOT_VERIFIED if the card refuses a command; the last command is the one that sends the
 * new PIN.
 */
int jpki_card_change_pin(struct jpki_card *card, enum jpki_role role, const struct jpki_pin *old,
    const struct jpki_pin *new_pin, unsigned *tries);

/*
 * Was a PIN sent by the last call of jpki_card_verify or jpki_card_change_pin? If not, an earlier
 * step has failed, and the card has compared nothing.
 */
bool jpki_card_pin_was_sent(const struct jpki_card *card);

/*
 * Sign. JPKI_ERR_NOT_VERIFIED if the PIN is needed first, JPKI_ERR_UNSUPPORTED if this card does
 * not know the form, JPKI_ERR_LENGTH if the form takes no data of that length (then nothing is
 * sent) or the card refuses the length, JPKI_ERR_NOT_FOUND if there is no such key, JPKI_ERR_DATA
 * if the response is not of that size. The caller has to check with the certificate that the right
 * key made the signature. In a transaction.
 */
int jpki_card_sign(struct jpki_card *card, enum jpki_role role, enum jpki_signature_form form,
    const uint8_t *data, size_t length, uint8_t signature[JPKI_SIGNATURE_SIZE]);

/*
 * Read the holder's attributes, EF 0002 of their application: a BER structure of at most 8 kB, in
 * as many exchanges as needed. Its PIN must have been verified, otherwise JPKI_ERR_NOT_VERIFIED. A
 * part that is missing becomes ""; unknown parts are skipped. JPKI_ERR_DATA if it is no such
 * structure, has none of the four or one of them twice, or a text is no UTF-8, has a NUL, or does
 * not fit into JPKI_ATTRIBUTE_SIZE. JPKI_ERR_NOT_FOUND if there is no such file,
 * JPKI_ERR_UNSUPPORTED or JPKI_ERR_LENGTH if the card refuses the command. All zero after an error.
 * Nothing is sent (JPKI_ERR_ARGUMENT) unless jpki_card_select_attributes was the last to select, in
 * this transaction. It is personal data: the caller wipes it.
 */
int jpki_card_read_attributes(struct jpki_card *card, struct jpki_attributes *attributes);

/*
 * Read the manufacture number, thirteen characters of printable ASCII and a NUL
 * (F-MANUFACTURE-NUMBER). No PIN. JPKI_ERR_NOT_FOUND if there is none, JPKI_ERR_DATA if it has
 * another form: then nothing is written. JPKI_ERR_NOT_VERIFIED, JPKI_ERR_UNSUPPORTED or
 * JPKI_ERR_LENGTH if the card refuses the command. Nothing is sent (JPKI_ERR_ARGUMENT) unless
 * jpki_card_select_number was the last to select, in this transaction.
 */
int jpki_card_read_number(struct jpki_card *card, char number[JPKI_MANUFACTURE_NUMBER_SIZE]);

#endif
