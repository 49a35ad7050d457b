/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "doctor_programs.h"
#include "exit_status.h"
#include "message.h"
#include "opensc.h"
#include "place.h"
#include "setup.h"
#include "text.h"

static char *
copy(const char *text)
{
	return text_copy(text, strlen(text));
}

bool
doctor_is_installed(const char *const *paths)
{
	for (; *paths != NULL; paths++)
		if (access(*paths, X_OK) == 0)
			return true;
	return false;
}

static const struct program {
	const char *name;
	const char *const *files; /* one of them exists if the program is installed */
} programs[] = {
    {"firefox", (const char *const[]){"/usr/bin/firefox", "/usr/bin/firefox-esr",
		    "/snap/bin/firefox", NULL}},
    {"chromium", (const char *const[]){"/usr/bin/chromium", "/usr/bin/google-chrome",
		     "/snap/bin/chromium", NULL}},
    {"thunderbird", (const char *const[]){"/usr/bin/thunderbird", "/snap/bin/thunderbird", NULL}},
    {"libreoffice", (const char *const[]){"/usr/bin/libreoffice", "/usr/bin/soffice", NULL}},
    {"p11-kit", (const char *const[]){"/usr/bin/p11-kit", NULL}},
    {"portal",
	(const char *const[]){"/usr/bin/firefox", "/usr/bin/firefox-esr", "/usr/bin/chromium",
	    "/usr/bin/google-chrome", "/usr/bin/brave-browser", "/usr/bin/microsoft-edge",
	    "/usr/bin/vivaldi", "/snap/bin/firefox", "/snap/bin/chromium", NULL}},
};
#define PROGRAM_COUNT (sizeof(programs) / sizeof(programs[0]))

struct check {
	int status;
	bool complained; /* something is wrong that setting it up would report too */
	bool registered;
	unsigned opensc;
	char *said;
};

/* Check a program. OpenSC's module is only looked for if ours is registered. */
static struct check
check_program(const struct program *program)
{
	struct check check = {0};
	struct setup_opensc opensc = {.brief = true};

	message_divert(&check.said);
	check.status = setup_program(program->name, SETUP_CHECK, NULL, &check.registered);
	if (check.registered) {
		text_free(&check.said);
		check.status = setup_program(program->name, SETUP_CHECK, &opensc, NULL);
	}
	message_divert(NULL);
	check.complained = message_complained();
	check.opensc = opensc.seen;
	if (check.said != NULL && *check.said != '\0') /* a finding has no newline at its end */
		check.said[strlen(check.said) - 1] = '\0';
	return check;
}

static char *
remedy_of(const struct program *program, const struct check *check)
{
	if (check->registered && check->opensc > 0)
		return copy(_("It asks for the same PINs a second time. \"jpki doctor --fix\" "
			      "takes OpenSC's module out."));
	if (check->status == STATUS_DONE || (check->complained && !check->registered))
		return NULL;
	return text_format("jpki setup %s", program->name);
}

static void
look_at_program(struct diagnosis *diagnosis, const struct program *program)
{
	struct check check = check_program(program);
	enum mark mark = check.registered ? MARK_BAD : MARK_NEUTRAL;

	if (check.status == STATUS_DONE && check.opensc == 0)
		mark = MARK_GOOD;
	diagnosis_add(diagnosis, program->name, mark, check.said != NULL ? check.said : copy(""),
	    remedy_of(program, &check));
}

/* Without a home folder no program can be checked: say it once. */
static bool
has_home(struct diagnosis *diagnosis)
{
	char *said = NULL;
	int result;

	message_divert(&said);
	result = place_check(false);
	message_divert(NULL);
	if (result != 0) {
		if (said != NULL && *said != '\0')
			said[strlen(said) - 1] = '\0';
		diagnosis_add(diagnosis, "home", MARK_BAD, said != NULL ? said : copy(""), NULL);
	}
	return result == 0;
}

void
doctor_look_at_programs(struct diagnosis *diagnosis)
{
	if (!has_home(diagnosis))
		return;
	for (size_t i = 0; i < PROGRAM_COUNT; i++)
		if (doctor_is_installed(programs[i].files))
			look_at_program(diagnosis, &programs[i]);
}

/* ---------------------------------------------------------------- fixing */

/* If our module is registered in the program: correct its path, and remove OpenSC's module. */
static int
fix_program(const struct program *program)
{
	struct setup_opensc opensc = {.take_out = true};
	struct check check = check_program(program);

	text_free(&check.said);
	if (!check.registered || (check.opensc == 0 && check.status == STATUS_DONE))
		return STATUS_DONE;
	return setup_program(program->name, SETUP_ADD, &opensc, NULL);
}

int
doctor_fix(void)
{
	int status = STATUS_DONE;

	for (size_t i = 0; i < PROGRAM_COUNT; i++)
		if (doctor_is_installed(programs[i].files) &&
		    fix_program(&programs[i]) != STATUS_DONE)
			status = STATUS_FAILED;
	return status;
}

int
doctor_unfix(void)
{
	static const enum opensc_place places[] = {
	    OPENSC_IN_DATABASE, OPENSC_IN_P11_KIT, OPENSC_AT_LOGIN};
	int kept, all = 0, status = STATUS_DONE;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		kept = opensc_kept(places[i], NULL);
		if (kept < 0 || (kept > 0 && opensc_put_back(places[i], NULL) != 0))
			status = STATUS_FAILED;
		all += kept > 0 ? kept : 0;
	}
	if (all == 0 && status == STATUS_DONE)
		tell("%s", _("Nothing was taken out: there is nothing to put back."));
	return status;
}
