/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_SERVICE_H
#define PCSC_SERVICE_H

#include <pthread.h>
#include <stdbool.h>
#include <winscard.h>

#include <jpki/transport.h>

struct mute;
struct opening;
struct watch_waiter;

struct jpki_service {
	pthread_mutex_t lock;
	SCARDCONTEXT context;
	bool connected;		      /* the context is usable, as far as is known */
	pthread_cond_t changed;	      /* a wait has ended, or is to end */
	struct watch_waiter *waiters; /* the waits under way */
	struct opening *openings;     /* attempts to connect that were left behind */
	struct mute *mute;	      /* has a lock of its own */
};

/*
 * `start`, `readers` and `poll` of the table: jpki/transport.h has what they do and return. Its
 * `stop` ends the waits and then calls service_free, which sets the pointer to NULL.
 */
int service_start(struct jpki_service **out);
void service_free(struct jpki_service **service);
int service_readers(
    struct jpki_service *service, char (*names)[JPKI_READER_NAME_SIZE], size_t size, size_t *count);
int service_poll(struct jpki_service *service, struct jpki_reader_state *states, size_t count);

#endif
