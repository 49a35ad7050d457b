/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MODULE_TEST_HAPPEN_H
#define MODULE_TEST_HAPPEN_H

/* What can happen to READER, its card and the service, in the form that inprocess_plan takes. */
void pull(void *context);
void pull_and_put_back(void *context); /* the fixture's card */
void unplug(void *context);
void warm_reset(void *context);
void cut_power(void *context);
void stop_service(void *context);
void restart_service(void *context);

#endif
