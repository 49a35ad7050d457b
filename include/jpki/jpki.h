/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_JPKI_H
#define JPKI_JPKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jpki/error.h>
#include <jpki/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * libjpki: readers, the My Number card in one of them, and its two keys, for a program with a
 * window or a command line of its own. `cc program.c $(pkg-config --cflags --libs jpki)`.
 *
 * Errors. Functions return JPKI_OK or a negative enum jpki_error, which jpki_strerror puts into
 * words. Results through pointers are set if the function returns JPKI_OK, and otherwise unchanged,
 * unless the text below says that they are set always. All functions that need the library started
 * return JPKI_ERR_STOPPED if it has not been started in this process.
 *
 * A card is known by a number. No other card gets that number, nor does the same card when it is
 * put in again: a call with the number of a card that has gone returns JPKI_ERR_NO_CARD, and never
 * touches the next card. 0 means no card. After jpki_stop the old numbers are those of cards that
 * have gone.
 *
 * Each function with a card may also return any error of the way to it (error.h, -10 to -29);
 * JPKI_ERR_NOT_JPKI, JPKI_ERR_NOT_FOUND, JPKI_ERR_NOT_VERIFIED, JPKI_ERR_UNSUPPORTED,
 * JPKI_ERR_LENGTH, JPKI_ERR_STATUS or JPKI_ERR_DATA if it is another kind of card or gives
 * unexpected answers; and JPKI_ERR_MEMORY. Those with a role return JPKI_ERR_NO_KEY if the card has
 * no key for that role, or the role was not passed to jpki_start; JPKI_ERR_ARGUMENT if there is no
 * such role, or a pointer is NULL that may not be.
 *
 * Threads. Every function may be called by any thread at any time. A card does one thing at a time:
 * calls wait for each other, without a limit, and for the transaction of another program. A login,
 * a signature or a change of the PIN waits up to 15 seconds for such a transaction, then returns
 * JPKI_ERR_HELD; so does the first question about a card, such as its kind (jpki_reader_card), its
 * tries, a certificate. A call that needs several transactions of its own may wait so long before
 * each. If the first question has waited in vain, later ones wait a tenth of a second, until one
 * has succeeded. A login also waits up to 5 seconds for a program that is just locking the card. So
 * a program with a window should call from a separate thread. The functions that only report
 * (jpki_reader_card, jpki_card_text, jpki_keys, jpki_tries, jpki_is_logged_in) do not wait for
 * other calls once the card has been asked, and a tenth of a second at most for other programs:
 * while the card is busy, they return the last known answer.
 *
 * In a forked child the library is not started: JPKI_ERR_STOPPED until the child calls jpki_start
 * itself.
 *
 * Memory. Results are copied into the caller's memory; nothing has to be freed, and no pointer that
 * the caller passes is kept. Text ends with a NUL.
 *
 * PINs are bytes of UTF-8 without a NUL at the end: full-width digits and letters (an input method
 * left on) become ASCII, and a password is folded to upper case. The library wipes its copies after
 * use; the caller wipes its own (explicit_bzero). A PIN that no card could accept is not sent (PIN
 * rule 2), nor is one that the card has refused before, as long as the card stays in and nothing
 * has changed. A PIN that is given once is sent at most once (PIN rule 1). SECURITY.md of the
 * source has all the rules. Three wrong ones in a row block the authentication key or the
 * attributes, five the signature key, and only an office can undo that (F-NO-UNBLOCKING): never
 * call again with a PIN that the person has not given again.
 *
 * A name such as (F-AID) refers to a fact about real cards that the library relies on:
 * src/card/FACTS.md of the source lists them, how sure each is, and what happens if it is wrong.
 */

/* ------------------------------------------------------------------------------ start and stop */

/*
 * Start, for the keys in `roles` (JPKI_ROLE bits, or JPKI_ALL_ROLES). A program that never signs
 * documents passes the authentication key alone: the signature key is then ignored.
 * tools/doc/settings.md describes the settings and the log. The PC/SC service need not run yet.
 *
 * JPKI_ERR_RUNNING if it has been started, JPKI_ERR_ARGUMENT, JPKI_ERR_MEMORY, JPKI_ERR_ENDING if
 * the program is ending and OpenSSL has gone already.
 */
int jpki_start(unsigned roles);

/*
 * Stop: end the waits of other threads (JPKI_ERR_CANCELLED), wait until all other calls have
 * returned, and log out of all cards, as jpki_logout does. If a program ends without calling it,
 * its cards are locked all the same. JPKI_OK or JPKI_ERR_STOPPED.
 */
int jpki_stop(void);

/* --------------------------------------------------------------------------- readers and cards */

/*
 * How many readers are known, in *count (0 to 64): all that were seen since jpki_start, numbered
 * from 0. A reader keeps its number, also while it is unplugged. Asks the PC/SC service.
 * JPKI_ERR_NO_SERVICE or JPKI_ERR_NOT_ALLOWED if the service cannot be used, JPKI_ERR_MEMORY,
 * JPKI_ERR_IO; *count is set all the same.
 */
int jpki_readers(size_t *count);

/* The name of a reader, as PC/SC has it. JPKI_ERR_NO_READER if there are not so many readers. */
int jpki_reader_name(size_t reader, char name[JPKI_READER_NAME_SIZE]);

/* What there is in a reader. */
enum jpki_holds {
	JPKI_HOLDS_NO_READER, /* it is unplugged */
	JPKI_HOLDS_NOTHING,   /* no card */
	JPKI_HOLDS_MUTE,      /* a card that does not answer: is it upside down? */
	/* A card that cannot be asked now: another program has it, or it fails. */
	JPKI_HOLDS_UNKNOWN,
	JPKI_HOLDS_OTHER,    /* another card, without an application for JPKI */
	JPKI_HOLDS_CARD,     /* a My Number card */
	JPKI_HOLDS_RESIDENT, /* a resident card of 2003 to 2015: its certificates have expired */
	JPKI_HOLDS_ANDROID,  /* the certificates on an Android phone */
	JPKI_HOLDS_IPHONE,   /* the certificates on an iPhone */
	JPKI_HOLDS_NEW_KIND, /* JPKI on something whose label nobody has seen yet */
};

/*
 * What is in the reader (F-LABEL), in *holds, and the number of the card in *card; 0 if there is no
 * card, or it is mute. A card is asked once what it is: if another program holds it, that may take
 * 15 seconds (Threads, above), and the answer is JPKI_HOLDS_UNKNOWN then. While the card is busy
 * the answer is the last known one. JPKI_ERR_NO_READER if there are not so many readers.
 */
int jpki_reader_card(size_t reader, enum jpki_holds *holds, uint64_t *card);

/*
 * Wait until a reader or a card has come or gone, at most `timeout_ms` milliseconds (-1: without
 * end; 0: not at all): JPKI_ERR_TIMEOUT then. JPKI_OK says only that something has changed: ask the
 * readers again. *seen stands for the last change that the caller knows of: begin with 0, with
 * which the function returns at once, and pass the same variable each time. So no change between
 * two calls is lost, and threads that wait at the same time do not take changes from each other. It
 * is set always, but not if the library has been stopped or jpki_stop is under way.
 *
 * JPKI_ERR_CANCELLED if jpki_cancel has been called since, or jpki_stop is under way.
 */
int jpki_wait(uint64_t *seen, int timeout_ms);

/*
 * End the waits of all threads, also those that begin later with a *seen from before this call. Not
 * for signal handlers. JPKI_OK or JPKI_ERR_STOPPED.
 */
int jpki_cancel(void);

/* ------------------------------------------------------------------------------- what a card is */

/* Bytes of the texts that a card has about itself, with the NUL at the end. */
#define JPKI_TEXT_SIZE 17

/*
 * Model and serial number, printable ASCII, "" where the card does not say it (F-TOKEN-INFO).
 * A serial number is not proved to be unique (F-SERIAL).
 */
int jpki_card_text(uint64_t card, char model[JPKI_TEXT_SIZE], char serial[JPKI_TEXT_SIZE]);

/*
 * Which keys the card has: JPKI_ROLE bits, 0 for none. Only of those that were passed to
 * jpki_start.
 */
int jpki_keys(uint64_t card, unsigned *roles);

/*
 * A certificate, DER: the key's own, or that of the CA that has issued it. *length is the room at
 * `der` in bytes (JPKI_CERTIFICATE_MAX is always enough), and becomes the length of the
 * certificate. If the room is too small: JPKI_ERR_BUFFER, *length is set, and nothing is written.
 * Read once from the card, and kept at least until the card is taken out (jpki_cache_list); one
 * that needs a login, until the logout.
 *
 * JPKI_ERR_NOT_VERIFIED if it needs a login first: a signature key's own always does, it holds
 * name, address, date of birth and sex; one on a phone may (F-PHONE-PRIVATE). JPKI_ERR_NOT_FOUND if
 * there is none, JPKI_ERR_DATA if it cannot be read as one, or is not for an RSA key of 2048 bits.
 */
int jpki_certificate(
    uint64_t card, enum jpki_role role, enum jpki_certificate which, uint8_t *der, size_t *length);

/*
 * How many wrong PINs in a row may still be given, in *left: 0 is a PIN that is blocked; and how
 * many a card grants, in *maximum. Asking costs none (F-VERIFY-EMPTY). What the card said is
 * good for ten seconds.
 */
int jpki_tries(uint64_t card, enum jpki_role role, unsigned *left, unsigned *maximum);

/* --------------------------------------------------------------------------------- PINs, signing
 */

/*
 * Could this be the PIN of a key of that role? Four digits, or 6 to 16 letters and digits. JPKI_OK,
 * JPKI_ERR_PIN_LENGTH or JPKI_ERR_PIN_CHARACTER; JPKI_ERR_ARGUMENT, JPKI_ERR_MEMORY. Asks no card,
 * and the library need not run.
 */
int jpki_check_pin(enum jpki_role role, const uint8_t *pin, size_t length);

/*
 * Could this be a new PIN of a key of that role? A new password needs a letter and a digit.
 * JPKI_OK, JPKI_ERR_NEW_PIN_LENGTH or JPKI_ERR_NEW_PIN_CHARACTER; JPKI_ERR_ARGUMENT,
 * JPKI_ERR_MEMORY. Asks no card, and the library need not run.
 */
int jpki_check_new_pin(enum jpki_role role, const uint8_t *pin, size_t length);

/*
 * Log in: give the PIN to the card, once. From then on the key signs for this process:
 * JPKI_AUTHENTICATION until jpki_logout, JPKI_SIGNATURE for ten seconds (settings.md), after which
 * another login is needed. When the ten seconds have passed the card is locked, which ends a login
 * with JPKI_AUTHENTICATION too (jpki_logout). *spent, always set unless it is NULL, tells whether
 * the login has cost a try.
 *
 * JPKI_ERR_PIN_WRONG if the card has refused the PIN; JPKI_ERR_PIN_BLOCKED if it is blocked, by
 * this one or before; JPKI_ERR_PIN_LENGTH, JPKI_ERR_PIN_CHARACTER, JPKI_ERR_PIN_REFUSED if it was
 * not sent because it cannot be right; JPKI_ERR_LAST_TRY if it was not sent because one try is left
 * (jpki_spare_last_try); JPKI_ERR_LOGGED_IN if there is a login: it was not sent.
 */
int jpki_login(
    uint64_t card, enum jpki_role role, const uint8_t *pin, size_t length, enum jpki_try *spent);

/*
 * With true: from now on, in this process, a PIN is not sent while the card has only one try left
 * for it; the functions with a PIN return JPKI_ERR_LAST_TRY. The card is asked just before, so that
 * tries that other programs have spent since jpki_tries count too. With false, the default, it is
 * sent.
 */
void jpki_spare_last_try(bool spare);

/*
 * Would the key sign now? False also after another program has reset the card, after the card was
 * locked because of the other key (jpki_logout), when the time for signatures has passed, and where
 * each signature needs a PIN by a setting (window = 0): there a login with JPKI_SIGNATURE is good
 * for its certificate alone, until jpki_logout.
 */
int jpki_is_logged_in(uint64_t card, enum jpki_role role, bool *logged_in);

/* The most seconds that jpki_stay_open takes. */
#define JPKI_STAY_OPEN_MAX 600

/*
 * After a login, for several signatures that the person has asked for at once: the signature key
 * signs for `seconds` from now (1 to JPKI_STAY_OPEN_MAX), instead of for ten seconds after the
 * login. During that time everything that runs as this user can sign with it: ask for no more than
 * is needed, and log out afterwards. Does nothing for a key that signs until jpki_logout.
 * JPKI_ERR_NOT_VERIFIED if there is no login that lasts, as where a setting asks for a PIN for each
 * signature (window = 0).
 */
int jpki_stay_open(uint64_t card, enum jpki_role role, unsigned seconds);

/*
 * Log out; JPKI_OK too if there is no login. Locks the card by cutting its power
 * (F-STAYS-VERIFIED), which locks both keys, for all programs.
 *
 * JPKI_AUTHENTICATION: if other programs of this user are logged in with this key, the card is not
 * locked; the last program locks it. If there are none, the card is locked, which ends a login with
 * JPKI_SIGNATURE too.
 *
 * JPKI_SIGNATURE: the card is locked whoever is logged in, since this key is never left open for
 * another program. That also ends the logins with JPKI_AUTHENTICATION, of this program and of
 * others. The end of the ten seconds (or of the time of jpki_stay_open) and jpki_sign_with_pin do
 * the same. If the key has been locked already, the power is not cut.
 */
int jpki_logout(uint64_t card, enum jpki_role role);

/*
 * Sign, in a login. The signature is checked with the key's certificate before it is given, and
 * nothing is given if it is wrong (JPKI_ERR_DATA). `data` is
 * - for JPKI_SIGN_PKCS1, 1 to JPKI_SIGN_DATA_MAX bytes, which get the padding of type 1 as they
 * are: the caller makes the DigestInfo (RFC 8017, 9.2, steps 1 and 2) of a hash;
 * - for JPKI_SIGN_PSS_SHA256, the SHA-256 hash, 32 bytes (RFC 8017, 8.1; MGF1 with SHA-256, 32
 * bytes of salt). JPKI_ERR_UNSUPPORTED if this card does not know it.
 *
 * JPKI_ERR_NOT_VERIFIED if there is no login, or the ten seconds of the signature key have passed.
 */
int jpki_sign(uint64_t card, enum jpki_role role, enum jpki_signature_form form,
    const uint8_t *data, size_t length, uint8_t signature[JPKI_SIGNATURE_SIZE]);

/*
 * Log in, sign once, log out (jpki_logout), so that the key is open for one signature only. Works
 * also if each signature needs a PIN by a setting (window = 0). *spent, always set unless it is
 * NULL, tells whether the PIN has cost a try.
 *
 * JPKI_ERR_PIN_WRONG if the card has refused the PIN; JPKI_ERR_PIN_BLOCKED if it is blocked, by
 * this one or before; JPKI_ERR_PIN_LENGTH, JPKI_ERR_PIN_CHARACTER, JPKI_ERR_PIN_REFUSED if it was
 * not sent because it cannot be right; JPKI_ERR_LAST_TRY if it was not sent because one try is
 * left; JPKI_ERR_LOGGED_IN if there is a login: it was not sent. JPKI_ERR_NOT_VERIFIED if the card
 * has lost the PIN, which was right, before it signed: another program has reset it, and nothing
 * was signed. JPKI_ERR_DATA if the signature is wrong; JPKI_ERR_UNSUPPORTED if this card does not
 * know JPKI_SIGN_PSS_SHA256.
 */
int jpki_sign_with_pin(uint64_t card, enum jpki_role role, const uint8_t *pin, size_t pin_length,
    enum jpki_signature_form form, const uint8_t *data, size_t length,
    uint8_t signature[JPKI_SIGNATURE_SIZE], enum jpki_try *spent);

/*
 * Change the PIN: the card gets the old one, once, and then the new one. The new one is checked
 * before anything is sent: JPKI_ERR_NEW_PIN_LENGTH, JPKI_ERR_NEW_PIN_CHARACTER. No login is needed;
 * a wrong old PIN ends an existing login. *spent, always set unless it is NULL, tells whether the
 * old PIN has cost a try.
 *
 * JPKI_ERR_PIN_WRONG if the card has refused the old PIN; JPKI_ERR_PIN_BLOCKED if it is blocked, by
 * this one or before; JPKI_ERR_PIN_LENGTH, JPKI_ERR_PIN_CHARACTER, JPKI_ERR_PIN_REFUSED if it was
 * not sent because it cannot be right; JPKI_ERR_LAST_TRY if it was not sent because one try is
 * left.
 */
int jpki_change_pin(uint64_t card, enum jpki_role role, const uint8_t *old_pin, size_t old_length,
    const uint8_t *new_pin, size_t new_length, enum jpki_try *spent);

/* ------------------------------------------------------------------------ the holder of the card
 */

/*
 * The card has more applications than that of its keys. One holds its holder's name, address, date
 * of birth and sex (券面事項入力補助), behind a PIN of its own of four digits, with three tries of
 * its own: JPKI_ATTRIBUTES. Another one has the card's manufacture number. Neither needs a key, nor
 * a role passed to jpki_start for one. (F-ATTRIBUTES, F-MANUFACTURE-NUMBER.)
 *
 * To read them, their application is selected, and then JPKI's again, in one transaction. On some
 * cards selecting ends a login, also that of another program (F-SELECT-CLEARS), which notices it at
 * its next signature. So while a key is unlocked in this process, jpki_attributes_tries and
 * jpki_manufacture_number do not ask the card: unless the answer is known, they return
 * JPKI_ERR_LOGGED_IN. Log out first.
 */

/*
 * Could this be the PIN of the attributes? Four digits. JPKI_OK, JPKI_ERR_PIN_LENGTH or
 * JPKI_ERR_PIN_CHARACTER; JPKI_ERR_ARGUMENT, JPKI_ERR_MEMORY. Asks no card, and the library need
 * not run.
 */
int jpki_check_attributes_pin(const uint8_t *pin, size_t length);

/*
 * How many wrong ones in a row may still be given, in *left: 0 is a PIN that is blocked; and how
 * many a card grants, in *maximum. Asking costs none. The functions for keys never ask this. Waits
 * for other calls and programs as a login does. The card's answer is used for ten seconds, and as
 * long as a key is unlocked in this process. JPKI_ERR_NOT_FOUND if the card has no such
 * application, JPKI_ERR_LOGGED_IN if a key is unlocked and the answer is not known.
 */
int jpki_attributes_tries(uint64_t card, unsigned *left, unsigned *maximum);

/*
 * Give the PIN of the attributes to the card, once, read them, and lock the card by cutting its
 * power, all in one transaction. Once the PIN has been sent, the card is locked, right or wrong,
 * and whoever is logged in: like jpki_logout(JPKI_SIGNATURE), that ends all logins with both keys,
 * of this program and of others. The logins of this program end even if the card was only asked for
 * the tries.
 *
 * JPKI_ERR_PIN_WRONG if the card has refused the PIN; JPKI_ERR_PIN_BLOCKED if it is blocked, by
 * this one or before; JPKI_ERR_PIN_LENGTH, JPKI_ERR_PIN_CHARACTER, JPKI_ERR_PIN_REFUSED if it was
 * not sent because it cannot be right; JPKI_ERR_LAST_TRY if it was not sent because one try is
 * left. *spent, always set unless it is NULL, tells whether it has cost a try. The PIN has tries of
 * its own; the card is asked for them each time, and no other application than that of the
 * attributes gets it. If another program has left the attributes open, and the card therefore does
 * not count the tries, the card is locked first (jpki_attributes_tries does that too).
 * JPKI_ERR_NOT_FOUND if the card has no attributes, JPKI_ERR_DATA if they cannot be read as such
 * (struct jpki_attributes): the PIN was right then. JPKI_ERR_RESET if the card lost its power
 * meanwhile.
 *
 * *attributes is all zero after every error. It is personal data: the caller wipes it
 * (explicit_bzero).
 */
int jpki_attributes(uint64_t card, const uint8_t *pin, size_t length,
    struct jpki_attributes *attributes, enum jpki_try *spent);

/*
 * The number that the card was given when it was made: thirteen characters of printable ASCII and a
 * NUL (F-MANUFACTURE-NUMBER). No PIN. It identifies the card, so ask for it only if that is needed,
 * and do not log it. Read once from the card, and kept until the card is taken out.
 * JPKI_ERR_NOT_FOUND if the card has none, JPKI_ERR_DATA if it has another form, JPKI_ERR_LOGGED_IN
 * if a key is unlocked and the number is not known. Waits as a login does for other calls and
 * programs.
 */
int jpki_manufacture_number(uint64_t card, char number[JPKI_MANUFACTURE_NUMBER_SIZE]);

/* ---------------------------------------------------------------------- what is kept of cards */

/*
 * What is public on a card and does not change is read once and kept in files, for 90 days: model
 * and serial number, the authentication certificate, and those of both CAs; and that cards of a
 * model have refused PSS. Never the certificate of the signature key, nor one on a phone, nor
 * anything that a PIN was needed for. The setting `cache = no` turns that off.
 *
 * These functions work on that folder. The library need not be started, and no card is asked. Other
 * programs of this user may write there at any time. JPKI_ERR_NO_FOLDER if there can be no folder:
 * the environment names no home, or the program has more rights than its user (set-user-ID).
 * JPKI_ERR_FOLDER if the folder is not used: it belongs to somebody else, is a link, or cannot be
 * opened.
 */

/*
 * The absolute path of the folder, whether it is there or not: jpki in $XDG_CACHE_HOME, or in
 * ~/.cache. JPKI_OK, JPKI_ERR_NO_FOLDER, JPKI_ERR_ARGUMENT.
 */
int jpki_cache_path(char path[JPKI_PATH_SIZE]);

/*
 * Is the cache on in the settings, for this program, if it starts the library now? JPKI_OK or
 * JPKI_ERR_ARGUMENT.
 */
int jpki_cache_is_on(bool *on);

/* What is kept of one card; or, if `of_model` says so, of all cards of one model. */
struct jpki_kept {
	bool of_model;
	char model[JPKI_TEXT_SIZE];  /* "" where the card does not say it */
	char serial[JPKI_TEXT_SIZE]; /* of a card; "" as well */
	int64_t since;		     /* when it was first written, in seconds since 1970 (time_t) */
	int64_t until;		     /* when it is not taken any more */
	/* Of a card: is the whole certificate kept? Else a part, or none of it. */
	bool certificate[JPKI_ROLES][JPKI_CERTIFICATES];
	bool refuses_pss[JPKI_ROLES]; /* of a model */
};

/*
 * Call `tell` for each entry that is still valid, in no order: it gets `context`, and `one` is
 * valid during that call only. JPKI_OK also if there are no entries, or no folder yet;
 * JPKI_ERR_NO_FOLDER, JPKI_ERR_FOLDER, JPKI_ERR_ARGUMENT.
 */
int jpki_cache_list(void (*tell)(void *context, const struct jpki_kept *one), void *context);

/*
 * Remove everything, also what is damaged or too old. *removed, set always, is the number of cards
 * and models removed. JPKI_OK; JPKI_ERR_NOT_REMOVED if something is left; JPKI_ERR_NO_FOLDER,
 * JPKI_ERR_FOLDER, JPKI_ERR_ARGUMENT. A running program that uses a card writes its entry again
 * only when it has read more of the card.
 */
int jpki_cache_clear(size_t *removed);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
