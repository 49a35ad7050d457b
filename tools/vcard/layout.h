/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_LAYOUT_H
#define VCARD_LAYOUT_H

#include "apdu.h"
#include "vcard.h"

/* What the applications of the card are, and the files in them. */

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

/* The longest EF. */
#define FILE_MAX DATA_MAX

enum file_kind {
	FILE_CERTIFICATE, /* index: enum vcard_certificate */
	FILE_TOKEN_INFO,
	FILE_PRESENCE, /* which certificates there are */
	FILE_PIN,      /* index: enum vcard_pin */
	FILE_KEY,      /* index: enum key */
	FILE_DATA,     /* index: row of the texts in contents.c */
	FILE_ATTRIBUTES,
	FILE_RECORD, /* not transparent: with one record, the manufacture number */
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

#endif
