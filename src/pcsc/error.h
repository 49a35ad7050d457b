/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_ERROR_H
#define PCSC_ERROR_H

#include <stdatomic.h>
#include <winscard.h>

/* What PC/SC says, as one of ours (jpki/error.h), and by its name in the log (LOG_INFO). */

/* As one of ours. */
int error_of(LONG code);

/* The same, logged under the name of the call that it comes from, unless it is a success. */
int error_told(const char *call, LONG code);

/*
 * The same for what is asked again and again: logged if it is another code than the last time,
 * which is kept in *last.
 */
int error_told_once(const char *call, LONG code, atomic_long *last);

#endif
