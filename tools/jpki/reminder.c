/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "columns.h"
#include "file.h"
#include "message.h"
#include "names.h"
#include "place.h"
#include "program.h"
#include "reminder.h"
#include "text.h"

/* The first line of the file. */
#define HEAD "# Made by jpki: when certificates end. jpki setup reminder --remove removes it.\n"

/* How long notify-send may take, in seconds. */
#define PATIENCE 30

struct notes {
	struct file file;
	struct day ends[JPKI_ROLES]; /* year 0: not seen */
	struct day told;
};

char *
reminder_path(void)
{
	return place_data("jpki/reminder");
}

/* The day that follows a word at the beginning of a line; year 0 if there is none. */
static struct day
day_behind(const char *text, const char *word)
{
	size_t length = strlen(word);
	struct day day = {0};

	for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n') {
		if (strncmp(text, word, length) != 0 || text[length] != ' ')
			continue;
		day = day_read(text + length + 1, "%Y-%m-%d");
		if (day.year != 0)
			break;
	}
	return day;
}

/* Read the notes. False if reminding is not set up, or the file cannot be read. The caller frees
 * the file in either case. */
static bool
read_notes(struct notes *notes)
{
	char *path = reminder_path();
	int result = file_read(&notes->file, path);

	text_free(&path);
	if (result != 0 || !notes->file.exists)
		return false;
	for (int role = 0; role < JPKI_ROLES; role++)
		notes->ends[role] = day_behind(notes->file.text, word_of_key((enum jpki_role)role));
	notes->told = day_behind(notes->file.text, "told");
	return true;
}

static char *
with_day(char *text, const char *word, struct day day)
{
	char *iso, *line;

	if (day.year == 0)
		return text;
	iso = day_iso(day);
	line = text_format("%s %s\n", word, iso);
	text = text_append(text, line);
	text_free(&iso);
	text_free(&line);
	return text;
}

static int
write_notes(const struct notes *notes)
{
	char *text = text_copy(HEAD, strlen(HEAD));
	int result = 0;

	for (int role = 0; role < JPKI_ROLES; role++)
		text = with_day(text, word_of_key((enum jpki_role)role), notes->ends[role]);
	text = with_day(text, "told", notes->told);
	if (strcmp(text, notes->file.text) != 0)
		result = file_replace(&notes->file, text);
	text_free(&text);
	return result;
}

void
reminder_note(const struct card_state *state)
{
	const char *home = getenv("HOME");
	struct notes notes = {0};

	if (home != NULL && home[0] == '/' && read_notes(&notes)) {
		for (int role = 0; role < JPKI_ROLES; role++)
			if (state->keys[role].is_there &&
			    state->keys[role].certificate_error == JPKI_OK)
				notes.ends[role] = state->keys[role].facts.last_day;
		(void)write_notes(&notes);
	}
	file_free(&notes.file);
}

/* What to say about a certificate today; NULL: nothing. The caller frees it. */
static char *
line_for(enum jpki_role role, struct day end, struct day today)
{
	if (end.year == 0 || day_distance(day_months_before(end, FACTS_RENEWAL_MONTHS), today) < 0)
		return NULL;
	return state_end_line(role, end, day_distance(today, end));
}

/* Show a notification with the program that desktops have for it; without it, the printed text is
 * all. */
static void
notify(const char *text)
{
	char name[] = "notify-send", app[] = "--app-name=jpki", *argv[5] = {name, app};
	char *title = text_format("%s", _("My Number card")), *body = text_format("%s", text);
	posix_spawn_file_actions_t actions;
	struct program program;

	argv[2] = title;
	argv[3] = body;
	if (posix_spawn_file_actions_init(&actions) != 0)
		out_of_memory();
	/* its error without a desktop is not for the person */
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (program_start(&program, argv, &actions, PROGRAM_APART) == 0 &&
	    program_wait(&program, PATIENCE) == PROGRAM_FAILED)
		complain("%s",
		    _("No desktop could show this as a notification; it was told here alone."));
	posix_spawn_file_actions_destroy(&actions);
	text_free(&title);
	text_free(&body);
}

/* All that is to be said today; NULL: nothing. The caller frees it. */
static char *
lines_for(const struct notes *notes, struct day today)
{
	char *all = NULL;

	for (int role = 0; role < JPKI_ROLES; role++) {
		char *line = line_for((enum jpki_role)role, notes->ends[role], today);

		if (line == NULL)
			continue;
		if (all == NULL) {
			all = line;
			continue;
		}
		all = text_append(all, "\n");
		all = text_append(all, line);
		text_free(&line);
	}
	return all;
}

static int
remind(struct notes *notes)
{
	struct day today = day_at(time(NULL));
	char *lines = lines_for(notes, today);
	int status = STATUS_DONE;

	if (lines == NULL)
		return STATUS_DONE;
	columns_text(stdout, 0, lines);
	if (notes->told.year == 0 || day_distance(notes->told, today) != 0) {
		notes->told = today;
		/* stored first: if that fails, it would be said again */
		if (write_notes(notes) == 0)
			notify(lines);
		else
			status = STATUS_FAILED;
	}
	text_free(&lines);
	return status;
}

int
reminder_run(void)
{
	struct notes notes = {0};
	int status = STATUS_FAILED;

	if (place_check(true) != 0)
		return STATUS_FAILED;
	if (read_notes(&notes))
		status = remind(&notes);
	else if (!notes.file.exists)
		complain("%s", _("Reminding is not set up: \"jpki setup reminder\" does that."));
	file_free(&notes.file);
	return status;
}
