/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki setup portal: lets the browsers' extensions for Mynaportal start jpki-portal-host. */
#include <string.h>

#include "file.h"
#include "message.h"
#include "place.h"
#include "portal_advice.h"
#include "portal_browsers.h"
#include "portal_extension.h"
#include "portal_files.h"
#include "portal_ids.h"
#include "portal_manifest.h"
#include "portal_system.h"
#include "setup.h"
#include "text.h"
#include "verb.h"

/* The results so far. */
struct outcome {
	const struct setup_request *request;
	char *program; /* jpki-portal-host */
	bool runs;
	unsigned found; /* number of browsers or, when removing, files */
	bool ready;	/* at least one is ready */
	int status;
};

static json_t *
own_ids(const struct portal_browser *browser)
{
	return json_pack(
	    "[o]", portal_id_in_manifest(portal_extension_id(browser->kind), browser->kind));
}

/* --- the extension ---------------------------------------------------------------------------- */

static void
tell_place(const struct portal_browser *browser, const char *what, const struct portal_place *place)
{
	if (place->enabled && place->barred)
		tell(_("%s: %s is in the profile \"%s\", but may not work on the sites: allow it "
		       "among its permissions in %s."),
		    browser->title, what, place->profile, browser->page);
	else if (place->enabled)
		tell(_("%s: %s is in the profile \"%s\"."), browser->title, what, place->profile);
	else
		tell(_("%s: %s is in the profile \"%s\", but turned off: turn it on in %s."),
		    browser->title, what, place->profile, browser->page);
}

/* Tell in which profiles the extension is. Returns how many; *enabled: one of them has it turned
 * on, and lets it work. What a profile still lists of a package that has gone does not count. */
static size_t
tell_places(const struct portal_browser *browser, const char *id, const char *what, bool package,
    bool *enabled)
{
	struct portal_places places;
	size_t count = 0;

	portal_extension_find(&places, browser, id);
	for (size_t i = 0; i < places.count; i++) {
		if (places.rows[i].packaged && !places.rows[i].there && !package)
			continue;
		tell_place(browser, what, &places.rows[i]);
		*enabled |= places.rows[i].enabled && !places.rows[i].barred;
		count++;
	}
	portal_places_free(&places);
	return count;
}

static size_t
tell_own_places(const struct portal_browser *browser, bool *enabled)
{
	return tell_places(browser, portal_extension_id(browser->kind), _("the extension"),
	    portal_system_extension(browser), enabled);
}

/* Tell that a package has the extension, which no profile lists yet. Who builds a Firefox decides
 * whether it takes one that Mozilla has not signed; the sites it gives such a one only in a profile
 * that is new. */
static void
tell_system_extension(const struct portal_browser *browser)
{
	if (browser->kind != PORTAL_MOZILLA) {
		tell(_("%s: a package has the extension for everybody on this computer; it is "
		       "there from the browser's next start on. Turn it off and on in %s."),
		    browser->title, browser->page);
		return;
	}
	tell(_("%s: a package has the extension for everybody on this computer; the Firefox of "
	       "the distribution finds it at its next start, and has it from the one after that "
	       "on. Then allow it to work on the sites, among its permissions in %s."),
	    browser->title, browser->page);
	portal_tell_signed();
}

/* Whether a package has registered the program for all users: then tell so. */
static bool
tell_system_manifest(const struct outcome *outcome, const struct portal_browser *browser)
{
	char *path = portal_system_manifest(browser, outcome->program);
	bool is = path != NULL;

	if (is)
		tell(_("%s: a package has registered %s for everybody on this computer, in %s."),
		    browser->title, outcome->program, path);
	text_free(&path);
	return is;
}

/* --- adding ----------------------------------------------------------------------------------- */

static int
write_manifest(
    const struct outcome *outcome, const struct portal_manifest *manifest, const json_t *ids)
{
	const char *title = manifest->browser->title, *path = manifest->file.path;
	const char *then = portal_manifest_program(manifest);

	if (portal_manifest_write(manifest, outcome->program, ids) != 0)
		return STATUS_FAILED;
	if (then != NULL && strcmp(then, outcome->program) != 0)
		tell(_("%s: %s was %s, and is now %s."), title, path, then, outcome->program);
	else
		tell(_("%s: registered %s in %s."), title, outcome->program, path);
	return STATUS_DONE;
}

/* Tell that a file of another program is not changed. */
static int
tell_foreign(const struct portal_manifest *manifest)
{
	if (strcmp(manifest->name, PORTAL_HOST) == 0)
		complain(_("%s is not as jpki has made it: remove it, then run this again"),
		    manifest->file.path);
	else
		complain(_("%s is another program's: it stays, and the official extension uses "
			   "that program"),
		    manifest->file.path);
	return STATUS_FAILED;
}

/* Write our manifest, which names the wanted extensions and no others. */
static int
add_to_manifest(
    const struct outcome *outcome, const struct portal_manifest *manifest, const json_t *ids)
{
	bool made = manifest->folders >= 0;

	if (manifest->file.exists && portal_manifest_is_right(manifest, outcome->program, ids) &&
	    (!made || json_equal(portal_manifest_ids(manifest), ids))) {
		tell(_("%s: %s is there already, in %s."), manifest->browser->title,
		    outcome->program, manifest->file.path);
		return STATUS_DONE;
	}
	if (manifest->file.exists && !made)
		return tell_foreign(manifest);
	return write_manifest(outcome, manifest, ids);
}

/* Keep the person's own file right, even beside that of a package, because a browser reads it
 * first. */
static int
add_own(const struct outcome *outcome, const struct portal_browser *browser)
{
	struct portal_manifest manifest;
	json_t *ids = own_ids(browser);
	int status = STATUS_FAILED;

	if (portal_manifest_read(&manifest, browser, PORTAL_HOST) != 0)
		;
	else if (!manifest.file.exists && tell_system_manifest(outcome, browser))
		status = STATUS_DONE;
	else
		status = add_to_manifest(outcome, &manifest, ids);
	json_decref(ids);
	portal_manifest_free(&manifest);
	return status;
}

/* Add the manifest for the official extension. Without --official only an existing one is updated.
 */
static int
add_official(const struct outcome *outcome, const struct portal_browser *browser)
{
	const char *list = outcome->request->official;
	struct portal_manifest manifest;
	json_t *ids = NULL;
	int status = STATUS_FAILED;

	if (portal_manifest_read(&manifest, browser, PORTAL_OFFICIAL_HOST) == 0) {
		if (list != NULL)
			ids = portal_ids_listed(list, browser->kind);
		else if (manifest.folders >= 0)
			ids = json_incref(portal_manifest_ids(&manifest));
		status = json_array_size(ids) > 0 ? add_to_manifest(outcome, &manifest, ids)
						  : STATUS_DONE;
	}
	json_decref(ids);
	portal_manifest_free(&manifest);
	return status;
}

/* Tell how the browser gets the extension, which no profile has yet. */
static int
tell_how_to_get_it(const struct portal_browser *browser)
{
	if (!portal_system_extension(browser))
		return portal_advise(browser);
	tell_system_extension(browser);
	return 0;
}

static void
add_in(struct outcome *outcome, const struct portal_browser *browser)
{
	int own = add_own(outcome, browser), official = add_official(outcome, browser);
	bool enabled = false;

	if (own != STATUS_DONE || official != STATUS_DONE)
		outcome->status = STATUS_FAILED;
	if (own == STATUS_DONE && tell_own_places(browser, &enabled) == 0 &&
	    tell_how_to_get_it(browser) != 0)
		outcome->status = STATUS_FAILED;
}

/* --- checking --------------------------------------------------------------------------------- */

/* Check that an existing manifest allows an extension to start our program, and tell what is
 * wrong. */
static bool
check_manifest(
    const struct outcome *outcome, const struct portal_manifest *manifest, const json_t *ids)
{
	const char *title = manifest->browser->title, *path = manifest->file.path;
	const char *program = portal_manifest_program(manifest);

	if (portal_manifest_is_right(manifest, outcome->program, ids)) {
		tell(_("%s: %s is registered in %s."), title, program, path);
		return true;
	}
	if (manifest->folders < 0) {
		tell(_("%s: %s is not as jpki has made it."), title, path);
		return false;
	}
	if (!is_there(program))
		tell(_("%s: %s does not exist."), title, program);
	else
		tell(_("%s: %s is registered in %s."), title, program, path);
	tell(_("%s: it should be %s; \"jpki setup\" without --check changes it."), title,
	    outcome->program);
	return false;
}

static bool
check_own(struct outcome *outcome, const struct portal_browser *browser)
{
	struct portal_manifest manifest;
	json_t *ids = own_ids(browser);
	bool right = false;

	if (portal_manifest_read(&manifest, browser, PORTAL_HOST) != 0)
		;
	else if (manifest.file.exists)
		right = check_manifest(outcome, &manifest, ids);
	else if (tell_system_manifest(outcome, browser))
		right = true;
	else
		tell(_("%s: not registered in %s."), browser->title, manifest.file.path);
	if (manifest.file.exists && outcome->request->registered != NULL)
		*outcome->request->registered = true;
	json_decref(ids);
	portal_manifest_free(&manifest);
	return right;
}

/* Tell that the browser has not found a package's extension yet. Firefox looks for new ones after
 * it has started those that it knows. */
static void
tell_not_started(const struct portal_browser *browser)
{
	if (browser->kind != PORTAL_MOZILLA) {
		tell(_("%s: a package has the extension for everybody on this computer, but no "
		       "profile has it yet: start the browser once."),
		    browser->title);
		return;
	}
	tell(_("%s: a package has the extension for everybody on this computer, but no profile "
	       "has it yet: start Firefox twice."),
	    browser->title);
	portal_tell_signed();
}

/* Tell that no profile has the extension, though a package may have it. */
static void
tell_none(const struct portal_browser *browser)
{
	if (portal_system_extension(browser)) {
		tell_not_started(browser);
		return;
	}
	tell(_("%s: no profile has the extension; \"jpki setup portal\" tells how to get it."),
	    browser->title);
	if (browser->kind == PORTAL_MOZILLA)
		tell(_("%s: an add-on that was loaded until it is closed is not seen here."),
		    browser->title);
}

/* Check our manifest for the official extension. Returns whether a profile has that turned on. */
static bool
check_official(const struct outcome *outcome, const struct portal_browser *browser)
{
	struct portal_manifest manifest;
	const json_t *ids;
	bool enabled = false;

	if (portal_manifest_read(&manifest, browser, PORTAL_OFFICIAL_HOST) == 0 &&
	    manifest.folders >= 0) {
		ids = portal_manifest_ids(&manifest);
		if (!check_manifest(outcome, &manifest, ids))
			ids = NULL;
		for (size_t i = 0; i < json_array_size(ids); i++) {
			char *id = portal_id_of(json_string_value(json_array_get(ids, i)));

			(void)tell_places(browser, id, id, true, &enabled);
			text_free(&id);
		}
	}
	portal_manifest_free(&manifest);
	return enabled;
}

/* What a package has registered for all users is the concern of this person only where it is in
 * use. */
static void
note_use(const struct outcome *outcome, bool enabled)
{
	if (enabled && outcome->request->registered != NULL)
		*outcome->request->registered = true;
}

static void
check_in(struct outcome *outcome, const struct portal_browser *browser)
{
	bool right = check_own(outcome, browser), enabled = false;

	if (tell_own_places(browser, &enabled) == 0)
		tell_none(browser);
	enabled = right && enabled;
	note_use(outcome, enabled);
	if (check_official(outcome, browser))
		enabled = true;
	if (!enabled || !outcome->runs)
		return;
	tell(_("%s: it is ready."), browser->title);
	outcome->ready = true;
}

/* --- removing --------------------------------------------------------------------------------- */

static void
tell_left(struct outcome *outcome, const char *path)
{
	complain(
	    _("%s is not as jpki has made it: it stays; delete it yourself if you want"), path);
	outcome->status = STATUS_FAILED;
}

/* A link that we have not made stays, and so does its target: without it the next setup would
 * fail. */
static void
tell_left_link(struct outcome *outcome, const char *path)
{
	complain(_("%s is a link, which jpki has not made: it stays; delete it yourself if you "
		   "want"),
	    path);
	outcome->status = STATUS_FAILED;
}

static void
remove_ours(struct outcome *outcome, const struct portal_manifest *manifest)
{
	outcome->found++;
	if (manifest->link != NULL)
		tell_left_link(outcome, manifest->link);
	else if (portal_manifest_remove(manifest) != 0)
		outcome->status = STATUS_FAILED;
	else
		tell(_("%s: removed %s."), manifest->browser->title, manifest->file.path);
}

static void
remove_manifest(struct outcome *outcome, const struct portal_browser *browser, const char *name)
{
	struct portal_manifest manifest;
	bool read = portal_manifest_read(&manifest, browser, name) == 0;

	if (!read) {
		outcome->status = STATUS_FAILED;
	} else if (!manifest.file.exists) {
		;
	} else if (manifest.folders >= 0) {
		remove_ours(outcome, &manifest);
	} else if (strcmp(name, PORTAL_HOST) == 0) {
		tell_left(outcome, manifest.file.path);
	} else {
		tell(_("%s: %s is another program's: it stays."), browser->title,
		    manifest.file.path);
	}
	portal_manifest_free(&manifest);
}

/* Tell that the extension stays, because no program can remove it from a browser: that which a
 * person has put into a profile, and a package's, which comes back. */
static void
tell_extension_stays(const struct portal_browser *browser)
{
	struct portal_places places;
	bool persons = false;

	portal_extension_find(&places, browser, portal_extension_id(browser->kind));
	for (size_t i = 0; i < places.count; i++)
		persons |= !places.rows[i].packaged;
	portal_places_free(&places);
	if (persons)
		tell(_("%s: the extension stays; remove it in %s."), browser->title, browser->page);
	if (portal_system_extension(browser))
		tell(_("%s: a package has the extension for everybody on this computer: it stays. "
		       "Turn it off in %s."),
		    browser->title, browser->page);
}

/* Whether it is a number that jpki-portal-host has written. */
static bool
is_number(const char *text)
{
	const size_t digits = 32;
	const char *end;

	if (strspn(text, "0123456789abcdef") != digits)
		return false;
	end = text + digits;
	return end[0] == '\0' || strcmp(end, "\n") == 0;
}

static void
remove_number(struct outcome *outcome, const struct file *file, const char *folder)
{
	outcome->found++;
	if (file_remove(file) != 0) {
		outcome->status = STATUS_FAILED;
		return;
	}
	folders_remove(folder, 1);
	tell(_("%s: removed %s."), outcome->request->title, file->path);
}

/* Remove the number by which the sites recognise this installation, which jpki-portal-host made. */
static void
remove_installation(struct outcome *outcome)
{
	char *folder = place_data("jpki");
	char *path = text_format("%s/portal-installation", folder);
	struct file file = {0};

	if (file_read(&file, path) != 0)
		outcome->status = STATUS_FAILED;
	else if (!file.exists)
		;
	else if (file_is_linked(&file, path))
		tell_left_link(outcome, path);
	else if (!is_number(file.text))
		tell_left(outcome, path);
	else
		remove_number(outcome, &file, folder);
	file_free(&file);
	text_free(&path);
	text_free(&folder);
}

static void
undo(struct outcome *outcome)
{
	for (const struct portal_browser *browser = portal_browsers; browser->title != NULL;
	     browser++) {
		remove_manifest(outcome, browser, PORTAL_OFFICIAL_HOST);
		remove_manifest(outcome, browser, PORTAL_HOST);
		tell_extension_stays(browser);
	}
	remove_installation(outcome);
	if (outcome->found == 0 && outcome->status == STATUS_DONE)
		tell(_("%s: it is not set up."), outcome->request->title);
}

/* --- each browser ----------------------------------------------------------------------------- */

/* Do the request for a browser. Returns whether it can be set up. */
static bool
do_browser(struct outcome *outcome, const struct portal_browser *browser)
{
	const char *box;
	enum portal_presence presence = portal_browser_presence(browser, &box);
	bool usable = presence == PORTAL_THERE || presence == PORTAL_BY_SERVICE;

	if (usable && outcome->request->action == SETUP_CHECK)
		check_in(outcome, browser);
	else if (usable)
		add_in(outcome, browser);
	if (presence != PORTAL_ABSENT)
		outcome->found++;
	portal_tell_box(browser, presence, box);
	return usable;
}

static void
do_browsers(struct outcome *outcome)
{
	bool some = false;

	for (const struct portal_browser *browser = portal_browsers; browser->title != NULL;
	     browser++)
		some |= do_browser(outcome, browser);
	if (outcome->found == 0)
		complain("%s",
		    _("no browser was found: install Firefox or Chromium, then run this again"));
	if (!some || (outcome->request->action == SETUP_CHECK && !outcome->ready))
		outcome->status = STATUS_FAILED;
}

/* Whether a browser has a manifest with our extension's name, or a package has registered something
 * for it. */
static bool
is_set_up_in(const struct portal_browser *browser, const char *program)
{
	char *folder = portal_browser_manifests(browser);
	char *path = text_format("%s/" PORTAL_HOST ".json", folder);
	char *packaged = portal_system_manifest(browser, program);
	bool is = is_there(path) || packaged != NULL || portal_system_extension(browser);

	text_free(&packaged);
	text_free(&path);
	text_free(&folder);
	return is;
}

static bool
is_set_up(const char *program)
{
	for (const struct portal_browser *browser = portal_browsers; browser->title != NULL;
	     browser++)
		if (is_set_up_in(browser, program))
			return true;
	return false;
}

/* Tell the disadvantage of the official extension. */
static void
tell_of_official(const struct setup_request *request)
{
	tell(_("%s: the official extension does not tell the program which site asks, so that the "
	       "window for the PIN cannot show it."),
	    request->title);
}

/* Add or check, with the program that was named. */
static void
set_up(struct outcome *outcome)
{
	const struct setup_request *request = outcome->request;

	outcome->runs = portal_host_check(outcome->program) == 0;
	if (outcome->runs || request->action == SETUP_CHECK)
		do_browsers(outcome);
	else
		outcome->status = STATUS_FAILED;
	if (outcome->status == STATUS_DONE && request->official != NULL)
		tell_of_official(request);
}

int
setup_portal(const struct setup_request *request)
{
	struct outcome outcome = {.request = request, .status = STATUS_DONE};

	if (place_check(request->action != SETUP_CHECK) != 0)
		return STATUS_FAILED;
	if (request->action == SETUP_REMOVE) {
		undo(&outcome);
		return outcome.status;
	}
	outcome.program = portal_host_path();
	if (request->registered != NULL &&
	    !is_set_up(outcome.program)) { /* one line, among those of other programs */
		tell(_("%s: it is not set up."), request->title);
		outcome.status = STATUS_FAILED;
	} else {
		set_up(&outcome);
	}
	text_free(&outcome.program);
	return outcome.status;
}
