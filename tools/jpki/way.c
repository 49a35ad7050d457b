/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "text.h"
#include "way.h"

/* The kernel's limit (path_resolution(7)). */
#define LINKS_MAX 40

static void
leave(struct way *way)
{
	if (way->folder >= 0)
		(void)close(way->folder);
	way->folder = -1;
}

/* Go to another folder. Takes over the descriptor and the path. */
static void
enter(struct way *way, int folder, char *path)
{
	leave(way);
	text_free(&way->path);
	way->folder = folder;
	way->path = path;
}

static void
enter_root(struct way *way)
{
	enter(way, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), text_copy("", 0));
}

static void
enter_parent(struct way *way)
{
	const char *slash = strrchr(way->path, '/');
	size_t length = slash != NULL ? (size_t)(slash - way->path) : 0;

	enter(way, openat(way->folder, "..", O_PATH | O_DIRECTORY | O_CLOEXEC),
	    text_copy(way->path, length));
}

static void
enter_child(struct way *way, int folder, const char *name, const struct stat *info)
{
	enter(way, folder, text_format("%s/%s", way->path, name));
	if (geteuid() == 0 && info->st_uid != 0) {
		text_free(&way->strangers);
		way->strangers = text_copy(way->path, strlen(way->path));
	}
}

static int
tell_failure(const struct way *way, const char *name, int reason)
{
	complain(_("cannot read %s/%s: %s"), way->path, name, strerror(reason));
	return -1;
}

/* The target of a link, followed by the rest of the way; the caller frees it. NULL if the link
 * must not be followed. */
static char *
follow(struct way *way, int link, const struct stat *info, const char *name, const char *rest)
{
	char target[PATH_MAX];
	ssize_t length;

	if (geteuid() == 0 && info->st_uid != 0) {
		complain(_("%s/%s is a link of another user's: run this as that user, not as root"),
		    way->path, name);
		return NULL;
	}
	length = readlinkat(link, "", target, sizeof(target) - 1);
	if (length < 0 || ++way->links > LINKS_MAX) {
		(void)tell_failure(way, name, length < 0 ? errno : ELOOP);
		return NULL;
	}
	target[length] = '\0';
	if (target[0] == '/')
		enter_root(way);
	return text_format("%s/%s", target, rest);
}

/* Arrive at the file: the path becomes the file's. */
static void
arrive(struct way *way, const char *name)
{
	char *path = text_format("%s/%s", way->path, name);

	text_free(&way->path);
	way->path = path;
}

/* Go on with the rest, or arrive: this folder itself is the file. */
static char *
go_on(struct way *way, const char *rest)
{
	if (*rest != '\0')
		return text_copy(rest, strlen(rest));
	arrive(way, ".");
	return NULL;
}

/* End at this name, because what follows it does not exist. */
static char *
end_here(struct way *way, const char *name, const char *rest)
{
	if (*rest != '\0')
		leave(way);
	arrive(way, name);
	return NULL;
}

/* Take a step by a name other than "." and ".."; takes over the descriptor `number` of what has
 * that name. */
static char *
step_to(struct way *way, int number, const char *name, const char *rest, int *result)
{
	struct stat info;
	char *left = NULL;

	if (fstat(number, &info) != 0) {
		*result = tell_failure(way, name, errno);
	} else if (S_ISLNK(info.st_mode)) {
		left = follow(way, number, &info, name, rest);
		*result = left != NULL ? 0 : -1;
	} else if (S_ISDIR(info.st_mode) && *rest != '\0') {
		enter_child(way, number, name, &info);
		return go_on(way, rest);
	} else {
		left = end_here(way, name, rest);
	}
	(void)close(number);
	return left;
}

/* Take a step by one name. Returns the rest of the way, which the caller frees; NULL at the end,
 * or if *result is -1. */
static char *
step(struct way *way, const char *name, const char *rest, int *result)
{
	int number;

	if (name[0] == '\0' || strcmp(name, ".") == 0)
		return go_on(way, rest);
	if (strcmp(name, "..") == 0) {
		enter_parent(way);
		return go_on(way, rest);
	}
	number = openat(way->folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (number >= 0)
		return step_to(way, number, name, rest, result);
	if (errno == ENOENT)
		return end_here(way, name, rest);
	*result = tell_failure(way, name, errno);
	return NULL;
}

/* The path from the root; the caller frees it. */
static char *
from_root(const char *path)
{
	char *here, *text;

	if (path[0] == '/')
		return text_copy(path, strlen(path));
	here = getcwd(NULL, 0);
	text = text_format("%s/%s", here != NULL ? here : "", path);
	text_free(&here);
	return text;
}

int
way_go(struct way *way, const char *path)
{
	char *text = from_root(path), *left = text;
	int result = 0;

	*way = (struct way){.folder = -1};
	enter_root(way);
	while (left != NULL) {
		size_t length = strcspn(left, "/");
		char *name = text_copy(left, length);

		text = left;
		left = step(way, name, text + length + strspn(text + length, "/"), &result);
		text_free(&name);
		text_free(&text);
	}
	return result;
}

void
way_end(struct way *way)
{
	if (way->path != NULL)
		leave(way);
	text_free(&way->path);
	text_free(&way->strangers);
}

const char *
way_name(const struct way *way)
{
	return strrchr(way->path, '/') + 1;
}

int
way_open(const struct way *way)
{
	int number = openat(
	    way->folder, way_name(way), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
	struct stat file, folder;

	if (number < 0 || geteuid() != 0)
		return number;
	if (fstat(number, &file) == 0 && fstat(way->folder, &folder) == 0 &&
	    file.st_uid == folder.st_uid)
		return number;
	(void)close(number);
	errno = EPERM;
	return -1;
}
