/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "control_socket.h"
#include "fail.h"
#include "folder.h"
#include "run.h"

#define DEFAULT_PORT "35963"
#define EXIT_USAGE 2
/* The most quirks and delays on the command line. */
#define SETTINGS_MAX 64

/* The options without a short form. */
#define OPTION_TABLE(OPTION)                                                                       \
	OPTION(OPTION_HOST, "host", required_argument)                                             \
	OPTION(OPTION_PORT, "port", required_argument)                                             \
	OPTION(OPTION_STATE, "state", required_argument)                                           \
	OPTION(OPTION_CONTROL, "control", required_argument)                                       \
	OPTION(OPTION_QUIRK, "quirk", required_argument)                                           \
	OPTION(OPTION_DELAY, "delay", required_argument)                                           \
	OPTION(OPTION_READY_FD, "ready-fd", required_argument)                                     \
	OPTION(OPTION_READY_FILE, "ready-file", required_argument)                                 \
	OPTION(OPTION_EJECTED, "ejected", no_argument)                                             \
	OPTION(OPTION_PIN_AUTHENTICATION, "pin-authentication", required_argument)                 \
	OPTION(OPTION_PIN_SIGNATURE, "pin-signature", required_argument)                           \
	OPTION(OPTION_SERIAL, "serial", required_argument)                                         \
	OPTION(OPTION_NAME, "name", required_argument)                                             \
	OPTION(OPTION_BIRTH_DATE, "birth-date", required_argument)                                 \
	OPTION(OPTION_SEX, "sex", required_argument)                                               \
	OPTION(OPTION_ADDRESS, "address", required_argument)                                       \
	OPTION(OPTION_PREFECTURE, "prefecture", required_argument)                                 \
	OPTION(OPTION_TOWN, "town", required_argument)                                             \
	OPTION(OPTION_OCSP_ADDRESS, "ocsp-address", required_argument)

#define OPTION_CONSTANT(constant, name, argument) constant,
#define OPTION_ROW(constant, name, argument) {name, argument, NULL, constant},

enum option_code { /* NOLINT(cert-int09-c,readability-enum-initial-value) */
	OPTION_HELP = 'h',
	OPTION_VERSION = 'V',
	OPTION_LAST_LETTER = 255,
	OPTION_TABLE(OPTION_CONSTANT)
};

static const struct option long_options[] = {
    OPTION_TABLE(OPTION_ROW){"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

typedef int (*setter)(
    struct vcard *card, const char *name, const char *value, struct vcard_error *error);

struct setting {
	setter set;
	char *name; /* allocated */
	const char *value;
};

struct program {
	struct vcard_options card;
	struct run_options run;
	struct setting settings[SETTINGS_MAX];
	size_t setting_count;
	char *state, *control; /* allocated */
};

static void
print_help(void)
{
	const struct vcard_quirk *row;

	printf("Usage: jpki-vcard [run] [OPTION]...\n"
	       "       jpki-vcard ctl SOCKET COMMAND...\n"
	       "       jpki-vcard export DIR [OPTION]...\n\n"
	       "A My Number card in software, in the virtual reader of vsmartcard-vpcd.\n"
	       "run (the default) is the card until a signal or the command quit; ctl sends it\n"
	       "a command (\"help\" lists them); export writes the certificates as PEM files.\n\n"
	       "  --host HOST, --port PORT   the reader (127.0.0.1, " DEFAULT_PORT ")\n"
	       "  --state DIR                keys, PINs, counters, ledger\n"
	       "                             (${XDG_STATE_HOME:-~/.local/state}/jpki-vcard)\n"
	       "  --control SOCKET           control socket (control in the state folder)\n"
	       "  --quirk NAME=VALUE         a habit of the card, see below; repeatable\n"
	       "  --delay WHAT=MICROSECONDS  exchange, byte, signature or pin; repeatable\n"
	       "  --ready-fd N, --ready-file FILE\n"
	       "                             say \"ready\" there once a reader saw the card\n"
	       "  --ejected                  begin with the card out of the reader\n"
	       "  --pin-authentication PIN   4 digits (1234)\n"
	       "  --pin-signature PASSWORD   6 to 16 of A-Z and 0-9 (ABC123)\n"
	       "  --serial TEXT              of the card\n"
	       "  --name TEXT, --birth-date EYYYYMMDD, --sex 1|2|3, --address TEXT,\n"
	       "  --prefecture TEXT, --town TEXT\n"
	       "                             the citizen; a change makes new certificates\n"
	       "  --ocsp-address URL         an OCSP responder that the certificates name (\"\")\n"
	       "  --help, --version\n\n"
	       "Quirks (the first value is the default):\n");
	for (size_t i = 0; (row = vcard_quirk(i)) != NULL; i++) {
		printf("  %s=", row->name);
		for (size_t j = 0; row->values[j] != NULL; j++)
			printf("%s%s", j > 0 ? "|" : "", row->values[j]);
		printf("\n      %s\n", row->help);
	}
}

/* Keep NAME=VALUE until the card exists. */
static int
add_setting(struct program *program, setter set, const char *text, struct vcard_error *error)
{
	const char *equals = strchr(text, '=');
	char *name;

	if (equals == NULL || equals == text)
		return fail(error, "\"%s\" is not NAME=VALUE", text);
	if (program->setting_count == SETTINGS_MAX)
		return fail(error, "more than %d quirks and delays", SETTINGS_MAX);
	name = strndup(text, (size_t)(equals - text));
	if (name == NULL)
		return fail(error, "out of memory");
	program->settings[program->setting_count++] = (struct setting){set, name, equals + 1};
	return 0;
}

static int
set_descriptor(struct program *program, const char *text, struct vcard_error *error)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end == text || *end != '\0' || number < 0 || number > INT_MAX)
		return fail(error, "\"%s\" is not a file descriptor", text);
	program->run.ready_fd = (int)number;
	return 0;
}

static int
set_port(struct program *program, const char *text, struct vcard_error *error)
{
	char *end;
	long number = strtol(text, &end, 0);

	if (end == text || *end != '\0' || number < 1 || number > 65535)
		return fail(error, "\"%s\" is not a port, 1 to 65535", text);
	program->run.port = text;
	return 0;
}

/* Where the value of an option with a plain text goes; NULL for other options. */
static const char **
text_option(struct program *program, int option)
{
	switch (option) {
	case OPTION_HOST:
		return &program->run.host;
	case OPTION_STATE:
		return &program->card.directory;
	case OPTION_CONTROL:
		return &program->run.control;
	case OPTION_READY_FILE:
		return &program->run.ready_file;
	case OPTION_PIN_AUTHENTICATION:
		return &program->card.pins[VCARD_PIN_AUTHENTICATION];
	case OPTION_PIN_SIGNATURE:
		return &program->card.pins[VCARD_PIN_SIGNATURE];
	case OPTION_SERIAL:
		return &program->card.serial;
	case OPTION_NAME:
		return &program->card.citizen.name;
	case OPTION_BIRTH_DATE:
		return &program->card.citizen.birth_date;
	case OPTION_SEX:
		return &program->card.citizen.sex;
	case OPTION_ADDRESS:
		return &program->card.citizen.address;
	case OPTION_PREFECTURE:
		return &program->card.citizen.prefecture;
	case OPTION_TOWN:
		return &program->card.citizen.town;
	case OPTION_OCSP_ADDRESS:
		return &program->card.citizen.ocsp_address;
	default:
		return NULL;
	}
}

static int
set_option(struct program *program, int option, const char *value, struct vcard_error *error)
{
	const char **text = text_option(program, option);

	if (text != NULL) {
		*text = value;
		return 0;
	}
	switch (option) {
	case OPTION_PORT:
		return set_port(program, value, error);
	case OPTION_QUIRK:
		return add_setting(program, vcard_quirk_set, value, error);
	case OPTION_DELAY:
		return add_setting(program, vcard_delay_set, value, error);
	case OPTION_READY_FD:
		return set_descriptor(program, value, error);
	case OPTION_EJECTED:
		program->run.ejected = true;
		return 0;
	default:
		return fail(error, "jpki-vcard --help lists the options");
	}
}

static int
default_state(struct program *program, struct vcard_error *error)
{
	const char *base = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	int length;

	if (program->card.directory != NULL)
		return 0;
	if (base != NULL && *base == '/')
		length = asprintf(&program->state, "%s/jpki-vcard", base);
	else if (home != NULL && *home != '\0')
		length = asprintf(&program->state, "%s/.local/state/jpki-vcard", home);
	else
		return fail(error, "there is no HOME; name the state folder with --state");
	if (length < 0)
		return fail(error, "out of memory");
	program->card.directory = program->state;
	return 0;
}

static int
default_control(struct program *program, struct vcard_error *error)
{
	if (program->run.control != NULL)
		return 0;
	program->control = folder_path(program->card.directory, "control");
	program->run.control = program->control;
	return program->control != NULL ? 0 : fail(error, "out of memory");
}

/* Returns 0 to go on, 1 if only help or version was asked for (and printed), -1 with *error set. */
static int
parse(struct program *program, int argc, char **argv, struct vcard_error *error)
{
	int option;

	while ((option = getopt_long(argc, argv, "hV", long_options, NULL)) != -1) {
		if (option == OPTION_HELP) {
			print_help();
			return 1;
		}
		if (option == OPTION_VERSION) {
			printf("jpki-vcard %s\n", JPKI_VERSION);
			return 1;
		}
		if (set_option(program, option, optarg, error) != 0)
			return -1;
	}
	return default_state(program, error);
}

static int
apply_settings(const struct program *program, struct vcard *card, struct vcard_error *error)
{
	for (size_t i = 0; i < program->setting_count; i++) {
		const struct setting *setting = &program->settings[i];

		if (setting->set(card, setting->name, setting->value, error) != 0)
			return -1;
	}
	return 0;
}

static int
command_run(struct program *program, struct vcard_error *error)
{
	struct vcard *card = NULL;
	int result;

	if (default_control(program, error) != 0 || vcard_new(&card, &program->card, error) != 0)
		return -1;
	result = apply_settings(program, card, error);
	if (result == 0)
		result = run_card(card, &program->run, error);
	vcard_free(&card);
	return result;
}

static int
command_export(struct program *program, const char *directory, struct vcard_error *error)
{
	struct vcard_pki *pki = NULL;
	int result;

	if (directory == NULL)
		return fail(error, "export needs a folder: jpki-vcard export DIR");
	if (vcard_pki_open(&pki, program->card.directory, &program->card.citizen, error) != 0)
		return -1;
	result = vcard_pki_export(pki, directory, error);
	vcard_pki_free(&pki);
	return result;
}

/* Join the words to one line. False if it is too long. */
static bool
join(char line[CONTROL_LINE_MAX], char **words, int count)
{
	size_t length = 0;

	for (int i = 0; i < count; i++) {
		size_t room = CONTROL_LINE_MAX - 1 - length;
		int added = snprintf(line + length, room, "%s ", words[i]);

		if (added < 0 || (size_t)added >= room)
			return false;
		length += (size_t)added;
	}
	return length > 0;
}

static int
command_ctl(int argc, char **argv)
{
	struct vcard_error error;
	char line[CONTROL_LINE_MAX] = "";
	int result;

	if (argc < 3 || !join(line, argv + 2, argc - 2)) {
		fprintf(stderr,
		    "jpki-vcard: ctl needs a socket and a command of at most %d bytes\n",
		    CONTROL_LINE_MAX - 2);
		return EXIT_USAGE;
	}
	result = control_socket_ask(argv[1], line, stdout, &error);
	if (result < 0)
		fprintf(stderr, "jpki-vcard: %s\n", error.text);
	return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The command if the first word is one, removed from the arguments; otherwise "run". */
static const char *
take_command(int *argc, char ***argv)
{
	const char *command = "run";

	if (*argc > 1 && (*argv)[1][0] != '-') {
		command = (*argv)[1];
		++*argv;
		--*argc;
	}
	return command;
}

int
main(int argc, char **argv)
{
	struct program program = {
	    .run = {.host = "127.0.0.1", .port = DEFAULT_PORT, .ready_fd = -1},
	};
	struct vcard_error error = {.text = ""};
	const char *command = take_command(&argc, &argv);
	int result;

	if (strcmp(command, "ctl") == 0)
		return command_ctl(argc, argv);
	result = parse(&program, argc, argv, &error);
	if (result == 0 && strcmp(command, "run") == 0 && optind == argc)
		result = command_run(&program, &error);
	else if (result == 0 && strcmp(command, "export") == 0 && argc - optind <= 1)
		result = command_export(&program, argv[optind], &error);
	else if (result == 0)
		result = fail(&error, "\"%s\" is not understood; see jpki-vcard --help",
		    optind < argc ? argv[optind] : command);
	if (result < 0)
		fprintf(stderr, "jpki-vcard: %s\n", error.text);
	for (size_t i = 0; i < program.setting_count; i++)
		free(program.settings[i].name);
	free(program.state);
	free(program.control);
	return result < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
