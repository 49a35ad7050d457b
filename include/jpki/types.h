/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TYPES_H
#define JPKI_TYPES_H

/* Types and sizes that all of include/jpki uses. */

/* The two keys of a card, each with its own PIN and certificate (F-CREDENTIALS). */
enum jpki_role {
	JPKI_AUTHENTICATION = 0, /* 利用者証明用: a PIN of four digits */
	JPKI_SIGNATURE = 1,	 /* 署名用: a password of 6 to 16 letters and digits */
	JPKI_ROLES = 2,
	/*
	 * Not a key, but it has a PIN of four digits too: the holder's attributes
	 * (券面事項入力補助), in an application of their own. Valid where a PIN is meant; the role
	 * of a key is one of the first two.
	 */
	JPKI_ATTRIBUTES = JPKI_ROLES,
	JPKI_CREDENTIALS,
};

/* Sets of roles: bits. */
#define JPKI_ROLE(role) (1u << (role))
#define JPKI_ALL_ROLES (JPKI_ROLE(JPKI_ROLES) - 1)

/* The certificates of a key. */
enum jpki_certificate {
	JPKI_CERTIFICATE = 0,	 /* its own */
	JPKI_CA_CERTIFICATE = 1, /* its issuer's */
	JPKI_CERTIFICATES = 2,
};

/* Largest certificate taken from a card, in bytes (F-FILLER). */
#define JPKI_CERTIFICATE_MAX 8192

/* The form of a signature (F-SIGN, F-PSS). */
enum jpki_signature_form {
	JPKI_SIGN_PKCS1,      /* RSASSA-PKCS1-v1_5 around 1..245 bytes as given */
	JPKI_SIGN_PSS_SHA256, /* RSASSA-PSS, MGF1, over a 32-byte SHA-256 hash */
};

/* Bytes of a signature: RSA-2048. */
#define JPKI_SIGNATURE_SIZE 256
/* The most data that JPKI_SIGN_PKCS1 takes, in bytes: 256 less 11 of padding (RFC 8017, 9.2). */
#define JPKI_SIGN_DATA_MAX 245

/* Bytes of the text of an attribute, with the NUL at the end. */
#define JPKI_ATTRIBUTE_SIZE 1024

/* The holder of the card, in UTF-8, as on the card; "" for what is missing. */
struct jpki_attributes {
	char name[JPKI_ATTRIBUTE_SIZE];
	char address[JPKI_ATTRIBUTE_SIZE];
	char birth_date[JPKI_ATTRIBUTE_SIZE];
	char sex[JPKI_ATTRIBUTE_SIZE];
};

/* Bytes of a card's manufacture number, with the NUL at the end. */
#define JPKI_MANUFACTURE_NUMBER_SIZE 14

/* Bytes of a path with its terminating NUL (Linux: PATH_MAX). */
#define JPKI_PATH_SIZE 4096

/* Bytes of a reader's name with its terminating NUL (PC/SC: MAX_READERNAME). */
#define JPKI_READER_NAME_SIZE 128

/* Has a PIN cost one of its tries? */
enum jpki_try {
	JPKI_TRY_KEPT = 0,  /* no: it was right, or no card has compared it */
	JPKI_TRY_SPENT,	    /* yes: the card has compared and refused it */
	JPKI_TRY_UNCERTAIN, /* it was on its way when something failed: ask for the tries left */
};

#endif
