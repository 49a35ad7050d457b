/* SPDX-License-Identifier: BSD-2-Clause */

/* What is kept of a model of cards: that it refuses PSS. */

#include "cache_folder.h"

#include "reader/cache.h"
#include "reader/readers.h"

static bool
offers_pss(enum jpki_role role)
{
	struct reader_view view;

	(void)keys();
	readers_view(readers_at(0), &view);
	return view.keys[role].offers_pss;
}

static void
refuse_pss(enum jpki_role role)
{
	assert_ok(login(role, pin_of(role), NULL));
	assert_rv(sign(role, JPKI_SIGN_PSS_SHA256), JPKI_ERR_UNSUPPORTED);
	assert_ok(sign(role, JPKI_SIGN_PKCS1));
}

static void
a_model_without_pss(void **state)
{
	char name[STORE_NAME_SIZE];

	put_in("sign-forms", "pkcs1");
	start();
	assert_true(offers_pss(JPKI_AUTHENTICATION));
	refuse_pss(JPKI_AUTHENTICATION);
	start();
	assert_false(offers_pss(JPKI_AUTHENTICATION));
	assert_true(offers_pss(JPKI_SIGNATURE));
	put_in("sign-forms", "pkcs1"); /* another card of that model */
	start();
	assert_false(offers_pss(JPKI_AUTHENTICATION));
	refuse_pss(JPKI_SIGNATURE);
	start();
	assert_false(offers_pss(JPKI_AUTHENTICATION) || offers_pss(JPKI_SIGNATURE));
	assert_int_equal(files("model-", name), 1);
	get(in_folder(name));
	assert_int_equal(length, MODEL_FILE_SIZE);
	set_written(time(NULL) - CACHE_AGE_S); /* a new look each time it has been so long */
	put(in_folder(name));
	start();
	assert_true(offers_pss(JPKI_AUTHENTICATION) && offers_pss(JPKI_SIGNATURE));
}

static void
what_a_person_says_of_pss(void **state)
{
	put_in("sign-forms", "pkcs1");
	start();
	refuse_pss(JPKI_AUTHENTICATION);
	for (int on = 0; on < 2; on++) {
		configure(on ? "pss = on" : "pss = auto");
		start();
		assert_int_equal(offers_pss(JPKI_AUTHENTICATION), on);
	}
}

static void
a_wrong_file_of_a_model(void **state)
{
	char name[STORE_NAME_SIZE], path[PATH_MAX];

	start();
	cache_note_pss_refused("A", JPKI_SIGNATURE);
	cache_note_pss_refused("", JPKI_SIGNATURE);
	assert_int_equal(files("model-", name), 1);
	strcpy(path, in_folder(name));
	get(path);
	keep();
	for (size_t i = 0; i < 2 * whole_length; i++) {
		restore();
		if (i < length)
			file[i] ^= 0x40;
		else
			length = i - length;
		put(path);
		assert_false(cache_refuses_pss("A", JPKI_SIGNATURE));
	}
	restore();
	memset(file + 32, 'x', 17);
	sum();
	put(path);
	assert_false(cache_refuses_pss("A", JPKI_SIGNATURE));
	restore();
	file[32] = 'B'; /* of another model */
	sum();
	put(path);
	assert_false(cache_refuses_pss("A", JPKI_SIGNATURE));
	cache_note_pss_refused("A", JPKI_AUTHENTICATION);
	assert_true(cache_refuses_pss("A", JPKI_AUTHENTICATION));
	assert_false(cache_refuses_pss("A", JPKI_SIGNATURE));
	assert_false(cache_refuses_pss("B", JPKI_AUTHENTICATION));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_CACHE(a_model_without_pss),
	    TEST_CACHE(what_a_person_says_of_pss),
	    TEST_CACHE(a_wrong_file_of_a_model),
	};

	return RUN(tests);
}
