/* SPDX-License-Identifier: BSD-2-Clause */
#include <ini.h>
#include <string.h>

#include "file.h"
#include "message.h"
#include "own_setting.h"
#include "place.h"
#include "text.h"

#define MADE "# Made by jpki setup, which removes it again with --remove"
#define FOLDERS ": folders "

/* --- reading ---------------------------------------------------------------------------------- */

struct reading {
	const struct own_setting *setting;
	char *own_section;
	char *own, *general; /* values */
};

static void
keep(char **place, const char *value)
{
	text_free(place);
	*place = text_copy(value, strlen(value));
}

/* Called by inih for each line; 1 means no error. */
static int
take(void *context, const char *section, const char *name, const char *value)
{
	struct reading *reading = context;

	if (strcmp(name, reading->setting->name) != 0)
		return 1;
	if (strcmp(section, reading->own_section) == 0)
		keep(&reading->own, value);
	else if (strcmp(section, reading->setting->section) == 0)
		keep(&reading->general, value);
	return 1;
}

static char *
section_of(const struct own_setting *setting)
{
	return text_format("%s %s", setting->section, setting->program);
}

static void
read_text(struct reading *reading, const struct own_setting *setting, const char *text)
{
	*reading = (struct reading){.setting = setting, .own_section = section_of(setting)};
	(void)ini_parse_string(text, take, reading);
}

static void
end_reading(struct reading *reading)
{
	text_free(&reading->own_section);
	text_free(&reading->own);
	text_free(&reading->general);
}

/* --- what is ours ----------------------------------------------------------------------------- */

struct block {
	size_t begin, end;
};

static const char *
after_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line == '\n' ? line + 1 : line;
}

/* Whether more lines of the section follow, which the person must have written. */
static bool
goes_on(const char *line)
{
	while (*line != '\0') {
		const char *start = line + strspn(line, " \t\r");

		if (*start != '\n' && *start != '\0' && *start != '#' && *start != ';')
			return *start != '[';
		line = after_line(line);
	}
	return false;
}

/* The text of the block between its comment and its value; the caller frees it. */
static char *
head_of(const struct own_setting *setting)
{
	return text_format("[%s %s]\n%s = ", setting->section, setting->program, setting->name);
}

static bool
find_block(const char *text, const struct own_setting *setting, struct block *block)
{
	char *head = head_of(setting);
	const char *found = strstr(text, MADE);

	while (found != NULL && strncmp(after_line(found), head, strlen(head)) != 0)
		found = strstr(found + 1, MADE);
	if (found != NULL) {
		const char *end = after_line(after_line(after_line(found)));

		block->begin = (size_t)(found - text);
		if (block->begin > 0 && text[block->begin - 1] == '\n')
			block->begin--;
		block->end = (size_t)(end - text);
		if (goes_on(end))
			found = NULL;
	}
	text_free(&head);
	return found != NULL;
}

/* The block begins with a newline, because the line before it may have none. */
static char *
block_text(const struct own_setting *setting, int folders)
{
	char *head = head_of(setting);
	char *note = folders >= 0 ? text_format(FOLDERS "%d", folders) : text_copy("", 0);
	char *block = text_format("\n" MADE "%s\n%s%s\n", note, head, setting->value);

	text_free(&note);
	text_free(&head);
	return block;
}

/* How many folders were made for the file; -1 if the file was there. */
static int
folders_of(const char *block)
{
	return text_number(block + (*block == '\n'), MADE FOLDERS);
}

/* --- finding ---------------------------------------------------------------------------------- */

static char *
own_path(void)
{
	return place_config("jpki/jpki.conf");
}

/* 1 if found, 0 if not, -1 after an error. */
static int
find_in(
    const char *path, const struct own_setting *setting, bool or_general, struct own_found *found)
{
	struct file file = {0};
	struct reading reading = {0};
	struct block block;
	const char *value;
	int result = file_read(&file, path);

	if (result == 0) {
		read_text(&reading, setting, file.text);
		value = reading.own != NULL || !or_general ? reading.own : reading.general;
		if (value != NULL) {
			found->value = text_copy(value, strlen(value));
			found->path = text_copy(file.path, strlen(file.path));
			found->is_ours =
			    reading.own != NULL && find_block(file.text, setting, &block);
			result = 1;
		}
		end_reading(&reading);
	}
	file_free(&file);
	return result;
}

int
own_setting_find(const struct own_setting *setting, bool or_general, struct own_found *found)
{
	char *path = own_path();
	int result;

	*found = (struct own_found){0};
	result = find_in(path, setting, or_general, found);
	if (result == 0)
		result = find_in(JPKI_SYSCONFDIR "/jpki/jpki.conf", setting, or_general, found);
	text_free(&path);
	return result < 0 ? -1 : 0;
}

void
own_found_free(struct own_found *found)
{
	text_free(&found->value);
	text_free(&found->path);
}

/* --- making and removing ---------------------------------------------------------------------- */

static char *
folder_of(const char *path)
{
	return text_copy(path, (size_t)(strrchr(path, '/') - path));
}

static int
write_new(const struct file *file, const struct own_setting *setting)
{
	char *folder = folder_of(file->path);
	int folders = folders_make(folder, 0700), result = -1;

	if (folders >= 0) {
		char *text = block_text(setting, folders);

		result = file_replace(file, text);
		text_free(&text);
		if (result != 0)
			folders_remove(folder, folders);
	}
	text_free(&folder);
	return result;
}

/* Replace the existing block, or append one. */
static int
write_into(const struct file *file, const struct own_setting *setting)
{
	struct block block = {strlen(file->text), strlen(file->text)};
	int folders = -1, result;
	char *made, *text;

	if (find_block(file->text, setting, &block))
		folders = folders_of(file->text + block.begin);
	made = block_text(setting, folders);
	text = text_format("%.*s%s%s", (int)block.begin, file->text, made, file->text + block.end);
	result = file_replace(file, text);
	text_free(&text);
	text_free(&made);
	return result;
}

int
own_setting_make(const struct own_setting *setting, char **path)
{
	char *place = own_path();
	struct file file = {0};
	int result = file_read(&file, place);

	if (result == 0)
		result = file.exists ? write_into(&file, setting) : write_new(&file, setting);
	*path = text_copy(place, strlen(place));
	file_free(&file);
	text_free(&place);
	return result;
}

/* Note in another block of ours that folders were made. Takes over the text; the caller frees the
 * result. */
static char *
pass_on(char *text, int folders)
{
	char *comment = strstr(text, MADE "\n"), *passed;

	if (folders < 0 || comment == NULL)
		return text;
	comment += strlen(MADE);
	passed = text_format("%.*s" FOLDERS "%d%s", (int)(comment - text), text, folders, comment);
	text_free(&text);
	return passed;
}

/* Remove the block, and the file if nothing else is in it. */
static int
cut(const struct file *file, const struct block *block)
{
	char *text = text_format("%.*s%s", (int)block->begin, file->text, file->text + block->end);
	char *folder = folder_of(file->path);
	int folders = folders_of(file->text + block->begin), result;

	if (text[0] != '\0') {
		text = pass_on(text, folders);
		result = file_replace(file, text);
	} else {
		result = file_remove(file);
		if (result == 0)
			folders_remove(folder, folders > 0 ? folders : 1);
	}
	text_free(&folder);
	text_free(&text);
	return result == 0 ? 1 : -1;
}

int
own_setting_remove(const struct own_setting *setting, char **path)
{
	char *place = own_path();
	struct file file = {0};
	struct block block;
	int result = file_read(&file, place);

	if (result == 0 && find_block(file.text, setting, &block))
		result = cut(&file, &block);
	*path = text_copy(place, strlen(place));
	file_free(&file);
	text_free(&place);
	return result;
}
