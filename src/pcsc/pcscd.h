/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_PCSCD_H
#define PCSC_PCSCD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/descriptor.h"

/*
 * Is there a PC/SC service that hangs up on whoever comes, without having been spoken to? So a
 * service of pcsc-lite does whom it refuses, and only then. Waits for that for a second at most,
 * and not again for some seconds if the service neither serves nor hangs up.
 */
bool pcscd_hangs_up(void);

/*
 * A number, never 0, that every program of the machine has for what is in that reader at that count
 * of events: made of the service's socket, too.
 */
uint64_t pcscd_insertion(const char *reader, uint32_t events);

/*
 * Which descriptor does libpcsclite talk to the service over? It does not tell. Before a context is
 * established: the number that the next descriptor gets, -1 if none can be had. After it: the
 * descriptor of that number, or none if it is no connection with the service, because another
 * thread was quicker.
 */
int pcscd_next_number(void);
struct descriptor pcscd_socket(int number);

#endif
