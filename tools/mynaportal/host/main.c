/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "caller.h"
#include "columns.h"
#include "exit_status.h"
#include "json_memory.h"
#include "message.h"
#include "startup.h"
#include "supervise.h"

#define NAME "jpki-portal-host"

static void
print_help(void)
{
	columns_text(stdout, 0,
	    _("Usage: jpki-portal-host --ask ORIGIN MESSAGE\n"
	      "       jpki-portal-host --help\n"
	      "       jpki-portal-host --version\n\n"
	      "Does with the My Number card what the sites of Mynaportal and e-Tax ask for. A "
	      "browser with its extension starts it; \"jpki setup portal\" sets that up.\n\n"
	      "--ask does one request from a terminal, as a page with that origin would make it, "
	      "and prints the answer:\n"
	      "  jpki-portal-host --ask https://myna.go.jp '{\"mode\":\"04\"}'"));
}

static int
misused(const char *word)
{
	if (word != NULL && strcmp(word, "--ask") == 0)
		complain("%s", _("--ask needs an origin and a message, and nothing more"));
	else if (word != NULL)
		complain(_("\"%s\" is not understood here"), word);
	else
		complain("%s", _("a browser starts this program: \"jpki setup portal\" has it do "
				 "so"));
	advise("%s", _("\"jpki-portal-host --help\" tells more."));
	return STATUS_USAGE;
}

static int
print_and_end(void)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return STATUS_DONE;
	complain("%s", _("what was to be said could not be written"));
	return STATUS_FAILED;
}

static int
do_option(int argc, char **argv)
{
	if (strcmp(argv[1], "--ask") == 0 && argc == 4) {
		int status = supervise_one(argv[2], argv[3]);

		return print_and_end() == STATUS_DONE ? status : STATUS_FAILED;
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		print_help();
	else if (argc == 2 && strcmp(argv[1], "--version") == 0)
		tell(NAME " %s", JPKI_VERSION);
	else
		return misused(argv[1]);
	return print_and_end();
}

int
main(int argc, char **argv)
{
	enum caller caller = caller_of(argc, argv);

	startup_streams();
	json_memory_wipe();
	/* OpenSSL's configuration, which may load other providers, is not used here. */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	startup_language();
	message_speak_as(NAME);
	if (caller != CALLER_NONE)
		return supervise(caller);
	return argc >= 2 ? do_option(argc, argv) : misused(NULL);
}
