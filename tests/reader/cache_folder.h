/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_READER_CACHE_FOLDER_H
#define TESTS_READER_CACHE_FOLDER_H

/* What is kept of cards in files: each test has a folder of its own, and looks into it. */

#include "fixture.h"

#include <limits.h>
#include <time.h>

#include "base/store.h"

/* Exchanges until it is known what a card is: SELECT, the certificate's first block; and if it was
 * not here before, EF 0006 and EF 0008. */
#define COLD 4
#define WARM 2

/* Where things are in a card's file (reader/cache.c): the sum is of what follows it. */
#define SUM_AT 16
#define WRITTEN_AT 24
#define KIND_AT 40
#define LABEL_AT 44
#define MANUFACTURER_AT 77
#define MODEL_AT 110
#define SERIAL_AT 127
#define SIGNATURE_AT 148
#define HABITS_AT 149
#define LENGTHS_AT 156
#define BYTES_AT 168
/* The same of a model's. */
#define MODEL_FILE_SIZE 56

/* A card in a reader, and nothing started. Set-up and tear-down. */
int make_cache(void **state);
int drop_cache(void **state);
#define TEST_CACHE(name) cmocka_unit_test_setup_teardown(name, make_cache, drop_cache)

/* ---------------------------------------------------------------------------- the files */

/* The path of a file; overwritten by the next call. */
const char *in_folder(const char *name);
/* How many files begin so; the name of the last. */
unsigned files(const char *prefix, char name[STORE_NAME_SIZE]);
/* The path of the only card's file. */
const char *card_path(void);

/* A file as it was read (get), and is written (put). */
extern uint8_t file[STORE_FILE_MAX + 64];
extern size_t length;
void get(const char *path);
void put(const char *path);
/* As it is, for when it has been changed. */
extern size_t whole_length;
void keep(void);
void restore(void);

/* Give it the sum that it has to have. */
void sum(void);
void set_written(int64_t when);
uint16_t length_at(size_t at);

/* A settings file of that one line of [token], for what is started from here on. */
void configure(const char *setting);

/* ------------------------------------------------------------------ a program, and what it does */

/* A program that has just been started, and the card's number in it. */
void start(void);
void stop(void);
/* Since the last look. */
unsigned exchanges(void);
/* Start, and how many exchanges it takes to know the card: COLD or WARM. */
unsigned started(void);

unsigned keys(void);
/* Is what the library gives the card's own? */
bool gives(enum jpki_role role, enum jpki_certificate which);
void assert_certificate(enum jpki_role role, enum jpki_certificate which);
void assert_texts(const char *serial);
extern uint8_t signature[JPKI_SIGNATURE_SIZE];
int sign(enum jpki_role role, enum jpki_signature_form form);

/* All certificates that can be read without a PIN. */
void read_all(void);
/* Have all that is kept of the card written, and get it. */
void fill(void);
/* All that a person can do, with all PINs. */
void do_all(void);
/* Put a card with a quirk in place of the present one; the library learns of it as it is started.
 */
void put_in(const char *quirk, const char *value);

#endif
