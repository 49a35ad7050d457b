/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_OPERATION_H
#define TOKEN_OPERATION_H

#include <stdbool.h>
#include <stddef.h>

#include "reader/hash.h"
#include "token/cryptoki.h"
#include "token/mechanism.h"

/* Digesting, signing and verifying have this in common: data goes in, a value comes of it. */
struct operation {
	bool active;
	bool multi_part; /* an update has been made */
	bool one_part;	 /* the function that does it at once has been asked for a length */
	const struct mechanism *mechanism;
	union {
		struct hash hash; /* where the mechanism has one; else the data is collected: */
		CK_BYTE data[JPKI_SIGN_DATA_MAX];
	};
	size_t length; /* of `data` */
	CK_OBJECT_HANDLE key;
};

/* The largest such value, in bytes: what JPKI_SIGN_PKCS1 takes. */
#define OPERATION_VALUE_MAX JPKI_SIGN_DATA_MAX

struct operation_value {
	CK_BYTE bytes[OPERATION_VALUE_MAX];
	size_t length;
};

/* Begin an operation with a mechanism that has been checked. */
void operation_begin(struct operation *operation, const struct mechanism *mechanism);

/*
 * What an Init function without a mechanism does since version 3.0: end the operation under
 * way. Without one it is what it was before, CKR_ARGUMENTS_BAD.
 */
CK_RV operation_cancel(struct operation *operation);

/*
 * May the function that does it at once (`one_part`), or one of those that do it in parts, go on
 * with the operation? Each is finished in the way in which it has been begun (sections 5.12 and
 * 5.13, and what google/pkcs11test expects of one that has been asked for its length):
 * CKR_OPERATION_ACTIVE if not, CKR_OPERATION_NOT_INITIALIZED.
 */
CK_RV operation_check(const struct operation *operation, bool one_part);

/* Add data. CKR_DATA_LEN_RANGE if the mechanism cannot take so much. */
CK_RV operation_update(struct operation *operation, const CK_BYTE *data, CK_ULONG length);

/*
 * What has been put in, with `data` added: the hash, in a DigestInfo if the mechanism says so,
 * or the data as it is. CKR_DATA_LEN_RANGE if the mechanism takes no data of that length.
 */
CK_RV operation_value(struct operation *operation, const CK_BYTE *data, CK_ULONG length,
    struct operation_value *value);

/*
 * An output buffer as every function with one treats it (section 5.2): without a buffer the
 * length is told, CKR_BUFFER_TOO_SMALL if it does not fit; *proceed only if it does.
 */
CK_RV operation_check_output(const CK_BYTE *buffer, CK_ULONG *length, size_t needed, bool *proceed);

/* End it, whatever its state. */
void operation_end(struct operation *operation);

#endif
