/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <jpki/transport.h>

#include "fake.h"

#define SHORT 256
#define PROPERTIES 0x42330012

static const struct jpki_transport *const way = &jpki_transport;
static struct jpki_service *service;
static struct jpki_connection *connection;

/* The features that libccid tells of a reader without keys: escape and properties. */
static const uint8_t features[] = {
    0x13, 0x04, 0x42, 0x00, 0x00, 0x01, 0x12, 0x04, 0x42, 0x33, 0x00, 0x12};
/* Its properties: vendor, product, no firmware, 65536 bytes. */
static const uint8_t properties[] = {
    0x0B, 0x02, 0xE6, 0x04, 0x0C, 0x02, 0x16, 0x51, 0x08, 0x00, 0x0A, 0x04, 0x00, 0x00, 0x01, 0x00};

static void
tell_features(const uint8_t *bytes, size_t length)
{
	memcpy(fake.features, bytes, length);
	fake.features_length = length;
}

static void
tell_properties(const uint8_t *bytes, size_t length)
{
	memcpy(fake.properties, bytes, length);
	fake.properties_length = length;
}

static int
begin_anew(void **state)
{
	fake_reset();
	fake.properties_code = PROPERTIES;
	tell_features(features, sizeof(features));
	tell_properties(properties, sizeof(properties));
	return way->start(&service);
}

static int
end(void **state)
{
	(void)way->close(&connection, false, -1);
	way->stop(&service);
	return 0;
}

static size_t
longest(void)
{
	size_t bytes;

	assert_int_equal(way->open(service, "reader 0", -1, &connection), JPKI_OK);
	bytes = way->longest(connection);
	(void)way->close(&connection, false, -1);
	return bytes;
}

static void
a_reader_that_says_so_takes_extended_length(void **state)
{
	assert_int_equal(longest(), JPKI_LONG_DATA_MAX);
	assert_int_equal(fake_count(&fake.controls), 2);
}

static void
with_t0_it_is_not_asked(void **state)
{
	fake.protocol = SCARD_PROTOCOL_T0;
	assert_int_equal(longest(), SHORT);
	assert_int_equal(fake_count(&fake.controls), 0);
}

static void
a_driver_that_knows_no_features(void **state)
{
	fake_answer(SCARD_E_UNSUPPORTED_FEATURE);
	assert_int_equal(way->open(service, "reader 0", -1, &connection), JPKI_ERR_IO);
	fake_answer(SCARD_S_SUCCESS);
	assert_int_equal(way->open(service, "reader 0", -1, &connection), JPKI_OK);
	fake_answer(SCARD_E_NOT_TRANSACTED);
	assert_int_equal(way->longest(connection), SHORT);
	fake_answer(SCARD_S_SUCCESS);
}

static void
a_driver_that_does_not_know_its_own_code(void **state)
{
	fake.properties_code = PROPERTIES + 1;
	assert_int_equal(longest(), SHORT);
}

static void
readers_for_short_commands(void **state)
{
	static const uint32_t sizes[] = {0, 255, 256, 261, 512, 65535};

	for (size_t i = 0; i < LENGTH_OF(sizes); i++) {
		const uint8_t row[] = {0x0A, 4, (uint8_t)sizes[i], (uint8_t)(sizes[i] >> 8),
		    (uint8_t)(sizes[i] >> 16), 0};

		tell_properties(row, sizeof(row));
		assert_int_equal(longest(), SHORT);
	}
}

static void
more_than_there_can_be_is_not_more(void **state)
{
	static const uint8_t row[] = {0x0A, 4, 0xFF, 0xFF, 0xFF, 0xFF};

	tell_properties(row, sizeof(row));
	assert_int_equal(longest(), JPKI_LONG_DATA_MAX);
}

/* Cut off at every byte, and with lengths that reach beyond the end. */
static void
garbled_answers_tell_nothing(void **state)
{
	static const uint8_t cut[] = {0x01, 0xFF, 0x12, 0x04, 0x42, 0x33, 0x00, 0x12};
	static const uint8_t short_value[] = {0x0A, 0x03, 0x00, 0x00, 0x01};

	for (size_t length = 0; length < sizeof(properties); length++) {
		tell_properties(properties, length);
		assert_int_equal(longest(), SHORT);
	}
	tell_properties(properties, sizeof(properties));
	for (size_t length = 0; length < sizeof(features); length++) {
		tell_features(features, length);
		assert_int_equal(longest(), SHORT);
	}
	tell_features(cut, sizeof(cut));
	assert_int_equal(longest(), SHORT);
	tell_features(features, sizeof(features));
	tell_properties(short_value, sizeof(short_value));
	assert_int_equal(longest(), SHORT);
	fake.properties_length = 1 << 20;
	assert_int_equal(longest(), SHORT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_anew, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_reader_that_says_so_takes_extended_length),
	    TEST(with_t0_it_is_not_asked),
	    TEST(a_driver_that_knows_no_features),
	    TEST(a_driver_that_does_not_know_its_own_code),
	    TEST(readers_for_short_commands),
	    TEST(more_than_there_can_be_is_not_more),
	    TEST(garbled_answers_tell_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
