/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_OPERATION_H
#define TOKEN_OPERATION_H

#include <stdbool.h>
#include <stddef.h>

#include "reader/hash.h"
#include "token/cryptoki.h"
#include "token/mechanism.h"

/* The common part of digesting, signing and verifying: data goes in, a value comes out. */
struct operation {
	bool active;
	bool multi_part; /* an update has been made */
	bool one_part;	 /* the one-part function was called for the length only */
	const struct mechanism *mechanism;
	union {
		struct hash hash; /* if the mechanism has a hash; else the data is collected: */
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
 * An Init function without a mechanism: since version 3.0 it ends the operation under way, CKR_OK.
 * If there is none, it is CKR_ARGUMENTS_BAD, as in earlier versions.
 */
CK_RV operation_cancel(struct operation *operation);

/*
 * May a one-part function (`one_part`), or one for several parts, continue the operation? An
 * operation has to be finished in the way in which it was begun (sections 5.12 and 5.13, and what
 * google/pkcs11test expects of one that has been asked for its length): CKR_OPERATION_ACTIVE if
 * not, CKR_OPERATION_NOT_INITIALIZED.
 */
CK_RV operation_check(const struct operation *operation, bool one_part);

/* Add data. CKR_DATA_LEN_RANGE if the mechanism cannot take so much. */
CK_RV operation_update(struct operation *operation, const CK_BYTE *data, CK_ULONG length);

/*
 * The value of all data so far, with `data` added: the hash, in a DigestInfo if the mechanism says
 * so, or the data as it is. CKR_DATA_LEN_RANGE if the mechanism takes no data of that length.
 */
CK_RV operation_value(struct operation *operation, const CK_BYTE *data, CK_ULONG length,
    struct operation_value *value);

/*
 * Check an output buffer as section 5.2 requires: *length becomes the length needed. Without a
 * buffer CKR_OK, with one that is too small CKR_BUFFER_TOO_SMALL; *proceed is true only if the
 * output fits.
 */
CK_RV operation_check_output(const CK_BYTE *buffer, CK_ULONG *length, size_t needed, bool *proceed);

/* End it, whatever its state. */
void operation_end(struct operation *operation);

#endif
