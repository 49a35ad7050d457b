/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_OBJECTS_H
#define TOKEN_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>

#include <jpki/card.h>

#include "reader/certificate.h"
#include "token/cryptoki.h"
#include "token/token_kind.h"

/* The most objects of a token. */
#define OBJECTS_MAX 8

/* An object is data: a row of a table, and a table of attributes. */

/* Where the value of an attribute comes from. */
enum attribute_source {
	FROM_VALUE,		/* the row itself */
	FROM_TOKEN_KIND,	/* `length` bytes at `offset` in the row of the kind of token */
	FROM_TOKEN_KIND_STRING, /* the string whose address is at `offset` in that row */
	FROM_CERTIFICATE,	/* a field of the object's certificate */
	FROM_ISSUER,	 /* a field of the issuer's certificate; empty if that is not known */
	FROM_PRIVACY,	 /* CKA_PRIVATE, which can depend on the card */
	FROM_MECHANISMS, /* CKA_ALLOWED_MECHANISMS: without PSS if the card refuses it */
	SENSITIVE,	 /* there is a value, but it is never returned */
};

struct attribute {
	CK_ATTRIBUTE_TYPE type;
	enum attribute_source source;
	const void *value;
	size_t length;
	size_t offset;
	enum certificate_field field;
};

struct object {
	const struct attribute *attributes;
	size_t count;
	enum jpki_certificate certificate; /* where FROM_CERTIFICATE looks */
	bool private;			   /* seen only after a login */
	bool private_as_certificate;	   /* private if the token's certificate is */
	bool private_on_phones;		   /* private on a phone's token */
	bool public_profile;		   /* the public-certificates profile */
};

/*
 * The i-th object of a token: certificate, CA's certificate, public key, private key, profiles;
 * NULL after the last.
 */
const struct object *objects_at(size_t i);

#endif
