/* SPDX-License-Identifier: BSD-2-Clause */
/* Other programs that do a part of the work, without a word to the person. */
#ifndef JPKI_TOOL_PROGRAM_H
#define JPKI_TOOL_PROGRAM_H

#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

/* The file of a program: a name with a slash as it is, another one in the folders of PATH, of which
 * only absolute ones count. To be freed; NULL if there is none that can be run. */
char *program_find(const char *name);

/* Whether there is one of that name. */
bool program_is_there(const char *name);

/* Where it runs. */
enum program_place {
	PROGRAM_APART, /* in a group of its own, which cannot use the terminal */
	PROGRAM_HERE,  /* in our group: it may ask the person at the terminal */
	PROGRAM_ALONE, /* in a session of its own: it may outlive us */
};

/* One that runs. Signals that ask us to end are held until its end was waited for, or it was let
 * go. */
struct program {
	pid_t id;
	enum program_place place;
	int ending; /* can be read when such a signal waits */
	sigset_t before;
	bool has_terminal; /* modes of the terminal as it was */
	struct termios terminal;
};

enum program_end {
	PROGRAM_DONE,	/* well */
	PROGRAM_FAILED, /* by itself, but not well */
	PROGRAM_STUCK,	/* it took too long, and was ended */
	PROGRAM_ENDED,	/* we are to end, so it was ended */
};

/* Start argv[0], as posix_spawn(3) does; an error number, 0 if it runs. It holds no signals. */
int program_start(struct program *program, char *const *argv,
    const posix_spawn_file_actions_t *files, enum program_place place);

/* Wait until something can be read from a file, or its other end is closed. False: we are to end,
 * or so many ms have passed (-1: without limit). */
bool program_can_read(const struct program *program, int file, int ms);

/* Wait for its end, so many seconds (0: without limit). Whoever does not end in time, or when we
 * are to end, is ended, with all that it has started; the terminal gets its modes back. */
enum program_end program_wait(struct program *program, int seconds);

/* End it. */
void program_stop(struct program *program);

/* Leave it running. */
void program_let_go(struct program *program);

/* Run it apart, with nothing to read, and with what it says in a file, as program_wait(). What is
 * wrong was told, but nothing if we are to end. */
enum program_end program_run(char *const *argv, const char *log, int seconds);

#endif
