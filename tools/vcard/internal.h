/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_INTERNAL_H
#define VCARD_INTERNAL_H

#include <pthread.h>

#include "vcard.h"

/*
 * What the files of the card share. Functions here take the card with its lock held; the
 * public ones in vcard.h take the lock.
 */

enum status_word {
	SW_OK = 0x9000,
	SW_MORE = 0x6100,
	SW_END_OF_FILE = 0x6282,
	SW_TRIES = 0x63c0,
	SW_LENGTH = 0x6700,
	SW_FILE_KIND = 0x6981,
	SW_NOT_VERIFIED = 0x6982,
	SW_CONDITIONS = 0x6985,
	SW_NO_CURRENT_EF = 0x6986,
	SW_DATA = 0x6a80,
	SW_NOT_FOUND = 0x6a82,
	SW_P1P2 = 0x6a86,
	SW_REFERENCE = 0x6a88,
	SW_OFFSET = 0x6b00,
	SW_EXACT_LENGTH = 0x6c00,
	SW_INSTRUCTION = 0x6d00,
	SW_CLASS = 0x6e00,
	SW_UNKNOWN = 0x6f00,
};

/* The commands that bring a PIN. */
enum {
	INS_VERIFY = 0x20,
	INS_CHANGE = 0x24,
};

/* Bytes of data in a response, without the status word. */
#define DATA_MAX 256

/* A command taken apart (apdu.c). `data` points into the command. */
struct apdu {
	uint8_t cla, ins, p1, p2;
	const uint8_t *data;
	size_t lc;
	size_t ne; /* bytes wanted, at most DATA_MAX; 0: none */
	bool extended;
};

struct answer {
	uint8_t data[DATA_MAX];
	size_t length;
};

/* False if the lengths in the command do not fit each other (6700). */
bool apdu_parse(struct apdu *apdu, const uint8_t *command, size_t length);

/* -------------------------------------------------------------- applications and files */

enum application_id {
	APPLICATION_ISSUER,
	APPLICATION_COMMON,
	APPLICATION_REGISTER,
	APPLICATION_SURFACE,
	APPLICATION_INPUT_AID,
	APPLICATION_JPKI,
	APPLICATIONS,
};

struct application {
	const char *name;
	uint8_t aid[16];
	size_t length;
};

enum file_kind {
	FILE_CERTIFICATE, /* index: enum vcard_certificate */
	FILE_TOKEN_INFO,
	FILE_PRESENCE, /* which certificates there are */
	FILE_PIN,      /* index: enum vcard_pin */
	FILE_KEY,      /* index: enum key */
	FILE_DATA,     /* index: row of the texts in files.c */
};

enum key {
	KEY_AUTHENTICATION,
	KEY_SIGNATURE,
	KEY_SURFACE,
	KEYS,
};

#define NO_PIN VCARD_PINS

struct file {
	enum application_id application;
	uint16_t id;
	enum file_kind kind;
	unsigned index;
	enum vcard_pin pin; /* what reading or signing needs */
};

extern const struct application applications[APPLICATIONS];

/* NULL: none selected. */
const struct application *current_application(const struct vcard *card);
const char *current_application_name(const struct vcard *card);
/* Whole, or the first that begins with it; NULL: none. */
const struct application *application_find(
    const struct vcard *card, const uint8_t *aid, size_t length);
void application_select(struct vcard *card, const struct application *application);
/* The state after power came, according to the quirk. */
void application_preselect(struct vcard *card);

/* An EF of the current application, or NULL. */
const struct file *file_find(const struct vcard *card, uint16_t id);
/*
 * The EF that P2 (80: the current one, 80+n: short identifier n) names, which becomes the
 * current one. *sw says what was wrong if it is NULL.
 */
const struct file *file_of_p2(struct vcard *card, uint8_t p2, uint16_t *sw);
/* The status word for a short identifier in any form, SW_OK where the card knows them. */
uint16_t short_identifier_status(const struct vcard *card);

/* The longest EF. */
#define FILE_MAX 16384
/* What a readable EF holds; returns its length. */
size_t file_content(const struct vcard *card, const struct file *file, uint8_t content[FILE_MAX]);
/* Whether there is an EF 0001 or 000A at all (contents.c). */
bool certificate_claimed(const struct vcard *card, enum vcard_certificate which);

/* ---------------------------------------------------------------------------- commands */

uint16_t command_select(struct vcard *card, const struct apdu *apdu, struct answer *answer);
uint16_t command_read_binary(struct vcard *card, const struct apdu *apdu, struct answer *answer);
uint16_t command_verify(struct vcard *card, const struct apdu *apdu, struct answer *answer);
uint16_t command_change(struct vcard *card, const struct apdu *apdu, struct answer *answer);
uint16_t command_sign(struct vcard *card, const struct apdu *apdu, struct answer *answer);
uint16_t command_challenge(struct vcard *card, const struct apdu *apdu, struct answer *answer);

/* ------------------------------------------------------------------------------ quirks */

enum quirk {
	QUIRK_BLOCKED_VERIFY,
	QUIRK_BLOCKED_COUNT,
	QUIRK_VERIFIED_COUNT,
	QUIRK_SELECT_CLEARS,
	QUIRK_RESET_CLEARS,
	QUIRK_PIN_LENGTH,
	QUIRK_SIGNATURE_CERTIFICATE,
	QUIRK_AUTHENTICATION_CERTIFICATE,
	QUIRK_CA_CERTIFICATES,
	QUIRK_PRESENCE,
	QUIRK_LABEL,
	QUIRK_TOKEN_INFO,
	QUIRK_FIRST_COMMAND,
	QUIRK_SHORT_IDENTIFIERS,
	QUIRK_READ_LIMIT,
	QUIRK_SIGN_FORMS,
	QUIRK_SIGN_LENGTH,
	QUIRK_SIGNATURE,
	QUIRK_PSS_SALT,
	QUIRK_CHAINING,
	QUIRK_WRONG_LE,
	QUIRK_END_OF_FILE,
	QUIRK_APPLICATION,
	QUIRK_PRESELECTED,
	QUIRK_ATR,
	QUIRKS,
};

/* The indices of the values, in the order of the table in quirks.c. */
enum { QUIRK_NO, QUIRK_YES };
enum { COUNT_TRIES, COUNT_OK };
enum { PIN_LENGTH_COUNTS, PIN_LENGTH_REFUSED };
enum certificate_quirk {
	CERTIFICATE_PRESENT,
	CERTIFICATE_ABSENT,
	CERTIFICATE_CLAIMED,
	CERTIFICATE_EMPTY,
	CERTIFICATE_NOT_DER,
	CERTIFICATE_LENGTH_HUGE,
	CERTIFICATE_LENGTH_LONGER,
	CERTIFICATE_LENGTH_SHORTER,
	CERTIFICATE_LARGE,
	CERTIFICATE_LENGTH_INDEFINITE,
	CERTIFICATE_LENGTH_4_BYTES,
	CERTIFICATE_LENGTH_8192,
	CERTIFICATE_LENGTH_8193,
	CERTIFICATE_NOT_A_CERTIFICATE,
	CERTIFICATE_OTHER_KEY,
	CERTIFICATE_RSA_1024,
	CERTIFICATE_RSA_4096,
	CERTIFICATE_EC,
};
enum { PRESENCE_PRESENT, PRESENCE_MISSING, PRESENCE_SHORT, PRESENCE_NONE };
enum { LABEL_CARD, LABEL_ANDROID, LABEL_IPHONE, LABEL_RESIDENT };
enum { TOKEN_INFO_SANE, TOKEN_INFO_BINARY, TOKEN_INFO_BLANK, TOKEN_INFO_SHORT, TOKEN_INFO_MISSING };
enum { SIGN_FORMS_ALL, SIGN_FORMS_PKCS1 };
enum { SIGNATURE_RIGHT, SIGNATURE_DAMAGED, SIGNATURE_OTHER_KEY, SIGNATURE_SHORT };
enum { CHAINING_NO, CHAINING_ALL, CHAINING_HALF };
enum { WRONG_LE_SHORT, WRONG_LE_EXACT };
enum { END_OF_FILE_OK, END_OF_FILE_WARNING };
enum { APPLICATION_PRESENT, APPLICATION_ABSENT, APPLICATION_FOREIGN };

unsigned quirk(const struct vcard *card, enum quirk quirk);
/* The number that the value is written as, in that base. */
unsigned quirk_number(const struct vcard *card, enum quirk quirk, int base);

/* -------------------------------------------------------------------------------- card */

struct pin_state {
	char value[VCARD_PIN_MAX + 1];
	unsigned tries;
	bool verified;
};

struct waiting_fault {
	enum vcard_fault kind;
	unsigned left; /* exchanges until it happens; 0: free */
	uint8_t
	    from; /* they are counted from the next command of this INS that brings data; 0: now */
	uint16_t sw;
};

struct ledger {
	struct vcard_entry *entries;
	size_t count, room, mark;
	struct vcard_totals totals, totals_mark;
	FILE *file; /* NULL: only in memory */
};

struct vcard {
	pthread_mutex_t lock;
	struct vcard_pki *pki;
	char *directory; /* NULL: in memory */
	int lock_file;	 /* -1: none */
	char serial[17];
	struct pin_state pins[VCARD_PINS];
	uint8_t quirks[QUIRKS];
	struct vcard_delays delays;
	struct waiting_fault faults[VCARD_FAULTS_MAX];
	struct ledger ledger;

	bool powered;
	bool fresh; /* no command since power came */
	const struct application *application;
	const struct file *file;
	uint8_t pending[DATA_MAX]; /* the rest of a response, for GET RESPONSE */
	size_t pending_length;
};

/* Sleep; `count` times `microseconds`. */
void card_sleep(uint64_t count, uint32_t microseconds);
/* Forget what only power keeps (card.c). */
void card_lose_power(struct vcard *card);

/* Whether this command meets a fault (fault.c). *fault is the caller's copy. */
bool fault_due(
    struct vcard *card, const uint8_t *command, size_t length, struct waiting_fault *fault);

/* -------------------------------------------------------------------------------- PINs */

struct pin {
	const char *name;
	const char *initial;
	unsigned tries, shortest, longest;
};

extern const struct pin pins[VCARD_PINS];
void pins_forget(struct vcard *card, enum application_id application);

/* ------------------------------------------------------------------------------ ledger */

void ledger_add(struct vcard *card, enum vcard_event event, uint16_t ef, uint8_t p1, uint16_t sw);

/* -------------------------------------------------------------- state and files on disk */

/* Say why in *error (if not NULL) and return -1. */
int fail(struct vcard_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Make a folder and those above it, 0700. */
int folder_make(const char *path, struct vcard_error *error);
/* Replace `folder`/`name` with `length` bytes in one step, 0600. */
int folder_write(const char *folder, const char *name, const void *bytes, size_t length,
    struct vcard_error *error);
/* Open `folder`/`name` and lock it; without `wait` -1 if another process has it. */
int folder_lock(const char *folder, const char *name, bool wait, struct vcard_error *error);
/* `folder`/`name`, for free(); NULL if memory is short. */
char *folder_path(const char *folder, const char *name);

/* PINs, counters and serial number from the folder, or new (state.c). */
int state_load(struct vcard *card, const struct vcard_options *options, struct vcard_error *error);
int state_save(const struct vcard *card, struct vcard_error *error);

/* --------------------------------------------------------------------------------- PKI */

/* Who a certificate is for, all members set. */
struct citizen {
	char *name, *birth_date, *sex, *address, *name_map, *address_map, *prefecture, *town;
};

/*
 * The citizen of the folder (or the default) with the given changes; *changed tells
 * whether that differs from what the folder says. Written back (citizen.c).
 */
int citizen_load(struct citizen *citizen, const char *directory,
    const struct vcard_citizen *changes, bool *changed, struct vcard_error *error);
void citizen_free(struct citizen *citizen);

/* A certificate, or NULL (certificate.c). The caller owns it. */
X509 *certificate_make_ca(enum vcard_certificate which, EVP_PKEY *key);
X509 *certificate_make(enum vcard_certificate which, const struct citizen *citizen, EVP_PKEY *key,
    X509 *ca, EVP_PKEY *ca_key);
/* The same with filler, so that its DER form has nearly `size` bytes. */
X509 *certificate_enlarge(X509 *certificate, EVP_PKEY *ca_key, size_t size);
/* The same for another key. */
X509 *certificate_rekey(X509 *certificate, EVP_PKEY *ca_key, EVP_PKEY *key);

struct vcard_pki *pki_share(struct vcard_pki *pki);
EVP_PKEY *pki_key(const struct vcard_pki *pki, enum key key);
enum certificate_form {
	FORM_RIGHT,
	FORM_LARGE, /* valid, of nearly 8 kB */
	FORM_OTHER_KEY,
	FORM_RSA_1024,
	FORM_RSA_4096,
	FORM_EC,
};

/* A key that nobody has the private half of; the same each time. The caller owns it. */
EVP_PKEY *public_key_make(enum certificate_form form);
/* The DER form; returns its length. */
size_t pki_der(const struct vcard_pki *pki, enum vcard_certificate which,
    enum certificate_form form, uint8_t der[FILE_MAX]);

#endif
