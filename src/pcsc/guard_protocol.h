/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_GUARD_PROTOCOL_H
#define PCSC_GUARD_PROTOCOL_H

/*
 * Between src/pcsc/guard.c and jpki-guard, whose arguments are the reader's name, its count of
 * events when the card was seen last, and the path of the file by whose lock others have a share in
 * the card ("": none). It gets two descriptors: the
 * process to wait for (pidfd_open), and the channel, on which bytes tell it to go, to heed nobody's
 * share, or to heed that of others again; or when the process will have locked the card: a moment
 * on CLOCK_BOOTTIME in ms, as a uint64_t after the byte, 0: it has no such moment. The end of the
 * channel means that the process has become another program, or could not lock the card itself.
 * A byte in the other direction tells the process that the guard has locked the card.
 */
#define GUARD_PROCESS 3
#define GUARD_CHANNEL 4
#define GUARD_STAND_DOWN 'd'
#define GUARD_ALONE 'a'
#define GUARD_HEED 'h'
#define GUARD_UNTIL 'u'
#define GUARD_LOCKED 'l'

#endif
