/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_H
#define VCARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "table.h"

/*
 * A My Number card in software: power and commands go in, answers come out. It behaves as
 * src/card/FACTS.md says; where that leaves a choice, the choice is a quirk. It has made-up
 * keys and a made-up citizen, and stands for nobody.
 *
 * All functions on a card may be called from several threads; a card does one thing at a
 * time. Functions that return int return 0, or -1 and say why in *error (which may be
 * NULL).
 */

struct vcard;
struct vcard_pki;

/* The reason of a failure: one line of English, with the remedy if there is one. */
struct vcard_error {
	char text[512];
};

/* ------------------------------------------------------------------------------- PKI */

/*
 * The person on the card, in UTF-8. A NULL member keeps the saved value, or the default if none is
 * saved. The members appear in the signature certificate (F-PERSON).
 */
struct vcard_citizen {
	const char *name;	 /* full-width space between family and given name */
	const char *birth_date;	 /* EYYYYMMDD, E the era, the year Gregorian */
	const char *sex;	 /* "1" male, "2" female, "3" unknown */
	const char *address;	 /* one line */
	const char *name_map;	 /* which characters of the name are substitutes */
	const char *address_map; /* which characters of the address are */
	const char *prefecture;	 /* L of the subject, Latin letters */
	const char *town;	 /* second L */
	/* OCSP responder that the certificates name (authorityInfoAccess); "": none */
	const char *ocsp_address;
};

enum vcard_certificate {
	VCARD_CERTIFICATE_AUTHENTICATION,
	VCARD_CERTIFICATE_SIGNATURE,
	VCARD_CERTIFICATE_AUTHENTICATION_CA,
	VCARD_CERTIFICATE_SIGNATURE_CA,
	VCARD_CERTIFICATES,
};

/*
 * Load the keys and certificates from `directory`. Those that are missing, expired or of another
 * citizen are made, which takes about a second if keys are among them. The folder is made (mode
 * 0700) if necessary; NULL keeps everything in memory. `citizen` may be NULL. The caller owns *pki.
 */
int vcard_pki_open(struct vcard_pki **pki, const char *directory,
    const struct vcard_citizen *citizen, struct vcard_error *error);

/* Release *pki and set it to NULL; cards that share it keep it alive. NULL is accepted. */
void vcard_pki_free(struct vcard_pki **pki);

/* A certificate; the PKI owns it. */
X509 *vcard_pki_certificate(const struct vcard_pki *pki, enum vcard_certificate which);

/*
 * Write authentication.pem, signature.pem, authentication-ca.pem, signature-ca.pem and
 * ca-bundle.pem into `directory`, which is made if necessary. No keys are written.
 */
int vcard_pki_export(const struct vcard_pki *pki, const char *directory, struct vcard_error *error);

/* ------------------------------------------------------------------------------ card */

/*
 * Every PIN on the card, the traps in other applications too (F-CREDENTIALS, F-OTHER-APPLICATIONS):
 * its name, the application that it belongs to, its first value, how often it may be wrong in a
 * row, its shortest and longest length. The PIN of the input aid differs from that of JPKI, so that
 * a stray VERIFY shows. Which EFs they are is in files.c.
 */
#define VCARD_PIN_TABLE(PIN)                                                                       \
	PIN(VCARD_PIN_AUTHENTICATION, "authentication", APPLICATION_JPKI, "1234", 3, 4, 4)         \
	PIN(VCARD_PIN_SIGNATURE, "signature", APPLICATION_JPKI, "ABC123", 5, 6, 16)                \
	PIN(VCARD_PIN_INPUT_AID, "input-aid", APPLICATION_INPUT_AID, "5678", 3, 4, 4)              \
	PIN(VCARD_PIN_INPUT_AID_NUMBER, "input-aid-number", APPLICATION_INPUT_AID, "123456789018", \
	    10, 12, 14)                                                                            \
	PIN(VCARD_PIN_SURFACE, "surface", APPLICATION_SURFACE, "90012300000000", 10, 12, 14)       \
	PIN(VCARD_PIN_SURFACE_NUMBER, "surface-number", APPLICATION_SURFACE, "123456789018", 10,   \
	    12, 14)                                                                                \
	PIN(VCARD_PIN_REGISTER, "register", APPLICATION_REGISTER, "8765", 3, 4, 4)

#define VCARD_PIN_CONSTANT(constant, name, application, initial, tries, shortest, longest) constant,
enum vcard_pin { VCARD_PIN_TABLE(VCARD_PIN_CONSTANT) VCARD_PINS };

/* Bytes of the longest PIN, without a NUL. */
#define VCARD_PIN_MAX 16

struct vcard_options {
	const char *directory; /* state folder; NULL: the state is only in memory */
	struct vcard_pki *pki; /* NULL: that of the folder; the card shares it with the caller */
	struct vcard_citizen citizen; /* if `pki` is NULL */
	const char *pins[VCARD_PINS]; /* NULL: the saved one, or the default */
	const char *serial;	      /* 1 to 16 characters; NULL: the saved one, or random */
};

/*
 * Make a card, without power. With a folder, its PINs, counters and serial number are read from
 * there, and each change is written there before the answer leaves; only one card at a time can use
 * a folder. A PIN in the options that differs from the saved one gets all its tries. `options` may
 * be NULL. The caller owns *card.
 */
int vcard_new(struct vcard **card, const struct vcard_options *options, struct vcard_error *error);

/* Destroy *card and set it to NULL; NULL is accepted. The state folder stays. */
void vcard_free(struct vcard **card);

/* The card's keys and certificates; the card owns them. */
struct vcard_pki *vcard_pki(struct vcard *card);

#define VCARD_ATR_MAX 33
/* The longest response in bytes, including that of an "overlong" fault. */
#define VCARD_RESPONSE_MAX 16640

/* Write the answer to reset into `atr`; returns its length. Works without power, too. */
size_t vcard_atr(struct vcard *card, uint8_t atr[VCARD_ATR_MAX]);

/* Power on (no effect if it is on), power off (all verified PINs are lost), reset with power on. */
void vcard_power_on(struct vcard *card);
void vcard_power_off(struct vcard *card);
void vcard_warm_reset(struct vcard *card);
bool vcard_powered(struct vcard *card);

/* The name of the current application, or "none"; the identifier of the current EF, or 0. */
const char *vcard_application(struct vcard *card);
uint16_t vcard_current_file(struct vcard *card);

enum vcard_answer {
	VCARD_ANSWERED, /* there is a response, possibly empty */
	VCARD_MUTE,	/* no power, or the reader has choked on the command */
	VCARD_GONE,	/* a fault took the card out of the reader; it has lost its power */
};

/* Send one command and get its response, which ends with the status word. */
enum vcard_answer vcard_exchange(struct vcard *card, const uint8_t *command, size_t length,
    uint8_t response[VCARD_RESPONSE_MAX], size_t *response_length);

/*
 * Select the application `aid` (NULL: the card-surface input aid), as another program would between
 * two of our commands. -1 if the card has no such application.
 */
int vcard_select_other(
    struct vcard *card, const uint8_t *aid, size_t length, struct vcard_error *error);

/* -------------------------------------------------------------- the other applications */

/*
 * The attributes in EF 0002 of the input aid, each with its name and tag (F-ATTRIBUTES). The date
 * of birth is YYYYMMDD.
 */
#define VCARD_ATTRIBUTE_TABLE(ATTRIBUTE)                                                           \
	ATTRIBUTE(VCARD_ATTRIBUTE_NAME, "name", 0xdf22)                                            \
	ATTRIBUTE(VCARD_ATTRIBUTE_ADDRESS, "address", 0xdf23)                                      \
	ATTRIBUTE(VCARD_ATTRIBUTE_BIRTH_DATE, "birth-date", 0xdf24)                                \
	ATTRIBUTE(VCARD_ATTRIBUTE_SEX, "sex", 0xdf25)

#define VCARD_ATTRIBUTE_CONSTANT(constant, name, tag) constant,
enum vcard_attribute { VCARD_ATTRIBUTE_TABLE(VCARD_ATTRIBUTE_CONSTANT) VCARD_ATTRIBUTES };

/* Bytes of the longest attribute, with its NUL. */
#define VCARD_ATTRIBUTE_SIZE 1024

/* The name in the table; NULL for a number that is none. */
const char *vcard_attribute_name(enum vcard_attribute which);
/*
 * Write the attribute into `text`, UTF-8 with a NUL. It is the citizen's; with the quirk
 * "attributes=large" it is that of the large file. No other quirk changes it.
 */
void vcard_attribute(
    struct vcard *card, enum vcard_attribute which, char text[VCARD_ATTRIBUTE_SIZE]);

/* Thirteen characters and a NUL. */
#define VCARD_MANUFACTURE_NUMBER_SIZE 14

/*
 * Write the manufacture number, which is in the common application's record. It is derived from the
 * serial number.
 */
void vcard_manufacture_number(struct vcard *card, char number[VCARD_MANUFACTURE_NUMBER_SIZE]);

/* ------------------------------------------------------------------------------ PINs */

/* The name in the table; NULL for a number that is none. */
const char *vcard_pin_name(enum vcard_pin pin);
/* The number of a name, or -1. */
int vcard_pin_number(const char *name);
unsigned vcard_pin_tries(struct vcard *card, enum vcard_pin pin);
unsigned vcard_pin_tries_max(enum vcard_pin pin);
bool vcard_pin_verified(struct vcard *card, enum vcard_pin pin);
/* Set the remaining tries. -1 if `tries` is more than the maximum. */
int vcard_pin_set_tries(
    struct vcard *card, enum vcard_pin pin, unsigned tries, struct vcard_error *error);
/* Set a new value with all tries, not verified. -1 if it is empty or too long. */
int vcard_pin_set(
    struct vcard *card, enum vcard_pin pin, const char *value, struct vcard_error *error);
/* Is the PIN `value`? (For tests of a change.) */
bool vcard_pin_is(struct vcard *card, enum vcard_pin pin, const char *value);

/* ---------------------------------------------------------------------------- quirks */

struct vcard_quirk {
	const char *name;
	const char *const *values; /* NULL at the end; the first is the default */
	const char *help;	   /* one line */
};

/* Row `index` of the table, for a listing; NULL past the end. */
const struct vcard_quirk *vcard_quirk(size_t index);
/*
 * Set a quirk; it takes effect with the next command. -1 for an unknown name or value; for the
 * latter *error lists the values.
 */
int vcard_quirk_set(
    struct vcard *card, const char *name, const char *value, struct vcard_error *error);
/* The quirk's value, or NULL for an unknown name. */
const char *vcard_quirk_get(struct vcard *card, const char *name);
/* All quirks back to their defaults. */
void vcard_quirks_reset(struct vcard *card);

/* ---------------------------------------------------------------------------- ledger */

/*
 * "select" is a SELECT of an application by a command, "select-other" one by vcard_select_other;
 * "count" is a VERIFY without a PIN, "verify" one with a PIN.
 */
#define VCARD_EVENT_TABLE(EVENT)                                                                   \
	EVENT(VCARD_EVENT_POWER_ON, "power-on")                                                    \
	EVENT(VCARD_EVENT_POWER_OFF, "power-off")                                                  \
	EVENT(VCARD_EVENT_RESET, "reset")                                                          \
	EVENT(VCARD_EVENT_SELECT, "select")                                                        \
	EVENT(VCARD_EVENT_SELECT_OTHER, "select-other")                                            \
	EVENT(VCARD_EVENT_COUNT, "count")                                                          \
	EVENT(VCARD_EVENT_VERIFY, "verify")                                                        \
	EVENT(VCARD_EVENT_CHANGE, "change")                                                        \
	EVENT(VCARD_EVENT_SIGN, "sign")

enum vcard_event { VCARD_EVENT_TABLE(TABLE_CONSTANT) VCARD_EVENTS };

struct vcard_entry {
	enum vcard_event event;
	uint64_t exchange;	 /* the number of the exchange, from 1; 0 before the first */
	const char *application; /* name of the current application, "none", or "-" (power) */
	uint16_t ef;		 /* of the PIN or key; 0 if there was none */
	uint8_t p1;		 /* of a signature */
	uint16_t sw;		 /* status word; 0 for power changes */
};

struct vcard_totals {
	uint64_t exchanges;
	uint64_t bytes_in;  /* of commands */
	uint64_t bytes_out; /* of responses, status words included */
};

/* Set the mark. The functions below report only what comes after it. */
void vcard_ledger_mark(struct vcard *card);
/* The number of entries of that kind since the mark. */
size_t vcard_ledger_count(struct vcard *card, enum vcard_event event);
/*
 * Copy the entries since the mark to `entries`, oldest first, at most `size` of them. Returns how
 * many there are, which may be more than `size`.
 */
size_t vcard_ledger_entries(struct vcard *card, struct vcard_entry *entries, size_t size);
struct vcard_totals vcard_ledger_totals(struct vcard *card);
/* The name in the table; NULL for a number that is none. */
const char *vcard_event_name(enum vcard_event event);
/*
 * Write the entry as one line without a newline; it never contains a PIN. Returns its length, as
 * snprintf does.
 */
int vcard_entry_text(const struct vcard_entry *entry, char *text, size_t size);

/* ---------------------------------------------------------------------------- faults */

/*
 * What goes wrong. The command is not executed:
 *   sw          `sw` is answered
 *   sw-data     bytes that mean nothing are answered, and `sw`
 *   garbage     random bytes are answered, and no status word that there is
 *   eject       the card is taken out
 * It is executed:
 *   sw-after    `sw` is answered all the same
 *   empty       no byte comes back
 *   truncated   the last byte is missing, or more, so that no status word is left
 *   overlong    more bytes come back than were asked for
 *   power-loss  a moment without power came before it, unnoticed
 */
#define VCARD_FAULT_TABLE(FAULT)                                                                   \
	FAULT(VCARD_FAULT_SW, "sw")                                                                \
	FAULT(VCARD_FAULT_SW_AFTER, "sw-after")                                                    \
	FAULT(VCARD_FAULT_SW_DATA, "sw-data")                                                      \
	FAULT(VCARD_FAULT_GARBAGE, "garbage")                                                      \
	FAULT(VCARD_FAULT_EMPTY, "empty")                                                          \
	FAULT(VCARD_FAULT_TRUNCATED, "truncated")                                                  \
	FAULT(VCARD_FAULT_OVERLONG, "overlong")                                                    \
	FAULT(VCARD_FAULT_EJECT, "eject")                                                          \
	FAULT(VCARD_FAULT_POWER_LOSS, "power-loss")

enum vcard_fault { VCARD_FAULT_TABLE(TABLE_CONSTANT) VCARD_FAULTS };

/* The most faults that can wait at a time. */
#define VCARD_FAULTS_MAX 8

/*
 * Make the `nth` exchange from now fail once (1: the next one). `sw` is for the faults that answer
 * it. -1 if `nth` is 0 or too many faults are waiting.
 */
int vcard_fault_add(struct vcard *card, enum vcard_fault fault, unsigned nth, uint16_t sw,
    struct vcard_error *error);
/*
 * Make an exchange fail once, counted from a command: `nth` 1 is the next command whose INS is
 * `ins` and which brings data (20: a VERIFY with a PIN), 2 the exchange after it, and so on. -1 if
 * `nth` is 0 or too many faults are waiting.
 */
int vcard_fault_add_from(struct vcard *card, enum vcard_fault fault, uint8_t ins, unsigned nth,
    uint16_t sw, struct vcard_error *error);
void vcard_faults_clear(struct vcard *card);
/* The number of faults that wait. */
size_t vcard_faults_waiting(struct vcard *card);

/* ---------------------------------------------------------------------------- delays */

/* Microseconds; all 0 at first. */
struct vcard_delays {
	uint32_t exchange;  /* per exchange */
	uint32_t byte;	    /* per byte in either direction */
	uint32_t signature; /* per signature made */
	uint32_t pin;	    /* per PIN compared or changed, after the entry in the ledger */
};

void vcard_delays_set(struct vcard *card, const struct vcard_delays *delays);
struct vcard_delays vcard_delays_get(struct vcard *card);
/*
 * Set one delay by name ("exchange", "byte", "signature", "pin"); the value is decimal text in
 * microseconds. -1 for an unknown name or a bad value.
 */
int vcard_delay_set(
    struct vcard *card, const char *name, const char *value, struct vcard_error *error);

/* --------------------------------------------------------------------------- control */

/* Actions of the program around the card, such as a reader. Members may be NULL. */
struct vcard_front {
	void *context;
	int (*insert)(void *context);
	int (*eject)(void *context);
	void (*quit)(void *context);
	const char *(*status)(void *context); /* "inserted", "ejected", … */
};

/*
 * Run one line of the control language ("help" lists it). The answer goes to `out`; its last line
 * is "ok" or "error: …". Returns 0 or -1 accordingly. `front` may be NULL.
 */
int vcard_control(struct vcard *card, const struct vcard_front *front, const char *line, FILE *out);

#endif
