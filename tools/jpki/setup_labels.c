/* SPDX-License-Identifier: BSD-2-Clause */
/* The labels of tokens in programs that ask for their PINs: the Japanese labels say what the PIN
 * looks like. They are settings for that program only, because URIs and scripts use the English
 * labels. */
#include <string.h>

#include "message.h"
#include "own_setting.h"
#include "setup.h"
#include "text.h"
#include "verb.h"

#define ENGLISH "en" /* the default */

static struct own_setting
setting_of(const char *program, const char *value)
{
	return (struct own_setting){
	    .section = "token", .program = program, .name = "labels", .value = value};
}

/* --- one name of the program's file: each gives 0, or -1 (told), and *path if there is something
 * to tell --- */

static int
make_one(const struct setup_request *request, const char *program, char **path)
{
	struct own_setting setting = setting_of(program, request->labels);
	struct own_found found;
	int result = own_setting_find(&setting, false, &found);

	if (result != 0 || found.value == NULL || found.is_ours) {
		if (result == 0)
			result = own_setting_make(&setting, path);
	} else {
		tell(_("%s: tokens are named by a setting of yours in %s, which stays."),
		    request->title, found.path);
	}
	own_found_free(&found);
	return result;
}

static int
remove_one(const char *program, char **path)
{
	struct own_setting setting = setting_of(program, ENGLISH);
	char *place = NULL;
	int result = own_setting_remove(&setting, &place);

	if (result > 0)
		*path = place;
	else
		text_free(&place);
	return result < 0 ? -1 : 0;
}

/* --- all of them ------------------------------------------------------------------------------ */

static int
make(const struct setup_request *request)
{
	char *path = NULL;
	int result = 0;

	for (const char *const *program = request->programs; *program != NULL && result == 0;
	     program++) {
		text_free(&path);
		result = make_one(request, *program, &path);
	}
	if (result == 0 && path != NULL)
		tell(_("%s: tokens are named in \"%s\", by %s."), request->title, request->labels,
		    path);
	text_free(&path);
	return result;
}

static int
unmake(const struct setup_request *request)
{
	char *path = NULL;
	int result = 0;

	for (const char *const *program = request->programs; *program != NULL && result == 0;
	     program++) {
		char *place = NULL;

		result = remove_one(*program, &place);
		if (place != NULL) {
			text_free(&path);
			path = place;
		}
	}
	if (path != NULL)
		tell(_("%s: removed the language of the tokens from %s."), request->title, path);
	text_free(&path);
	return result;
}

/* Find the program's setting, by the first of its names that has one. */
static int
find(const struct setup_request *request, struct own_found *found)
{
	int result = 0;

	*found = (struct own_found){0};
	for (const char *const *program = request->programs;
	     *program != NULL && result == 0 && found->value == NULL; program++) {
		struct own_setting setting = setting_of(*program, ENGLISH);

		result = own_setting_find(&setting, true, found);
	}
	return result;
}

/* Only in a language with a translation: labels in Japanese do not help those who read English. */
static void
advise_labels(const struct setup_request *request)
{
	static const char advice[] =
	    N_("So that the window says which PIN it wants: jpki setup %s --labels ja");
	const char *translated = _(advice);

	if (strcmp(translated, advice) != 0)
		tell(_("So that the window says which PIN it wants: jpki setup %s --labels ja"),
		    request->name);
}

static int
look(const struct setup_request *request)
{
	struct own_found found;
	int result = find(request, &found);

	if (result == 0 && found.value == NULL && request->action == SETUP_ADD)
		advise_labels(request);
	else if (found.value != NULL && request->action == SETUP_CHECK)
		tell(_("%s: tokens are named in \"%s\", by %s."), request->title, found.value,
		    found.path);
	own_found_free(&found);
	return result;
}

static int
act(const struct setup_request *request)
{
	switch (request->action) {
	case SETUP_REMOVE:
		/* other profiles may still use it */
		return request->profile == NULL ? unmake(request) : 0;
	case SETUP_ADD:
		return request->labels != NULL ? make(request) : look(request);
	case SETUP_CHECK:
		return look(request);
	default:
		return 0;
	}
}

int
setup_labels(const struct setup_request *request, int status)
{
	if (request->programs == NULL || (status != STATUS_DONE && request->action != SETUP_CHECK))
		return status;
	return act(request) == 0 ? status : STATUS_FAILED;
}
