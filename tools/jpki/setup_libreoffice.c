/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "confined.h"
#include "file.h"
#include "message.h"
#include "nss_database.h"
#include "office_running.h"
#include "office_text.h"
#include "office_window.h"
#include "place.h"
#include "registry_nss.h"
#include "text.h"
#include "verb.h"

/* Beginning of the note in a new file. */
#define NOTE "folders "

/* What is set up: a database that has the module, and the setting that names the database. */
struct office {
	char *installation; /* LibreOffice's folder for this person */
	char *folder;	    /* folder of the settings */
	char *database;
	struct file settings;
	char *now; /* the database that the settings name; NULL: LibreOffice looks for one */
};

/* --- reading ---------------------------------------------------------------------------------- */

/* Set the folders of an installation; NULL: the usual one. */
static void
name_folders(struct office *office, const char *profile)
{
	office->installation =
	    profile != NULL ? place_absolute(profile) : place_config("libreoffice/4");
	office->folder = text_format("%s/user", office->installation);
}

static void
forget(struct office *office)
{
	file_free(&office->settings);
	text_free(&office->now);
	text_free(&office->folder);
	text_free(&office->installation);
}

static int
read_settings(struct office *office)
{
	char *path = text_format("%s/registrymodifications.xcu", office->folder);
	int result = file_read(&office->settings, path);

	if (result == 0 && office->settings.exists)
		result = office_text_read(office->settings.text, &office->now);
	if (result != 0 && office->settings.text != NULL)
		complain(_("%s is not as LibreOffice writes it: nothing was changed there"), path);
	text_free(&path);
	return result;
}

/* --- the setting ------------------------------------------------------------------------------ */

static bool
is_set(const struct office *office)
{
	return office->now != NULL && strcmp(office->now, office->database) == 0;
}

/* Check that the setting can be written, before anything is done. */
static int
may_change(const struct setup_request *request, const struct office *office)
{
	if (!office_is_running(office->installation))
		return 0;
	complain(
	    _("%s is running, and would undo the change when it ends: end it, then run this again"),
	    request->title);
	return -1;
}

static int
write_text(const struct office *office, char *text)
{
	int result;

	if (text == NULL) {
		complain(_("%s is not as LibreOffice writes it: nothing was changed there"),
		    office->settings.path);
		return -1;
	}
	result = file_replace(&office->settings, text);
	text_free(&text);
	return result;
}

static int
set_in_new_file(const struct office *office)
{
	int folders = folders_make(office->folder, 0700);
	char *note, *text;
	int result;

	if (folders < 0)
		return -1;
	note = text_format(NOTE "%d", folders);
	text = office_text_new(note);
	result = write_text(office, office_text_with(text, office->database));
	if (result != 0)
		folders_remove(office->folder, folders);
	text_free(&text);
	text_free(&note);
	return result;
}

static int
set(const struct setup_request *request, struct office *office)
{
	int result =
	    office->settings.exists
		? write_text(office, office_text_with(office->settings.text, office->database))
		: set_in_new_file(office);

	if (result == 0)
		tell(_("%s: set its certificate path to %s in %s."), request->title,
		    office->database, office->settings.path);
	return result;
}

static int
unset(const struct setup_request *request, const struct office *office)
{
	char *text = office_text_without(office->settings.text, office->database);
	char *note = text != NULL ? office_text_note(text) : NULL;
	int folders = note != NULL ? text_number(note, NOTE) : -1;
	int result;

	if (folders >= 0) {
		text_free(&text);
		result = file_remove(&office->settings);
		if (result == 0)
			folders_remove(office->folder, folders);
	} else {
		result = write_text(office, text);
	}
	text_free(&note);
	if (result == 0)
		tell(_("%s: removed its certificate path from %s."), request->title,
		    office->settings.path);
	return result;
}

/* --- the actions ------------------------------------------------------------------------------ */

static int
refuse_other(const struct setup_request *request, const struct office *office)
{
	complain(_("%s takes certificates from %s, by a setting of yours: nothing was changed"),
	    request->title, office->now);
	advise("%s",
	    _("To let it use the card, choose another \"Certificate Path\" in LibreOffice (Tools "
	      ">\n"
	      "Options > LibreOffice > Security), or delete the line with \"CertDir\" in this\n"
	      "file, and run this again:"));
	advise("  %s", office->settings.path);
	if (nss_database_exists(office->database)) {
		advise("%s", _("Or start LibreOffice with this in its environment:"));
		advise("  MOZILLA_CERTIFICATE_FOLDER=sql:%s", office->database);
	}
	return STATUS_FAILED;
}

/* Remove the database again, which is useless without the setting. */
static void
take_back(const struct setup_request *request, const struct office *office)
{
	struct setup_request back = *request;
	bool changed;

	back.action = SETUP_REMOVE;
	(void)registry_nss(&back, office->database, NSS_OF_ITS_OWN, &changed);
}

/* Tell how to trust the CA: that is the person's decision, and cards have different CAs. */
static void
advise_trust(const struct setup_request *request, const struct office *office)
{
	char *database = text_for_shell(office->database);

	tell(_("%s: signatures are good, but their certificate is trusted only after this "
	       "command, once, with the card in the reader:"),
	    request->title);
	tell("  certutil -M -d sql:%s \\\n"
	     "    -n 'JPKI Digital Signature:Digital Signature CA' -t ,C,",
	    database);
	text_free(&database);
}

static int
add(const struct setup_request *request, struct office *office)
{
	bool changed;

	if (office->now != NULL && !is_set(office))
		return refuse_other(request, office);
	if (!is_set(office) && may_change(request, office) != 0)
		return STATUS_FAILED;
	if (registry_nss(request, office->database, NSS_OF_ITS_OWN, &changed) != STATUS_DONE)
		return STATUS_FAILED;
	if (!is_set(office)) {
		if (set(request, office) == 0)
			return STATUS_DONE;
		if (changed)
			take_back(request, office);
		return STATUS_FAILED;
	}
	tell(_("%s: its certificate path is %s."), request->title, office->now);
	if (changed && office_is_running(office->installation))
		tell(_("%s is running: restart it."), request->title);
	return STATUS_DONE;
}

static int
check(const struct setup_request *request, const struct office *office)
{
	bool changed;
	int status = registry_nss(request, office->database, NSS_OF_ITS_OWN, &changed);

	if (office_window_check(request->title) != 0)
		status = STATUS_FAILED;
	if (is_set(office)) {
		tell(_("%s: its certificate path is %s."), request->title, office->now);
		return status;
	}
	if (office->now != NULL)
		tell(_("%s: its certificate path is %s, not %s."), request->title, office->now,
		    office->database);
	else
		tell(_("%s: its certificate path is not set."), request->title);
	return STATUS_FAILED;
}

/* Whether the usual installation still uses the database, when another one no longer does. */
static bool
is_needed(const struct office *office)
{
	struct office usual = {.database = office->database};
	bool needed;

	name_folders(&usual, NULL);
	needed = read_settings(&usual) != 0 || is_set(&usual);
	forget(&usual);
	return needed;
}

static int
remove_all(const struct setup_request *request, const struct office *office)
{
	bool changed;

	if (is_set(office) && (may_change(request, office) != 0 || unset(request, office) != 0))
		return STATUS_FAILED;
	if (is_needed(office)) {
		tell(_("%s: %s stays, for the usual installation."), request->title,
		    office->database);
		return STATUS_DONE;
	}
	if (office_window_unset(request->title) != 0)
		return STATUS_FAILED;
	return registry_nss(request, office->database, NSS_OF_ITS_OWN, &changed);
}

static int
add_all(const struct setup_request *request, struct office *office)
{
	bool made = false;
	int status = STATUS_FAILED;

	if (office_window_set(&made) == 0)
		status = add(request, office);
	if (status == STATUS_DONE) {
		(void)office_window_check(request->title);
		advise_trust(request, office);
	} else if (made) {
		(void)office_window_unset(NULL);
	}
	return status;
}

static int
act(const struct setup_request *request, struct office *office)
{
	switch (request->action) {
	case SETUP_CHECK:
		return check(request, office);
	case SETUP_REMOVE:
		return remove_all(request, office);
	default:
		return add_all(request, office);
	}
}

static int
run(const struct setup_request *request, struct office *office)
{
	if (!office_folder_fits(office->database)) {
		complain(_("LibreOffice cannot hold this path: %s"), office->database);
		return STATUS_FAILED;
	}
	return read_settings(office) == 0 ? act(request, office) : STATUS_FAILED;
}

/* Whether there is an installation to set up, or one can be made. */
static bool
is_usable(const struct setup_request *request, const char *installation)
{
	bool exists = is_folder(installation);

	if (request->profile == NULL)
		return exists || !confined_only(request);
	if (!exists)
		complain(_("there is no folder %s"), installation);
	return exists && !confined_folder(request, installation);
}

int
setup_libreoffice(const struct setup_request *request)
{
	struct office office = {0};
	int status = STATUS_FAILED;

	if (place_check(request->action != SETUP_CHECK) != 0)
		return STATUS_FAILED;
	name_folders(&office, request->profile);
	office.database = place_data("jpki/nss-signature");
	if (is_usable(request, office.installation)) {
		status = run(request, &office);
		if (request->profile == NULL)
			confined_too(request);
	}
	text_free(&office.database);
	forget(&office);
	return status;
}
