/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "columns.h"
#include "file.h"
#include "message.h"
#include "opensc.h"
#include "setup_opensc.h"
#include "text.h"
#include "verb.h"

/* --- putting back ----------------------------------------------------------------------------- */

static int
put_back(const struct setup_request *request, enum opensc_place place, const char *file)
{
	int kept = opensc_kept(place, file);

	if (kept < 0)
		return STATUS_FAILED;
	if (kept == 0 && file != NULL)
		tell(_("%s: OpenSC's module was not taken out of %s by jpki."), request->title,
		    file);
	return kept == 0 || opensc_put_back(place, file) == 0 ? STATUS_DONE : STATUS_FAILED;
}

/* Remind the person that the module was removed. */
static void
tell_kept(const struct setup_request *request, enum opensc_place place, const char *file)
{
	if (opensc_kept(place, file) > 0)
		tell(_("%s: OpenSC's module was taken out; \"jpki setup %s --with-opensc\" puts it "
		       "back."),
		    request->title, request->name);
}

/* --- what was found --------------------------------------------------------------------------- */

static int
do_finding(const struct setup_request *request, const struct opensc_finding *finding, int status)
{
	if (request->opensc->take_out && status == STATUS_DONE)
		return opensc_take_out(finding) == 0 ? STATUS_DONE : STATUS_FAILED;
	opensc_tell(finding);
	request->opensc->seen++;
	return status;
}

static int
do_findings(const struct setup_request *request, const struct opensc_findings *findings, int status)
{
	int result = status;

	for (size_t i = 0; i < findings->count; i++)
		if (do_finding(request, &findings->rows[i], status) != STATUS_DONE)
			result = STATUS_FAILED;
	return result;
}

static bool
is_looking(const struct setup_request *request)
{
	return request->action == SETUP_ADD || request->action == SETUP_CHECK;
}

/* --- the places ------------------------------------------------------------------------------- */

/* The list of modules, links followed; the caller frees it. NULL if there is none. */
static char *
list_of(const char *folder)
{
	char *path = text_format("%s/pkcs11.txt", folder);
	struct file file = {0};
	int result = file_read(&file, path);

	text_free(&path);
	if (result == 0)
		path = text_format("%s", file.path);
	file_free(&file);
	return path;
}

static int
beside_in_database(
    const struct setup_request *request, const char *folder, int status, bool *changed)
{
	struct opensc_findings findings = {0};
	int result = STATUS_FAILED;

	if (opensc_find_in_database(&findings, folder) == 0)
		result = do_findings(request, &findings, status);
	if (request->opensc->take_out && findings.count > 0 && result == STATUS_DONE)
		*changed = true;
	opensc_findings_free(&findings);
	return result;
}

int
setup_opensc_in_database(
    const struct setup_request *request, const char *folder, int status, bool *changed)
{
	char *list;

	if (request->opensc == NULL || (status != STATUS_DONE && request->action != SETUP_CHECK))
		return status;
	if (is_looking(request))
		status = beside_in_database(request, folder, status, changed);
	list = list_of(folder);
	if (list == NULL) {
		status = STATUS_FAILED;
	} else if (request->action == SETUP_WITH_OPENSC) {
		*changed = opensc_kept(OPENSC_IN_DATABASE, list) > 0;
		status = put_back(request, OPENSC_IN_DATABASE, list);
	} else if (!request->opensc->take_out) {
		tell_kept(request, OPENSC_IN_DATABASE, list);
	}
	text_free(&list);
	return status;
}

static int
beside(const struct setup_request *request, int (*find)(struct opensc_findings *), int status)
{
	struct opensc_findings findings = {0};

	if (find(&findings) != 0)
		status = STATUS_FAILED;
	else
		status = do_findings(request, &findings, status);
	opensc_findings_free(&findings);
	return status;
}

int
setup_opensc_in_p11_kit(const struct setup_request *request, int status)
{
	if (request->opensc == NULL)
		return status;
	if (request->action == SETUP_WITH_OPENSC)
		return put_back(request, OPENSC_IN_P11_KIT, NULL);
	if (is_looking(request))
		status = beside(request, opensc_find_in_p11_kit, status);
	if (!request->opensc->take_out)
		tell_kept(request, OPENSC_IN_P11_KIT, NULL);
	return status;
}

/* Handle what the desktop starts at login, which concerns all browsers. */
static int
at_login(const struct setup_request *request, int status)
{
	if (is_looking(request))
		return beside(request, opensc_find_at_login, status);
	if (request->action == SETUP_WITH_OPENSC && opensc_kept(OPENSC_IN_DATABASE, NULL) == 0)
		return put_back(request, OPENSC_AT_LOGIN, NULL);
	return status;
}

/* --- all of it -------------------------------------------------------------------------------- */

static void
explain(const struct setup_request *request)
{
	columns_text(stdout, 0,
	    _("OpenSC's module shows the same card. A program that has both asks for PINs twice, "
	      "may offer the certificate of the module that cannot do TLS 1.3, and there a "
	      "password in lower case costs a try."));
	if (!request->opensc->take_out)
		tell(_("To take it out, for cards of other kinds too:\n  jpki setup %s "
		       "--without-opensc"),
		    request->name);
}

int
setup_opensc_finish(const struct setup_request *request, int status)
{
	struct setup_opensc *opensc = request->opensc;

	if (opensc == NULL)
		return status;
	if (opensc->at_login && (status == STATUS_DONE || request->action == SETUP_CHECK))
		status = at_login(request, status);
	if (opensc->seen > 0 && !opensc->brief)
		explain(request);
	return status;
}
