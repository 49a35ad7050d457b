/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki setup reminder: a timer of the person's systemd, which runs "jpki status --remind" once a
 * day. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "message.h"
#include "place.h"
#include "program.h"
#include "reminder.h"
#include "setup.h"
#include "text.h"

#define SERVICE "jpki-reminder.service"
#define TIMER "jpki-reminder.timer"
#define MADE "# Made by jpki setup reminder; --remove removes it.\n"

/* How long systemctl may take, in seconds. */
#define PATIENCE 60

/* The files that are made: three files, and a link that enables the timer (systemctl(1), enable).
 */
struct parts {
	char *folder, *wants; /* folder of units; folder of units that timers.target starts */
	char *service, *timer, *link, *notes, *kept; /* the last one is the folder of the notes */
};

static void
parts_name(struct parts *parts)
{
	parts->folder = place_config("systemd/user");
	parts->wants = text_format("%s/timers.target.wants", parts->folder);
	parts->service = text_format("%s/%s", parts->folder, SERVICE);
	parts->timer = text_format("%s/%s", parts->folder, TIMER);
	parts->link = text_format("%s/%s", parts->wants, TIMER);
	parts->notes = reminder_path();
	parts->kept = place_data("jpki");
}

static void
parts_free(struct parts *parts)
{
	char **const texts[] = {&parts->folder, &parts->wants, &parts->service, &parts->timer,
	    &parts->link, &parts->notes, &parts->kept};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		text_free(texts[i]);
}

/* The path of this program as a word in a unit: in quotes, with special characters doubled
 * (systemd.service(5), "Command lines"). The caller frees it. NULL if it is not known. */
static char *
command_word(void)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path));
	char *quoted, *word;

	if (length <= 0 || length == sizeof(path))
		return NULL;
	path[length] = '\0';
	quoted = text_quoted(path);
	word = text_copy("", 0);
	for (const char *at = quoted; *at != '\0'; at++) {
		char one[3] = {*at};

		if (*at == '%' || *at == '$')
			one[1] = *at;
		word = text_append(word, one);
	}
	text_free(&quoted);
	return word;
}

/* Write a file, unless it has this text already. 0 if written, 1 if unchanged, -1 after an error.
 */
static int
write_part(const char *path, const char *text)
{
	struct file file = {0};
	int result = file_read(&file, path);

	if (result == 0 && file.exists && strcmp(file.text, text) == 0)
		result = 1;
	else if (result == 0)
		result = file_replace(&file, text);
	file_free(&file);
	return result;
}

static int
write_service(const struct parts *parts)
{
	char *word = command_word(), *text;
	int result;

	if (word == NULL)
		return -1;
	text = text_format(MADE
	    "[Unit]\nDescription=Remind of the end of the certificates of the My "
	    "Number card\n\n[Service]\nType=oneshot\nExecStart=%s status --remind\n",
	    word);
	result = write_part(parts->service, text);
	text_free(&word);
	text_free(&text);
	return result;
}

static int
write_timer(const struct parts *parts)
{
	return write_part(parts->timer,
	    MADE "[Unit]\nDescription=Remind of the end of the certificates of the My Number card, "
		 "once a day\n\n[Timer]\nOnCalendar=daily\nPersistent=true\n\n[Install]\n"
		 "WantedBy=timers.target\n");
}

/* Run systemctl for the person's systemd. Returns whether it worked. */
static bool
systemctl(const char *verb, const char *unit)
{
	char *argv[] = {text_format("systemctl"), text_format("--user"), text_format("--quiet"),
	    text_format("%s", verb), unit != NULL ? text_format("%s", unit) : NULL, NULL};
	bool well = program_run_silently(argv, PATIENCE) == PROGRAM_DONE;

	for (size_t i = 0; argv[i] != NULL; i++)
		text_free(&argv[i]);
	return well;
}

/* Make the file of notes; from now on days are stored, because it exists. */
static int
make_notes(const struct parts *parts)
{
	int result = folders_make(parts->kept, 0700) < 0 ? -1 : 0;
	struct file file = {0};

	if (result == 0)
		result = file_read(&file, parts->notes);
	if (result == 0 && !file.exists)
		result = file_replace(&file, "");
	file_free(&file);
	return result;
}

/* Without that program the timer prints into a log that nobody reads. */
static void
tell_if_nothing_shows_it(const struct setup_request *request)
{
	if (!program_is_there("notify-send"))
		tell(_("%s: the program notify-send is missing, without which nothing is shown; "
		       "it is in Debian's package libnotify-bin."),
		    request->title);
}

static int
add(const struct setup_request *request, const struct parts *parts)
{
	int service, timer;

	if (folders_make(parts->wants, 0755) < 0 || make_notes(parts) != 0)
		return STATUS_FAILED;
	service = write_service(parts);
	timer = service < 0 ? -1 : write_timer(parts);
	if (timer < 0)
		return STATUS_FAILED;
	if (symlink("../" TIMER, parts->link) != 0 && errno != EEXIST) {
		complain(_("cannot write %s: %s"), parts->link, strerror(errno));
		return STATUS_FAILED;
	}
	tell_if_nothing_shows_it(request);
	if (service == 1 && timer == 1) {
		tell(_("%s: it is set up already, by %s."), request->title, parts->timer);
		return STATUS_DONE;
	}
	tell(_("%s: once a day, by %s."), request->title, parts->timer);
	if (!systemctl("daemon-reload", NULL) || !systemctl("start", TIMER))
		tell(_("%s: it begins when you log in the next time."), request->title);
	tell("%s", _("\"jpki status\" with the card in tells it when the certificates end."));
	return STATUS_DONE;
}

static int
check(const struct setup_request *request, const struct parts *parts)
{
	if (!is_there(parts->timer) || !is_there(parts->link)) {
		tell(_("%s: it is not set up."), request->title);
		return STATUS_FAILED;
	}
	tell(_("%s: once a day, by %s."), request->title, parts->timer);
	tell_if_nothing_shows_it(request);
	return STATUS_DONE;
}

/* Remove a file if it exists. 0 or -1. */
static int
remove_part(const char *path)
{
	struct file file = {0};
	int result = file_read(&file, path);

	if (result == 0 && file.exists)
		result = file_remove(&file);
	file_free(&file);
	return result;
}

static int
undo(const struct setup_request *request, const struct parts *parts)
{
	if (!is_there(parts->timer) && !is_there(parts->notes) && !is_there(parts->service)) {
		tell(_("%s: it is not set up."), request->title);
		return STATUS_DONE;
	}
	(void)systemctl("stop", TIMER);
	if ((unlink(parts->link) != 0 && errno != ENOENT) || remove_part(parts->timer) != 0 ||
	    remove_part(parts->service) != 0 || remove_part(parts->notes) != 0)
		return STATUS_FAILED;
	folders_remove(parts->wants, 3);
	folders_remove(parts->kept, 1);
	(void)systemctl("daemon-reload", NULL);
	tell(_("%s: removed."), request->title);
	return STATUS_DONE;
}

int
setup_reminder(const struct setup_request *request)
{
	struct parts parts;
	int status;

	if (place_check(request->action != SETUP_CHECK) != 0)
		return STATUS_FAILED;
	parts_name(&parts);
	switch (request->action) {
	case SETUP_CHECK:
		status = check(request, &parts);
		break;
	case SETUP_REMOVE:
		status = undo(request, &parts);
		break;
	default:
		status = add(request, &parts);
	}
	parts_free(&parts);
	return status;
}
