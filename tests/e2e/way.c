/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The way to the card (jpki/transport.h) over a real service, without a module above it. Does what
 * it is told, a line a call, and answers each with a line: what the call returned, how many
 * milliseconds it took, and what else it gave. Ends with the lines. tests/e2e/test_way.py talks to
 * it.
 */

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <jpki/transport.h>

#include "base/log.h"

static const struct jpki_transport *const way = &jpki_transport;
static struct jpki_service *service;
static struct jpki_connection *connection;
static struct jpki_reader_state states[JPKI_READERS_MAX];
static size_t count;
static char more[200];

static int
open_card(const char *patience)
{
	return way->open(service, states[0].name, atoi(patience), &connection);
}

/* "power" or "leave", and perhaps a file that is held open until then. */
static int
close_card(const char *how)
{
	const char *file = strchr(how, ' ');
	int held = file != NULL ? open(file + 1, O_RDWR | O_CLOEXEC) : -1;
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (held >= 0 && fcntl(held, F_OFD_SETLK, &whole) != 0)
		return 1;
	return way->close(&connection, how[0] == 'p', held);
}

static int
guard(const char *share)
{
	way->guard(connection, share[0] != '\0' ? share : NULL, states[0].events);
	return 0;
}

static int
check(const char *argument)
{
	(void)argument;
	return way->check(connection);
}

static int
begin(const char *patience)
{
	return way->begin(connection, atoi(patience));
}

static int
end(const char *argument)
{
	(void)argument;
	return way->end(connection);
}

static int
longest(const char *argument)
{
	(void)argument;
	snprintf(more, sizeof(more), "%zu", way->longest(connection));
	return 0;
}

/* A command in hexadecimal digits: the status word, and how many bytes came before it. */
static int
transmit(const char *command)
{
	uint8_t bytes[JPKI_COMMAND_MAX], response[JPKI_CERTIFICATE_MAX + 2];
	size_t length = 0, answered = sizeof(response);
	unsigned byte;
	int rv;

	for (; length < sizeof(bytes) && sscanf(command, "%2x", &byte) == 1; command += 2)
		bytes[length++] = (uint8_t)byte;
	rv = way->transmit(connection, bytes, length, response, &answered);
	if (rv == 0 && answered >= 2)
		snprintf(more, sizeof(more), "%02X%02X %zu", response[answered - 2],
		    response[answered - 1], answered - 2);
	return rv;
}

/* So many transactions, of which one took how many microseconds? */
static int
measure(const char *arguments)
{
	struct timespec from, to;
	int times, patience, rv = 0;

	if (sscanf(arguments, "%d %d", &times, &patience) != 2)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int i = 0; i < times && rv == 0; i++) {
		rv = way->begin(connection, patience);
		if (rv == 0)
			rv = way->end(connection);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	snprintf(more, sizeof(more), "%.1f",
	    ((double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3) /
		times);
	return rv;
}

/* Look at all readers that there are, and those that were there: each as letters. */
static int
look(const char *argument)
{
	char names[JPKI_READERS_MAX][JPKI_READER_NAME_SIZE];
	size_t readers, known;
	int rv = way->readers(service, names, JPKI_READERS_MAX, &readers);

	(void)argument;
	for (size_t i = 0; i < readers && rv == 0; i++) {
		for (known = 0; known < count; known++)
			if (strcmp(states[known].name, names[i]) == 0)
				break;
		if (known == count)
			memcpy(states[count++].name, names[i], sizeof(names[i]));
	}
	if (rv == 0)
		rv = way->poll(service, states, count);
	for (size_t i = 0, at = 0; i < count && at < sizeof(more); i++)
		at += (size_t)snprintf(more + at, sizeof(more) - at, "%s%s%s%s:%llx",
		    i > 0 ? " " : "", states[i].attached ? "attached" : "gone",
		    states[i].present ? ",present" : "", states[i].mute ? ",mute" : "",
		    (unsigned long long)states[i].insertion);
	return rv;
}

static long
ms_of(struct timeval time)
{
	return time.tv_sec * 1000 + time.tv_usec / 1000;
}

static long
processor_ms(const struct rusage *usage)
{
	return ms_of(usage->ru_utime) + ms_of(usage->ru_stime);
}

/*
 * Also how often it has waited for the service, or for time to pass, and how many milliseconds of
 * the processor it has used.
 */
static int
wait_for_change(const char *timeout)
{
	struct rusage before, after;
	int rv;

	getrusage(RUSAGE_SELF, &before);
	rv = way->wait(service, states, count, atoi(timeout));
	getrusage(RUSAGE_SELF, &after);
	snprintf(more, sizeof(more), "%ld %ld", after.ru_nvcsw - before.ru_nvcsw,
	    processor_ms(&after) - processor_ms(&before));
	return rv;
}

static void *
cancel_soon(void *context)
{
	const struct timespec soon = {.tv_nsec = 300000000};

	nanosleep(&soon, NULL);
	way->cancel(service);
	return context;
}

/* A wait without end, which another thread ends. */
static int
wait_and_cancel(const char *argument)
{
	pthread_t thread;
	int rv;

	(void)argument;
	if (pthread_create(&thread, NULL, cancel_soon, NULL) != 0)
		return 1;
	rv = way->wait(service, states, count, -1);
	(void)pthread_join(thread, NULL);
	return rv;
}

/* At once; no code runs. */
static int
die(const char *argument)
{
	(void)argument;
	return raise(SIGKILL);
}

/* How many threads the process has. */
static int
threads(const char *argument)
{
	char line[200];
	FILE *status = fopen("/proc/self/status", "re");

	(void)argument;
	while (status != NULL && fgets(line, sizeof(line), status) != NULL)
		(void)sscanf(line, "Threads: %199s", more);
	if (status != NULL)
		(void)fclose(status);
	return 0;
}

static const struct {
	const char *name;
	int (*call)(const char *argument);
} calls[] = {
    {"open", open_card},
    {"close", close_card},
    {"guard", guard},
    {"check", check},
    {"begin", begin},
    {"end", end},
    {"longest", longest},
    {"transmit", transmit},
    {"measure", measure},
    {"look", look},
    {"wait", wait_for_change},
    {"wait-and-cancel", wait_and_cancel},
    {"threads", threads},
    {"die", die},
};

static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
obey(char *line)
{
	char *argument = strchr(line, ' ');
	long begun = now_ms();
	int rv = 1;

	if (argument != NULL)
		*argument++ = '\0';
	more[0] = '\0';
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, line) == 0)
			rv = calls[i].call(argument != NULL ? argument : "");
	printf("%d %ld %s\n", rv, now_ms() - begun, more);
}

/* With a file for the log, if one is given. */
int
main(int argc, char **argv)
{
	char line[500];

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1)
		log_start(LOG_INFO, argv[1]);
	if (way->start(&service) != JPKI_OK)
		return 1;
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		obey(line);
	}
	(void)way->close(&connection, false, -1);
	way->stop(&service);
	return 0;
}
