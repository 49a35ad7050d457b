/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FUZZ_CALLS_H
#define FUZZ_CALLS_H

/* For make_seeds.c: which byte means which call, or which event. New ones come last. */

#define FUZZ_CALLS(CALL)                                                                           \
	CALL(call_initialize)                                                                      \
	CALL(call_finalize)                                                                        \
	CALL(call_get_info)                                                                        \
	CALL(call_get_slot_list)                                                                   \
	CALL(call_get_slot_info)                                                                   \
	CALL(call_get_token_info)                                                                  \
	CALL(call_get_mechanism_list)                                                              \
	CALL(call_get_mechanism_info)                                                              \
	CALL(call_init_token)                                                                      \
	CALL(call_init_pin)                                                                        \
	CALL(call_set_pin)                                                                         \
	CALL(call_open_session)                                                                    \
	CALL(call_close_session)                                                                   \
	CALL(call_close_all_sessions)                                                              \
	CALL(call_get_session_info)                                                                \
	CALL(call_login)                                                                           \
	CALL(call_login_user)                                                                      \
	CALL(call_logout)                                                                          \
	CALL(call_session_cancel)                                                                  \
	CALL(call_find_objects_init)                                                               \
	CALL(call_find_objects)                                                                    \
	CALL(call_find_objects_final)                                                              \
	CALL(find_all)                                                                             \
	CALL(read_all)                                                                             \
	CALL(call_get_attribute_value)                                                             \
	CALL(call_object_writers)                                                                  \
	CALL(call_digest_init)                                                                     \
	CALL(call_digest)                                                                          \
	CALL(call_digest_update)                                                                   \
	CALL(call_digest_final)                                                                    \
	CALL(call_sign_init)                                                                       \
	CALL(call_sign)                                                                            \
	CALL(call_sign_update)                                                                     \
	CALL(call_sign_final)                                                                      \
	CALL(call_verify_init)                                                                     \
	CALL(call_verify)                                                                          \
	CALL(call_verify_update)                                                                   \
	CALL(call_verify_final)                                                                    \
	CALL(call_wait_for_slot_event)                                                             \
	CALL(call_lists)                                                                           \
	CALL(call_refused)                                                                         \
	CALL(card_ejected)                                                                         \
	CALL(card_inserted)                                                                        \
	CALL(reader_changes)                                                                       \
	CALL(others_work)                                                                          \
	CALL(time_passes)                                                                          \
	CALL(card_differs)                                                                         \
	CALL(card_fails)                                                                           \
	CALL(way_fails)                                                                            \
	CALL(others_are_quick)

/* clang-format off */
#define FUZZ_CALL_NUMBER(name) NUMBER_##name,
enum { FUZZ_CALLS(FUZZ_CALL_NUMBER) };
/* clang-format on */

#endif
