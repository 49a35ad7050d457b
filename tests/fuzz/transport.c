/* SPDX-License-Identifier: BSD-2-Clause */
#include "transport.h"

#include <string.h>

#include "base/descriptor.h"
#include "fuzz.h"

#define INS_VERIFY 0x20
#define INS_CHANGE 0x24
#define INS_SIGN 0x2A
#define INS_SELECT 0xA4
#define INS_READ 0xB0
#define INS_READ_RECORD 0xB2
#define INS_GET_RESPONSE 0xC0
#define APPLICATION 0x10000 /* and which: no EF identifier */

struct jpki_service {
	unsigned connections;
};

struct jpki_connection {
	struct jpki_service *service;
	uint32_t events, resets;
	bool in_transaction;
};

enum application { NONE, JPKI, ATTRIBUTES, NUMBER, APPLICATIONS };
#define AID_SIZE 10
static const uint8_t aids[APPLICATIONS][AID_SIZE] = {
    [JPKI] = {0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01},
    [ATTRIBUTES] = {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08},
    [NUMBER] = {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00},
};
static const struct {
	enum application application;
	uint16_t file;
} pins[JPKI_CREDENTIALS] = {{JPKI, 0x0018}, {JPKI, 0x001B}, {ATTRIBUTES, 0x0011}};

static struct {
	transport_card *card;
	void *context;
	bool present;
	uint32_t events, resets;
	unsigned services, connections;
	struct jpki_connection *holder;
	int open_error, begin_error;

	/* in the transaction under way */
	enum application selected; /* it has been, and said so */
	uint32_t current;	   /* EF, 0 if it is not known */
	uint32_t pending;	   /* what is being selected, while its answer is fetched */

	const char *pin[JPKI_CREDENTIALS], *new_pin[JPKI_CREDENTIALS];
	bool accepted[JPKI_CREDENTIALS];
	bool unlocked; /* the card may have verified a PIN */
} reader;

void
transport_insert(transport_card *card, void *context)
{
	reader.card = card;
	reader.context = context;
	reader.open_error = reader.begin_error = JPKI_OK;
	transport_take_back();
	transport_reinsert();
}

void
transport_remove(void)
{
	if (reader.present)
		reader.events++;
	reader.present = false;
	reader.unlocked = false;
	memset(reader.accepted, 0, sizeof(reader.accepted));
}

void
transport_reinsert(void)
{
	transport_remove();
	reader.present = true;
	reader.events++;
}

void
transport_reset(void)
{
	reader.resets++;
}

void
transport_refuse_open(int error)
{
	reader.open_error = error;
}

void
transport_refuse_begin(int error)
{
	reader.begin_error = error;
}

void
transport_give(enum jpki_role role, const char *pin, const char *new_pin)
{
	reader.pin[role] = pin;
	reader.new_pin[role] = new_pin;
}

void
transport_take_back(void)
{
	memset(reader.pin, 0, sizeof(reader.pin));
	memset(reader.new_pin, 0, sizeof(reader.new_pin));
}

bool
transport_accepted(enum jpki_role role)
{
	return reader.accepted[role];
}

void
transport_check_idle(void)
{
	fuzz_check(reader.holder == NULL);
	fuzz_check(reader.connections <= 1);
}

void
transport_check_closed(void)
{
	transport_check_idle();
	fuzz_check(reader.connections == 0);
	fuzz_check(reader.services == 0);
	fuzz_check(!reader.unlocked);
}

static int
take_error(int *error)
{
	int taken = *error;

	*error = JPKI_OK;
	return taken;
}

static int
start(struct jpki_service **service)
{
	*service = calloc(1, sizeof(**service));
	fuzz_check(*service != NULL);
	reader.services++;
	return JPKI_OK;
}

static void
stop(struct jpki_service **service)
{
	if (service == NULL || *service == NULL)
		return;
	fuzz_check((*service)->connections == 0);
	reader.services--;
	free(*service);
	*service = NULL;
}

static int
readers(
    struct jpki_service *service, char (*names)[JPKI_READER_NAME_SIZE], size_t size, size_t *count)
{
	fuzz_check(service != NULL && size > 0);
	strcpy(names[0], TRANSPORT_READER);
	*count = 1;
	return JPKI_OK;
}

static int
poll(struct jpki_service *service, struct jpki_reader_state *states, size_t count)
{
	fuzz_check(service != NULL);
	for (size_t i = 0; i < count; i++) {
		states[i].attached = strcmp(states[i].name, TRANSPORT_READER) == 0;
		states[i].present = states[i].attached && reader.present;
		states[i].mute = false;
		states[i].events = states[i].attached ? reader.events : 0;
		states[i].insertion = states[i].present ? reader.events : 0;
		states[i].raw = 0;
	}
	return JPKI_OK;
}

/* No target waits. */
static int
wait(struct jpki_service *service, const struct jpki_reader_state *states, size_t count,
    int timeout_ms)
{
	(void)service;
	(void)states;
	(void)count;
	(void)timeout_ms;
	return JPKI_ERR_CANCELLED;
}

static void
cancel(struct jpki_service *service)
{
	(void)service;
}

static int
check(struct jpki_connection *connection)
{
	fuzz_check(connection != NULL);
	if (!reader.present || connection->events != reader.events)
		return JPKI_ERR_NO_CARD;
	return connection->resets == reader.resets ? JPKI_OK : JPKI_ERR_RESET;
}

static size_t
longest(struct jpki_connection *connection)
{
	fuzz_check(connection != NULL && reader.holder == connection);
	return JPKI_LONG_DATA_MAX;
}

static int
open(struct jpki_service *service, const char *name, int patience_ms,
    struct jpki_connection **connection)
{
	int error = take_error(&reader.open_error);

	(void)patience_ms; /* there is nobody else */
	*connection = NULL;
	fuzz_check(strcmp(name, TRANSPORT_READER) == 0);
	if (error != JPKI_OK)
		return error;
	if (!reader.present)
		return JPKI_ERR_NO_CARD;
	*connection = calloc(1, sizeof(**connection));
	fuzz_check(*connection != NULL);
	(*connection)->service = service;
	(*connection)->events = reader.events;
	(*connection)->resets = reader.resets;
	service->connections++;
	reader.connections++;
	return JPKI_OK;
}

static void
guard(struct jpki_connection *connection, const char *share, uint32_t events)
{
	(void)events;
	(void)share;
	(void)connection; /* this process does not end */
}

static void
guard_until(struct jpki_connection *connection, uint64_t moment)
{
	(void)moment;
	(void)connection;
}

static int
close(struct jpki_connection **connection, bool power_off, int held)
{
	struct jpki_connection *old = connection != NULL ? *connection : NULL;
	struct descriptor lock = descriptor_keep(held);
	int status;

	descriptor_close(&lock);
	if (old == NULL)
		return JPKI_OK;
	*connection = NULL;
	status = check(old);
	if (reader.holder == old)
		reader.holder = NULL;
	if (power_off && (status == JPKI_OK || status == JPKI_ERR_RESET)) {
		reader.unlocked = false;
		memset(reader.accepted, 0, sizeof(reader.accepted));
		reader.resets++;
		status = JPKI_OK;
	}
	old->service->connections--;
	reader.connections--;
	free(old);
	return power_off ? status : JPKI_OK;
}

static int
begin(struct jpki_connection *connection, int patience_ms)
{
	int status = check(connection), error = take_error(&reader.begin_error);

	(void)patience_ms;
	fuzz_check(reader.holder == NULL);
	if (status != JPKI_OK)
		return status;
	if (error != JPKI_OK)
		return error;
	reader.holder = connection;
	reader.selected = NONE;
	reader.current = reader.pending = 0;
	return JPKI_OK;
}

static int
end(struct jpki_connection *connection)
{
	fuzz_check(reader.holder == connection);
	reader.holder = NULL;
	return check(connection);
}

/* A PIN is about to be sent: to whom, and has a person given it? */
static void
judge_pin(const uint8_t *command, size_t length, bool change)
{
	int role;
	const char **given;

	fuzz_check(length == 5u + command[4]);
	for (role = 0; role < JPKI_CREDENTIALS; role++)
		if (command[3] == 0x80 ? reader.current == pins[role].file
				       : command[3] == (0x80 | pins[role].file))
			break;
	fuzz_check(role < JPKI_CREDENTIALS);
	fuzz_check(reader.selected == pins[role].application);
	given = change ? &reader.new_pin[role] : &reader.pin[role];
	fuzz_check(*given != NULL);
	fuzz_check(strlen(*given) == command[4] && memcmp(*given, command + 5, command[4]) == 0);
	fuzz_check(!change || (command[2] == 0x01 && reader.pin[role] == NULL));
	*given = NULL; /* once */
}

static enum application
application_of(const uint8_t *command, size_t length)
{
	enum application application = APPLICATIONS - 1;

	if (length != 5 + AID_SIZE || command[4] != AID_SIZE)
		return NONE;
	while (application > NONE && memcmp(command + 5, aids[application], AID_SIZE) != 0)
		application--;
	return application;
}

/* An extended Le, of more than a short one asks for. */
static bool
is_long(const uint8_t *command, size_t length)
{
	return length == 7 && command[4] == 0 && command[5] > 0;
}

static void
judge(const uint8_t *command, size_t length)
{
	fuzz_check(length >= 4 && length <= JPKI_COMMAND_MAX);
	fuzz_check(command[0] == (command[1] == INS_SIGN ? 0x80 : 0x00));
	switch (command[1]) {
	case INS_SELECT:
		if (command[2] == 0x04)
			fuzz_check(application_of(command, length) != NONE);
		else
			fuzz_check(command[2] == 0x02 && length == 7 && command[4] == 2);
		break;
	case INS_VERIFY:
	case INS_CHANGE:
		fuzz_check(length > 5 || (length == 4 && command[1] == INS_VERIFY));
		if (length > 5)
			judge_pin(command, length, command[1] == INS_CHANGE);
		break;
	case INS_READ_RECORD:
		fuzz_check(reader.selected == NUMBER && command[2] == 1 && command[3] == 0x0C);
		/* fall through */
	case INS_GET_RESPONSE:
		fuzz_check(length == 5);
		break;
	case INS_READ:
		fuzz_check(length == 5 || is_long(command, length));
		break;
	case INS_SIGN:
		fuzz_check(length == 6u + command[4]); /* after 6Cxx with another Le */
		break;
	default:
		fuzz_check(!"a command that the module does not have");
	}
}

/* What is known of the card's state after an answer, its status word or 0 if it has none. */
static void
learn(const uint8_t *command, size_t length, unsigned sw)
{
	uint32_t pending = reader.pending;

	reader.pending = 0;
	switch (command[1]) {
	case INS_SELECT:
		pending = command[2] == 0x04 ? APPLICATION | application_of(command, length)
					     : (uint32_t)(command[5] << 8 | command[6]);
		/* fall through */
	case INS_GET_RESPONSE:
		if (pending == 0)
			break;
		if (sw >> 8 == 0x61)
			reader.pending = pending;
		if ((pending & APPLICATION) != 0)
			reader.selected =
			    sw == 0x9000 ? (enum application)(pending & ~APPLICATION) : NONE;
		reader.current = sw == 0x9000 && (pending & APPLICATION) == 0 ? pending : 0;
		break;
	case INS_READ:
		if ((command[2] & 0x80) != 0)
			reader.current = sw == 0x9000 ? command[2] & 0x1F : 0;
		break;
	case INS_VERIFY:
	case INS_CHANGE:
		if (length > 5 && (sw & 0xFFF0) != 0x63C0 && sw != 0x6983 && sw != 0x6984)
			reader.unlocked = true;
		break;
	}
}

static void
learn_acceptance(const uint8_t *command, size_t length, unsigned sw)
{
	uint16_t file = command[3] == 0x80 ? (uint16_t)reader.current : command[3] & 0x1F;

	if (command[1] != INS_VERIFY || length <= 5 || sw != 0x9000)
		return;
	for (int role = 0; role < JPKI_CREDENTIALS; role++)
		if (file == pins[role].file && reader.selected == pins[role].application)
			reader.accepted[role] = true;
}

static int
transmit(struct jpki_connection *connection, const uint8_t *command, size_t length,
    uint8_t *response, size_t *response_length)
{
	uint8_t answer[TRANSPORT_ANSWER_MAX];
	size_t size = *response_length, answered = sizeof(answer);
	unsigned sw = 0;
	int rv;

	*response_length = 0;
	fuzz_check(connection != NULL && reader.holder == connection);
	fuzz_check(size >= 2);
	rv = check(connection);
	if (rv != JPKI_OK)
		return rv;
	judge(command, length);
	rv = reader.card(reader.context, command, length, answer, &answered);
	if (rv == JPKI_OK && answered >= 2 && answered <= size)
		sw = (unsigned)answer[answered - 2] << 8 | answer[answered - 1];
	if (check(connection) != JPKI_ERR_NO_CARD) {
		learn_acceptance(command, length, sw);
		learn(command, length, sw);
	}
	if (rv == JPKI_OK)
		rv = check(connection);
	if (rv == JPKI_OK && answered > size)
		rv = JPKI_ERR_DATA;
	if (rv != JPKI_OK)
		return rv;
	memcpy(response, answer, answered);
	*response_length = answered;
	return JPKI_OK;
}

const struct jpki_transport jpki_transport = {
    .start = start,
    .stop = stop,
    .readers = readers,
    .poll = poll,
    .wait = wait,
    .cancel = cancel,
    .open = open,
    .guard = guard,
    .guard_until = guard_until,
    .close = close,
    .check = check,
    .longest = longest,
    .begin = begin,
    .end = end,
    .transmit = transmit,
};
