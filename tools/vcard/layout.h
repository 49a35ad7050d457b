/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_LAYOUT_H
#define VCARD_LAYOUT_H

#include "apdu.h"
#include "vcard.h"

/*
 * The applications of the card, with their AIDs. The order matters: a prefix of an AID selects the
 * first row that begins with it, so a program that sends one does not get the JPKI application
 * (F-AID).
 */
#define APPLICATION_TABLE(APPLICATION)                                                             \
	APPLICATION(APPLICATION_ISSUER, "issuer", 0xa0, 0, 0, 0x01, 0x51, 0, 0)                    \
	APPLICATION(                                                                               \
	    APPLICATION_COMMON, "common", 0xd3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x01, 0x00)    \
	APPLICATION(APPLICATION_REGISTER, "register", 0xd3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01,    \
	    0x04, 0x01)                                                                            \
	APPLICATION(                                                                               \
	    APPLICATION_SURFACE, "surface", 0xd3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x04, 0x02)  \
	APPLICATION(APPLICATION_INPUT_AID, "input-aid", 0xd3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01,  \
	    0x04, 0x08)                                                                            \
	APPLICATION(APPLICATION_JPKI, "jpki", 0xd3, 0x92, 0xf0, 0, 0x26, 0x01, 0, 0, 0, 0x01)

#define APPLICATION_CONSTANT(constant, name, ...) constant,
enum application_id { APPLICATION_TABLE(APPLICATION_CONSTANT) APPLICATIONS };

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
	FILE_RECORD, /* a record EF; its one record is the manufacture number */
};

/* Filler that is not BER: as a length it promises 37 bytes, but fewer follow. */
#define NOT_BER 0xa5

/* The PIN of a file that needs none. */
#define NO_PIN VCARD_PINS

struct file {
	enum application_id application;
	uint16_t id;
	enum file_kind kind;
	unsigned index;
	enum vcard_pin pin; /* the PIN needed to read it or to sign with it */
};

#endif
