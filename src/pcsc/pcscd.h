/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_PCSCD_H
#define PCSC_PCSCD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/descriptor.h"

/*
 * Is there a PC/SC service that closes a new connection before anything was sent on it? A service
 * of pcsc-lite does so to a user whom it refuses, and only then. Waits for a second at most; if the
 * service neither answers nor closes the connection, the next calls do not wait for some seconds.
 */
bool pcscd_hangs_up(void);

/*
 * The number, never 0, of the insertion in that reader at that count of events. It is the same in
 * every program of the machine, and differs after the service was restarted.
 */
uint64_t pcscd_insertion(const char *reader, uint32_t events);

/*
 * These two find the descriptor over which libpcsclite talks to the service, which it does not
 * tell. pcscd_next_number, before a context is established, returns the number that the next
 * descriptor gets, -1 if there can be none. pcscd_socket, after it, returns the descriptor of that
 * number, or none if that is no connection with the service, because another thread has opened it.
 */
int pcscd_next_number(void);
struct descriptor pcscd_socket(int number);

#endif
