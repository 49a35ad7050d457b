/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

/*
 * From the table of errors (base/errors.h), for the log: the name ("JPKI_ERR_HELD"), and who
 * reports it ("the card"). Never NULL; the strings are constant. jpki_strerror() has the sentence.
 */
const char *error_name(int error);
const char *error_word(int error);

#endif
