/* SPDX-License-Identifier: BSD-2-Clause */
#include "happen.h"

#include "fixture.h"

void
pull(void *context)
{
	(void)context;
	(void)inprocess_eject(READER);
}

void
pull_and_put_back(void *context)
{
	pull(context);
	(void)inprocess_insert(READER, card);
}

void
unplug(void *context)
{
	(void)context;
	(void)inprocess_remove_reader(READER);
}

void
warm_reset(void *context)
{
	(void)context;
	(void)inprocess_warm_reset(READER);
}

void
cut_power(void *context)
{
	(void)context;
	(void)inprocess_power_cut(READER);
}

void
stop_service(void *context)
{
	(void)context;
	inprocess_service(false);
}

void
restart_service(void *context)
{
	stop_service(context);
	inprocess_service(true);
}
