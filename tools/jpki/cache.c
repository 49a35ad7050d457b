/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki cache: the files that are kept about cards, so that these are read only once. No card is
 * asked. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>
#include <jpki/jpki.h>

#include "columns.h"
#include "day.h"
#include "failure.h"
#include "json.h"
#include "message.h"
#include "names.h"
#include "text.h"
#include "verb.h"

/* Where values begin, in every language. */
#define COLUMN 26

struct kept {
	char path[JPKI_PATH_SIZE];
	bool on;
	struct jpki_kept *rows; /* cards, then models */
	size_t count, cards;
};

/* ---------------------------------------------------------------- what there is */

static int
compare(const void *a, const void *b)
{
	const struct jpki_kept *one = a, *other = b;

	if (one->of_model != other->of_model)
		return one->of_model ? 1 : -1;
	if (one->since != other->since)
		return one->since < other->since ? -1 : 1;
	return strcmp(
	    one->of_model ? one->model : one->serial, one->of_model ? other->model : other->serial);
}

static void
take(void *context, const struct jpki_kept *one)
{
	struct kept *kept = context;

	kept->rows = list_grow(kept->rows, kept->count, sizeof(*one));
	kept->rows[kept->count++] = *one;
	if (!one->of_model)
		kept->cards++;
}

static int
look(struct kept *kept)
{
	int rv = jpki_cache_path(kept->path);

	if (rv == JPKI_OK)
		rv = jpki_cache_is_on(&kept->on);
	if (rv == JPKI_OK)
		rv = jpki_cache_list(take, kept);
	if (kept->count > 0)
		qsort(kept->rows, kept->count, sizeof(*kept->rows), compare);
	return rv;
}

/* ---------------------------------------------------------------- what goes wrong */

/* Why a folder is not used. */
static const char *
fault_of(const char *path)
{
	char *above = text_copy(path, (size_t)(strrchr(path, '/') - path));
	struct stat folder, around;
	bool there = lstat(path, &folder) == 0;
	bool strange = stat(above, &around) == 0 && around.st_uid != geteuid();

	text_free(&above);
	if (strange)
		return _("the folder that it is in is another user's");
	if (there && S_ISLNK(folder.st_mode))
		return _("it is a link");
	if (there && !S_ISDIR(folder.st_mode))
		return _("it is not a folder");
	if (there && folder.st_uid != geteuid())
		return _("it is another user's");
	return _("it cannot be opened");
}

static int
tell_trouble(const char *path, int error)
{
	switch (error) {
	case JPKI_ERR_NO_FOLDER:
		complain("%s", _("There is no folder to keep anything in, so nothing is kept."));
		failure_code("no-folder");
		advise("%s", _("HOME, or XDG_CACHE_HOME, has to be a path that begins with /."));
		break;
	case JPKI_ERR_FOLDER:
		/* TRANSLATORS: the path of a folder, why it is not used. */
		complain(_("%s is not used: %s."), path, fault_of(path));
		failure_code("folder");
		advise("%s", _("Until that is put right nothing is kept, and cards are read anew "
			       "each time."));
		break;
	default:
		complain(_("Not all that is in %s could be removed."), path);
		failure_code("not-removed");
	}
	return STATUS_FAILED;
}

/* ---------------------------------------------------------------- for people */

/* Add an item to the text, in a line of its own. */
static char *
listed(char *list, const char *item)
{
	if (list == NULL)
		return text_copy(item, strlen(item));
	list = text_append(list, "\n");
	return text_append(list, item);
}

static char *
certificates_text(const struct jpki_kept *one)
{
	static const char *const names[JPKI_ROLES][JPKI_CERTIFICATES] = {
	    [JPKI_AUTHENTICATION] = {N_("user authentication"), N_("CA for user authentication")},
	    [JPKI_SIGNATURE] = {N_("digital signature"), N_("CA for digital signature")},
	};
	char *text = NULL;

	for (int role = 0; role < JPKI_ROLES; role++)
		for (int which = 0; which < JPKI_CERTIFICATES; which++)
			if (one->certificate[role][which])
				text = listed(text, _(names[role][which]));
	return text != NULL ? text : listed(NULL, _("none as a whole yet"));
}

static char *
refused_text(const struct jpki_kept *one)
{
	char *text = NULL;

	for (int role = 0; role < JPKI_ROLES; role++)
		if (one->refuses_pss[role])
			text = listed(text, name_of_key_within((enum jpki_role)role));
	return text != NULL ? text : listed(NULL, _("none"));
}

static void
print_model(const struct jpki_kept *one)
{
	char *model = columns_clean(one->model, strlen(one->model));

	columns_row(0, COLUMN, one->of_model ? _("Cards of the model") : _("Card"),
	    model[0] != '\0' ? model : _("of a model that it does not say"));
	text_free(&model);
}

static void
print_row(const struct jpki_kept *one)
{
	char *since = day_text(day_at((time_t)one->since));
	char *until = day_text(day_at((time_t)one->until));
	/* TRANSLATORS: two dates. */
	char *kept = text_format(_("since %s, until %s at most"), since, until);
	char *what = one->of_model ? refused_text(one) : certificates_text(one);

	putchar('\n');
	print_model(one);
	columns_row(
	    2, COLUMN, one->of_model ? _("Refuse RSA-PSS for") : _("Certificates for"), what);
	columns_row(2, COLUMN, _("Kept"), kept);
	text_free(&since);
	text_free(&until);
	text_free(&kept);
	text_free(&what);
}

static void
print_first_lines(const struct kept *kept)
{
	if (kept->cards == 0)
		tell("%s", _("Nothing is kept of any card."));
	else
		tell(ngettext("What is public on %zu card is kept, and not read from it again.",
			 "What is public on %zu cards is kept, and not read from them again.",
			 kept->cards),
		    kept->cards);
	if (!kept->on)
		columns_text(stdout, 0,
		    _("The setting \"cache = no\" turns that off: nothing of it is used, and "
		      "nothing is added. What is there stays until \"jpki cache clear\"."));
}

static int
print(const struct kept *kept)
{
	char *path = columns_clean(kept->path, strlen(kept->path));

	print_first_lines(kept);
	putchar('\n');
	columns_row(0, COLUMN, _("Folder"), path);
	text_free(&path);
	for (size_t i = 0; i < kept->count; i++)
		print_row(&kept->rows[i]);
	if (kept->count > 0) {
		putchar('\n');
		columns_text(stdout, 0,
		    _("No name, no address and no PIN is in it, and never the certificate for "
		      "digital signature. Other users cannot read it. \"jpki cache clear\" "
		      "removes it."));
	}
	return STATUS_DONE;
}

/* ---------------------------------------------------------------- for programs */

static json_t *
path_json(const char *path)
{
	char *clean = columns_clean(path, strlen(path));
	json_t *text = json_string(clean);

	text_free(&clean);
	return text;
}

static json_t *
certificates_json(const struct jpki_kept *one)
{
	static const char *const words[JPKI_ROLES][JPKI_CERTIFICATES] = {
	    [JPKI_AUTHENTICATION] = {"auth", "auth-ca"},
	    [JPKI_SIGNATURE] = {"sign", "sign-ca"},
	};
	json_t *list = json_array();

	for (int role = 0; role < JPKI_ROLES; role++)
		for (int which = 0; which < JPKI_CERTIFICATES; which++)
			if (one->certificate[role][which])
				json_array_append_new(list, json_string(words[role][which]));
	return list;
}

static json_t *
refused_json(const struct jpki_kept *one)
{
	json_t *list = json_array();

	for (int role = 0; role < JPKI_ROLES; role++)
		if (one->refuses_pss[role])
			json_array_append_new(list, json_string(word_of_key((enum jpki_role)role)));
	return list;
}

/* Texts from a file are cleaned for display, as a card's own texts are (JPKI_TEXT_SIZE). */
static void
set_clean(json_t *object, const char *member, const char *text)
{
	json_set_text_taken(object, member, columns_clean(text, strlen(text)));
}

static json_t *
row_json(const struct jpki_kept *one)
{
	json_t *object = json_object();

	set_clean(object, "model", one->model);
	if (one->of_model) {
		json_object_set_new(object, "refuses_pss", refused_json(one));
	} else {
		set_clean(object, "serial", one->serial);
		json_object_set_new(object, "certificates", certificates_json(one));
	}
	json_set_text_taken(object, "since", day_time_iso((time_t)one->since));
	json_set_text_taken(object, "until", day_time_iso((time_t)one->until));
	return object;
}

static int
print_json(const struct kept *kept)
{
	json_t *cards = json_array(), *models = json_array();

	for (size_t i = 0; i < kept->count; i++)
		json_array_append_new(
		    kept->rows[i].of_model ? models : cards, row_json(&kept->rows[i]));
	json_print(json_pack("{s:o, s:b, s:o, s:o}", "folder", path_json(kept->path), "on",
	    (int)kept->on, "cards", cards, "models", models));
	return STATUS_DONE;
}

/* ---------------------------------------------------------------- the verb */

static int
show(const struct words *words)
{
	struct kept kept = {0};
	int rv = look(&kept), status;

	if (rv != JPKI_OK)
		status = tell_trouble(kept.path, rv);
	else
		status = verb_has(words, OPTION_JSON) ? print_json(&kept) : print(&kept);
	free(kept.rows);
	return status;
}

static void
tell_removed(size_t removed)
{
	if (removed == 0)
		tell("%s", _("There was nothing to remove."));
	else
		/* TRANSLATORS: a file for each card, and for each model of cards. */
		tell(
		    ngettext("%zu file was removed.", "%zu files were removed.", removed), removed);
}

static int
clear(const struct words *words)
{
	char path[JPKI_PATH_SIZE] = "";
	size_t removed = 0;
	int rv = jpki_cache_path(path);

	if (rv == JPKI_OK)
		rv = jpki_cache_clear(&removed);
	if (rv != JPKI_OK)
		return tell_trouble(path, rv);
	if (verb_has(words, OPTION_JSON))
		json_print(json_pack(
		    "{s:o, s:I}", "folder", path_json(path), "removed", (json_int_t)removed));
	else
		tell_removed(removed);
	return STATUS_DONE;
}

static int
run(const struct words *words)
{
	if (words->count == 0)
		return show(words);
	if (strcmp(words->word[0], "clear") == 0)
		return clear(words);
	return verb_misused(
	    words, _("\"%s\" is not understood: clear, or no word"), words->word[0]);
}

static const enum option_id options[] = {OPTION_JSON, OPTION_NONE};

const struct verb verb_cache = {
    .name = "cache",
    .summary = N_("what is kept of cards so that it is read only once; remove it"),
    .usage = N_("[clear] [OPTION]..."),
    .about = N_("Shows what is kept of the cards that were in, so that it is read from each only "
		"once: public certificates, and which model refuses RSA-PSS. clear removes it. No "
		"name, no address and no PIN is in it, and never the certificate for digital "
		"signature. It is kept for 90 days at most, in a folder that other users cannot "
		"look into. \"cache = no\" in jpki.conf(5) turns it off. Needs no card."),
    .options = options,
    .words_max = 1,
    .run = run,
};
