/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_H
#define VCARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

/*
 * A My Number card in software: power and commands go in, answers come out. It behaves as
 * card-facts.md says; where that leaves a choice, the choice is a quirk. It has made-up
 * keys and a made-up citizen, and stands for nobody.
 *
 * All functions on a card may be called from several threads; a card does one thing at a
 * time. Functions that return int return 0, or -1 and say why in *error (which may be
 * NULL).
 */

struct vcard;
struct vcard_pki;

/* Why something failed: one line of English, with the remedy if there is one. */
struct vcard_error {
	char text[512];
};

/* ------------------------------------------------------------------------------- PKI */

/*
 * The person on the card, in UTF-8. A NULL member means: as on the last time, or the
 * default. They show in the signature certificate (card-facts: Certificates).
 */
struct vcard_citizen {
	const char *name;	 /* full-width space between family and given name */
	const char *birth_date;	 /* EYYYYMMDD, E the era, the year Gregorian */
	const char *sex;	 /* "1" male, "2" female, "3" unknown */
	const char *address;	 /* one line */
	const char *name_map;	 /* which characters of the name are substitutes */
	const char *address_map; /* the same for the address */
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
 * Load the keys and certificates in `directory`, or make what is not there, or has
 * expired, or is not of this citizen. The folder is made (0700) if need be; NULL keeps
 * everything in memory. `citizen` may be NULL. The caller owns *pki. Takes about a second
 * when it makes keys.
 */
int vcard_pki_open(struct vcard_pki **pki, const char *directory,
    const struct vcard_citizen *citizen, struct vcard_error *error);

/* Give *pki back and set it to NULL; cards that use it keep it. NULL is accepted. */
void vcard_pki_free(struct vcard_pki **pki);

/* A certificate; the PKI owns it. */
X509 *vcard_pki_certificate(const struct vcard_pki *pki, enum vcard_certificate which);

/*
 * Write authentication.pem, signature.pem, authentication-ca.pem, signature-ca.pem and
 * ca-bundle.pem into `directory`, which is made if need be. No keys.
 */
int vcard_pki_export(const struct vcard_pki *pki, const char *directory, struct vcard_error *error);

/* ------------------------------------------------------------------------------ card */

/* Every PIN on the card, the traps in other applications too (card-facts: Security). */
enum vcard_pin {
	VCARD_PIN_AUTHENTICATION,   /* JPKI 0018: 4 digits, 3 tries */
	VCARD_PIN_SIGNATURE,	    /* JPKI 001B: 6 to 16 characters, 5 tries */
	VCARD_PIN_INPUT_AID,	    /* input aid 0011 (0018 is it too): 4 digits, 3 tries */
	VCARD_PIN_INPUT_AID_NUMBER, /* the same 001B: 10 tries */
	VCARD_PIN_SURFACE,	    /* card surface 0018: 10 tries */
	VCARD_PIN_SURFACE_NUMBER,   /* the same 001B: 10 tries */
	VCARD_PIN_REGISTER,	    /* resident register 0018: 4 digits, 3 tries */
	VCARD_PINS,
};

/* Bytes of the longest PIN, without a NUL. */
#define VCARD_PIN_MAX 16

struct vcard_options {
	const char *directory;	      /* state folder; NULL: nothing outlives the card */
	struct vcard_pki *pki;	      /* NULL: the folder's; the card takes a share */
	struct vcard_citizen citizen; /* for a PKI of its own */
	const char *pins[VCARD_PINS]; /* NULL: the state's, or the default */
	const char *serial;	      /* 1 to 16 characters; NULL: the state's or random */
};

/*
 * Put a card together, without power. With a folder, its PINs, counters and serial number
 * are read from there, and each change is written there before it is answered; only one
 * card at a time can have a folder. A PIN given in the options that differs from the
 * state's gets its tries back. `options` may be NULL. The caller owns *card.
 */
int vcard_new(struct vcard **card, const struct vcard_options *options, struct vcard_error *error);

/* Destroy *card and set it to NULL; NULL is accepted. The state folder stays. */
void vcard_free(struct vcard **card);

/* What the card is made of; the card owns it. */
struct vcard_pki *vcard_pki(struct vcard *card);

#define VCARD_ATR_MAX 33
/* The longest answer, that of an "overlong" fault included. */
#define VCARD_RESPONSE_MAX 16640

/* The answer to reset, into `atr`; returns its length. Also without power. */
size_t vcard_atr(struct vcard *card, uint8_t atr[VCARD_ATR_MAX]);

/* Power comes (nothing happens if it is there), goes with all verified PINs, or stays. */
void vcard_power_on(struct vcard *card);
void vcard_power_off(struct vcard *card);
void vcard_warm_reset(struct vcard *card);
bool vcard_powered(struct vcard *card);

/* The name of the current application, or "none"; the identifier of the current EF, or 0. */
const char *vcard_application(struct vcard *card);
uint16_t vcard_current_file(struct vcard *card);

enum vcard_answer {
	VCARD_ANSWERED, /* the response is there, possibly empty */
	VCARD_MUTE,	/* no power, or the reader has choked on the command */
	VCARD_GONE,	/* a fault took the card out of the reader; it has lost its power */
};

/*
 * One command and its response, status word last. `response` has room for
 * VCARD_RESPONSE_MAX bytes.
 */
enum vcard_answer vcard_exchange(struct vcard *card, const uint8_t *command, size_t length,
    uint8_t response[VCARD_RESPONSE_MAX], size_t *response_length);

/*
 * What another program would do between two of our commands: select the application
 * `aid` (NULL: the card-surface input aid). -1 if the card has none of that name.
 */
int vcard_select_other(
    struct vcard *card, const uint8_t *aid, size_t length, struct vcard_error *error);

/* -------------------------------------------------------------- the other applications */

/* What EF 0002 of the input aid tells (card-facts: Two more applications). */
enum vcard_attribute {
	VCARD_ATTRIBUTE_NAME,
	VCARD_ATTRIBUTE_ADDRESS,
	VCARD_ATTRIBUTE_BIRTH_DATE, /* YYYYMMDD */
	VCARD_ATTRIBUTE_SEX,
	VCARD_ATTRIBUTES,
};

/* Bytes of the longest, with its NUL. */
#define VCARD_ATTRIBUTE_SIZE 1024

/* "name", "address", "birth-date", "sex"; NULL for a number that is none. */
const char *vcard_attribute_name(enum vcard_attribute which);
/*
 * The attribute into `text`, UTF-8 with a NUL: the citizen's, or with the quirk "attributes=large"
 * the one of that file; no other quirk changes it.
 */
void vcard_attribute(
    struct vcard *card, enum vcard_attribute which, char text[VCARD_ATTRIBUTE_SIZE]);

/* Thirteen characters and a NUL. */
#define VCARD_MANUFACTURE_NUMBER_SIZE 14

/* The number of the common application's record; the same as long as the serial number is. */
void vcard_manufacture_number(struct vcard *card, char number[VCARD_MANUFACTURE_NUMBER_SIZE]);

/* ------------------------------------------------------------------------------ PINs */

/* "authentication", "signature", …; NULL for a number that is none. */
const char *vcard_pin_name(enum vcard_pin pin);
/* The number of a name, or -1. */
int vcard_pin_number(const char *name);
unsigned vcard_pin_tries(struct vcard *card, enum vcard_pin pin);
unsigned vcard_pin_tries_max(enum vcard_pin pin);
bool vcard_pin_verified(struct vcard *card, enum vcard_pin pin);
/* -1 if `tries` is more than the maximum. */
int vcard_pin_set_tries(
    struct vcard *card, enum vcard_pin pin, unsigned tries, struct vcard_error *error);
/* A new value, all tries back, not verified. -1 if it is empty or too long. */
int vcard_pin_set(
    struct vcard *card, enum vcard_pin pin, const char *value, struct vcard_error *error);
/* Whether the PIN is `value` (for tests of a change). */
bool vcard_pin_is(struct vcard *card, enum vcard_pin pin, const char *value);

/* ---------------------------------------------------------------------------- quirks */

struct vcard_quirk {
	const char *name;
	const char *const *values; /* NULL at the end; the first is the default */
	const char *help;	   /* one line */
};

/* The table, for a listing; NULL at `index` past the end. */
const struct vcard_quirk *vcard_quirk(size_t index);
/* -1 names the values there are. Takes effect with the next command. */
int vcard_quirk_set(
    struct vcard *card, const char *name, const char *value, struct vcard_error *error);
/* The value, or NULL for a name that is none. */
const char *vcard_quirk_get(struct vcard *card, const char *name);
/* All quirks back to their defaults. */
void vcard_quirks_reset(struct vcard *card);

/* ---------------------------------------------------------------------------- ledger */

enum vcard_event {
	VCARD_EVENT_POWER_ON,
	VCARD_EVENT_POWER_OFF,
	VCARD_EVENT_RESET,
	VCARD_EVENT_SELECT,	  /* of an application */
	VCARD_EVENT_SELECT_OTHER, /* vcard_select_other */
	VCARD_EVENT_COUNT,	  /* VERIFY without a PIN */
	VCARD_EVENT_VERIFY,	  /* VERIFY with a PIN */
	VCARD_EVENT_CHANGE,
	VCARD_EVENT_SIGN,
	VCARD_EVENTS,
};

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

/* From now on the functions below look at what comes after this call. */
void vcard_ledger_mark(struct vcard *card);
/* Entries of that kind since the mark. */
size_t vcard_ledger_count(struct vcard *card, enum vcard_event event);
/*
 * The entries since the mark, oldest first, at most `size` of them into `entries`.
 * Returns how many there are.
 */
size_t vcard_ledger_entries(struct vcard *card, struct vcard_entry *entries, size_t size);
struct vcard_totals vcard_ledger_totals(struct vcard *card);
/* "power-on", "verify", …; NULL for a number that is none. */
const char *vcard_event_name(enum vcard_event event);
/* The entry as a line without its end; never a PIN. Returns its length, as snprintf. */
int vcard_entry_text(const struct vcard_entry *entry, char *text, size_t size);

/* ---------------------------------------------------------------------------- faults */

enum vcard_fault {
	VCARD_FAULT_SW,		/* not executed; answers `sw` */
	VCARD_FAULT_SW_AFTER,	/* executed; answers `sw` all the same */
	VCARD_FAULT_SW_DATA,	/* not executed; bytes that mean nothing, and `sw` */
	VCARD_FAULT_GARBAGE,	/* not executed; random bytes, no status word that there is */
	VCARD_FAULT_EMPTY,	/* executed; no byte comes back */
	VCARD_FAULT_TRUNCATED,	/* executed; the last byte is missing, or more: no status word is
				   left */
	VCARD_FAULT_OVERLONG,	/* executed; more bytes than were asked for */
	VCARD_FAULT_EJECT,	/* the card is taken out, the command not executed */
	VCARD_FAULT_POWER_LOSS, /* a moment without power before the command, unnoticed */
	VCARD_FAULTS,
};

/* Faults that can wait at a time. */
#define VCARD_FAULTS_MAX 8

/*
 * The `nth` exchange from now (1: the next one) goes wrong, once. -1 if `nth` is 0 or
 * too many are waiting. `sw` is for the first three kinds.
 */
int vcard_fault_add(struct vcard *card, enum vcard_fault fault, unsigned nth, uint16_t sw,
    struct vcard_error *error);
/*
 * The same, counted from a command: 1 is the next one whose INS is `ins` and which brings data (20:
 * a VERIFY with a PIN), 2 the exchange after it, whatever came before.
 */
int vcard_fault_add_from(struct vcard *card, enum vcard_fault fault, uint8_t ins, unsigned nth,
    uint16_t sw, struct vcard_error *error);
void vcard_faults_clear(struct vcard *card);
/* How many wait. */
size_t vcard_faults_waiting(struct vcard *card);

/* ---------------------------------------------------------------------------- delays */

/* Microseconds; all 0 at first. */
struct vcard_delays {
	uint32_t exchange;  /* per exchange */
	uint32_t byte;	    /* per byte in either direction */
	uint32_t signature; /* per signature made */
	uint32_t pin;	    /* per PIN compared or changed, after the ledger tells of it */
};

void vcard_delays_set(struct vcard *card, const struct vcard_delays *delays);
struct vcard_delays vcard_delays_get(struct vcard *card);
/* One of them by name ("exchange", "byte", "signature", "pin"), the value as decimal text. */
int vcard_delay_set(
    struct vcard *card, const char *name, const char *value, struct vcard_error *error);

/* --------------------------------------------------------------------------- control */

/* What a front can do beyond the card itself. Members may be NULL. */
struct vcard_front {
	void *context;
	int (*insert)(void *context);
	int (*eject)(void *context);
	void (*quit)(void *context);
	const char *(*status)(void *context); /* "inserted", "ejected", … */
};

/*
 * One line of the control language ("help" lists it): the answer goes to `out`, its last
 * line is "ok" or "error: …". Returns 0 or -1 accordingly. `front` may be NULL.
 */
int vcard_control(struct vcard *card, const struct vcard_front *front, const char *line, FILE *out);

#endif
