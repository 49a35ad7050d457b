/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <stdlib.h>

#include "office_text.h"

#define HEAD                                                                                       \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                             \
	"<oor:items xmlns:oor=\"http://openoffice.org/2001/registry\""                             \
	" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\""                                           \
	" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n"
#define END "</oor:items>\n"
#define SECURITY "<item oor:path=\"/org.openoffice.Office.Common/Security/Scripting\">"
#define SET(folder)                                                                                \
	SECURITY "<prop oor:name=\"CertDir\" oor:op=\"fuse\"><value>" folder                       \
		 "</value></prop></item>\n"
#define OTHERS                                                                                     \
	"<item oor:path=\"/org.openoffice.Setup/L10N\"><prop oor:name=\"ooLocale\" "               \
	"oor:op=\"fuse\"><value>ja &amp; \xe6\x97\xa5</value></prop></item>\n" SECURITY            \
	"<prop oor:name=\"MacroSecurityLevel\" oor:op=\"fuse\"><value>3</value></prop></item>\n"

static void
assert_folder(const char *text, const char *expected)
{
	char *folder;

	assert_int_equal(office_text_read(text, &folder), 0);
	if (expected == NULL)
		assert_null(folder);
	else
		assert_string_equal(folder, expected);
	free(folder);
}

static void
the_setting_is_read(void **state)
{
	assert_folder(HEAD END, NULL);
	assert_folder(HEAD OTHERS END, NULL);
	assert_folder(HEAD OTHERS SET("/a b") END, "/a b");
	assert_folder(HEAD SET("/a &amp; &lt;b&gt; &#x65E5;") END, "/a & <b> \xe6\x97\xa5");
	assert_folder(HEAD SET("/a") SET("/b") END, "/b");
	assert_folder(HEAD SET("/a") SET("") END, NULL);
	assert_folder(HEAD SECURITY "<prop oor:name=\"CertDir\" oor:op=\"fuse\"><value "
				    "xsi:nil=\"true\"/></prop></item>" END,
	    NULL);
	assert_folder(HEAD "<!-- " SET("/a") " -->" END, NULL);
	assert_folder(HEAD "<item oor:path=\"/elsewhere\"><prop oor:name=\"CertDir\">"
			   "<value>/a</value></prop></item>" END,
	    NULL);
	assert_folder("<o:items xmlns:o=\"http://openoffice.org/2001/registry\"><item "
		      "o:path='/org.openoffice.Office.Common/Security/Scripting'>\n <prop "
		      "o:name='CertDir'><value>/a</value></prop>\n</item></o:items>",
	    "/a");
}

static void
what_is_no_such_text_is_refused(void **state)
{
	static const char *const texts[] = {
	    "", "no XML", "<other/>", HEAD, HEAD "<item>" END, HEAD "&entity;" END};
	char *folder;

	for (size_t i = 0; i < LENGTH_OF(texts); i++) {
		assert_int_equal(office_text_read(texts[i], &folder), -1);
		assert_null(folder);
	}
}

static void
assert_undone(const char *text, const char *folder)
{
	char *with = office_text_with(text, folder), *without;

	assert_non_null(with);
	assert_folder(with, folder);
	without = office_text_without(with, folder);
	assert_string_equal(without, text);
	free(without);
	free(with);
}

static void
all_else_stays(void **state)
{
	assert_undone(HEAD END, "/home/a/nss");
	assert_undone(HEAD OTHERS END, "/home/a & b <c> \"d\" 'e' \\ \xe6\x97\xa5/nss");
	assert_undone(HEAD OTHERS "</oor:items>", "/x");
	assert_undone(HEAD OTHERS SET("") END, "/x");
	assert_undone(HEAD "\t\r\n<!-- </oor:items> -->" OTHERS END "\n<!-- end -->", "/x");
}

static void
it_is_written_as_libreoffice_does(void **state)
{
	char *text = office_text_with(HEAD OTHERS END, "/a & \"b\"");

	assert_string_equal(text, HEAD OTHERS SET("/a &amp; \"b\"") END);
	free(text);
}

/* A text that would not say what is meant is not made. */
static void
what_cannot_be_edited_is_left(void **state)
{
	assert_null(office_text_with("<oor:items xmlns:oor=\"x\"/>", "/x"));
	assert_null(office_text_with(HEAD END "<!-- </oor:items> -->", "/x"));
	assert_null(office_text_without(HEAD OTHERS END, "/x"));
	assert_null(office_text_without(HEAD SET("/x") SET("/x") END, "/x"));
	assert_null(office_text_without(
	    HEAD SECURITY " <prop oor:name=\"CertDir\"><value>/x</value></prop></item>" END, "/x"));
}

static void
a_folder_has_to_fit(void **state)
{
	assert_true(office_folder_fits("/a <b> & \xe6\x97\xa5"));
	assert_false(office_folder_fits("/a\nb"));
	assert_false(office_folder_fits("/latin \xe9"));
}

static void
a_new_file_is_known_again(void **state)
{
	char *text = office_text_new("a note"), *note = office_text_note(text), *with;

	assert_string_equal(note, "a note");
	free(note);
	assert_folder(text, NULL);
	with = office_text_with(text, "/x");
	assert_null(office_text_note(with));
	assert_null(office_text_note(HEAD END));
	assert_undone(text, "/x");
	free(with);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_setting_is_read),
	    cmocka_unit_test(what_is_no_such_text_is_refused),
	    cmocka_unit_test(all_else_stays),
	    cmocka_unit_test(it_is_written_as_libreoffice_does),
	    cmocka_unit_test(what_cannot_be_edited_is_left),
	    cmocka_unit_test(a_folder_has_to_fit),
	    cmocka_unit_test(a_new_file_is_known_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
