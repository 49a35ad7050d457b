/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "apdu.h"
#include "applications.h"
#include "card_data.h"
#include "fail.h"
#include "status_word.h"

#define WORDS 8

/* One line split into words, and the stream for its answer. */
struct request {
	struct vcard *card;
	const struct vcard_front *front;
	char *words[WORDS]; /* NULL after the last */
	size_t count;
	FILE *out;
	struct vcard_error *error;
};

static int
number_of(
    const char *text, int base, unsigned long max, unsigned long *number, struct vcard_error *error)
{
	char *end;

	errno = 0;
	*number = strtoul(text, &end, base);
	if (errno != 0 || end == text || *end != '\0' || *number > max || *text == '-')
		return fail(error, "\"%s\" is not a number of 0 to %lu", text, max);
	return 0;
}

/* Call a function of the front. Fails if there is none or it fails. */
static int
run_front(int (*function)(void *), const struct request *request)
{
	if (function == NULL)
		return fail(request->error, "there is no reader to do that with");
	if (function(request->front->context) != 0)
		return fail(request->error, "the reader cannot be reached");
	return 0;
}

static int
control_insert(struct request *request)
{
	return run_front(request->front->insert, request);
}

static int
control_eject(struct request *request)
{
	return run_front(request->front->eject, request);
}

static int
control_quit(struct request *request)
{
	if (request->front->quit == NULL)
		return fail(request->error, "there is no program to end");
	request->front->quit(request->front->context);
	return 0;
}

static int
control_status(struct request *request)
{
	struct vcard *card = request->card;
	struct vcard_totals totals = vcard_ledger_totals(card);

	if (request->front->status != NULL)
		fprintf(request->out, "card %s\n", request->front->status(request->front->context));
	fprintf(request->out, "power %s\n", vcard_powered(card) ? "on" : "off");
	pthread_mutex_lock(&card->lock);
	fprintf(request->out, "application %s\n", application_name(card));
	fprintf(request->out, "serial %s\n", card->serial);
	pthread_mutex_unlock(&card->lock);
	for (enum vcard_pin i = 0; i < VCARD_PINS; i++) {
		if (vcard_pin_verified(card, i))
			fprintf(request->out, "verified %s\n", vcard_pin_name(i));
	}
	fprintf(request->out,
	    "exchanges %" PRIu64 "\nbytes-in %" PRIu64 "\nbytes-out %" PRIu64 "\n",
	    totals.exchanges, totals.bytes_in, totals.bytes_out);
	return 0;
}

static int
control_attributes(struct request *request)
{
	char text[VCARD_ATTRIBUTE_SIZE], number[VCARD_MANUFACTURE_NUMBER_SIZE];

	for (enum vcard_attribute i = 0; i < VCARD_ATTRIBUTES; i++) {
		vcard_attribute(request->card, i, text);
		fprintf(request->out, "%s %s\n", vcard_attribute_name(i), text);
	}
	vcard_manufacture_number(request->card, number);
	fprintf(request->out, "manufacture-number %s\n", number);
	return 0;
}

static int
control_counters(struct request *request)
{
	unsigned long tries;
	int pin;

	if (request->count == 1) {
		for (enum vcard_pin i = 0; i < VCARD_PINS; i++)
			fprintf(request->out, "%s %u/%u\n", vcard_pin_name(i),
			    vcard_pin_tries(request->card, i), vcard_pin_tries_max(i));
		return 0;
	}
	if (request->count != 4 || strcmp(request->words[1], "set") != 0)
		return fail(request->error, "counters, or counters set PIN TRIES");
	pin = vcard_pin_number(request->words[2]);
	if (pin < 0)
		return fail(request->error, "there is no PIN \"%s\"", request->words[2]);
	if (number_of(request->words[3], 10, UINT_MAX, &tries, request->error) != 0)
		return -1;
	return vcard_pin_set_tries(
	    request->card, (enum vcard_pin)pin, (unsigned)tries, request->error);
}

static int
control_pin(struct request *request)
{
	int pin;

	if (request->count != 4 || strcmp(request->words[1], "set") != 0)
		return fail(request->error, "pin set PIN VALUE");
	pin = vcard_pin_number(request->words[2]);
	if (pin < 0)
		return fail(request->error, "there is no PIN \"%s\"", request->words[2]);
	return vcard_pin_set(request->card, (enum vcard_pin)pin, request->words[3], request->error);
}

static int
control_select_other(struct request *request)
{
	unsigned char aid[16];
	size_t length = 0;

	if (request->count == 1)
		return vcard_select_other(request->card, NULL, 0, request->error);
	if (OPENSSL_hexstr2buf_ex(aid, sizeof(aid), &length, request->words[1], '\0') != 1)
		return fail(request->error, "an AID is up to 32 hexadecimal digits");
	return vcard_select_other(request->card, aid, length, request->error);
}

static int
control_power(struct request *request)
{
	const char *word = request->count == 2 ? request->words[1] : "";

	if (strcmp(word, "cut") == 0) {
		vcard_power_off(request->card);
		vcard_power_on(request->card);
		return 0;
	}
	if (strcmp(word, "reset") == 0) {
		vcard_warm_reset(request->card);
		return 0;
	}
	return fail(request->error, "power cut, or power reset");
}

static int
control_quirk(struct request *request)
{
	const struct vcard_quirk *row;

	if (request->count == 4 && strcmp(request->words[1], "set") == 0)
		return vcard_quirk_set(
		    request->card, request->words[2], request->words[3], request->error);
	if (request->count == 2 && strcmp(request->words[1], "reset") == 0) {
		vcard_quirks_reset(request->card);
		return 0;
	}
	if (request->count != 1)
		return fail(request->error, "quirk, quirk set NAME VALUE, or quirk reset");
	for (size_t i = 0; (row = vcard_quirk(i)) != NULL; i++)
		fprintf(
		    request->out, "%s=%s\n", row->name, vcard_quirk_get(request->card, row->name));
	return 0;
}

/*
 * "3", the third exchange from now; or counted from a command that brings a PIN or what is to be
 * signed: "verify", the next one, "verify+1", the exchange after it.
 */
static int
fault_time(const char *word, uint8_t *from, unsigned long *nth, struct vcard_error *error)
{
	static const struct {
		const char *name;
		uint8_t ins;
	} commands[] = {{"verify", INS_VERIFY}, {"change", INS_CHANGE}, {"sign", INS_SIGN}};
	size_t length = strcspn(word, "+");

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strlen(commands[i].name) != length ||
		    strncmp(word, commands[i].name, length) != 0)
			continue;
		*from = commands[i].ins;
		*nth = 0;
		if (word[length] == '+' &&
		    number_of(word + length + 1, 10, UINT_MAX - 1, nth, error) != 0)
			return -1;
		++*nth;
		return 0;
	}
	*from = 0;
	return number_of(word, 10, UINT_MAX, nth, error);
}

static int
control_fault(struct request *request)
{
	static const char *const names[VCARD_FAULTS] = {VCARD_FAULT_TABLE(TABLE_NAME)};
	unsigned long nth, sw = SW_UNKNOWN;
	uint8_t from;

	if (request->count == 2 && strcmp(request->words[1], "clear") == 0) {
		vcard_faults_clear(request->card);
		return 0;
	}
	if (request->count < 3)
		return fail(request->error, "fault NTH KIND [SW], or fault clear");
	if (fault_time(request->words[1], &from, &nth, request->error) != 0)
		return -1;
	if (request->count == 4 &&
	    number_of(request->words[3], 16, 0xffff, &sw, request->error) != 0)
		return -1;
	for (enum vcard_fault i = 0; i < VCARD_FAULTS; i++) {
		if (strcmp(names[i], request->words[2]) == 0)
			return vcard_fault_add_from(
			    request->card, i, from, (unsigned)nth, (uint16_t)sw, request->error);
	}
	return fail(request->error, "there is no fault \"%s\"; help lists them", request->words[2]);
}

int
vcard_delay_set(struct vcard *card, const char *name, const char *value, struct vcard_error *error)
{
	struct vcard_delays delays = vcard_delays_get(card);
	unsigned long number;

	if (number_of(value, 10, UINT32_MAX, &number, error) != 0)
		return -1;
	if (strcmp(name, "exchange") == 0)
		delays.exchange = (uint32_t)number;
	else if (strcmp(name, "byte") == 0)
		delays.byte = (uint32_t)number;
	else if (strcmp(name, "signature") == 0)
		delays.signature = (uint32_t)number;
	else if (strcmp(name, "pin") == 0)
		delays.pin = (uint32_t)number;
	else
		return fail(
		    error, "there is no delay \"%s\": exchange, byte, signature, pin", name);
	vcard_delays_set(card, &delays);
	return 0;
}

static int
control_delay(struct request *request)
{
	struct vcard_delays delays = vcard_delays_get(request->card);

	if (request->count == 3)
		return vcard_delay_set(
		    request->card, request->words[1], request->words[2], request->error);
	if (request->count != 1)
		return fail(request->error, "delay [exchange|byte|signature|pin MICROSECONDS]");
	fprintf(request->out,
	    "exchange %" PRIu32 "\nbyte %" PRIu32 "\nsignature %" PRIu32 "\npin %" PRIu32 "\n",
	    delays.exchange, delays.byte, delays.signature, delays.pin);
	return 0;
}

static int
show_ledger(struct request *request)
{
	struct vcard_entry *entries = NULL;
	size_t count = vcard_ledger_entries(request->card, NULL, 0);
	char text[128];

	if (count > 0)
		entries = calloc(count, sizeof(*entries));
	if (entries != NULL)
		vcard_ledger_entries(request->card, entries, count);
	for (size_t i = 0; entries != NULL && i < count; i++) {
		vcard_entry_text(&entries[i], text, sizeof(text));
		fprintf(request->out, "%s\n", text);
	}
	free(entries);
	return 0;
}

static int
control_ledger(struct request *request)
{
	const char *word = request->count == 2 ? request->words[1] : "";

	if (strcmp(word, "mark") == 0) {
		vcard_ledger_mark(request->card);
		return 0;
	}
	if (strcmp(word, "show") == 0)
		return show_ledger(request);
	if (strcmp(word, "count") != 0)
		return fail(request->error, "ledger show, ledger count, or ledger mark");
	for (enum vcard_event i = 0; i < VCARD_EVENTS; i++)
		fprintf(request->out, "%s %zu\n", vcard_event_name(i),
		    vcard_ledger_count(request->card, i));
	return 0;
}

static int control_help(struct request *request);

static const struct {
	const char *word;
	int (*function)(struct request *request);
	const char *help;
} controls[] = {
    {"insert", control_insert, "insert - put the card into the reader"},
    {"eject", control_eject, "eject - take it out"},
    {"status", control_status, "status - the card, and its totals since the mark"},
    {"attributes", control_attributes,
	"attributes - name, address, birth date, sex, and the manufacture number"},
    {"counters", control_counters, "counters [set PIN TRIES] - tries left of each PIN"},
    {"pin", control_pin, "pin set PIN VALUE - a new PIN with all tries"},
    {"select-other", control_select_other,
	"select-other [AID] - another program selects an application"},
    {"power", control_power, "power cut|reset - behind the reader's back"},
    {"quirk", control_quirk, "quirk [set NAME VALUE|reset] - see jpki-vcard --help"},
    {"fault", control_fault,
	"fault NTH|verify[+N]|change[+N]|sign[+N] "
	"sw|sw-after|sw-data|garbage|empty|truncated|overlong|eject|"
	"power-loss [SW] | clear"},
    {"delay", control_delay, "delay [exchange|byte|signature|pin MICROSECONDS]"},
    {"ledger", control_ledger, "ledger show|count|mark - what was asked of the card"},
    {"quit", control_quit, "quit - end the program"},
    {"help", control_help, "help - this list"},
};
#define CONTROLS (sizeof(controls) / sizeof(controls[0]))

static int
control_help(struct request *request)
{
	for (size_t i = 0; i < CONTROLS; i++)
		fprintf(request->out, "%s\n", controls[i].help);
	return 0;
}

static int
run(struct request *request)
{
	if (request->count == 0)
		return fail(request->error, "an empty command; help lists the commands");
	for (size_t i = 0; i < CONTROLS; i++) {
		if (strcmp(controls[i].word, request->words[0]) == 0)
			return controls[i].function(request);
	}
	return fail(request->error, "there is no command \"%s\"; help lists the commands",
	    request->words[0]);
}

/* Split the line into words. False if there are too many. */
static bool
split(struct request *request, char *line)
{
	char *rest = NULL;

	for (char *word = strtok_r(line, " \t\r\n", &rest); word != NULL;
	     word = strtok_r(NULL, " \t\r\n", &rest)) {
		if (request->count == WORDS - 1)
			return false;
		request->words[request->count++] = word;
	}
	return true;
}

int
vcard_control(struct vcard *card, const struct vcard_front *front, const char *line, FILE *out)
{
	static const struct vcard_front nobody = {.context = NULL};
	struct vcard_error error = {.text = "out of memory"};
	struct request request = {
	    .card = card,
	    .front = front != NULL ? front : &nobody,
	    .out = out,
	    .error = &error,
	};
	char *copy = strdup(line);
	int result = -1;

	if (copy != NULL && !split(&request, copy))
		fail(&error, "too many words");
	else if (copy != NULL)
		result = run(&request);
	free(copy);
	if (result == 0)
		fprintf(out, "ok\n");
	else
		fprintf(out, "error: %s\n", error.text);
	return result;
}
