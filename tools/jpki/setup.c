/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "columns.h"
#include "message.h"
#include "module_file.h"
#include "portal_ids.h"
#include "setup.h"
#include "text.h"
#include "verb.h"

static const struct setup_module both = {
    "jpki-pkcs11.so",
    "JPKI My Number Card",
};
static const struct setup_module authentication = {
    "jpki-pkcs11-auth.so",
    "JPKI My Number Card",
};
static const struct setup_module signature = {
    "jpki-pkcs11-sign.so",
    "JPKI My Number Card Signature",
};

static const char *const firefox_files[] = {"firefox", "firefox-esr", "firefox-bin", NULL};
static const char *const chromium_files[] = {"chromium", "chromium-browser", "chrome", NULL};

static const struct program {
	const char *name, *title;
	const struct setup_module *module;
	int (*run)(const struct setup_request *request);
	const void *details;
	bool has_profiles, has_opensc, has_official;
	const char *snap, *flatpak; /* its folders as snap and flatpak, below HOME */
	const char *help;
	const char *const
	    *files; /* names of its program files, if its windows show the labels of tokens */
} programs[] = {
    {
	.name = "firefox",
	.title = "Firefox",
	.help = N_("log in to web sites"),
	.module = &authentication,
	.run = setup_mozilla,
	.details = &setup_firefox,
	.has_profiles = true,
	.has_opensc = true,
	.files = firefox_files,
	.snap = "snap/firefox/common/.mozilla/firefox",
	.flatpak = ".var/app/org.mozilla.firefox",
    },
    {
	.name = "chromium",
	.title = "Chromium",
	.help = N_("log in to web sites; Google Chrome too"),
	.module = &authentication,
	.run = setup_chromium,
	.has_profiles = true,
	.has_opensc = true,
	.files = chromium_files,
	.snap = "snap/chromium",
	.flatpak = ".var/app/org.chromium.Chromium",
    },
    {
	.name = "libreoffice",
	.title = "LibreOffice",
	.help = N_("sign documents"),
	.module = &signature,
	.run = setup_libreoffice,
	.has_profiles = true,
	.snap = "snap/libreoffice",
	.flatpak = ".var/app/org.libreoffice.LibreOffice",
    },
    {
	.name = "thunderbird",
	.title = "Thunderbird",
	.help = N_("sign messages"),
	.module = &signature,
	.run = setup_mozilla,
	.details = &setup_thunderbird,
	.has_profiles = true,
	.has_opensc = true,
	.snap = "snap/thunderbird",
	.flatpak = ".var/app/org.mozilla.Thunderbird",
    },
    {
	.name = "ssh",
	.title = "OpenSSH",
	.help = N_("log in to other hosts; prints lines to use"),
	.module = &authentication,
	.run = setup_lines,
	.details = &setup_ssh,
    },
    {
	.name = "openvpn",
	.title = "OpenVPN",
	.help = N_("log in to a VPN; prints lines to use"),
	.module = &authentication,
	.run = setup_lines,
	.details = &setup_openvpn,
    },
    {
	.name = "java",
	.title = "Java",
	.help = N_("keytool, jarsigner, TLS; prints lines to use"),
	.module = &authentication,
	.run = setup_lines,
	.details = &setup_java,
    },
    {
	.name = "p11-kit",
	.title = "p11-kit",
	.help = N_("all programs that use p11-kit, as GnuTLS's"),
	.module = &both,
	.run = setup_p11kit,
	.has_opensc = true,
    },
    {
	.name = "portal",
	.title = "Mynaportal",
	.help = N_("log in to Mynaportal and e-Tax, by an extension of the browser"),
	.run = setup_portal,
	.has_official = true,
    },
    {
	.name = "reminder",
	.title = "jpki-reminder",
	.help = N_("remind, once a day, of certificates that end soon"),
	.run = setup_reminder,
    },
};

/* The column at which their help begins. */
#define NAME_COLUMN 15
#define PROGRAM_COUNT (sizeof(programs) / sizeof(programs[0]))

static const enum option_id options[] = {OPTION_REMOVE, OPTION_CHECK, OPTION_PROFILE,
    OPTION_MODULES, OPTION_WITHOUT_OPENSC, OPTION_WITH_OPENSC, OPTION_LABELS, OPTION_OFFICIAL,
    OPTION_NONE};

static void
print_programs(void)
{
	tell("\n%s", _("Programs:"));
	for (size_t i = 0; i < PROGRAM_COUNT; i++)
		columns_row(2, NAME_COLUMN, programs[i].name, _(programs[i].help));
}

static const char *
program_at(size_t i, const char **text)
{
	if (i >= PROGRAM_COUNT)
		return NULL;
	*text = programs[i].help;
	return programs[i].name;
}

static enum setup_action
action_of(const struct words *words)
{
	if (verb_has(words, OPTION_REMOVE))
		return SETUP_REMOVE;
	if (verb_has(words, OPTION_WITH_OPENSC))
		return SETUP_WITH_OPENSC;
	return verb_has(words, OPTION_CHECK) ? SETUP_CHECK : SETUP_ADD;
}

static const struct program *
find_program(const char *name)
{
	for (size_t i = 0; i < PROGRAM_COUNT; i++)
		if (strcmp(programs[i].name, name) == 0)
			return &programs[i];
	return NULL;
}

/* What a call of setup can ask for. */
struct wanted {
	enum setup_action action;
	const char *profile, *modules, *labels, *official;
	struct setup_opensc *opensc;
	bool *registered;
};

static int
run_program(const struct program *program, const struct wanted *wanted)
{
	struct setup_request request = {
	    .action = wanted->action,
	    .name = program->name,
	    .title = program->title,
	    .details = program->details,
	    .module = program->module,
	    .library = program->module != NULL ? module_path(wanted->modules, program->module->file)
					       : NULL,
	    .profile = wanted->profile,
	    .snap = program->snap,
	    .flatpak = program->flatpak,
	    .labels = wanted->labels,
	    .official = wanted->official,
	    .programs = program->files,
	    .opensc = program->has_opensc ? wanted->opensc : NULL,
	    .registered = wanted->registered,
	};
	int status = STATUS_FAILED;

	if (request.opensc != NULL)
		request.opensc->at_login = program->run != setup_p11kit;
	if (request.action != SETUP_ADD || request.library == NULL ||
	    module_check(request.library) == 0)
		status = program->run(&request);
	status = setup_labels(&request, setup_opensc_finish(&request, status));
	text_free(&request.library);
	return status;
}

int
setup_program(
    const char *name, enum setup_action action, struct setup_opensc *opensc, bool *registered)
{
	struct wanted wanted = {.action = action, .opensc = opensc, .registered = registered};
	const struct program *program = find_program(name);

	return program != NULL ? run_program(program, &wanted) : STATUS_FAILED;
}

/* Which options go together. */
static bool
may_be_together(const struct words *words)
{
	static const enum option_id actions[] = {
	    OPTION_REMOVE, OPTION_CHECK, OPTION_WITHOUT_OPENSC, OPTION_WITH_OPENSC, OPTION_NONE};
	static const enum option_id labels[] = {
	    OPTION_REMOVE, OPTION_CHECK, OPTION_LABELS, OPTION_WITH_OPENSC, OPTION_NONE};
	static const enum option_id official[] = {
	    OPTION_REMOVE, OPTION_CHECK, OPTION_OFFICIAL, OPTION_NONE};

	return verb_one_of(words, actions) && verb_one_of(words, labels) &&
	       verb_one_of(words, official);
}

static int
check_official(const struct words *words, const struct program *program)
{
	const char *list = words->value[OPTION_OFFICIAL];

	if (list == NULL)
		return STATUS_DONE;
	if (!program->has_official)
		return verb_misused(words, "%s", _("--official is for portal"));
	if (!portal_ids_are_good(list))
		return verb_misused(words,
		    _("--official takes the ID of an extension, not \"%s\": 32 letters from a to "
		      "p, or for Firefox NAME@PLACE or {...}"),
		    list);
	return STATUS_DONE;
}

/* Check that the options apply to the program. */
static int
check_options(const struct words *words, const struct program *program)
{
	const char *labels = words->value[OPTION_LABELS];

	if (verb_has(words, OPTION_PROFILE) && !program->has_profiles)
		return verb_misused(words, _("%s has no profiles"), program->title);
	if ((verb_has(words, OPTION_WITHOUT_OPENSC) || verb_has(words, OPTION_WITH_OPENSC)) &&
	    !program->has_opensc)
		return verb_misused(
		    words, _("%s has no place for OpenSC's module"), program->title);
	if (labels != NULL && program->files == NULL)
		return verb_misused(words, "%s", _("--labels is for firefox and chromium"));
	if (labels != NULL && strcmp(labels, "en") != 0 && strcmp(labels, "ja") != 0)
		return verb_misused(words, "%s", _("--labels takes en or ja"));
	if (verb_has(words, OPTION_MODULES) && program->module == NULL)
		return verb_misused(words, _("%s uses no module"), program->title);
	return check_official(words, program);
}

static int
run(const struct words *words)
{
	struct setup_opensc opensc = {.take_out = verb_has(words, OPTION_WITHOUT_OPENSC)};
	struct wanted wanted = {
	    .action = action_of(words),
	    .profile = words->value[OPTION_PROFILE],
	    .modules = words->value[OPTION_MODULES],
	    .labels = words->value[OPTION_LABELS],
	    .official = words->value[OPTION_OFFICIAL],
	    .opensc = &opensc,
	};
	const struct program *program;
	int status;

	if (!may_be_together(words))
		return STATUS_USAGE;
	if (words->count == 0)
		return verb_misused(words, "%s", _("the program's name is missing"));
	if (words->count > 1)
		return verb_misused(words, "%s", _("one program at a time"));
	program = find_program(words->word[0]);
	if (program == NULL)
		return verb_misused(
		    words, _("\"%s\" is not a program that it knows"), words->word[0]);
	status = check_options(words, program);
	return status == STATUS_DONE ? run_program(program, &wanted) : status;
}

const struct verb verb_setup = {
    .name = "setup",
    .summary = N_("make a program use the card, or undo it"),
    .usage = N_("PROGRAM [--remove|--check] [OPTION]..."),
    .about = N_("Registers the right module where a program looks for modules."),
    .options = options,
    .words_max = INT_MAX,
    .run = run,
    .more_help = print_programs,
    .name_at = program_at,
};
