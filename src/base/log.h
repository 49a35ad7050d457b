/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

/*
 * What the module tells a person: complaints, and on request what it does. A line is one write,
 * so that processes can share a file. No PIN, nothing of a certificate but its length, and no
 * data that is signed comes here, at any level: a log is made to be sent to strangers.
 */

enum log_level {
	LOG_OFF,
	LOG_ERROR, /* something to be mended: a setting, a missing file */
	LOG_INFO,  /* what happens: cards, logins, signatures */
	LOG_TRACE, /* every call and every exchange with the card */
	LOG_LEVELS,
};

/* "off", "error", "info", "trace"; -1 for a word that is none. */
int log_level_of(const char *word);

/*
 * To be called while no other thread is in the module, as log_stop: from now on write lines up to
 * `level` to the end of the file `path`, made for its owner alone if it is not there (a regular
 * file or a terminal); NULL or "" is standard error. If the file cannot be opened, standard error
 * is told so, and used. What was opened is recognised again: once the
 * application has closed it, nothing is written. Before the first call nothing is written.
 */
void log_start(enum log_level level, const char *path);
/* Close the file; nothing is written any more. */
void log_stop(void);

/* Is a line of that level wanted? For those that cost something to make. */
bool log_wanted(enum log_level level);

/* Write a line, cut off after 500 bytes; control characters in it become '?'. Keeps errno. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
