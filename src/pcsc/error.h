/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_ERROR_H
#define PCSC_ERROR_H

#include <stdatomic.h>
#include <winscard.h>

/* Translates PC/SC codes to our errors (jpki/error.h), and logs them by name (LOG_INFO). */

/* The error for a code; JPKI_OK for SCARD_S_SUCCESS, JPKI_ERR_IO for a code that is not known. */
int error_of(LONG code);

/* Returns error_of(code), and logs it with the name of the call, unless it is a success. */
int error_told(const char *call, LONG code);

/*
 * Returns error_of(code), for a call that is made again and again: logged only if the code differs
 * from that of the last call, which is kept in *last, and is not an everyday one (a timeout, a
 * cancelled wait, no reader).
 */
int error_told_once(const char *call, LONG code, atomic_long *last);

#endif
