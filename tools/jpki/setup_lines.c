/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that do not look for modules anywhere: the person has to add lines to their
 * configuration, and gets these lines. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "file.h"
#include "message.h"
#include "place.h"
#include "setup.h"
#include "text.h"
#include "verb.h"

const struct setup_lines_details setup_ssh = {
    .comment = N_("For ~/.ssh/config: log in to a host with the My Number card.\n"
		  "The line for authorized_keys there is the one that this prints:"),
    .lines = "#   ssh-keygen -D @ |\n"
	     "#     grep 'User Authentication$'\n"
	     "Host NAME\n"
	     "    PKCS11Provider @\n",
    .advice = N_("Put these lines at the end of ~/.ssh/config, with the host's name for NAME.\n"
		 "Without them: \"ssh -I MODULE HOST\"; for the agent: \"ssh-add -s MODULE\"."),
    .undo = N_("Nothing is registered. Delete the line PKCS11Provider from ~/.ssh/config, if it is "
	       "there."),
    .file = ".ssh/config",
    .keyword = "PKCS11Provider",
};

const struct setup_lines_details setup_openvpn = {
    .comment =
	N_("For the client's configuration, instead of \"cert\" and \"key\". With the card in\n"
	   "the reader, this prints the ID, as \"Serialized id\":"),
    .lines = "#   openvpn --show-pkcs11-ids @\n"
	     "pkcs11-providers @\n"
	     "pkcs11-id 'ID'\n",
    .advice =
	N_("Put these lines into the client's configuration, with your card's ID. The single\n"
	   "quotes matter: the ID has backslashes."),
    .undo = N_("Nothing is registered. Delete the lines that begin with \"pkcs11-\" from the "
	       "client's configuration."),
};

const struct setup_lines_details setup_java = {
    .comment = N_("A configuration of SunPKCS11. With it in the file FILE:"),
    .lines = "#   keytool -list -keystore NONE -storetype PKCS11 \\\n"
	     "#     -addprovider SunPKCS11 -providerArg FILE\n"
	     "name = jpki-auth\n"
	     "library = @\n"
	     "slotListIndex = 0\n",
    .advice = N_("Put these lines into a file, and name it to keytool and jarsigner with\n"
		 "-providerArg. To sign with the signature key, use jpki-pkcs11-sign.so instead."),
    .undo = N_("Nothing is registered. Delete the file that you have put the lines in."),
};

/* A path in the form that these programs read: in quotes if it has other than plain characters. */
static char *
quoted(const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789/._+-";

	if (path[strspn(path, plain)] == '\0')
		return text_copy(path, strlen(path));
	return text_quoted(path);
}

static void
print_comment(const char *comment)
{
	while (*comment != '\0') {
		size_t length = strcspn(comment, "\n");

		printf("# %.*s\n", (int)length, comment);
		comment += length + (comment[length] == '\n');
	}
}

static void
print_lines(const char *lines, const char *library)
{
	char *path = quoted(library);

	for (; *lines != '\0'; lines++)
		if (*lines == '@')
			fputs(path, stdout);
		else
			putchar(*lines);
	text_free(&path);
}

/* Whether a line of ssh_config(5) sets a keyword to this file. */
static bool
line_names(const char *line, const char *keyword, const char *library)
{
	size_t length;
	char *value;
	bool found;

	line += strspn(line, " \t");
	length = strcspn(line, " \t=\r\n");
	if (length != strlen(keyword) || strncasecmp(line, keyword, length) != 0)
		return false;
	line += length;
	line += strspn(line, " \t=");
	value = *line == '"' || *line == '\'' ? text_unquoted(line)
					      : text_copy(line, strcspn(line, " \t\r\n"));
	found = value != NULL && value[0] == '/' && is_same_file(value, library);
	text_free(&value);
	return found;
}

static bool
text_names(const char *text, const char *keyword, const char *library)
{
	while (*text != '\0' && !line_names(text, keyword, library)) {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return *text != '\0';
}

/* Check whether the configuration names the module, if its file is known. */
static int
check_file(const struct setup_request *request, const struct setup_lines_details *details)
{
	char *path = place_home(details->file);
	struct file file = {0};
	int status = STATUS_FAILED;

	if (file_read(&file, path) == 0) {
		if (text_names(file.text, details->keyword, request->library))
			status = STATUS_DONE;
		if (status == STATUS_DONE)
			tell(_("%s: %s names it."), request->title, path);
		else
			tell(_("%s: %s does not name it."), request->title, path);
	}
	file_free(&file);
	text_free(&path);
	return status;
}

static int
check(const struct setup_request *request, const struct setup_lines_details *details)
{
	if (!is_there(request->library)) {
		tell(_("%s: %s does not exist."), request->title, request->library);
		return STATUS_FAILED;
	}
	tell(_("%s: the module %s is there."), request->title, request->library);
	if (details->file == NULL)
		return STATUS_DONE;
	return place_check(false) == 0 ? check_file(request, details) : STATUS_FAILED;
}

int
setup_lines(const struct setup_request *request)
{
	const struct setup_lines_details *details = request->details;

	switch (request->action) {
	case SETUP_CHECK:
		return check(request, details);
	case SETUP_REMOVE:
		tell("%s", _(details->undo));
		return STATUS_DONE;
	default:
		print_comment(_(details->comment));
		print_lines(details->lines, request->library);
		advise("%s%s", isatty(STDOUT_FILENO) ? "\n" : "", _(details->advice));
		return STATUS_DONE;
	}
}
