/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "installation.h"
#include "message.h"
#include "place.h"
#include "text.h"

#define FOLDER "jpki"
#define NAME "portal-installation"
#define TEMPORARY NAME ".new"
#define DIGITS 32 /* two for each byte */

/* How long to wait for another process's lock, in ms, and how many times to try. */
#define LOCK_MS 1000
#define LOCK_TRIES 50

/* ---------------------------------------------------------------- digits */

static int
value_of(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static bool
read_digits(const char text[DIGITS], uint8_t number[INSTALLATION_SIZE])
{
	for (size_t i = 0; i < INSTALLATION_SIZE; i++) {
		int high = value_of(text[2 * i]), low = value_of(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		number[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static void
write_digits(const uint8_t number[INSTALLATION_SIZE], char text[DIGITS + 1])
{
	for (size_t i = 0; i < INSTALLATION_SIZE; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", number[i]);
}

/* ---------------------------------------------------------------- the file */

static bool
read_number(int folder, uint8_t number[INSTALLATION_SIZE])
{
	char text[DIGITS + 2];
	int file = openat(folder, NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t length;

	if (file == -1)
		return false;
	length = read(file, text, sizeof(text));
	(void)close(file);
	return (length == DIGITS || (length == DIGITS + 1 && text[DIGITS] == '\n')) &&
	       read_digits(text, number);
}

static bool
write_text(int folder, const char *text, size_t length)
{
	int file = openat(folder, TEMPORARY,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	bool written;

	if (file == -1)
		return false;
	written = write(file, text, length) == (ssize_t)length && fsync(file) == 0;
	return close(file) == 0 && written;
}

static bool
make_number(int folder, uint8_t number[INSTALLATION_SIZE])
{
	char text[DIGITS + 2];
	int error;

	if (getrandom(number, INSTALLATION_SIZE, 0) != INSTALLATION_SIZE)
		return false;
	write_digits(number, text);
	text[DIGITS] = '\n';
	if (write_text(folder, text, DIGITS + 1) &&
	    renameat(folder, TEMPORARY, folder, NAME) == 0 && fsync(folder) == 0)
		return true;
	error = errno;
	(void)unlinkat(folder, TEMPORARY, 0);
	errno = error;
	return false;
}

/* Only one process at a time makes the number. The wait is short: a login works without the
 * number. */
static bool
take_lock(int folder)
{
	const struct timespec pause = {.tv_nsec = LOCK_MS / LOCK_TRIES * 1000000L};

	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(folder, LOCK_EX | LOCK_NB) == 0)
			return true;
		if (errno != EWOULDBLOCK)
			return false;
		(void)nanosleep(&pause, NULL);
	}
	errno = EWOULDBLOCK;
	return false;
}

static bool
find_number(const char *path, uint8_t number[INSTALLATION_SIZE])
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool found;
	int error;

	if (folder == -1)
		return false;
	found = take_lock(folder) && (read_number(folder, number) || make_number(folder, number));
	error = errno;
	(void)close(folder);
	errno = error;
	return found;
}

bool
installation_number(uint8_t number[INSTALLATION_SIZE])
{
	char *path;
	bool made, found;

	if (place_check(true) != 0)
		return false;
	path = place_data(FOLDER);
	made = folders_make(path, 0700) >= 0; /* else folders_make has reported the error */
	found = made && find_number(path, number);
	if (made && !found)
		complain(_("cannot write %s: %s"), path, strerror(errno));
	text_free(&path);
	return found;
}
