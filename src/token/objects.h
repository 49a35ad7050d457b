/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_OBJECTS_H
#define TOKEN_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>

#include <jpki/card.h>

#include "reader/certificate.h"
#include "token/cryptoki.h"
#include "token/role.h"

/* No token has more. */
#define OBJECTS_MAX 8

/* An object is data: a row of a table, and a table of attributes. */

/* Where the value of an attribute comes from. */
enum attribute_source {
	FROM_VALUE,	  /* the row itself */
	FROM_ROLE,	  /* `length` bytes at `offset` in the row of the role */
	FROM_ROLE_STRING, /* the string whose address is at `offset` there */
	FROM_CERTIFICATE, /* a field of the object's certificate */
	FROM_ISSUER,	  /* ... of the certificate that issued it; empty if that is not known */
	FROM_PRIVACY,	  /* CKA_PRIVATE: it can depend on the card */
	FROM_MECHANISMS,  /* CKA_ALLOWED_MECHANISMS: without PSS if the card refuses it */
	SENSITIVE,	  /* it has one, but nobody gets it */
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
	bool private;			   /* only for who is logged in */
	bool private_as_certificate;	   /* ... where the token's certificate is */
	bool private_on_phones;		   /* ... where that is so of a phone alone */
	bool public_profile;		   /* says that certificates are public */
};

/* The i-th object of a token, in the order of design, NULL after the last. */
const struct object *objects_at(size_t i);

#endif
