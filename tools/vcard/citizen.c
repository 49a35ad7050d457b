/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "citizen.h"
#include "fail.h"
#include "folder.h"

#define CITIZEN_FILE "citizen.json"
/* The largest member in bytes: the certificate must fit in its EF. */
#define MEMBER_MAX 600

/* One row for each member: its name in the file, and its place in both structures. */
static const struct member {
	const char *name;
	const char *initial; /* NULL: a '0' per character of row `of`, which comes before */
	size_t of;
	size_t at, change_at;
} members[] = {
#define MEMBER(member, initial, of)                                                                \
	{                                                                                          \
#member, initial, of, offsetof(struct citizen, member),                            \
		    offsetof(struct vcard_citizen, member)                                         \
	}
    MEMBER(name, "番号　花子", 0),
    MEMBER(birth_date, "419900123", 0),
    MEMBER(sex, "2", 0),
    MEMBER(address, "東京都千代田区霞が関一丁目１番１号", 0),
    MEMBER(name_map, NULL, 0),
    MEMBER(address_map, NULL, 3),
    MEMBER(prefecture, "Tokyo-to", 0),
    MEMBER(town, "Chiyoda-ku", 0),
    MEMBER(ocsp_address, "", 0),
#undef MEMBER
};
#define MEMBERS (sizeof(members) / sizeof(members[0]))

static char **
member_of(struct citizen *citizen, size_t at)
{
	/* the table gives the offset of a char * */
	return (char **)(void *)((char *)citizen + at);
}

static const char *
change_of(const struct vcard_citizen *changes, size_t at)
{
	/* NOLINTNEXTLINE(bugprone-casting-through-void): as above */
	return *(const char *const *)(const void *)((const char *)changes + at);
}

/* A map that says that no character is a substitute: a '0' for each. The caller frees it. */
static char *
plain_map(const char *text)
{
	size_t count = 0;
	char *map;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	map = malloc(count + 1);
	if (map == NULL)
		return NULL;
	memset(map, '0', count);
	map[count] = '\0';
	return map;
}

static bool
is_birth_date(const char *text)
{
	return strlen(text) == 9 && strspn(text, "0123456789") == 9 && text[0] <= '5';
}

/* Is this printable ASCII without spaces? An empty text is accepted, too. */
static bool
is_address(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

static int
check(const struct citizen *citizen, struct vcard_error *error)
{
	if (!is_birth_date(citizen->birth_date))
		return fail(error,
		    "a birth date is EYYYYMMDD, E the era (3 Showa, 4 Heisei, 5 Reiwa), for "
		    "example 419900123");
	if (strlen(citizen->sex) != 1 || strchr("123", citizen->sex[0]) == NULL)
		return fail(error, "sex is 1 (male), 2 (female) or 3 (unknown)");
	if (!is_address(citizen->ocsp_address))
		return fail(error, "an OCSP address is of printable ASCII, without blanks");
	return 0;
}

static bool
is_as_saved(struct citizen *citizen, const struct member *row, const json_t *saved)
{
	const char *old = json_string_value(json_object_get(saved, row->name));

	/* a folder written by an older version lacks some members: its certificates stay valid */
	return strcmp(*member_of(citizen, row->at), old != NULL ? old : "") == 0;
}

/* The new value of the member; NULL: a map that must be made again. */
static const char *
choose(struct citizen *citizen, const struct member *row, const json_t *saved,
    const struct vcard_citizen *changes)
{
	const char *new = changes != NULL ? change_of(changes, row->change_at) : NULL;
	const char *old = json_string_value(json_object_get(saved, row->name));

	if (new != NULL)
		return new;
	/* the map of a changed name or address does not fit any more */
	if (old != NULL && (row->initial != NULL || is_as_saved(citizen, &members[row->of], saved)))
		return old;
	return row->initial;
}

static int
apply(struct citizen *citizen, const json_t *saved, const struct vcard_citizen *changes,
    bool *changed, struct vcard_error *error)
{
	for (size_t i = 0; i < MEMBERS; i++) {
		const struct member *row = &members[i];
		const char *value = choose(citizen, row, saved, changes);
		char **member = member_of(citizen, row->at);

		if (value != NULL && strlen(value) > MEMBER_MAX)
			return fail(error, "%s is longer than %d bytes", row->name, MEMBER_MAX);
		*member = value != NULL ? strdup(value)
					: plain_map(*member_of(citizen, members[row->of].at));
		if (*member == NULL)
			return fail(error, "out of memory");
		*changed = *changed || !is_as_saved(citizen, row, saved);
	}
	return check(citizen, error);
}

static int
save(struct citizen *citizen, const char *directory, struct vcard_error *error)
{
	json_t *root = json_object();
	char *text = NULL;
	int result = -1;

	for (size_t i = 0; i < MEMBERS; i++) {
		const char *value = *member_of(citizen, members[i].at);

		if (json_object_set_new(root, members[i].name, json_string(value)) != 0) {
			fail(error, "%s is not UTF-8", members[i].name);
			goto out;
		}
	}
	text = json_dumps(root, JSON_INDENT(2));
	if (text == NULL)
		fail(error, "out of memory");
	else if (directory == NULL)
		result = 0;
	else
		result = folder_write(directory, CITIZEN_FILE, text, strlen(text), error);
out:
	free(text);
	json_decref(root);
	return result;
}

static int
read_saved(json_t **saved, const char *directory, struct vcard_error *error)
{
	char *path = folder_path(directory, CITIZEN_FILE);
	json_error_t why;
	int result = 0;

	*saved = NULL;
	if (path == NULL)
		return fail(error, "out of memory");
	if (access(path, F_OK) == 0 || errno != ENOENT) {
		*saved = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
		if (*saved == NULL)
			result = fail(error, "%s: %s; remove it to begin anew", path, why.text);
	}
	free(path);
	return result;
}

int
citizen_load(struct citizen *citizen, const char *directory, const struct vcard_citizen *changes,
    bool *changed, struct vcard_error *error)
{
	json_t *saved = NULL;
	int result;

	memset(citizen, 0, sizeof(*citizen));
	*changed = false;
	if (directory != NULL && read_saved(&saved, directory, error) != 0)
		return -1;
	result = apply(citizen, saved, changes, changed, error);
	if (result == 0 && *changed)
		result = save(citizen, directory, error);
	json_decref(saved);
	if (result != 0)
		citizen_free(citizen);
	return result;
}

void
citizen_free(struct citizen *citizen)
{
	for (size_t i = 0; i < MEMBERS; i++) {
		free(*member_of(citizen, members[i].at));
		*member_of(citizen, members[i].at) = NULL;
	}
}
