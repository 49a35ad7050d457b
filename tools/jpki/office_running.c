/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "office_running.h"
#include "text.h"

#define OTHER_INSTALLATION "-env:UserInstallation=file://"

/* Read a file of /proc that consists of texts, each with a NUL, and add one more NUL; the caller
 * frees it. */
static char *
read_texts(const char *process, const char *name)
{
	char *path = text_format("/proc/%s/%s", process, name), *texts = NULL;
	FILE *file = fopen(path, "re");
	size_t size = 0;
	ssize_t length = file != NULL ? getdelim(&texts, &size, EOF, file) : -1;

	text_free(&path);
	if (file != NULL)
		(void)fclose(file);
	if (length > 0) {
		char *copy = text_copy(texts, (size_t)length + 1);

		copy[length] = '\0';
		text_free(&texts);
		return copy;
	}
	text_free(&texts);
	return NULL;
}

/* The rest of the text that begins with `word`; NULL if none does. */
static const char *
find_text(const char *texts, const char *word)
{
	for (const char *text = texts; text != NULL && *text != '\0'; text += strlen(text) + 1)
		if (strncmp(text, word, strlen(word)) == 0)
			return text + strlen(word);
	return NULL;
}

static bool
is_office(const char *process)
{
	char *name = read_texts(process, "comm");
	char *path = text_format("/proc/%s", process);
	struct stat info;
	bool office = name != NULL && strcmp(name, "soffice.bin\n") == 0 &&
		      stat(path, &info) == 0 && info.st_uid == geteuid();

	text_free(&path);
	text_free(&name);
	return office;
}

/* The user installation of a process, by its environment; the caller frees it. */
static char *
usual_installation(const char *environment)
{
	const char *config = find_text(environment, "XDG_CONFIG_HOME=");
	const char *home = find_text(environment, "HOME=");

	if (config != NULL && config[0] == '/')
		return text_format("%s/libreoffice/4", config);
	return home != NULL ? text_format("%s/.config/libreoffice/4", home) : NULL;
}

/* Does the process use this user installation? Yes, if that is not clear. */
static bool
uses(const char *process, const char *installation)
{
	char *arguments = read_texts(process, "cmdline");
	char *environment = read_texts(process, "environ");
	const char *named = find_text(arguments, OTHER_INSTALLATION);
	char *used =
	    named != NULL ? text_copy(named, strlen(named)) : usual_installation(environment);
	bool same = used == NULL || strchr(used, '%') != NULL || strcmp(used, installation) == 0 ||
		    is_same_file(used, installation);

	text_free(&used);
	text_free(&environment);
	text_free(&arguments);
	return same;
}

static bool
some_office_uses(const char *installation)
{
	DIR *processes = opendir("/proc");
	const struct dirent *entry;
	bool found = false;

	while (processes != NULL && !found && (entry = readdir(processes)) != NULL)
		found = isdigit((unsigned char)entry->d_name[0]) && is_office(entry->d_name) &&
			uses(entry->d_name, installation);
	if (processes != NULL)
		(void)closedir(processes);
	return found;
}

bool
office_is_running(const char *installation)
{
	/* The lock file stays when LibreOffice is killed. */
	char *lock = text_format("%s/.lock", installation);
	bool running = is_there(lock) && some_office_uses(installation);

	text_free(&lock);
	return running;
}
