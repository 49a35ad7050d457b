/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_GUARD_PROTOCOL_H
#define PCSC_GUARD_PROTOCOL_H

/*
 * The protocol between src/pcsc/guard.c and jpki-guard. Arguments: the reader's name, its count of
 * events when the card was seen last, and the path of the file whose lock shows that others share
 * the card ("": none). The guard gets two descriptors: the process to wait for (pidfd_open), and
 * the channel.
 *
 * Each message is a byte. To the guard:
 *
 *   GUARD_STAND_DOWN  it is not needed any more
 *   GUARD_ALONE       cut the power although others share the card
 *   GUARD_HEED        leave the card to others that share it (the default)
 *   GUARD_UNTIL       followed by a uint64_t: when the process will have locked the card, in ms of
 *                     CLOCK_BOOTTIME; 0: no such time
 *
 * The end of the channel means that the process has executed another program, or could not lock the
 * card itself. From the guard:
 *
 *   GUARD_LOCKED      it has locked the card
 */
#define GUARD_PROCESS 3
#define GUARD_CHANNEL 4
#define GUARD_STAND_DOWN 'd'
#define GUARD_ALONE 'a'
#define GUARD_HEED 'h'
#define GUARD_UNTIL 'u'
#define GUARD_LOCKED 'l'

#endif
