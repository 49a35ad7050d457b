/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>

#include "message.h"
#include "office_window.h"
#include "own_setting.h"
#include "text.h"

static const struct own_setting window = {
    .section = "signature",
    .program = "soffice.bin",
    .name = "window",
    .value = "60",
};

int
office_window_set(bool *made)
{
	struct own_found found;
	int result = own_setting_find(&window, true, &found);
	bool is_set = found.value != NULL;
	char *path = NULL;

	own_found_free(&found);
	if (result != 0 || is_set)
		return result;
	result = own_setting_make(&window, &path);
	*made = result == 0;
	text_free(&path);
	return result;
}

int
office_window_check(const char *title)
{
	struct own_found found;
	int result = own_setting_find(&window, true, &found);

	if (result == 0 && found.value == NULL)
		tell(_("%s: there the signature password counts for no longer than elsewhere."),
		    title);
	else if (result == 0)
		tell(_("%s: the signature password counts for %s seconds there, by %s."), title,
		    found.value, found.path);
	own_found_free(&found);
	return result;
}

int
office_window_unset(const char *title)
{
	char *path;
	int result = own_setting_remove(&window, &path);

	if (result > 0 && title != NULL)
		tell(_("%s: removed its time for the signature password from %s."), title, path);
	text_free(&path);
	return result >= 0 ? 0 : -1;
}
