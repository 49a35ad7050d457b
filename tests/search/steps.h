/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SEARCH_STEPS_H
#define SEARCH_STEPS_H

#include <stddef.h>
#include <stdint.h>

/* What can happen is a row of one table. */
struct step_row {
	const char *name;
	unsigned weight;      /* how often among all others */
	unsigned calm_weight; /* ... in a sequence in which little goes wrong */
	void (*run)(const uint16_t *arguments);
};

extern const struct step_row steps[];
extern const size_t steps_count;

/* The row of a step that sets the scene, five of eight of them a quirk of a card. */
size_t steps_scenery(unsigned which);
/* The one with which transactions last longer than what is asked in them. */
size_t steps_linger(void);

/* calls.c: sessions, logins, PINs, slots. */
void step_open(const uint16_t *a);
void step_close(const uint16_t *a);
void step_close_all(const uint16_t *a);
void step_session_info(const uint16_t *a);
void step_login(const uint16_t *a);
void step_login_right(const uint16_t *a);
void step_login_context(const uint16_t *a);
void step_login_officer(const uint16_t *a);
void step_logout(const uint16_t *a);
void step_set_pin(const uint16_t *a);
void step_wrong_again(const uint16_t *a);
void step_finalize(const uint16_t *a);
void step_initialize(const uint16_t *a);

/* calls_other.c: objects, slots, what is refused. */
void step_find(const uint16_t *a);
void step_attributes(const uint16_t *a);
void step_digest(const uint16_t *a);
void step_verify(const uint16_t *a);
void step_slots(const uint16_t *a);
void step_slot_info(const uint16_t *a);
void step_token_info(const uint16_t *a);
void step_mechanisms(const uint16_t *a);
void step_wait_event(const uint16_t *a);
void step_init_token(const uint16_t *a);
void step_refused(const uint16_t *a);

/* calls_beside.c: what of libjpki goes to other applications. */
void step_attributes_pin(const uint16_t *a);
void step_attributes_tries(const uint16_t *a);
void step_number(const uint16_t *a);

/* calls_sign.c: signing. */
void step_sign_init(const uint16_t *a);
void step_sign(const uint16_t *a);
void step_sign_length(const uint16_t *a);
void step_sign_small(const uint16_t *a);
void step_sign_update(const uint16_t *a);
void step_sign_final(const uint16_t *a);
void step_sign_cancel(const uint16_t *a);
void step_sign_whole(const uint16_t *a);
void step_vouch(const uint16_t *a);

/* others.c: time, other programs, hands, faults. */
void step_time(const uint16_t *a);
void step_event(const uint16_t *a);
void step_program(const uint16_t *a);
void step_event_during(const uint16_t *a);
void step_fault(const uint16_t *a);
void step_error_during(const uint16_t *a);
void step_calm_down(const uint16_t *a);
void step_put_right(const uint16_t *a);
void step_linger(const uint16_t *a);
void step_quirk(const uint16_t *a);
void step_second_reader(const uint16_t *a);
void step_window(const uint16_t *a);

#endif
