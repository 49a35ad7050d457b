/* SPDX-License-Identifier: BSD-2-Clause */

/* Reading with extended length: when it is tried, and that its outcome is kept. */

#include "cache_folder.h"

#include "reader/cache.h"
#include "reader/readers.h"

/* A certificate in one go, from a reader that can carry it. */
static void
read_long(const char *quirk)
{
	put_in("extended", quirk);
	assert_int_equal(inprocess_longest(READER, JPKI_LONG_DATA_MAX), 0);
	assert_int_equal(started(), COLD);
}

static void
long_reads_that_work(void **state)
{
	read_long("yes");
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	assert_int_equal(exchanges(), 2); /* SELECT, the rest */
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CA_CERTIFICATE);
	assert_int_equal(exchanges(), 3);
	assert_int_equal(started(), WARM);
	assert_ok(login(JPKI_SIGNATURE, pin_of(JPKI_SIGNATURE), NULL));
	assert_int_equal(exchanges(), 5); /* SELECT, tries, PIN; the private one as well, in two */
}

/* Found out once, and remembered: no exchange more in the next program. */
static void
long_reads_that_are_refused(void **state)
{
	static const char *const quirks[] = {"no", "chokes"};
	bool done;

	for (size_t i = 0; i < LENGTH_OF(quirks); i++) {
		unsigned cost = i == 0 ? 1 : 2; /* the one, and another SELECT after a choke */

		read_long(quirks[i]);
		assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
		assert_int_equal(exchanges(), 5 + cost);
		assert_certificate(JPKI_AUTHENTICATION, JPKI_CA_CERTIFICATE);
		assert_int_equal(exchanges(), 6);
		assert_int_equal(started(), WARM);
		assert_certificate(JPKI_SIGNATURE, JPKI_CA_CERTIFICATE);
		assert_int_equal(exchanges(), 6);
		(void)cache_clear(&done);
	}
}

/* Another reader may be able to. */
static void
long_reads_in_another_reader(void **state)
{
	read_long("no");
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	assert_int_equal(exchanges(), 6);
	stop();
	assert_int_equal(inprocess_rename_reader(READER, "Another Reader"), 0);
	assert_int_equal(started(), WARM);
	assert_int_equal(vcard_quirk_set(card, "extended", "yes", NULL), 0);
	assert_certificate(JPKI_SIGNATURE, JPKI_CA_CERTIFICATE);
	assert_int_equal(exchanges(), 3);
	stop();
	assert_int_equal(inprocess_rename_reader("Another Reader", READER), 0);
}

/* Who is logged in risks nothing. */
static void
long_reads_are_not_tried_in_a_login(void **state)
{
	read_long("chokes");
	assert_ok(login(JPKI_AUTHENTICATION, pin_of(JPKI_AUTHENTICATION), NULL));
	(void)exchanges();
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	assert_int_equal(exchanges(), 5); /* is the application selected? and the rest */
	assert_ok(sign(JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1));
}

/* ... nor does another program of the user that is. */
static void
long_reads_are_not_tried_beside_a_login(void **state)
{
	struct share other = SHARE_NONE;
	uint64_t insertion;

	read_long("chokes");
	insertion = readers_at(0)->state.insertion;
	assert_true(share_prepare(&other, insertion));
	assert_int_equal(share_join(&other, insertion, JPKI_AUTHENTICATION), SHARE_JOINED);
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	assert_int_equal(exchanges(), 5);
	share_abandon(&other);
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CA_CERTIFICATE);
	assert_int_equal(exchanges(), 6 + 2); /* tried now */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_CACHE(long_reads_that_work),
	    TEST_CACHE(long_reads_that_are_refused),
	    TEST_CACHE(long_reads_in_another_reader),
	    TEST_CACHE(long_reads_are_not_tried_in_a_login),
	    TEST_CACHE(long_reads_are_not_tried_beside_a_login),
	};

	return RUN(tests);
}
