/* SPDX-License-Identifier: BSD-2-Clause */
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#include "message.h"
#include "profile_groups.h"
#include "text.h"
#include "way.h"

/* How long to wait, in ms, while another program has locked the database. */
#define PATIENCE 3000

/* A path as a URI, in which some characters are escaped (sqlite.org/uri.html). */
static char *
address_of(const char *path, const char *mode)
{
	char *address = text_copy("file:", strlen("file:"));

	for (; *path != '\0'; path++) {
		char *part = strchr("%?#", *path) != NULL ? text_format("%%%02X", *path)
							  : text_copy(path, 1);

		address = text_append(address, part);
		text_free(&part);
	}
	return text_append(address, mode);
}

/* Whether a write-ahead log exists beside the file, as while Firefox runs. */
static bool
has_log(const char *path)
{
	char *log = text_format("%s-wal", path);
	struct stat info;
	bool has = stat(log, &info) == 0 && info.st_size > 0;

	text_free(&log);
	return has;
}

/* Open the database. Without a log, and for root in another user's folder, only the file is read:
 * SQLite would create others beside it. */
static int
open_database(const struct way *way, sqlite3 **database)
{
	bool alone = way->strangers != NULL || !has_log(way->path);
	char *address = address_of(way->path, alone ? "?immutable=1" : "");
	int result = sqlite3_open_v2(
	    address, database, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW, NULL);

	text_free(&address);
	if (result == SQLITE_OK)
		result = sqlite3_busy_timeout(*database, PATIENCE);
	return result;
}

static void
add(struct profiles *profiles, const char *folder, const char *store, sqlite3_stmt *row)
{
	const char *path = (const char *)sqlite3_column_text(row, 0);
	const char *name = (const char *)sqlite3_column_text(row, 1);

	if (path == NULL || path[0] == '\0')
		return;
	profiles_add_to_group(profiles,
	    path[0] == '/' ? text_copy(path, strlen(path)) : text_format("%s/%s", folder, path),
	    name, store);
}

/* Read the rows. Returns an SQLite result. Without a table, which Firefox makes later, there are
 * no rows. */
static int
read_rows(struct profiles *profiles, const char *folder, const char *store, sqlite3 *database)
{
	sqlite3_stmt *row = NULL;
	int result = sqlite3_table_column_metadata(
	    database, NULL, "Profiles", "path", NULL, NULL, NULL, NULL, NULL);

	if (result == SQLITE_ERROR)
		return SQLITE_DONE;
	if (result == SQLITE_OK)
		result = sqlite3_prepare_v2(
		    database, "SELECT path, name FROM Profiles ORDER BY id", -1, &row, NULL);
	if (result == SQLITE_OK)
		while ((result = sqlite3_step(row)) == SQLITE_ROW)
			add(profiles, folder, store, row);
	(void)sqlite3_finalize(row);
	return result;
}

static int
read_database(
    struct profiles *profiles, const char *folder, const char *store, const struct way *way)
{
	sqlite3 *database = NULL;
	int result = open_database(way, &database);

	if (result == SQLITE_OK)
		result = read_rows(profiles, folder, store, database);
	if (result != SQLITE_DONE)
		complain(_("cannot read %s: %s"), way->path,
		    database != NULL ? sqlite3_errmsg(database) : sqlite3_errstr(result));
	(void)sqlite3_close(database);
	return result == SQLITE_DONE ? 0 : -1;
}

static int
read_group(struct profiles *profiles, const char *folder, const char *store)
{
	char *path = text_format("%s/Profile Groups/%s.sqlite", folder, store);
	struct way way;
	struct stat info;
	int result = way_go(&way, path);

	if (result == 0 && way.folder >= 0 && lstat(way.path, &info) == 0) {
		if (S_ISREG(info.st_mode)) { /* reading anything else could block for ever */
			result = read_database(profiles, folder, store, &way);
		} else {
			complain(_("%s is not a regular file"), way.path);
			result = -1;
		}
	}
	way_end(&way);
	text_free(&path);
	return result;
}

/* Whether a row is the first of its group. */
static bool
is_first(const struct profiles *profiles, size_t row)
{
	for (size_t i = 0; i < row; i++)
		if (profiles->rows[i].store != NULL &&
		    strcmp(profiles->rows[i].store, profiles->rows[row].store) == 0)
			return false;
	return true;
}

int
profile_groups_read(struct profiles *profiles, const char *folder)
{
	size_t listed = profiles->count;
	int result = 0;

	for (size_t i = 0; i < listed && result == 0; i++) {
		char *store;

		if (profiles->rows[i].store == NULL || !is_first(profiles, i))
			continue;
		store = text_copy(profiles->rows[i].store, strlen(profiles->rows[i].store));
		if (strchr(store, '/') == NULL)
			result = read_group(profiles, folder, store);
		text_free(&store);
	}
	return result;
}
