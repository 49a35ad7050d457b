/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "message.h"
#include "module_file.h"
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

static const struct program {
	const char *name, *title;
	const struct setup_module *module;
	int (*run)(const struct setup_request *request);
	const void *details;
	bool has_profiles;
	const char *snap, *flatpak; /* its folders there, below HOME */
	const char *help;
} programs[] = {
    {"firefox", "Firefox", &authentication, setup_mozilla, &setup_firefox, true,
	"snap/firefox/common/.mozilla/firefox", ".var/app/org.mozilla.firefox",
	N_("log in to web sites")},
    {"chromium", "Chromium", &authentication, setup_chromium, NULL, true, "snap/chromium",
	".var/app/org.chromium.Chromium", N_("log in to web sites; Google Chrome too")},
    {"libreoffice", "LibreOffice", &signature, setup_libreoffice, NULL, true, "snap/libreoffice",
	".var/app/org.libreoffice.LibreOffice", N_("sign documents")},
    {"thunderbird", "Thunderbird", &signature, setup_mozilla, &setup_thunderbird, true,
	"snap/thunderbird", ".var/app/org.mozilla.Thunderbird", N_("sign messages")},
    {"ssh", "OpenSSH", &authentication, setup_lines, &setup_ssh, false, NULL, NULL,
	N_("log in to other hosts; prints lines to use")},
    {"openvpn", "OpenVPN", &authentication, setup_lines, &setup_openvpn, false, NULL, NULL,
	N_("log in to a VPN; prints lines to use")},
    {"java", "Java", &authentication, setup_lines, &setup_java, false, NULL, NULL,
	N_("keytool, jarsigner, TLS; prints lines to use")},
    {"p11-kit", "p11-kit", &both, setup_p11kit, NULL, false, NULL, NULL,
	N_("all programs that use p11-kit, as GnuTLS's")},
};

#define PROGRAM_COUNT (sizeof(programs) / sizeof(programs[0]))

enum {
	OPTION_REMOVE = OPTION_OWN,
	OPTION_CHECK,
	OPTION_PROFILE,
	OPTION_MODULES,
};

static const struct option options[] = {
    OPTION_HELP_ROW,
    {"remove", no_argument, NULL, OPTION_REMOVE},
    {"check", no_argument, NULL, OPTION_CHECK},
    {"profile", required_argument, NULL, OPTION_PROFILE},
    {"modules", required_argument, NULL, OPTION_MODULES},
    {NULL, 0, NULL, 0},
};

struct command {
	enum setup_action action;
	bool help;
	const char *profile, *modules;
};

static void
print_help(void)
{
	tell("%s",
	    _("Usage: jpki setup PROGRAM [--remove|--check] [OPTION]...\n\n"
	      "Makes a program use the My Number card: registers the right module where the\n"
	      "program looks for modules. A second time, it changes nothing.\n\n"
	      "  --remove           undo that\n"
	      "  --check            tell what is registered, and change nothing\n"
	      "  --profile FOLDER   the profile's folder or name, if not the usual one\n"
	      "  --modules FOLDER   where the modules are, if not where they were installed\n\n"
	      "Programs:"));
	for (size_t i = 0; i < PROGRAM_COUNT; i++)
		printf("  %-12s %s\n", programs[i].name, _(programs[i].help));
}

static int
set_action(struct command *command, const char *verb, enum setup_action action)
{
	if (command->action != SETUP_ADD && command->action != action)
		return verb_misused(verb, "%s", _("--remove and --check exclude each other"));
	command->action = action;
	return STATUS_DONE;
}

static int
parse(struct command *command, int argc, char **argv)
{
	int option, status = STATUS_DONE;

	while (status == STATUS_DONE && (option = verb_option(argc, argv, options)) != -1) {
		switch (option) {
		case 'h':
			command->help = true;
			break;
		case OPTION_REMOVE:
			status = set_action(command, argv[0], SETUP_REMOVE);
			break;
		case OPTION_CHECK:
			status = set_action(command, argv[0], SETUP_CHECK);
			break;
		case OPTION_PROFILE:
			command->profile = optarg;
			break;
		case OPTION_MODULES:
			command->modules = optarg;
			break;
		default:
			status = STATUS_USAGE;
		}
	}
	return status;
}

static const struct program *
find_program(const char *name)
{
	for (size_t i = 0; i < PROGRAM_COUNT; i++)
		if (strcmp(programs[i].name, name) == 0)
			return &programs[i];
	return NULL;
}

static int
run_program(const struct program *program, const struct command *command)
{
	struct setup_request request = {
	    .action = command->action,
	    .title = program->title,
	    .details = program->details,
	    .module = program->module,
	    .library = module_path(command->modules, program->module->file),
	    .profile = command->profile,
	    .snap = program->snap,
	    .flatpak = program->flatpak,
	};
	int status = STATUS_FAILED;

	if (command->action != SETUP_ADD || module_check(request.library) == 0)
		status = program->run(&request);
	text_free(&request.library);
	return status;
}

static int
run(int argc, char **argv)
{
	struct command command = {.action = SETUP_ADD};
	const struct program *program;
	int status = parse(&command, argc, argv);

	if (status != STATUS_DONE)
		return status;
	if (command.help) {
		print_help();
		return STATUS_DONE;
	}
	if (optind == argc)
		return verb_misused(argv[0], "%s", _("the program's name is missing"));
	if (argc - optind > 1)
		return verb_misused(argv[0], "%s", _("one program at a time"));
	program = find_program(argv[optind]);
	if (program == NULL)
		return verb_misused(
		    argv[0], _("\"%s\" is not a program that it knows"), argv[optind]);
	if (command.profile != NULL && !program->has_profiles)
		return verb_misused(argv[0], _("%s has no profiles"), program->title);
	return run_program(program, &command);
}

const struct verb verb_setup = {
    .name = "setup",
    .summary = N_("make a program use the card, or undo it"),
    .run = run,
    .help = print_help,
};
