/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "columns.h"
#include "message.h"
#include "module_file.h"
#include "setup.h"
#include "setup_opensc.h"
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

static const struct program {
	const char *name, *title;
	const struct setup_module *module;
	int (*run)(const struct setup_request *request);
	const void *details;
	bool has_profiles, has_opensc;
	const char *snap, *flatpak; /* its folders there, below HOME */
	const char *help;
} programs[] = {
    {"firefox", "Firefox", &authentication, setup_mozilla, &setup_firefox, true, true,
	"snap/firefox/common/.mozilla/firefox", ".var/app/org.mozilla.firefox",
	N_("log in to web sites")},
    {"chromium", "Chromium", &authentication, setup_chromium, NULL, true, true, "snap/chromium",
	".var/app/org.chromium.Chromium", N_("log in to web sites; Google Chrome too")},
    {"libreoffice", "LibreOffice", &signature, setup_libreoffice, NULL, true, false,
	"snap/libreoffice", ".var/app/org.libreoffice.LibreOffice", N_("sign documents")},
    {"thunderbird", "Thunderbird", &signature, setup_mozilla, &setup_thunderbird, true, true,
	"snap/thunderbird", ".var/app/org.mozilla.Thunderbird", N_("sign messages")},
    {"ssh", "OpenSSH", &authentication, setup_lines, &setup_ssh, false, false, NULL, NULL,
	N_("log in to other hosts; prints lines to use")},
    {"openvpn", "OpenVPN", &authentication, setup_lines, &setup_openvpn, false, false, NULL, NULL,
	N_("log in to a VPN; prints lines to use")},
    {"java", "Java", &authentication, setup_lines, &setup_java, false, false, NULL, NULL,
	N_("keytool, jarsigner, TLS; prints lines to use")},
    {"p11-kit", "p11-kit", &both, setup_p11kit, NULL, false, true, NULL, NULL,
	N_("all programs that use p11-kit, as GnuTLS's")},
};

/* Where their help begins. */
#define NAME_COLUMN 15
#define PROGRAM_COUNT (sizeof(programs) / sizeof(programs[0]))

static const enum option_id options[] = {OPTION_REMOVE, OPTION_CHECK, OPTION_PROFILE,
    OPTION_MODULES, OPTION_WITHOUT_OPENSC, OPTION_WITH_OPENSC, OPTION_NONE};

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

/* What differs from one run to the next. */
struct wanted {
	enum setup_action action;
	const char *profile, *modules;
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
	    .library = module_path(wanted->modules, program->module->file),
	    .profile = wanted->profile,
	    .snap = program->snap,
	    .flatpak = program->flatpak,
	    .opensc = program->has_opensc ? wanted->opensc : NULL,
	    .registered = wanted->registered,
	};
	int status = STATUS_FAILED;

	if (request.opensc != NULL)
		request.opensc->at_login = program->run != setup_p11kit;
	if (request.action != SETUP_ADD || module_check(request.library) == 0)
		status = program->run(&request);
	status = setup_opensc_finish(&request, status);
	text_free(&request.library);
	return status;
}

int
setup_program(
    const char *name, enum setup_action action, struct setup_opensc *opensc, bool *registered)
{
	struct wanted wanted = {.action = action, .opensc = opensc, .registered = registered};

	return run_program(find_program(name), &wanted);
}

static int
run(const struct words *words)
{
	static const enum option_id actions[] = {
	    OPTION_REMOVE, OPTION_CHECK, OPTION_WITHOUT_OPENSC, OPTION_WITH_OPENSC, OPTION_NONE};
	struct setup_opensc opensc = {.take_out = verb_has(words, OPTION_WITHOUT_OPENSC)};
	struct wanted wanted = {
	    .action = action_of(words),
	    .profile = words->value[OPTION_PROFILE],
	    .modules = words->value[OPTION_MODULES],
	};
	const struct program *program;

	if (!verb_one_of(words, actions))
		return STATUS_USAGE;
	if (words->count == 0)
		return verb_misused(words, "%s", _("the program's name is missing"));
	if (words->count > 1)
		return verb_misused(words, "%s", _("one program at a time"));
	program = find_program(words->word[0]);
	if (program == NULL)
		return verb_misused(
		    words, _("\"%s\" is not a program that it knows"), words->word[0]);
	if (verb_has(words, OPTION_PROFILE) && !program->has_profiles)
		return verb_misused(words, _("%s has no profiles"), program->title);
	if ((verb_has(words, OPTION_WITHOUT_OPENSC) || verb_has(words, OPTION_WITH_OPENSC)) &&
	    !program->has_opensc)
		return verb_misused(
		    words, _("%s has no place for OpenSC's module"), program->title);
	wanted.opensc = &opensc;
	return run_program(program, &wanted);
}

const struct verb verb_setup = {
    .name = "setup",
    .summary = N_("make a program use the card, or undo it"),
    .usage = N_("PROGRAM [--remove|--check] [OPTION]..."),
    .about = N_("Makes a program use the My Number card: registers the right module where the "
		"program looks for modules. A second time, it changes nothing."),
    .options = options,
    .words_max = INT_MAX,
    .run = run,
    .more_help = print_programs,
    .name_at = program_at,
};
