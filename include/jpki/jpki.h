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
 * words. What they give through pointers is set if they return JPKI_OK, and otherwise left alone,
 * unless it is said below that it is set always. JPKI_ERR_STOPPED from all but the first and the
 * last few of them: the library has not been started in this process.
 *
 * A card is known by a number, which no other card gets, nor the same one when it is put in again:
 * a call about a card that has gone answers JPKI_ERR_NO_CARD, and never touches the next one. 0 is
 * the number of none. Numbers outlive jpki_stop, as those of cards that have gone.
 *
 * Each function about a card may also answer with any error of the way to it (error.h, -10 to -29),
 * JPKI_ERR_NOT_JPKI, JPKI_ERR_STATUS or JPKI_ERR_DATA if it is another card or answers what it
 * should not, and JPKI_ERR_MEMORY. Those about a key answer JPKI_ERR_NO_KEY if the card has none
 * for that role, or jpki_start was not told that it is wanted; JPKI_ERR_ARGUMENT if there is no
 * such role, or a pointer is NULL that may not be.
 *
 * Threads. Every function may be called by any thread at any time. A card does one thing at a time:
 * calls wait for each other, and for another program that has the card to itself: up to 15 seconds
 * for a login, a signature or a change of the PIN, and for what is asked of a card the first time,
 * as what it is (jpki_reader_card), its tries, a certificate; then JPKI_ERR_HELD. Once that first
 * time was waited for in vain, such calls wait a tenth of a second, until one has got through. A
 * login also waits up to 5 seconds for a program that is just locking the card. So a window calls
 * from a thread of its own. What only tells how things are (jpki_reader_card, jpki_card_text,
 * jpki_keys, jpki_tries, jpki_is_logged_in) waits for no other call once the card has been asked,
 * and for other programs a tenth of a second at most: while the card is busy, the answer is the
 * last one.
 *
 * A forked child has nothing of it: JPKI_ERR_STOPPED until it calls jpki_start for itself.
 *
 * Memory. What is given is copied into the caller's memory; nothing is to be freed, and nothing is
 * kept of what the caller passes. Text is ended by a NUL.
 *
 * PINs are bytes of UTF-8 without a NUL at the end: full-width digits and letters (an input method
 * left on) are taken for what they mean, and a password is folded to upper case. They are wiped
 * here after use; what the caller has typed them into is the caller's to wipe (explicit_bzero).
 * What a card could not accept is not sent to it, nor what it has refused before, as long as it
 * stays in and nothing has changed. A PIN given once is sent at most once. Three wrong ones in a
 * row block the authentication key or the attributes, five the signature key, and only an office
 * can undo that: never call again with a PIN that the person has not given again.
 *
 * Where the comments say (card-facts: …), the fact is one of real cards that the library rests on.
 */

/* ------------------------------------------------------------------------------ start and stop */

/*
 * Start, for the keys in `roles` (JPKI_ROLE bits, or JPKI_ALL_ROLES). A program that never signs
 * documents asks for the authentication key alone: the other one is then not looked at. The
 * settings and the log are those of tools/doc/settings.md. The PC/SC service need not run yet.
 *
 * JPKI_ERR_RUNNING if it has been started, JPKI_ERR_ARGUMENT, JPKI_ERR_MEMORY, JPKI_ERR_ENDING if
 * the program is ending and OpenSSL has gone already.
 */
int jpki_start(unsigned roles);

/*
 * Stop: end the waits of other threads (JPKI_ERR_CANCELLED), wait until the other calls have come
 * out, and log out of all cards, as jpki_logout does. A program that ends without, in whatever way,
 * has its cards locked all the same.
 */
int jpki_stop(void);

/* --------------------------------------------------------------------------- readers and cards */

/*
 * How many readers there are to ask about, in *count (0 to 64): those that have come since
 * jpki_start, numbered from 0. A reader keeps its number, also while it is unplugged. Asks the
 * PC/SC service. JPKI_ERR_NO_SERVICE or JPKI_ERR_NOT_ALLOWED if that does not answer; *count is set
 * all the same.
 */
int jpki_readers(size_t *count);

/* Its name, as PC/SC has it. JPKI_ERR_NO_READER if there are not so many. */
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
 * What is in it (card-facts: the label in EF 0006), in *holds, and the number of that card in
 * *card; 0 if there is none, or it is mute. A card is asked once what it is: that may take 15
 * seconds where another program has it (Threads, above), JPKI_HOLDS_UNKNOWN then. While it is busy
 * the answer is that of the last look. JPKI_ERR_NO_READER if there are not so many readers.
 */
int jpki_reader_card(size_t reader, enum jpki_holds *holds, uint64_t *card);

/*
 * Wait until a reader or a card has come or gone, at most `timeout_ms` milliseconds (-1: without
 * end; 0: not at all): JPKI_ERR_TIMEOUT then. JPKI_OK says only that something has changed: ask the
 * readers again. *seen is what the caller has seen: begin with 0, which answers at once, and pass
 * the same variable each time; so a change between two calls is not lost, and threads that wait at
 * the same time do not take each other's. It is set always.
 *
 * JPKI_ERR_CANCELLED if jpki_cancel has been called since, or jpki_stop is under way.
 */
int jpki_wait(uint64_t *seen, int timeout_ms);

/*
 * End the waits of all threads, and those that they are about to begin with what they have seen up
 * to now. Not for signal handlers.
 */
int jpki_cancel(void);

/* ------------------------------------------------------------------------------- what a card is */

/* Bytes of the texts that a card has about itself, with the NUL at the end. */
#define JPKI_TEXT_SIZE 17

/*
 * Model and serial number, printable ASCII, "" where the card does not say it (card-facts: EF
 * 0006). A serial number is not proved to be unique.
 */
int jpki_card_text(uint64_t card, char model[JPKI_TEXT_SIZE], char serial[JPKI_TEXT_SIZE]);

/* Which keys it has: JPKI_ROLE bits, 0 for none (of those that jpki_start was told). */
int jpki_keys(uint64_t card, unsigned *roles);

/*
 * A certificate, DER: the key's own, or that of the CA that has issued it. *length is the room at
 * `der` in bytes, JPKI_CERTIFICATE_MAX is always enough, and becomes the length of the certificate;
 * that too if the room is too small, JPKI_ERR_BUFFER: then nothing is written. Read once from the
 * card, and kept while it is in, if not for longer (jpki_cache_list).
 *
 * JPKI_ERR_NOT_VERIFIED if it needs a login first: a signature key's own always does, it holds
 * name, address, date of birth and sex; one on a phone may (card-facts: files). JPKI_ERR_NOT_FOUND
 * if there is none, JPKI_ERR_DATA if it cannot be read as one, or is not for an RSA key of 2048
 * bits.
 */
int jpki_certificate(
    uint64_t card, enum jpki_role role, enum jpki_certificate which, uint8_t *der, size_t *length);

/*
 * How many wrong PINs in a row may still be given, in *left: 0 is a PIN that is blocked; and how
 * many a card grants, in *maximum. Asking costs none (card-facts: commands). What the card said is
 * good for ten seconds.
 */
int jpki_tries(uint64_t card, enum jpki_role role, unsigned *left, unsigned *maximum);

/* --------------------------------------------------------------------------------- PINs, signing
 */

/*
 * Could it be the PIN of such a key: JPKI_OK, JPKI_ERR_PIN_LENGTH or JPKI_ERR_PIN_CHARACTER. Four
 * digits, or 6 to 16 letters and digits. Asks no card, and the library need not run.
 */
int jpki_check_pin(enum jpki_role role, const uint8_t *pin, size_t length);

/*
 * Could it be a new one: JPKI_OK, JPKI_ERR_NEW_PIN_LENGTH or JPKI_ERR_NEW_PIN_CHARACTER. A new
 * password has a letter and a digit.
 */
int jpki_check_new_pin(enum jpki_role role, const uint8_t *pin, size_t length);

/*
 * Log in: give the PIN to the card, once. From then on the key signs for this process:
 * JPKI_AUTHENTICATION until jpki_logout, JPKI_SIGNATURE for ten seconds (settings.md), then a login
 * is needed again. *spent, always set unless it is NULL, tells whether that has cost a try. When
 * the ten seconds have passed the card is locked, which ends a login with JPKI_AUTHENTICATION too
 * (jpki_logout).
 *
 * JPKI_ERR_PIN_WRONG if the card has refused the PIN; JPKI_ERR_PIN_BLOCKED if it is blocked, by
 * this one or before; JPKI_ERR_PIN_LENGTH, JPKI_ERR_PIN_CHARACTER, JPKI_ERR_PIN_REFUSED if it was
 * not sent because it cannot be right; JPKI_ERR_LOGGED_IN if there is a login: it was not sent.
 */
int jpki_login(
    uint64_t card, enum jpki_role role, const uint8_t *pin, size_t length, enum jpki_try *spent);

/*
 * From now on, in this process: a PIN is not sent while the card has only one try left for it, and
 * the functions that bring one give JPKI_ERR_LAST_TRY. The card is asked just before, so that what
 * other programs have spent since jpki_tries counts too. False, as at first: it is sent.
 */
void jpki_spare_last_try(bool spare);

/*
 * Does the key sign now? Not any more if the card was reset by another program, or locked for the
 * sake of the other key (jpki_logout), or the time for signatures has passed.
 */
int jpki_is_logged_in(uint64_t card, enum jpki_role role, bool *logged_in);

/* The most seconds that jpki_stay_open takes. */
#define JPKI_STAY_OPEN_MAX 600

/*
 * After a login, for several signatures that the person has asked for in one go: the signature key
 * signs for so many seconds from now (1 to JPKI_STAY_OPEN_MAX), instead of for ten after the login.
 * For as long everything that runs as this user can sign with it: ask for no more than is needed,
 * and log out when it is done. Does nothing for a key that signs until jpki_logout.
 * JPKI_ERR_NOT_VERIFIED if there is no login that lasts, as where a setting asks for a PIN for each
 * signature (window = 0).
 */
int jpki_stay_open(uint64_t card, enum jpki_role role, unsigned seconds);

/*
 * Log out; JPKI_OK too if there is no login. Locks the card by cutting its power (card-facts:
 * security status), which locks both keys, for all programs.
 *
 * JPKI_AUTHENTICATION: the card is left as it is while other programs of this user are logged in
 * with it; the last one locks it. If there are none, that ends a login with JPKI_SIGNATURE too.
 *
 * JPKI_SIGNATURE: it is locked whoever is logged in, since that key is left open for nobody. That
 * ends the logins with JPKI_AUTHENTICATION too, one's own and those of other programs. So does the
 * end of the ten seconds, or of those of jpki_stay_open, and jpki_sign_with_pin. If the key has
 * been locked already, nothing is cut.
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
 * Log in, sign once, log out (jpki_logout): the key is open for no longer than that. Works also
 * where a setting asks for a PIN for each signature (window = 0). Errors are those of jpki_login
 * and jpki_sign; *spent as with jpki_login.
 */
int jpki_sign_with_pin(uint64_t card, enum jpki_role role, const uint8_t *pin, size_t pin_length,
    enum jpki_signature_form form, const uint8_t *data, size_t length,
    uint8_t signature[JPKI_SIGNATURE_SIZE], enum jpki_try *spent);

/*
 * Change the PIN: the card gets the old one, once, and then the new one. The new one is looked at
 * before anything is sent: JPKI_ERR_NEW_PIN_LENGTH, JPKI_ERR_NEW_PIN_CHARACTER. Of the old one,
 * errors and *spent as with jpki_login; there need be no login. A wrong old one ends a login that
 * there was.
 */
int jpki_change_pin(uint64_t card, enum jpki_role role, const uint8_t *old_pin, size_t old_length,
    const uint8_t *new_pin, size_t new_length, enum jpki_try *spent);

/* ------------------------------------------------------------------------ the holder of the card
 */

/*
 * The card has more applications than that of its keys. One holds its holder's name, address, date
 * of birth and sex (券面事項入力補助), behind a PIN of its own of four digits, with three tries of
 * its own: JPKI_ATTRIBUTES. Another one has a number that was given to the card when it was made.
 * They need no key, nor that jpki_start was told of one. (card-facts: two more applications.)
 *
 * To ask for them another application is selected, and JPKI's again after it, in one transaction.
 * On some cards selecting undoes a login, another program's too (card-facts: security status, C),
 * which that program is told at its next signature. So while a key is unlocked in this process,
 * jpki_attributes_tries and jpki_manufacture_number ask nothing, JPKI_ERR_LOGGED_IN, unless the
 * answer is known; log out first.
 */

/* Could it be that PIN: as jpki_check_pin. */
int jpki_check_attributes_pin(const uint8_t *pin, size_t length);

/*
 * How many wrong ones in a row may still be given: as jpki_tries, and asking costs none. It is
 * asked only here, never by what is about the keys, and waits as a login does for other calls and
 * programs. What the card said is good for ten seconds, and as long as a key is unlocked in this
 * process. JPKI_ERR_NOT_FOUND if the card has no such application.
 */
int jpki_attributes_tries(uint64_t card, unsigned *left, unsigned *maximum);

/*
 * Give the PIN of the attributes to the card, once, read them, and lock the card by cutting its
 * power, all in one transaction. It is locked whatever came of the PIN, once that has been sent,
 * and whoever is logged in: as jpki_logout(JPKI_SIGNATURE) does, that ends all logins with both
 * keys, one's own and those of other programs. One's own end even if the card was but asked for the
 * tries.
 *
 * Rules, errors and *spent are those of jpki_login, with tries of this PIN's own; the card is asked
 * for them each time, and that of another application never gets it. Where another program has left
 * the attributes open, and the card says so in place of counting the tries, it is locked first
 * (jpki_attributes_tries does that too). JPKI_ERR_NOT_FOUND if the card
 * has no attributes, JPKI_ERR_DATA if what it has makes no sense (struct jpki_attributes): then the
 * PIN was right all the same. JPKI_ERR_RESET if the card lost its power on the way.
 *
 * *attributes is all zero unless JPKI_OK, also if it cannot be had at all. It is personal data:
 * the caller wipes it (explicit_bzero).
 */
int jpki_attributes(uint64_t card, const uint8_t *pin, size_t length,
    struct jpki_attributes *attributes, enum jpki_try *spent);

/*
 * The number that the card was given when it was made: thirteen characters of printable ASCII and a
 * NUL (card-facts: B). No PIN. It tells one card from all others, so it is for who must, and in no
 * log. Read once from the card, and kept while that is in. JPKI_ERR_NOT_FOUND if the card has none,
 * JPKI_ERR_DATA if it has another form. Waits as jpki_attributes_tries does.
 */
int jpki_manufacture_number(uint64_t card, char number[JPKI_MANUFACTURE_NUMBER_SIZE]);

/* ---------------------------------------------------------------------- what is kept of cards */

/*
 * What is public on a card and does not change is read once and kept in files, for 90 days: model
 * and serial number, the authentication certificate, and those of both CAs; and that cards of a
 * model have refused PSS. Never the certificate of the signature key, nor one on a phone, nor
 * anything that a PIN was needed for. The setting `cache = no` turns that off.
 *
 * These functions look at that folder. The library need not run, and no card is asked. Other
 * programs of this user write there at any time. JPKI_ERR_NO_FOLDER where there can be none: the
 * environment tells no home, or the program has more rights than its user (set-user-ID).
 * JPKI_ERR_FOLDER where it is not used, nor anything written: it is somebody else's or a link, or
 * cannot be opened.
 */

/* Its absolute path, whether it is there or not: jpki in $XDG_CACHE_HOME, or in ~/.cache. */
int jpki_cache_path(char path[JPKI_PATH_SIZE]);

/* Do the settings have it on, for this program, if it starts the library now? */
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
 * Tell of all that is kept and of use, in no order: `tell` gets `context`, and what it is given is
 * good for the time of that call alone. JPKI_OK also if it is nothing, or there is no folder yet.
 */
int jpki_cache_list(void (*tell)(void *context, const struct jpki_kept *one), void *context);

/*
 * Remove all of it, also what is damaged or too old. *removed, set always, is the number of cards
 * and models that it was. JPKI_ERR_NOT_REMOVED if something is left. A card that is in use by a
 * program that runs is written again only when that has read more of it.
 */
int jpki_cache_clear(size_t *removed);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
