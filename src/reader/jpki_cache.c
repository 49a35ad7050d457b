/* SPDX-License-Identifier: BSD-2-Clause */
#include <jpki/jpki.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/store.h"
#include "reader/cache.h"
#include "reader/settings.h"

_Static_assert(JPKI_PATH_SIZE == PATH_MAX, "the path is written where the caller has room");

int
jpki_cache_path(char path[JPKI_PATH_SIZE])
{
	char found[PATH_MAX];

	if (path == NULL)
		return JPKI_ERR_ARGUMENT;
	if (!store_path(found))
		return JPKI_ERR_NO_FOLDER;
	strcpy(path, found);
	return JPKI_OK;
}

int
jpki_cache_is_on(bool *on)
{
	struct settings settings;

	if (on == NULL)
		return JPKI_ERR_ARGUMENT;
	settings_load(&settings);
	*on = settings.cache;
	return JPKI_OK;
}

static bool
is_missing(const char *path)
{
	struct stat info;

	return lstat(path, &info) != 0 && errno == ENOENT;
}

/* Could the missing folder be made? Yes if its parent is missing too, or belongs to this user. */
static bool
can_be_made(char *path)
{
	struct stat info;

	if (!is_missing(path))
		return false;
	*strrchr(path, '/') = '\0';
	return stat(path, &info) == 0 ? info.st_uid == geteuid() : errno == ENOENT;
}

static int
check_folder(void)
{
	char path[PATH_MAX];
	int saved = errno, folder, rv = JPKI_OK;

	if (!store_path(path))
		return JPKI_ERR_NO_FOLDER;
	folder = store_open(false);
	if (folder >= 0)
		(void)close(folder);
	else if (!can_be_made(path))
		rv = JPKI_ERR_FOLDER;
	errno = saved;
	return rv;
}

struct telling {
	void (*tell)(void *context, const struct jpki_kept *one);
	void *context;
};

static bool
tell_one(const struct cached *cached, void *context)
{
	const struct telling *telling = context;
	struct jpki_kept kept = {
	    .of_model = cached->of_model,
	    .since = cached->written,
	    .until = cached->written + (int64_t)CACHE_AGE_S,
	};

	memcpy(kept.model, cached->model, sizeof(kept.model));
	memcpy(kept.serial, cached->serial, sizeof(kept.serial));
	kept.certificate[JPKI_AUTHENTICATION][JPKI_CERTIFICATE] = cached->certificate;
	for (int role = 0; role < JPKI_ROLES; role++) {
		kept.certificate[role][JPKI_CA_CERTIFICATE] = cached->ca[role];
		kept.refuses_pss[role] = cached->refuses_pss[role];
	}
	telling->tell(telling->context, &kept);
	return true;
}

int
jpki_cache_list(void (*tell)(void *context, const struct jpki_kept *one), void *context)
{
	struct telling telling = {tell, context};
	int rv;

	if (tell == NULL)
		return JPKI_ERR_ARGUMENT;
	rv = check_folder();
	if (rv == JPKI_OK)
		cache_each(tell_one, &telling);
	return rv;
}

int
jpki_cache_clear(size_t *removed)
{
	bool done;
	int rv;

	if (removed == NULL)
		return JPKI_ERR_ARGUMENT;
	*removed = 0;
	rv = check_folder();
	if (rv != JPKI_OK)
		return rv;
	*removed = cache_clear(&done);
	return done ? JPKI_OK : JPKI_ERR_NOT_REMOVED;
}
