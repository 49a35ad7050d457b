/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <stdlib.h>

#include "nss_text.h"

#define INTERNAL                                                                                   \
	"library=\n"                                                                               \
	"name=NSS Internal PKCS #11 Module\n"                                                      \
	"parameters=configdir='sql:/home/a b' secmod='secmod.db' flags= \n"                        \
	"NSS=Flags=internal,critical trustOrder=75\n"                                              \
	"\n"
#define OTHER "library=/usr/lib/opensc-pkcs11.so\nname=OpenSC\n\n"
#define OURS "library=/lib/ours.so\nname=Ours\n\n"

/* The module of a name in the text; the list is to be freed. */
static const struct nss_module *
named(struct nss_modules *modules, const char *text, const char *name)
{
	nss_modules_read(modules, text);
	for (size_t i = 0; i < modules->count; i++)
		if (modules->rows[i].name != NULL && strcmp(modules->rows[i].name, name) == 0)
			return &modules->rows[i];
	fail_msg("there is no module %s", name);
	return NULL;
}

static void
assert_library(const char *text, const char *name, const char *library)
{
	struct nss_modules modules;

	assert_string_equal(named(&modules, text, name)->library, library);
	nss_modules_free(&modules);
}

static void
assert_without(const char *text, const char *name, const char *expected)
{
	struct nss_modules modules;
	char *after = nss_text_without(text, named(&modules, text, name));

	assert_string_equal(after, expected);
	free(after);
	nss_modules_free(&modules);
}

/* With a module more, and without it again. */
static void
assert_undone(const char *text)
{
	char *with = nss_text_with(text, "/lib/ours.so", "Ours");

	assert_true(strlen(with) == strlen(text) + strlen(OURS));
	assert_library(with, "Ours", "/lib/ours.so");
	assert_without(with, "Ours", text);
	free(with);
}

static void
modules_are_stanzas(void **state)
{
	struct nss_modules modules;

	nss_modules_read(&modules, "# a comment\n\n" INTERNAL "\n\n" OTHER "name=No library");
	assert_int_equal(modules.count, 4);
	assert_null(modules.rows[0].name);
	assert_null(modules.rows[1].library);
	assert_string_equal(modules.rows[1].name, "NSS Internal PKCS #11 Module");
	assert_string_equal(modules.rows[2].library, "/usr/lib/opensc-pkcs11.so");
	assert_null(modules.rows[3].library);
	assert_string_equal(modules.rows[3].name, "No library");
	nss_modules_free(&modules);
}

static void
nothing_is_read_of_nothing(void **state)
{
	struct nss_modules modules;

	nss_modules_read(&modules, "");
	assert_int_equal(modules.count, 0);
	nss_modules_free(&modules);
	nss_modules_read(&modules, "\n\r\n\n");
	assert_int_equal(modules.count, 0);
	nss_modules_free(&modules);
}

/* As NSS itself has it (NSSUTIL_ArgFetchValue), which modutil shows in tests/apps. */
static void
values_are_read_as_by_nss(void **state)
{
	assert_library("library=/a \"b\" 'c' \\d=e\nname=N\n", "N", "/a \"b\" 'c' \\d=e");
	assert_library("library=\"/a \\\"b\\\" \\\\c\"\nname=N\n", "N", "/a \"b\" \\c");
	assert_library("name=\"A name\"\tlibrary=\"/x y\" NSS=\"z\"\n", "A name", "/x y");
	assert_library("  LIBRARY=/x\nNaMe=N\n", "N", "/x");
	assert_library("library=/x\r\nname=N\r\n\r\n", "N", "/x");
	assert_library("library=/x\nname=N\nlibrary=/y\n", "N", "/y");
	assert_library("#library=/z\nlibrary=/x\n#name=M\nname=N\n", "N", "/x");
	assert_library("library=\"/not closed\nname=N\n", "N", "/not closed");
	assert_library(
	    "library=\"/backslash at the end\\\nname=N\n", "N", "/backslash at the end\\");
}

static void
a_line_may_be_anything(void **state)
{
	static const char *const lines[] = {"=", "==", "library", "library=\"", "name=\"\"", "\"",
	    "library=\"\\", " \t ", "name=\"a\"=\"b\"", "\xff\xfe=\x01", "library=\"a\"b\"c\""};

	for (size_t i = 0; i < LENGTH_OF(lines); i++) {
		struct nss_modules modules;

		nss_modules_read(&modules, lines[i]);
		assert_int_equal(modules.count, 1);
		assert_int_equal(modules.rows[0].end, strlen(lines[i]));
		nss_modules_free(&modules);
		assert_undone(lines[i]);
	}
}

static void
a_module_is_appended(void **state)
{
	char *text;

	text = nss_text_with(INTERNAL OTHER, "/lib/ours.so", "Ours");
	assert_string_equal(text, INTERNAL OTHER OURS);
	free(text);
	text = nss_text_with("", "/lib/ours.so", "Ours");
	assert_string_equal(text, OURS);
	free(text);
}

/* NSS appends without an empty line, and forgets a last stanza that none follows. */
static void
a_module_is_not_last_where_no_empty_line_is(void **state)
{
	char *text;

	text = nss_text_with(INTERNAL "library=/x\nname=X\n", "/lib/ours.so", "Ours");
	assert_string_equal(text, INTERNAL OURS "library=/x\nname=X\n");
	free(text);
	text = nss_text_with("library=/x\nname=X", "/lib/ours.so", "Ours");
	assert_string_equal(text, OURS "library=/x\nname=X");
	free(text);
}

static void
all_else_stays(void **state)
{
	assert_undone("");
	assert_undone("\n");
	assert_undone("\n\n\n");
	assert_undone(INTERNAL);
	assert_undone(INTERNAL "\n\n");
	assert_undone("# head\n" INTERNAL "# of this\n" OTHER "# tail\n");
	assert_undone(INTERNAL "unknown\nstanza=1\n\n" OTHER);
	assert_undone(INTERNAL "library=/x\nname=X\n");
	assert_undone(INTERNAL "library=/x\nname=X");
	assert_undone("library=/x\r\nname=X\r\n\r\n");
	assert_undone("library=/x\r\nname=X\r\n\r\nlibrary=/y\r\nname=Y\r\n\r\n");
}

static void
a_module_is_removed_from_anywhere(void **state)
{
	assert_without(OURS INTERNAL OTHER, "Ours", INTERNAL OTHER);
	assert_without(INTERNAL OURS OTHER, "Ours", INTERNAL OTHER);
	assert_without(INTERNAL OTHER "library=/lib/ours.so\nname=Ours\n", "Ours", INTERNAL OTHER);
	assert_without(INTERNAL "\n" OURS "\n" OTHER, "Ours", INTERNAL "\n\n" OTHER);
}

static void
comments_outlive_their_module(void **state)
{
	assert_without(INTERNAL "# mine\nlibrary=/lib/ours.so\n# too\nname=Ours\n\n" OTHER, "Ours",
	    INTERNAL "# mine\n# too\n\n" OTHER);
}

static void
assert_moved(const char *text, const char *expected)
{
	struct nss_modules modules;
	char *moved = nss_text_moved(text, named(&modules, text, "Ours"), "/new \"ours\".so");

	assert_string_equal(moved, expected);
	free(moved);
	nss_modules_free(&modules);
	assert_library(expected, "Ours", "/new \"ours\".so");
}

static void
a_module_is_moved(void **state)
{
	assert_moved(INTERNAL "# mine\n" OURS OTHER,
	    INTERNAL "# mine\nlibrary=/new \"ours\".so\nname=Ours\n\n" OTHER);
	assert_moved("name=Ours\nlibrary=\"/old\" NSS=\"x\"\n",
	    "name=Ours\nlibrary=\"/new \\\"ours\\\".so\" NSS=\"x\"\n");
	assert_moved("name=Ours\r\nlibrary=/old\r\n", "name=Ours\r\nlibrary=/new \"ours\".so\r\n");
}

static void
a_path_has_to_fit(void **state)
{
	char *longest = malloc(NSS_PATH_MAX + 2);

	assert_true(nss_path_fits("/a b\"c'\\d/\xe9\x8d\xb5"));
	assert_false(nss_path_fits("relative"));
	assert_false(nss_path_fits(""));
	assert_false(nss_path_fits("/a\nb"));
	assert_false(nss_path_fits("/a\rb"));
	assert_false(nss_path_fits("/a\x7f"));
	memset(longest, '/', NSS_PATH_MAX + 1);
	longest[NSS_PATH_MAX + 1] = '\0';
	assert_false(nss_path_fits(longest));
	longest[NSS_PATH_MAX] = '\0';
	assert_true(nss_path_fits(longest));
	free(longest);
}

static void
a_new_file_is_known_again(void **state)
{
	struct nss_modules modules;
	char *text = nss_text_new("a note"), *note = nss_text_note(text), *more;

	assert_string_equal(note, "a note");
	free(note);
	assert_null(nss_text_note(text + 1));
	assert_null(nss_text_note(INTERNAL));
	assert_null(nss_text_note(""));
	more = nss_text_with(text, "/lib/ours.so", "Ours");
	assert_null(nss_text_note(more));
	nss_modules_read(&modules, text);
	assert_int_equal(modules.count, 1);
	assert_null(modules.rows[0].library);
	nss_modules_free(&modules);
	free(more);
	free(text);
}

static void
assert_put_back(const char *text)
{
	struct nss_modules modules;
	char *stanza, *without, *again;
	size_t at;

	without = nss_text_cut(text, named(&modules, text, "OpenSC"), &stanza, &at);
	assert_null(strstr(without, "OpenSC"));
	again = nss_text_put_back(without, stanza, at);
	assert_string_equal(again, text);
	free(again);
	free(without);
	free(stanza);
	nss_modules_free(&modules);
}

static void
test_a_stanza_goes_back_byte_for_byte(void **state)
{
	assert_put_back(INTERNAL OTHER);
	assert_put_back(INTERNAL OTHER OURS);
	assert_put_back("# mine\n" OTHER "\n\n" INTERNAL);
	assert_put_back("\n\n" OTHER);
	assert_put_back(INTERNAL "# a\nlibrary=/x.so\n# b\nname=OpenSC");
	assert_put_back("library=/x.so\r\nname=OpenSC\r\n\r\nlibrary=/y.so\r\n\r\n");
	assert_put_back("library=/y.so\r\n\r\nlibrary=/x.so\r\nname=OpenSC\r\n\r\n");
}

/* Where it was, something else is by now. */
static void
assert_found_again(const char *text, const char *stanza, size_t at)
{
	char *again = nss_text_put_back(text, stanza, at);

	assert_int_equal(strlen(again) >= strlen(text) + strlen(stanza), 1);
	assert_library(again, "X", "/x.so");
	assert_library(again, "Ours", "/lib/ours.so");
	free(again);
}

static void
test_a_stanza_finds_another_place(void **state)
{
	static const char stanza[] = "library=/x.so\nname=X";

	for (size_t at = 0; at < 100; at++) {
		assert_found_again(OURS, stanza, at);
		assert_found_again(OURS "# end", stanza, at);
		assert_found_again("\n" OURS, "library=/x.so\nname=X\n\n", at);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(modules_are_stanzas),
	    cmocka_unit_test(nothing_is_read_of_nothing),
	    cmocka_unit_test(values_are_read_as_by_nss),
	    cmocka_unit_test(a_line_may_be_anything),
	    cmocka_unit_test(a_module_is_appended),
	    cmocka_unit_test(a_module_is_not_last_where_no_empty_line_is),
	    cmocka_unit_test(all_else_stays),
	    cmocka_unit_test(a_module_is_removed_from_anywhere),
	    cmocka_unit_test(comments_outlive_their_module),
	    cmocka_unit_test(a_module_is_moved),
	    cmocka_unit_test(a_path_has_to_fit),
	    cmocka_unit_test(a_new_file_is_known_again),
	    cmocka_unit_test(test_a_stanza_goes_back_byte_for_byte),
	    cmocka_unit_test(test_a_stanza_finds_another_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
