/* SPDX-License-Identifier: BSD-2-Clause */
/* p11-kit: one file for each module, with lines "key: value" (pkcs11.conf(5)). */
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "message.h"
#include "p11kit_text.h"
#include "place.h"
#include "setup.h"
#include "setup_opensc.h"
#include "text.h"
#include "verb.h"

#define FILE_NAME "jpki.module"
#define MADE "# Made by jpki setup, which removes it again with --remove: folders "

/* The person's file, and an existing one for all users. */
struct places {
	char *folder, *path;
	mode_t folder_mode;
	char *system; /* NULL: none */
};

/* --- the text --------------------------------------------------------------------------------- */

static char *
made_text(int folders, const char *library)
{
	return text_format(MADE "%d\nmodule: %s\n", folders, library);
}

/* The number of folders made for the file, if it is unchanged since we made it; otherwise -1. */
static int
folders_of(const char *text)
{
	char *library = p11kit_library(text), *then;
	int folders = text_number(text, MADE);

	if (library == NULL || folders < 0) {
		text_free(&library);
		return -1;
	}
	then = made_text(folders, library);
	if (strcmp(then, text) != 0)
		folders = -1;
	text_free(&then);
	text_free(&library);
	return folders;
}

/* --- the actions ------------------------------------------------------------------------------ */

static int
write_new(const struct setup_request *request, const struct places *places, const struct file *file)
{
	int folders = folders_make(places->folder, places->folder_mode);
	char *text;
	int result;

	if (folders < 0)
		return STATUS_FAILED;
	text = made_text(folders, request->library);
	result = file_replace(file, text);
	text_free(&text);
	if (result != 0) {
		folders_remove(places->folder, folders);
		return STATUS_FAILED;
	}
	tell(_("%s: registered %s in %s."), request->title, request->library, file->path);
	return STATUS_DONE;
}

static int
move(const struct setup_request *request, const struct file *file, const char *library)
{
	size_t length = 0;
	const char *place = p11kit_value(file->text, &length);
	char *text = text_format(
	    "%.*s%s%s", (int)(place - file->text), file->text, request->library, place + length);
	int result = file_replace(file, text);

	text_free(&text);
	if (result != 0)
		return STATUS_FAILED;
	tell(_("%s: %s was %s, and is now %s."), request->title, file->path, library,
	    request->library);
	return STATUS_DONE;
}

/* Add the module to an existing file. One that the person has written is not changed. */
static int
add_to_file(const struct setup_request *request, const struct file *file)
{
	char *library = p11kit_library(file->text);
	int status = STATUS_FAILED;

	if (library == NULL) {
		complain(_("%s names no module: remove it, then run this again"), file->path);
	} else if (is_same_file(library, request->library)) {
		tell(_("%s: %s is there already, in %s."), request->title, library, file->path);
		status = STATUS_DONE;
	} else if (folders_of(file->text) < 0) {
		complain(_("%s is not as jpki has made it, and names another module (%s): change "
			   "that line, or remove the file and run this again"),
		    file->path, library);
	} else {
		status = move(request, file, library);
	}
	text_free(&library);
	return status;
}

/* Whether exactly this module is registered for all users. */
static bool
is_for_all(const struct setup_request *request, const struct places *places)
{
	struct file system = {0};
	char *library = NULL;
	bool is = false;

	if (places->system != NULL && file_read(&system, places->system) == 0)
		library = p11kit_library(system.text);
	if (library != NULL)
		is = is_same_file(library, request->library);
	text_free(&library);
	file_free(&system);
	return is;
}

static int
add(const struct setup_request *request, const struct places *places, const struct file *file)
{
	if (file->exists)
		return add_to_file(request, file);
	if (!is_for_all(request, places)) /* the person's file overrides that one */
		return write_new(request, places, file);
	tell(_("%s: it is registered for all users already, in %s."), request->title,
	    places->system);
	return STATUS_DONE;
}

/* Check what a file says about the module. */
static int
check_file(const struct setup_request *request, const struct file *file)
{
	char *library = p11kit_library(file->text);
	int status = STATUS_FAILED;

	if (library == NULL)
		tell(_("%s: %s names no module."), request->title, file->path);
	else
		tell(_("%s: %s is registered in %s."), request->title, library, file->path);
	if (request->registered != NULL)
		*request->registered = true;
	if (library == NULL)
		;
	else if (!is_there(library))
		tell(_("%s: %s does not exist."), request->title, library);
	else if (!is_same_file(library, request->library))
		tell(_("%s: it should be %s; \"jpki setup\" without --check changes it."),
		    request->title, request->library);
	else
		status = STATUS_DONE;
	text_free(&library);
	return status;
}

static int
check(const struct setup_request *request, const struct places *places, const struct file *file)
{
	struct file system = {0};
	int status = STATUS_FAILED;

	if (file->exists)
		return check_file(request, file);
	if (places->system == NULL) {
		tell(_("%s: not registered in %s."), request->title, file->path);
		return STATUS_FAILED;
	}
	if (file_read(&system, places->system) == 0)
		status = check_file(request, &system);
	file_free(&system);
	return status;
}

/* Tell of the file for all users, which --remove does not remove. */
static void
tell_system(const struct setup_request *request, const struct places *places)
{
	if (places->system != NULL)
		tell(_("%s: the file for all users stays: %s."), request->title, places->system);
}

static int
remove_made(
    const struct setup_request *request, const struct places *places, const struct file *file)
{
	int folders;

	if (!file->exists) {
		tell(_("%s: not registered in %s."), request->title, file->path);
		tell_system(request, places);
		return STATUS_DONE;
	}
	folders = folders_of(file->text);
	if (folders < 0) {
		complain(
		    _("%s is not as jpki has made it: it stays; delete it yourself if you want"),
		    file->path);
		return STATUS_FAILED;
	}
	if (file_remove(file) != 0)
		return STATUS_FAILED;
	folders_remove(places->folder, folders);
	tell(_("%s: removed %s."), request->title, file->path);
	tell_system(request, places);
	return STATUS_DONE;
}

static int
act(const struct setup_request *request, const struct places *places, const struct file *file)
{
	switch (request->action) {
	case SETUP_CHECK:
		return check(request, places, file);
	case SETUP_WITH_OPENSC:
		return STATUS_DONE;
	case SETUP_REMOVE:
		return remove_made(request, places, file);
	default:
		return add(request, places, file);
	}
}

/* --- where ------------------------------------------------------------------------------------ */

/* The file in one of the folders for all users. */
static char *
find_system(bool is_root)
{
	if (!is_root && is_there(P11_KIT_SYSTEM "/" FILE_NAME))
		return text_copy(
		    P11_KIT_SYSTEM "/" FILE_NAME, strlen(P11_KIT_SYSTEM "/" FILE_NAME));
	if (is_there(P11_KIT_PACKAGES "/" FILE_NAME))
		return text_copy(
		    P11_KIT_PACKAGES "/" FILE_NAME, strlen(P11_KIT_PACKAGES "/" FILE_NAME));
	return NULL;
}

int
setup_p11kit(const struct setup_request *request)
{
	/* For root p11-kit reads no personal files, so root's are for all users. */
	bool is_root = geteuid() == 0;
	struct places places = {0};
	struct file file = {0};
	int status = STATUS_FAILED;

	if (!is_root && place_check(request->action != SETUP_CHECK) != 0)
		return STATUS_FAILED;
	places.folder = is_root ? text_copy(P11_KIT_SYSTEM, strlen(P11_KIT_SYSTEM))
				: place_config("pkcs11/modules");
	places.folder_mode = is_root ? 0755 : 0700;
	places.path = text_format("%s/" FILE_NAME, places.folder);
	places.system = find_system(is_root);
	if (file_read(&file, places.path) == 0) {
		file.new_mode = is_root ? 0644 : 0600;
		status = setup_opensc_in_p11_kit(request, act(request, &places, &file));
	}
	file_free(&file);
	text_free(&places.folder);
	text_free(&places.path);
	text_free(&places.system);
	return status;
}
