/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "columns.h"
#include "doctor_report.h"
#include "message.h"
#include "report_profiles.h"
#include "text.h"

/* Where the texts of findings begin. */
#define COLUMN 15

/* Is it a serial number in a reader's name: letters and digits between brackets, many of them
 * digits? */
static bool
is_number(const char *text, size_t length)
{
	size_t digits = 0;

	for (size_t i = 0; i < length; i++) {
		if (!isalnum((unsigned char)text[i]))
			return false;
		digits += isdigit((unsigned char)text[i]) != 0;
	}
	return digits >= 4;
}

void
doctor_report_hide_numbers(char *text)
{
	for (char *open = strchr(text, '('); open != NULL; open = strchr(open + 1, '(')) {
		size_t length = strcspn(open + 1, ")");

		if (is_number(open + 1, length))
			memset(open + 1, 'X', length);
	}
}

/* Print the name of the system, from os-release. */
static void
print_system(void)
{
	FILE *file = fopen("/etc/os-release", "re");
	char line[256];
	struct utsname kernel;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, "PRETTY_NAME=", 12) == 0)
			printf("system   %s", line + 12);
	if (file != NULL)
		fclose(file);
	if (uname(&kernel) == 0)
		printf("kernel   %s %s %s\n", kernel.sysname, kernel.release, kernel.machine);
}

/* Replace a word wherever it occurs. */
static void
hide(char **text, const char *word, const char *with)
{
	char *hidden = report_without(*text, word, with);
	text_free(text);
	*text = hidden;
}

/* Replace the folders of profiles, the home folder (by both paths if it is a link), and the
 * person's name elsewhere. */
static char *
without_person(const char *text)
{
	const char *home = getenv("HOME");
	const struct passwd *user = getpwuid(getuid());
	char *hidden = report_without_profiles(text), *real = NULL, *name = NULL;

	if (home != NULL && home[0] == '/' && home[1] != '\0') {
		real = realpath(home, NULL);
		hide(&hidden, home, "~");
		hide(&hidden, real, "~");
	}
	if (user != NULL) {
		name = text_format("/%s/", user->pw_name);
		hide(&hidden, name, "/USER/");
	}
	free(real);
	text_free(&name);
	return hidden;
}

/* Print the findings. Readers' names may contain serial numbers, and paths the person's name. */
static void
print_findings(const struct diagnosis *diagnosis)
{
	static const char *const marks[] = {
	    [MARK_GOOD] = "ok",
	    [MARK_NEUTRAL] = "--",
	    [MARK_BAD] = "!!",
	};

	for (size_t i = 0; i < diagnosis->count; i++) {
		const struct finding *finding = &diagnosis->rows[i];
		char *text = without_person(finding->text);
		char *label = text_format("%s %s", marks[finding->mark], finding->id);

		doctor_report_hide_numbers(text);
		columns_row(0, COLUMN, label, text);
		text_free(&text);
		text_free(&label);
	}
}

void
doctor_report(const struct diagnosis *diagnosis)
{
	printf("jpki     %s\n", JPKI_VERSION);
	print_system();
	printf("openssl  %s\n\n", OpenSSL_version(OPENSSL_VERSION));
	print_findings(diagnosis);
}
