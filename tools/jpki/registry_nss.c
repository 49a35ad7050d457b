/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "file.h"
#include "message.h"
#include "nss_database.h"
#include "nss_text.h"
#include "registry_nss.h"
#include "setup_opensc.h"
#include "text.h"
#include "verb.h"

/* The module with both tokens. */
#define WHOLE_MODULE "jpki-pkcs11.so"

/* Beginning of the note in a new file. */
#define NOTE "folders "
/* Whether the database was made together with the file. */
#define MADE "made"
#define KEPT "kept"

/* Modules of the list that concern ours; each is a row of the list, or NULL. */
struct found {
	const struct nss_module *ours;	/* ours, under our name */
	const struct nss_module *again; /* ours, under our name a second time */
	const struct nss_module *other; /* our file, under another name */
	const struct nss_module *twin;	/* another module of ours that shows the same token */
	const struct nss_module *taken; /* our name, for another module */
};

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static const char *
name_of(const struct nss_module *module)
{
	return module->name != NULL ? module->name : "";
}

static bool
is_ours(const struct nss_module *module, const struct setup_request *request)
{
	return module->library != NULL && module->name != NULL &&
	       strcmp(module->name, request->module->name) == 0 &&
	       strcmp(base_name(module->library), request->module->file) == 0;
}

static void
classify(struct found *found, const struct nss_module *module, const struct setup_request *request)
{
	const char *file;
	bool named = module->name != NULL && strcmp(module->name, request->module->name) == 0;

	if (module->library == NULL)
		return;
	file = base_name(module->library);
	if (is_ours(module, request))
		*(found->ours == NULL ? &found->ours : &found->again) = module;
	else if (is_same_file(module->library, request->library))
		found->other = module;
	else if (named)
		found->taken = module;
	else if ((strcmp(file, request->module->file) == 0 || strcmp(file, WHOLE_MODULE) == 0) &&
		 is_there(module->library))
		found->twin = module;
}

/* A second entry of our module, by which the program has the card twice; NULL if there is none. */
static const struct nss_module *
second_of(const struct found *found)
{
	if (found->ours == NULL)
		return NULL;
	return found->again != NULL ? found->again : found->other;
}

static struct found
find(const struct nss_modules *modules, const struct setup_request *request)
{
	struct found found = {0};

	for (size_t i = 0; i < modules->count; i++)
		classify(&found, &modules->rows[i], request);
	return found;
}

/* --- adding ----------------------------------------------------------------------------------- */

/* Tell why the module cannot be added here. False if it can. */
static bool
is_in_the_way(const struct found *found, const struct file *file)
{
	if (found->twin != NULL)
		complain(
		    _("%s has the module \"%s\" (%s), which shows the same card, so that it would "
		      "be there twice: remove that module first"),
		    file->path, name_of(found->twin), found->twin->library);
	else if (found->taken != NULL)
		complain(
		    _("%s has another module of the name \"%s\" (%s): remove or rename it first"),
		    file->path, name_of(found->taken), found->taken->library);
	return found->twin != NULL || found->taken != NULL;
}

static int
move(const struct setup_request *request, const struct file *file, const struct nss_module *module,
    bool *changed)
{
	char *text = nss_text_moved(file->text, module, request->library);
	int result = file_replace(file, text);

	if (result == 0) {
		*changed = true;
		tell(_("%s: \"%s\" was %s, and is now %s (in %s)."), request->title,
		    request->module->name, module->library, request->library, file->path);
	}
	text_free(&text);
	return result == 0 ? STATUS_DONE : STATUS_FAILED;
}

static int
add_new(const struct setup_request *request, const struct file *file, bool *changed)
{
	char *text = nss_text_with(file->text, request->library, request->module->name);
	int result = file_replace(file, text);

	if (result == 0) {
		*changed = true;
		tell(_("%s: registered %s as \"%s\" in %s."), request->title, request->library,
		    request->module->name, file->path);
	}
	text_free(&text);
	return result == 0 ? STATUS_DONE : STATUS_FAILED;
}

static int
add(const struct setup_request *request, const struct file *file, const struct found *found,
    bool *changed)
{
	const struct nss_module *there = found->ours != NULL ? found->ours : found->other;

	if (second_of(found) != NULL) {
		complain(_("%s has the module twice, as \"%s\" and as \"%s\", and so has the "
			   "program the "
			   "card: remove one of them"),
		    file->path, name_of(found->ours), name_of(second_of(found)));
		return STATUS_FAILED;
	}
	if (there == NULL && is_in_the_way(found, file))
		return STATUS_FAILED;
	if (there == NULL)
		return add_new(request, file, changed);
	if (there == found->ours && !is_same_file(there->library, request->library))
		return move(request, file, there, changed);
	tell(_("%s: %s is there already, as \"%s\" in %s."), request->title, there->library,
	    name_of(there), file->path);
	return STATUS_DONE;
}

/* The note in the first line of a new file: what was made, so that we can see later whether it is
 * unchanged, and remove it. */
static char *
note_of(int folders, bool made, const char *state)
{
	return text_format(NOTE "%d,%s,%s", folders, made ? MADE : KEPT, state);
}

/* Make a new list of modules, and the database if the program has not made one. */
static int
add_to_nothing(const struct setup_request *request, struct file *file, const char *folder,
    enum nss_kind kind, bool *changed)
{
	int folders = folders_make(folder, 0700);
	char *note, *state;
	bool made;
	int status;

	if (folders < 0)
		return STATUS_FAILED;
	made = kind == NSS_OF_ITS_OWN && !nss_database_exists(folder) && nss_database_make(folder);
	state = nss_database_state(folder);
	note = note_of(folders, made, state);
	text_free(&file->text);
	file->text = nss_text_new(note);
	status = add_new(request, file, changed);
	if (status != STATUS_DONE) {
		if (made && !is_there(file->path)) /* otherwise another process has made the list */
			nss_database_remove(folder, state);
		folders_remove(folder, folders);
	}
	text_free(&state);
	text_free(&note);
	return status;
}

/* --- checking and removing -------------------------------------------------------------------- */

static int
check(const struct setup_request *request, const struct file *file, const struct found *found)
{
	const struct nss_module *there = found->ours != NULL ? found->ours : found->other;

	if (there == NULL) {
		tell(_("%s: not registered in %s."), request->title, file->path);
		return STATUS_FAILED;
	}
	if (request->registered != NULL)
		*request->registered = true;
	tell(_("%s: %s is registered as \"%s\" in %s."), request->title, there->library,
	    name_of(there), file->path);
	if (!is_there(there->library))
		tell(_("%s: %s does not exist."), request->title, there->library);
	else if (!is_same_file(there->library, request->library))
		tell(_("%s: it should be %s; \"jpki setup\" without --check changes it."),
		    request->title, request->library);
	else if (second_of(found) != NULL)
		tell(_("%s: it is registered a second time, as \"%s\"; remove one of the two."),
		    request->title, name_of(second_of(found)));
	else
		return STATUS_DONE;
	return STATUS_FAILED;
}

/* Write the list, or, if everything is unchanged since we made it, remove all of it. */
static int
write_or_remove(const struct setup_request *request, const struct file *file, const char *folder,
    const char *text)
{
	char *then = nss_text_note(text), *now = NULL, *state = nss_database_state(folder);
	int folders = then != NULL ? text_number(then, NOTE) : -1;
	bool made = folders >= 0 && strstr(then, "," MADE ",") != NULL;
	sigset_t before;
	int result;

	if (folders >= 0)
		now = note_of(folders, made, state);
	if (now == NULL || strcmp(then, now) != 0 || (made && nss_database_is_open(folder))) {
		result = file_replace(file, text);
		if (result == 0 && made)
			tell(_("%s: the database in %s stays: something else is in it by now, or a "
			       "program has it open."),
			    request->title, folder);
	} else {
		signals_hold(&before);
		result = file_remove(file);
		if (result == 0 && made)
			nss_database_remove(folder, state);
		if (result == 0)
			folders_remove(folder, folders);
		signals_release(&before);
	}
	text_free(&then);
	text_free(&now);
	text_free(&state);
	return result;
}

/* The text without our modules; the caller frees it. The last one first, so that the offsets of
 * the others stay valid. */
static char *
text_without_ours(
    const struct setup_request *request, const struct file *file, const struct nss_modules *modules)
{
	char *text = text_copy(file->text, strlen(file->text));

	for (size_t i = modules->count; i-- > 0;) {
		char *shorter;

		if (!is_ours(&modules->rows[i], request))
			continue;
		shorter = nss_text_without(text, &modules->rows[i]);
		text_free(&text);
		text = shorter;
	}
	return text;
}

static int
remove_ours(const struct setup_request *request, const struct file *file, const char *folder,
    const struct nss_modules *modules, bool *changed)
{
	const struct found here = find(modules, request), *found = &here;
	char *text;
	int result;

	if (found->ours == NULL) {
		if (found->other != NULL)
			tell(_("%s: %s is registered as \"%s\" in %s, but not by jpki: it stays."),
			    request->title, found->other->library, name_of(found->other),
			    file->path);
		else
			tell(_("%s: not registered in %s."), request->title, file->path);
		return STATUS_DONE;
	}
	text = text_without_ours(request, file, modules);
	result = write_or_remove(request, file, folder, text);
	text_free(&text);
	if (result != 0)
		return STATUS_FAILED;
	*changed = true;
	for (size_t i = 0; i < modules->count; i++)
		if (is_ours(&modules->rows[i], request))
			tell(_("%s: removed \"%s\" (%s) from %s."), request->title,
			    request->module->name, modules->rows[i].library, file->path);
	return STATUS_DONE;
}

/* --- all of it -------------------------------------------------------------------------------- */

static int
act(const struct setup_request *request, struct file *file, const char *folder, enum nss_kind kind,
    bool *changed)
{
	struct nss_modules modules;
	struct found found;
	int status;

	nss_modules_read(&modules, file->text);
	found = find(&modules, request);
	switch (request->action) {
	case SETUP_CHECK:
		status = check(request, file, &found);
		break;
	case SETUP_REMOVE:
		status = remove_ours(request, file, folder, &modules, changed);
		break;
	default:
		status = file->exists ? add(request, file, &found, changed)
				      : add_to_nothing(request, file, folder, kind, changed);
	}
	nss_modules_free(&modules);
	return status;
}

/* *unread is true if the list cannot be read: that was told. */
static int
do_ours(const struct setup_request *request, const char *folder, enum nss_kind kind, bool *changed,
    bool *unread)
{
	char *path = text_format("%s/pkcs11.txt", folder);
	struct file file = {0};
	int status = STATUS_FAILED;

	if (request->action == SETUP_ADD && !nss_path_fits(request->library))
		complain(_("NSS cannot hold this path of a module: %s"), request->library);
	else if (nss_database_is_old(folder))
		complain(_("the database in %s is of an old kind (secmod.db): start %s once, which "
			   "makes a new one of it, then run this again"),
		    folder, request->title);
	else if (file_read(&file, path) != 0)
		*unread = true;
	else
		status = act(request, &file, folder, kind, changed);
	file_free(&file);
	text_free(&path);
	return status;
}

int
registry_nss(
    const struct setup_request *request, const char *folder, enum nss_kind kind, bool *changed)
{
	int status = STATUS_DONE;
	bool unread = false;

	*changed = false;
	if (request->action != SETUP_WITH_OPENSC)
		status = do_ours(request, folder, kind, changed, &unread);
	if (unread)
		return status;
	return setup_opensc_in_database(request, folder, status, changed);
}
