/* SPDX-License-Identifier: BSD-2-Clause */
#include "steps.h"

const struct step_row steps[] = {
    {"open", 40, 40, step_open},
    {"close", 14, 10, step_close},
    {"close-all", 3, 3, step_close_all},
    {"session-info", 20, 20, step_session_info},
    {"login", 16, 12, step_login},
    {"login-right", 50, 60, step_login_right},
    {"login-context", 40, 44, step_login_context},
    {"login-officer", 2, 2, step_login_officer},
    {"logout", 10, 12, step_logout},
    {"set-pin", 10, 10, step_set_pin},
    {"wrong-again", 3, 3, step_wrong_again},
    {"finalize", 2, 2, step_finalize},
    {"initialize", 4, 4, step_initialize},
    {"find", 10, 10, step_find},
    {"attributes", 12, 12, step_attributes},
    {"digest", 2, 2, step_digest},
    {"verify", 4, 4, step_verify},
    {"slots", 5, 5, step_slots},
    {"slot-info", 5, 5, step_slot_info},
    {"token-info", 10, 10, step_token_info},
    {"mechanisms", 2, 2, step_mechanisms},
    {"wait-event", 6, 4, step_wait_event},
    {"init-token", 1, 1, step_init_token},
    {"refused", 4, 4, step_refused},
    {"sign-init", 34, 36, step_sign_init},
    {"sign", 20, 24, step_sign},
    {"sign-length", 4, 4, step_sign_length},
    {"sign-small", 4, 4, step_sign_small},
    {"sign-update", 8, 10, step_sign_update},
    {"sign-final", 8, 10, step_sign_final},
    {"sign-cancel", 5, 5, step_sign_cancel},
    {"sign-whole", 30, 40, step_sign_whole},
    {"vouch", 24, 30, step_vouch},
    {"attributes-pin", 14, 12, step_attributes_pin},
    {"attributes-tries", 4, 4, step_attributes_tries},
    {"number", 4, 4, step_number},
    {"time", 24, 24, step_time},
    {"event", 30, 6, step_event},
    {"program", 20, 24, step_program},
    {"event-during", 14, 1, step_event_during},
    {"fault", 14, 1, step_fault},
    {"error-during", 10, 1, step_error_during},
    {"calm-down", 14, 4, step_calm_down},
    {"put-right", 20, 10, step_put_right},
    {"linger", 0, 0, step_linger},
    {"quirk", 0, 0, step_quirk},
    {"second-reader", 1, 1, step_second_reader},
    {"window", 0, 0, step_window},
};
const size_t steps_count = sizeof(steps) / sizeof(steps[0]);

size_t
steps_scenery(unsigned which)
{
	return steps_count - (which == 0 ? 1 : which % 4 == 1 ? 2 : 3);
}

size_t
steps_linger(void)
{
	return steps_count - 4;
}
