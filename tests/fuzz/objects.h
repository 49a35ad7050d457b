/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FUZZ_OBJECTS_H
#define FUZZ_OBJECTS_H

#include <stdbool.h>

#include "../common/pkcs11_calls.h"

/* The attributes that objects of the module have, and some that they have not. */
extern const CK_ATTRIBUTE_TYPE all_attributes[];
extern const size_t all_attribute_count;

/*
 * Find all objects that the session sees and get all their attributes, into buffers that are
 * exactly large enough, a byte too small, and all in one call; whatever the card does meanwhile,
 * lengths and codes must fit together.
 */
void objects_read(CK_SESSION_HANDLE session);

/* The first object of a class, CK_INVALID_HANDLE if there is none or it cannot be told. */
CK_OBJECT_HANDLE objects_first(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class);

/* The value of the first certificate, of at most *length bytes; false if it cannot be told. */
bool objects_certificate(CK_SESSION_HANDLE session, CK_BYTE *value, CK_ULONG *length);

#endif
