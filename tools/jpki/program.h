/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs other programs that do a part of the work, without showing their output. */
#ifndef JPKI_TOOL_PROGRAM_H
#define JPKI_TOOL_PROGRAM_H

#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

/* The file of a program: a name with a slash as it is, any other in the folders of PATH that are
 * absolute. The caller frees it. NULL if there is none that can be run. */
char *program_find(const char *name);

/* Whether there is a program of that name. */
bool program_is_there(const char *name);

/* How it is separated from us. */
enum program_place {
	PROGRAM_APART, /* in its own process group, which cannot use the terminal */
	PROGRAM_HERE,  /* in our process group: it may ask the person at the terminal */
	PROGRAM_ALONE, /* in its own session: it may outlive us */
};

/* A running program. Signals that ask us to end are blocked until it was waited for, or let go. */
struct program {
	pid_t id;
	enum program_place place;
	int ending; /* a descriptor that can be read when such a signal is pending */
	sigset_t before;
	bool has_terminal; /* `terminal` has the modes from before */
	struct termios terminal;
};

enum program_end {
	PROGRAM_DONE,	/* exit status 0 */
	PROGRAM_FAILED, /* it ended by itself, with an error */
	PROGRAM_STUCK,	/* it took too long, and was ended */
	PROGRAM_ENDED,	/* we have to end, so it was ended */
};

/* Start argv[0], as posix_spawn(3) does. Returns 0, or an error number. No signals are blocked in
 * the program. */
int program_start(struct program *program, char *const *argv,
    const posix_spawn_file_actions_t *files, enum program_place place);

/* Wait until a descriptor can be read, or its other end is closed. False if we have to end, or
 * `ms` have passed (-1: no limit). */
bool program_can_read(const struct program *program, int file, int ms);

/* Wait at most so many seconds (0: no limit) for its end. If it does not end in time, or we have
 * to end, it is ended with all processes that it has started; the terminal gets its modes back. */
enum program_end program_wait(struct program *program, int seconds);

/* End the program. */
void program_stop(struct program *program);

/* Leave it running. */
void program_let_go(struct program *program);

/* Run a program apart, without input, its output in the file `log`, and wait as program_wait()
 * does. Tells what is wrong, except if we have to end. */
enum program_end program_run(char *const *argv, const char *log, int seconds);

/* Like program_run(), but without output or messages. PROGRAM_FAILED if it cannot be started. */
enum program_end program_run_silently(char *const *argv, int seconds);

#endif
