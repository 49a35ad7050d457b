/* SPDX-License-Identifier: BSD-2-Clause */
#include <time.h>

#include "card_data.h"
#include "delay.h"

void
delay_sleep(uint64_t count, uint32_t microseconds)
{
	uint64_t total = count * microseconds;
	struct timespec left = {
	    .tv_sec = (time_t)(total / 1000000),
	    .tv_nsec = (long)(total % 1000000) * 1000,
	};

	while (total > 0 && nanosleep(&left, &left) != 0)
		continue;
}

void
vcard_delays_set(struct vcard *card, const struct vcard_delays *delays)
{
	pthread_mutex_lock(&card->lock);
	card->delays = *delays;
	pthread_mutex_unlock(&card->lock);
}

struct vcard_delays
vcard_delays_get(struct vcard *card)
{
	struct vcard_delays delays;

	pthread_mutex_lock(&card->lock);
	delays = card->delays;
	pthread_mutex_unlock(&card->lock);
	return delays;
}
