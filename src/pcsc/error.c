/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/error.h"

#include <stdbool.h>
#include <stddef.h>

#include <jpki/error.h>

#include "base/error.h"
#include "base/log.h"

#define ROW(code, error)                                                                           \
	{                                                                                          \
		code, #code, error                                                                 \
	}

static const struct row {
	LONG code;
	const char *name;
	int error;
} rows[] = {
    ROW(SCARD_S_SUCCESS, JPKI_OK),
    ROW(SCARD_E_NO_SERVICE, JPKI_ERR_NO_SERVICE),
    ROW(SCARD_E_SERVICE_STOPPED, JPKI_ERR_NO_SERVICE),
    ROW(SCARD_E_INVALID_HANDLE,
	JPKI_ERR_NO_SERVICE), /* our handles are valid: the service has restarted */
    ROW(SCARD_F_COMM_ERROR, JPKI_ERR_NO_SERVICE),
    ROW(SCARD_F_INTERNAL_ERROR, JPKI_ERR_NO_SERVICE),
    ROW(SCARD_E_UNKNOWN_READER, JPKI_ERR_NO_READER),
    ROW(SCARD_E_READER_UNAVAILABLE, JPKI_ERR_NO_READER),
    ROW(SCARD_E_NO_READERS_AVAILABLE, JPKI_ERR_NO_READER),
    ROW(SCARD_E_NO_SMARTCARD, JPKI_ERR_NO_CARD),
    ROW(SCARD_W_REMOVED_CARD, JPKI_ERR_NO_CARD),
    ROW(SCARD_W_UNRESPONSIVE_CARD, JPKI_ERR_MUTE),
    ROW(SCARD_W_UNPOWERED_CARD, JPKI_ERR_RESET),
    ROW(SCARD_W_RESET_CARD, JPKI_ERR_RESET),
    ROW(SCARD_E_SHARING_VIOLATION, JPKI_ERR_BUSY),
    ROW(SCARD_W_SECURITY_VIOLATION, JPKI_ERR_NOT_ALLOWED),
    ROW(SCARD_E_TIMEOUT, JPKI_ERR_TIMEOUT),
    ROW(SCARD_E_CANCELLED, JPKI_ERR_CANCELLED),
    ROW(SCARD_E_NO_MEMORY, JPKI_ERR_MEMORY),
    ROW(SCARD_E_INSUFFICIENT_BUFFER, JPKI_ERR_DATA),
    ROW(SCARD_E_INVALID_PARAMETER, JPKI_ERR_IO),
    ROW(SCARD_E_INVALID_VALUE, JPKI_ERR_IO),
    ROW(SCARD_E_INVALID_TARGET, JPKI_ERR_IO),
    ROW(SCARD_E_SYSTEM_CANCELLED, JPKI_ERR_IO),
    ROW(SCARD_E_NOT_READY, JPKI_ERR_IO),
    ROW(SCARD_E_NOT_TRANSACTED, JPKI_ERR_IO),
    ROW(SCARD_E_PROTO_MISMATCH, JPKI_ERR_IO),
    ROW(SCARD_E_UNKNOWN_CARD, JPKI_ERR_IO),
    ROW(SCARD_E_UNSUPPORTED_FEATURE, JPKI_ERR_IO),
    ROW(SCARD_W_UNSUPPORTED_CARD, JPKI_ERR_IO),
    ROW(SCARD_F_UNKNOWN_ERROR, JPKI_ERR_IO),
    ROW(SCARD_F_WAITED_TOO_LONG, JPKI_ERR_IO),
};

static const struct row *
row_of(LONG code)
{
	static const struct row unknown = {0, "unknown", JPKI_ERR_IO};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == code)
			return &rows[i];
	return &unknown;
}

int
error_of(LONG code)
{
	return row_of(code)->error;
}

int
error_told(const char *call, LONG code)
{
	const struct row *row = row_of(code);

	if (code != SCARD_S_SUCCESS)
		log_line(LOG_INFO, "%s: %s (0x%08lX): %s (%s)", call, row->name,
		    (unsigned long)code & 0xFFFFFFFF, jpki_strerror(row->error),
		    error_name(row->error));
	return row->error;
}

/* Codes that are normal while polling or waiting. */
static bool
is_common(LONG code)
{
	return code == SCARD_E_TIMEOUT || code == SCARD_E_CANCELLED ||
	       code == SCARD_E_NO_READERS_AVAILABLE || code == SCARD_E_UNKNOWN_READER;
}

int
error_told_once(const char *call, LONG code, atomic_long *last)
{
	if (is_common(code) || atomic_exchange(last, code) == code)
		return error_of(code);
	return error_told(call, code);
}
