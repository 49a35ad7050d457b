/* SPDX-License-Identifier: BSD-2-Clause */
/* Removes OpenSC's module, and puts it back. What is removed is recorded first, and the record is
 * removed last, so that it exists in at least one place whenever the program ends. */
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "message.h"
#include "nss_text.h"
#include "opensc.h"
#include "opensc_kept.h"
#include "opensc_name.h"
#include "text.h"

/* Texts of files that override others. */
#define NO_MODULE                                                                                  \
	"# Made by jpki setup, which removes it again with --with-opensc: keeps OpenSC's module "  \
	"out.\nmodule:\n"
#define NO_AUTOSTART                                                                               \
	"# Made by jpki setup, which removes it again with --with-opensc.\n[Desktop Entry]\n"      \
	"Type=Application\nName=pkcs11-register\nHidden=true\n"

/* --- what is said ----------------------------------------------------------------------------- */

void
opensc_tell(const struct opensc_finding *finding)
{
	switch (finding->place) {
	case OPENSC_IN_DATABASE:
		tell(_("OpenSC's module is registered too, in %s."), finding->where);
		break;
	case OPENSC_IN_P11_KIT:
		tell(_("OpenSC's module is in p11-kit too, by %s."), finding->where);
		break;
	case OPENSC_AT_LOGIN:
		tell(_("Each login to the desktop registers OpenSC's module in browsers, by %s."),
		    finding->where);
		break;
	}
}

static void
tell_out(enum opensc_place place, const char *file)
{
	switch (place) {
	case OPENSC_IN_DATABASE:
		tell(_("Took OpenSC's module out of %s."), file);
		break;
	case OPENSC_IN_P11_KIT:
		tell(_("OpenSC's module is out of p11-kit now, by %s."), file);
		break;
	case OPENSC_AT_LOGIN:
		tell(_("Logins to the desktop register OpenSC's module no longer, by %s."), file);
		break;
	}
}

static void
tell_back(enum opensc_place place, const char *file)
{
	switch (place) {
	case OPENSC_IN_DATABASE:
		tell(_("Put OpenSC's module back into %s."), file);
		break;
	case OPENSC_IN_P11_KIT:
		tell(_("OpenSC's module is in p11-kit again; %s is as it was."), file);
		break;
	case OPENSC_AT_LOGIN:
		tell(_("Logins to the desktop register OpenSC's module again; %s is as it was."),
		    file);
		break;
	}
}

/* --- taking out ------------------------------------------------------------------------------- */

/* The text without OpenSC's modules, each of which is recorded; NULL, after telling why, if one
 * cannot be. The caller frees it. */
static char *
cut_all(const struct file *file, struct kept *kept)
{
	char *text = text_copy(file->text, strlen(file->text));
	struct nss_modules modules;
	int result = 0;

	nss_modules_read(&modules, text);
	for (size_t i = modules.count;
	     i-- > 0 &&
	     result == 0;) { /* from the end, so that the offsets of the others stay valid */
		struct kept_row row = {.place = OPENSC_IN_DATABASE, .file = file->path};
		char *stanza, *rest;

		if (modules.rows[i].library == NULL || !opensc_is_module(modules.rows[i].library))
			continue;
		rest = nss_text_cut(text, &modules.rows[i], &stanza, &row.at);
		row.taken = stanza;
		result = kept_add(kept, &row);
		text_free(&stanza);
		text_free(&text);
		text = rest;
	}
	nss_modules_free(&modules);
	if (result != 0)
		text_free(&text);
	return text;
}

/* Remove the new records, because the file was not changed. */
static void
forget_new(size_t before)
{
	struct kept kept;

	if (kept_read(&kept) == 0) {
		while (kept_count(&kept) > before)
			kept_drop(&kept, kept_count(&kept) - 1);
		(void)kept_write(&kept);
	}
	kept_free(&kept);
}

static int
take_out_of_database(const struct file *file, struct kept *kept)
{
	size_t before = kept_count(kept);
	char *text = cut_all(file, kept);
	int result = text != NULL ? kept_write(kept) : -1;

	if (result == 0) {
		result = file_replace(file, text);
		if (result != 0)
			forget_new(before);
	}
	text_free(&text);
	return result;
}

static char *
folder_of(const char *path)
{
	return text_copy(path, (size_t)(strrchr(path, '/') - path));
}

/* Write a whole new file, after making folders for it. */
static int
override(const struct file *file, struct kept *kept, const struct kept_row *row)
{
	size_t before = kept_count(kept);
	int result = kept_add(kept, row);

	if (result == 0)
		result = kept_write(kept);
	if (result == 0) {
		result = file_replace(file, row->made);
		if (result != 0)
			forget_new(before);
	}
	return result;
}

static int
take_out_by_file(const struct opensc_finding *finding, struct file *file, struct kept *kept)
{
	/* root's files of p11-kit are for all users */
	bool for_all = finding->place == OPENSC_IN_P11_KIT && geteuid() == 0;
	char *folder = folder_of(finding->file);
	struct kept_row row = {
	    .place = finding->place,
	    .file = finding->file,
	    .taken = file->exists ? file->text : NULL,
	    .made = finding->place == OPENSC_IN_P11_KIT ? NO_MODULE : NO_AUTOSTART,
	    .folders = folders_make(folder, for_all ? 0755 : 0700),
	};
	int result = -1;

	if (for_all)
		file->new_mode = 0644;
	if (row.folders >= 0) {
		result = override(file, kept, &row);
		if (result != 0)
			folders_remove(folder, row.folders);
	}
	text_free(&folder);
	return result;
}

int
opensc_take_out(const struct opensc_finding *finding)
{
	struct file file = {0};
	struct kept kept = {0};
	int result = -1;

	if (file_read(&file, finding->file) == 0 && kept_read(&kept) == 0)
		result = finding->place == OPENSC_IN_DATABASE
			     ? take_out_of_database(&file, &kept)
			     : take_out_by_file(finding, &file, &kept);
	if (result == 0)
		tell_out(finding->place, finding->file);
	kept_free(&kept);
	file_free(&file);
	return result;
}

/* --- putting back ----------------------------------------------------------------------------- */

static bool
is_wanted(const struct kept_row *row, enum opensc_place place, const char *file)
{
	return row->place == place && (file == NULL || strcmp(row->file, file) == 0);
}

int
opensc_kept(enum opensc_place place, const char *file)
{
	struct kept kept;
	int count = kept_read(&kept);

	for (size_t i = 0; count >= 0 && i < kept_count(&kept); i++) {
		struct kept_row row;

		count += kept_get(&kept, i, &row) && is_wanted(&row, place, file);
	}
	kept_free(&kept);
	return count;
}

static bool
has_module(const char *text, const char *stanza)
{
	struct nss_modules there, back;
	bool has = false;

	nss_modules_read(&there, text);
	nss_modules_read(&back, stanza);
	for (size_t i = 0; i < there.count && back.count > 0; i++)
		has |= there.rows[i].library != NULL && back.rows[0].library != NULL &&
		       strcmp(there.rows[i].library, back.rows[0].library) == 0;
	nss_modules_free(&there);
	nss_modules_free(&back);
	return has;
}

/* 1 if it was put back; 0 if that is not needed; -1 if it is not possible now. A list that is
 * missing may be missing for a while only, for example on a disk that is not mounted. */
static int
put_into_database(const struct file *file, const struct kept_row *row, const char *kept)
{
	char *text;
	int result;

	if (!file->exists) {
		complain(_("%s is not there now: what was taken out of it stays kept in %s. Run "
			   "this again when it is there, or remove what is kept if it never is"),
		    row->file, kept);
		return -1;
	}
	if (has_module(file->text, row->taken)) {
		tell(_("OpenSC's module is in %s again already."), row->file);
		return 0;
	}
	text = nss_text_put_back(file->text, row->taken, row->at);
	result = file_replace(file, text);
	text_free(&text);
	return result == 0 ? 1 : -1;
}

static int
put_file_back(const struct file *file, const struct kept_row *row)
{
	char *folder;
	int result;

	if (!file->exists && row->taken == NULL)
		return 1;
	if (!file->exists || strcmp(file->text, row->made) != 0) {
		tell(_("%s is not as jpki has made it: it stays."), row->file);
		return 0;
	}
	if (row->taken != NULL)
		return file_replace(file, row->taken) == 0 ? 1 : -1;
	result = file_remove(file);
	folder = folder_of(row->file);
	if (result == 0)
		folders_remove(folder, row->folders);
	text_free(&folder);
	return result == 0 ? 1 : -1;
}

static int
put_row_back(const struct kept_row *row, const char *kept)
{
	struct file file = {0};
	int result = file_read(&file, row->file);

	if (result == 0)
		result = row->made == NULL ? put_into_database(&file, row, kept)
					   : put_file_back(&file, row);
	if (result > 0)
		tell_back(row->place, row->file);
	file_free(&file);
	return result < 0 ? -1 : 0;
}

int
opensc_put_back(enum opensc_place place, const char *file)
{
	struct kept kept;
	int result = kept_read(&kept);
	bool changed = false;

	/* What was removed last is put back first, so that each offset is right. */
	for (size_t i = result == 0 ? kept_count(&kept) : 0; i-- > 0;) {
		struct kept_row row;

		if (!kept_get(&kept, i, &row) || !is_wanted(&row, place, file))
			continue;
		if (put_row_back(&row, kept.file.path) != 0) {
			result = -1;
			continue;
		}
		kept_drop(&kept, i);
		changed = true;
	}
	if (changed && kept_write(&kept) != 0)
		result = -1;
	kept_free(&kept);
	return result;
}
