/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki watch: prints a line whenever a reader or card comes or goes. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "columns.h"
#include "found.h"
#include "json.h"
#include "message.h"
#include "names.h"
#include "text.h"
#include "trouble.h"

/* How long to wait, in ms, before checking again that the output is still read. */
#define PIECE_MS 1000

/* What was last told about a reader. */
struct seen {
	enum jpki_holds holds;
	uint64_t card;
};

struct watch {
	const struct words *words;
	struct seen *seen;
	size_t count;
	int service; /* the last error of asking for readers */
	bool waits;  /* it was told that we wait for a reader */
};

static char *
time_text(void)
{
	char text[16];
	time_t now = time(NULL);
	struct tm broken;

	localtime_r(&now, &broken);
	strftime(text, sizeof(text), "%H:%M:%S", &broken);
	return text_copy(text, strlen(text));
}

static void
tell_line(const struct watch *watch, const char *reader, const char *word, const char *name)
{
	char *now = time_text();

	if (verb_has(watch->words, OPTION_JSON))
		json_print_line(
		    json_pack("{s:s, s:s, s:s}", "time", now, "reader", reader, "holds", word));
	else
		tell("%s  %s: %s", now, reader, name);
	text_free(&now);
}

static void
look_at(struct watch *watch, size_t reader)
{
	struct seen *seen = &watch->seen[reader], now = *seen;
	char name[JPKI_READER_NAME_SIZE], *clean;

	if (jpki_reader_name(reader, name) != JPKI_OK ||
	    jpki_reader_card(reader, &now.holds, &now.card) != JPKI_OK ||
	    !found_is_meant(watch->words, name))
		return;
	if (now.holds == seen->holds && now.card == seen->card)
		return;
	*seen = now;
	clean = columns_clean(name, strlen(name));
	tell_line(watch, clean, word_of_holds(now.holds), name_of_holds(now.holds));
	text_free(&clean);
}

static void
tell_service(struct watch *watch, int service)
{
	if (service == watch->service)
		return;
	watch->service = service;
	if (service != JPKI_OK)
		(void)trouble_tell(service);
}

static bool
is_any_there(const struct watch *watch)
{
	for (size_t i = 0; i < watch->count; i++)
		if (watch->seen[i].holds != JPKI_HOLDS_NO_READER)
			return true;
	return false;
}

/* Tell that we wait for a reader, in case its name was mistyped. */
static void
tell_waiting(struct watch *watch)
{
	const char *wanted = watch->words->value[OPTION_READER];
	bool waits = watch->service == JPKI_OK && !is_any_there(watch);

	if (waits && !watch->waits && wanted == NULL)
		advise("%s", _("Waiting for a card reader."));
	else if (waits && !watch->waits)
		advise(_("Waiting for a card reader \"%s\"."), wanted);
	watch->waits = waits;
}

static void
look(struct watch *watch)
{
	size_t readers = 0;

	tell_service(watch, jpki_readers(&readers));
	while (watch->count < readers) {
		watch->seen = list_grow(watch->seen, watch->count, sizeof(*watch->seen));
		watch->seen[watch->count++] = (struct seen){JPKI_HOLDS_NO_READER, 0};
	}
	for (size_t i = 0; i < watch->count; i++)
		look_at(watch, i);
	tell_waiting(watch);
	(void)fflush(stdout);
}

/* Whether the output is still read: the reader of a pipe may have gone. */
static bool
is_read(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO};

	return !ferror(stdout) && (poll(&out, 1, 0) <= 0 || !(out.revents & (POLLERR | POLLHUP)));
}

static int
run(const struct words *words)
{
	struct watch watch = {.words = words};
	uint64_t seen = 0;
	int rv = JPKI_OK, status = found_start();

	if (status != STATUS_DONE)
		return status;
	while ((rv == JPKI_OK || rv == JPKI_ERR_TIMEOUT) && is_read()) {
		rv = jpki_wait(&seen, PIECE_MS);
		if (rv == JPKI_OK)
			look(&watch);
	}
	status = rv == JPKI_OK || rv == JPKI_ERR_TIMEOUT ? STATUS_FAILED : trouble_tell(rv);
	jpki_stop();
	free(watch.seen);
	return status;
}

static const enum option_id options[] = {OPTION_READER, OPTION_JSON, OPTION_NONE};

const struct verb verb_watch = {
    .name = "watch",
    .summary = N_("tell when readers and cards come and go"),
    .usage = N_("[OPTION]..."),
    .about = N_("Prints a line whenever a reader or a card comes or goes, until it is ended "
		"(Ctrl-C). With --json, a line is an object."),
    .options = options,
    .run = run,
};
