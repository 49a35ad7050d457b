/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#include <openssl/rand.h>

#include "card_data.h"
#include "fail.h"
#include "folder.h"
#include "pins.h"
#include "state.h"

#define STATE_FILE "card.json"

static int
new_serial(char serial[17])
{
	uint8_t bytes[8];

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return -1;
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(serial + 2 * i, 3, "%02X", bytes[i]);
	return 0;
}

static int
initial_state(struct vcard *card)
{
	for (int i = 0; i < VCARD_PINS; i++) {
		snprintf(card->pins[i].value, sizeof(card->pins[i].value), "%s", pins[i].initial);
		card->pins[i].tries = pins[i].tries;
	}
	return new_serial(card->serial);
}

static bool
read_pin(struct pin_state *pin, unsigned tries_max, const json_t *object)
{
	const char *value = json_string_value(json_object_get(object, "value"));
	json_int_t tries = json_integer_value(json_object_get(object, "tries"));

	if (value == NULL || *value == '\0' || strlen(value) > VCARD_PIN_MAX || tries < 0 ||
	    tries > (json_int_t)tries_max)
		return false;
	snprintf(pin->value, sizeof(pin->value), "%s", value);
	pin->tries = (unsigned)tries;
	return true;
}

static bool
read_state(struct vcard *card, const json_t *root)
{
	const char *serial = json_string_value(json_object_get(root, "serial"));
	const json_t *list = json_object_get(root, "pins");

	if (serial == NULL || *serial == '\0' || strlen(serial) > 16)
		return false;
	snprintf(card->serial, sizeof(card->serial), "%s", serial);
	for (int i = 0; i < VCARD_PINS; i++) {
		if (!read_pin(&card->pins[i], pins[i].tries, json_object_get(list, pins[i].name)))
			return false;
	}
	return true;
}

static int
load(struct vcard *card, struct vcard_error *error)
{
	char *path = folder_path(card->directory, STATE_FILE);
	json_error_t why;
	json_t *root = NULL;
	int result = 0;

	if (path == NULL)
		return fail(error, "out of memory");
	if (access(path, F_OK) != 0 && errno == ENOENT)
		goto out;
	root = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
	if (root == NULL || !read_state(card, root))
		result = fail(error,
		    "%s is not a state of this program (%s); remove it to begin with a new card",
		    path, root == NULL ? why.text : "a value is missing or out of range");
out:
	json_decref(root);
	free(path);
	return result;
}

static json_t *
state_json(const struct vcard *card)
{
	json_t *list = json_object();

	for (int i = 0; i < VCARD_PINS; i++) {
		json_object_set_new(list, pins[i].name,
		    json_pack("{s:s, s:i}", "value", card->pins[i].value, "tries",
			(int)card->pins[i].tries));
	}
	return json_pack("{s:s, s:o}", "serial", card->serial, "pins", list);
}

int
state_save(const struct vcard *card, struct vcard_error *error)
{
	json_t *root;
	char *text;
	int result = -1;

	if (card->directory == NULL)
		return 0;
	root = state_json(card);
	text = root != NULL ? json_dumps(root, JSON_INDENT(2)) : NULL;
	if (text == NULL)
		fail(error, "the state cannot be written as JSON: a PIN is not UTF-8");
	else
		result = folder_write(card->directory, STATE_FILE, text, strlen(text), error);
	free(text);
	json_decref(root);
	return result;
}

static int
apply_pin(
    struct pin_state *pin, const struct pin *row, const char *value, struct vcard_error *error)
{
	if (value == NULL || strcmp(value, pin->value) == 0)
		return 0;
	if (strlen(value) < row->shortest || strlen(value) > row->longest)
		return fail(error, "the %s PIN has %u to %u characters", row->name, row->shortest,
		    row->longest);
	snprintf(pin->value, sizeof(pin->value), "%s", value);
	pin->tries = row->tries;
	return 0;
}

static int
apply_options(struct vcard *card, const struct vcard_options *options, struct vcard_error *error)
{
	for (int i = 0; i < VCARD_PINS; i++) {
		if (apply_pin(&card->pins[i], &pins[i], options->pins[i], error) != 0)
			return -1;
	}
	if (options->serial == NULL)
		return 0;
	if (*options->serial == '\0' || strlen(options->serial) > 16)
		return fail(error, "a serial number has 1 to 16 characters");
	snprintf(card->serial, sizeof(card->serial), "%s", options->serial);
	return 0;
}

int
state_load(struct vcard *card, const struct vcard_options *options, struct vcard_error *error)
{
	if (initial_state(card) != 0)
		return fail(error, "no random numbers");
	if (card->directory != NULL && load(card, error) != 0)
		return -1;
	if (apply_options(card, options, error) != 0)
		return -1;
	return state_save(card, error);
}
