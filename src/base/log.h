/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

/*
 * The log: errors, and on request what the module does. Each line is one write, so that processes
 * can share a file. At no level does it contain a PIN, anything of a certificate but its length, or
 * data that is signed: people send logs to strangers.
 */

enum log_level {
	LOG_OFF,
	LOG_ERROR, /* something to fix: a setting, a missing file */
	LOG_INFO,  /* what happens: cards, logins, signatures */
	LOG_TRACE, /* every call and every exchange with the card */
	LOG_LEVELS,
};

/* The level named "off", "error", "info" or "trace"; -1 for any other word. */
int log_level_of(const char *word);

/*
 * From now on append lines up to `level` to the file `path`, a regular file or a terminal; NULL or
 * "" is standard error. A file that does not exist is made with mode 0600. If it cannot be opened,
 * that is written to standard error, which is used instead. If the application closes the
 * descriptor, nothing more is written; nor is anything before the first call. Call this, and
 * log_stop, while no other thread is in the module.
 */
void log_start(enum log_level level, const char *path);
/* Close the file; nothing is written any more. */
void log_stop(void);

/* Is that level logged? Ask before making a line that costs time. */
bool log_wanted(enum log_level level);

/* Write a line, cut off after 500 bytes; control characters in it become '?'. Keeps errno. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
