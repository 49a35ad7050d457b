/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/descriptor.h"

#define LINE_MAX_SIZE 500

static const char *const words[LOG_LEVELS] = {"off", "error", "info", "trace"};

static atomic_int current = LOG_ERROR;
static struct descriptor output = {.number = -1};

int
log_level_of(const char *word)
{
	for (int level = 0; level < LOG_LEVELS; level++)
		if (strcmp(words[level], word) == 0)
			return level;
	return -1;
}

bool
log_wanted(enum log_level level)
{
	return (int)level <= atomic_load(&current);
}

/* Open a regular file or a terminal: writing to anything else (a pipe) might block. */
static int
open_file(const char *path)
{
	int file =
	    open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	struct stat info;

	if (file < 0)
		return -1;
	if (file <=
	    STDERR_FILENO) { /* keep these numbers free, even if the program has closed them */
		int higher = fcntl(file, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

		(void)close(file);
		file = higher;
	}
	if (fstat(file, &info) == 0 && (S_ISREG(info.st_mode) || S_ISCHR(info.st_mode)))
		return file;
	(void)close(file);
	errno = EINVAL;
	return -1;
}

void
log_start(enum log_level level, const char *path)
{
	int file;

	log_stop();
	atomic_store(&current, (int)level);
	output = descriptor_keep(STDERR_FILENO);
	if (level == LOG_OFF || path == NULL || path[0] == '\0')
		return;
	file = open_file(path);
	if (file < 0)
		log_line(LOG_ERROR, "log file %s: %s", path, strerror(errno));
	else
		output = descriptor_keep(file);
}

void
log_stop(void)
{
	if (output.number != STDERR_FILENO)
		descriptor_close(&output);
	output = NO_DESCRIPTOR;
	atomic_store(&current, LOG_ERROR);
}

/*
 * Begin a line with the time of day, process and thread, since several processes may write to one
 * log. The time is UTC, because the lock of the time zone may be held for ever in a forked child.
 */
static size_t
begin_line(char *line, size_t size)
{
	struct timespec now;
	int length, second;

	clock_gettime(CLOCK_REALTIME, &now);
	second = (int)(now.tv_sec % 86400);
	length = snprintf(line, size, "%02d:%02d:%02d.%03ldZ jpki-pkcs11[%d.%ld]: ", second / 3600,
	    second / 60 % 60, second % 60, now.tv_nsec / 1000000, (int)getpid(),
	    syscall(SYS_gettid));
	return length > 0 ? (size_t)length : 0;
}

/* Replace control characters: names from readers and cards must not control a terminal. */
static void
make_harmless(char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];
		unsigned char next = i + 1 < length ? (unsigned char)text[i + 1] : 0;

		if (c < 0x20 || c == 0x7F)
			text[i] = '?';
		else if (c == 0xC2 && next >= 0x80 && next < 0xA0) /* U+0080 to U+009F */
			text[i] = text[i + 1] = '?';
	}
}

/* Write a line. If the reading end is closed, the SIGPIPE must not end the application. */
static void
write_line(const char *line, size_t length)
{
	const struct timespec now = {0};
	sigset_t pipe, before;
	bool pending;

	if (!descriptor_is_ours(&output))
		return;
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigpending(&before);
	pending = sigismember(&before, SIGPIPE) == 1;
	pthread_sigmask(SIG_BLOCK, &pipe, &before);
	if (write(output.number, line, length) < 0 && errno == EPIPE && !pending)
		(void)sigtimedwait(&pipe, NULL, &now);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void
log_line(enum log_level level, const char *format, ...)
{
	char line[LINE_MAX_SIZE + 1];
	int saved = errno, added;
	size_t length;
	va_list arguments;

	if (!log_wanted(level))
		return;
	length = begin_line(line, sizeof(line));
	va_start(arguments, format);
	added = vsnprintf(line + length, sizeof(line) - length, format, arguments);
	va_end(arguments);
	if (added > 0)
		length += (size_t)added;
	if (length > sizeof(line) - 1)
		length = sizeof(line) - 1;
	make_harmless(line, length);
	line[length++] = '\n';
	write_line(line, length);
	errno = saved;
}
