/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/operation.h"

#include <string.h>

#include <openssl/objects.h>
#include <openssl/x509.h>

#include "reader/crypto.h"
#include "token/rv.h"

void
operation_begin(struct operation *operation, const struct mechanism *mechanism)
{
	*operation = (struct operation){.active = true, .mechanism = mechanism};
	if (mechanism->hash != NULL)
		hash_begin(&operation->hash, mechanism->hash);
}

void
operation_end(struct operation *operation)
{
	*operation = (struct operation){0};
}

CK_RV
operation_cancel(struct operation *operation)
{
	CK_RV rv = operation->active ? CKR_OK : CKR_ARGUMENTS_BAD;

	operation_end(operation);
	return rv;
}

CK_RV
operation_check(const struct operation *operation, bool one_part)
{
	if (!operation->active)
		return CKR_OPERATION_NOT_INITIALIZED;
	if (one_part ? operation->multi_part : operation->one_part)
		return CKR_OPERATION_ACTIVE;
	return CKR_OK;
}

/*
 * The specification has these mechanisms in one part only. Several parts are accepted too, because
 * pkcs11-tool tries them.
 */
static CK_RV
collect(struct operation *operation, const CK_BYTE *data, CK_ULONG length)
{
	if (length > operation->mechanism->max_data - operation->length)
		return rv_because(CKR_DATA_LEN_RANGE, "%lu bytes of data; the mechanism takes %zu",
		    operation->length + length, operation->mechanism->max_data);
	if (length > 0)
		memcpy(operation->data + operation->length, data, length);
	operation->length += length;
	return CKR_OK;
}

static CK_RV
add(struct operation *operation, const CK_BYTE *data, CK_ULONG length)
{
	if (operation->mechanism->hash == NULL)
		return collect(operation, data, length);
	hash_add(&operation->hash, data, length);
	return CKR_OK;
}

CK_RV
operation_update(struct operation *operation, const CK_BYTE *data, CK_ULONG length)
{
	operation->multi_part = true;
	return add(operation, data, length);
}

static CK_RV
plain_value(const struct operation *operation, struct operation_value *value)
{
	if (operation->length < operation->mechanism->min_data)
		return rv_because(CKR_DATA_LEN_RANGE, "%zu bytes of data; the mechanism needs %zu",
		    operation->length, operation->mechanism->min_data);
	memcpy(value->bytes, operation->data, operation->length);
	value->length = operation->length;
	return CKR_OK;
}

/* Replace the hash in `value` by its DigestInfo (RFC 8017, 9.2), which OpenSSL calls X509_SIG. */
static bool
wrap_hash(const struct mechanism *mechanism, struct operation_value *value)
{
	X509_SIG *info = crypto_use() ? X509_SIG_new() : NULL;
	X509_ALGOR *algorithm;
	ASN1_OCTET_STRING *digest;
	unsigned char *out = value->bytes;
	bool done = false;
	int length;

	if (info == NULL)
		return false;
	X509_SIG_getm(info, &algorithm, &digest);
	if (X509_ALGOR_set0(
		algorithm, OBJ_nid2obj(OBJ_sn2nid(mechanism->hash)), V_ASN1_NULL, NULL) == 1 &&
	    ASN1_OCTET_STRING_set(digest, value->bytes, (int)value->length) == 1) {
		length = i2d_X509_SIG(info, NULL);
		done = length > 0 && (size_t)length <= sizeof(value->bytes) &&
		       i2d_X509_SIG(info, &out) == length;
		value->length = done ? (size_t)length : 0;
	}
	X509_SIG_free(info);
	return done;
}

static CK_RV
hash_value(struct operation *operation, struct operation_value *value)
{
	value->length = hash_end(&operation->hash, value->bytes);
	if (operation->mechanism->digest_info && !wrap_hash(operation->mechanism, value))
		return CKR_HOST_MEMORY;
	return CKR_OK;
}

CK_RV
operation_value(struct operation *operation, const CK_BYTE *data, CK_ULONG length,
    struct operation_value *value)
{
	CK_RV rv = add(operation, data, length);

	if (rv != CKR_OK)
		return rv;
	return operation->mechanism->hash == NULL ? plain_value(operation, value)
						  : hash_value(operation, value);
}

CK_RV
operation_check_output(const CK_BYTE *buffer, CK_ULONG *length, size_t needed, bool *proceed)
{
	CK_ULONG room = *length;

	*proceed = false;
	*length = needed;
	if (buffer == NULL)
		return CKR_OK;
	if (room < needed)
		return rv_because(CKR_BUFFER_TOO_SMALL,
		    "%zu bytes are to come back, and there is room for %lu", needed, room);
	*proceed = true;
	return CKR_OK;
}
