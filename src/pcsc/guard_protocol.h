/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_GUARD_PROTOCOL_H
#define PCSC_GUARD_PROTOCOL_H

/*
 * Between src/pcsc/guard.c and jpki-guard, whose one argument is the reader's name. It gets two
 * descriptors: the process to wait for (pidfd_open), and the channel, on which a byte tells it to
 * go; the end of the channel means that the process has become another program.
 */
#define GUARD_PROCESS 3
#define GUARD_CHANNEL 4
#define GUARD_STAND_DOWN 'd'

#endif
