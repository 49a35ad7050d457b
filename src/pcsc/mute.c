/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/mute.h"

#include <string.h>

#include "base/clock.h"
#include "pcsc/service.h"

#define GOOD_FOR_MS 1000

/* The place of that reader, or a free one, or NULL. */
static struct mute *
place_inlock(struct jpki_service *service, const char *reader)
{
	struct mute *found = NULL;

	for (size_t i = 0; i < MUTE_READERS; i++) {
		if (strcmp(service->mute[i].reader, reader) == 0)
			return &service->mute[i];
		if (service->mute[i].reader[0] == '\0')
			found = &service->mute[i];
	}
	return found;
}

uint32_t
mute_recall(struct jpki_service *service, const char *reader)
{
	const struct mute *place;
	uint32_t said = 0;

	pthread_mutex_lock(&service->lock);
	place = place_inlock(service, reader);
	if (place != NULL && place->reader[0] != '\0' && clock_now_ms() - place->at < GOOD_FOR_MS)
		said = place->said;
	pthread_mutex_unlock(&service->lock);
	return said;
}

void
mute_note(struct jpki_service *service, const struct jpki_reader_state *state)
{
	struct mute *place;

	pthread_mutex_lock(&service->lock);
	place = place_inlock(service, state->name);
	if (place != NULL && !state->mute)
		memset(place, 0, sizeof(*place));
	if (place != NULL && state->mute) {
		memcpy(place->reader, state->name, sizeof(place->reader));
		place->said = state->raw;
		place->at = clock_now_ms();
	}
	pthread_mutex_unlock(&service->lock);
}

void
mute_forget(struct jpki_service *service)
{
	pthread_mutex_lock(&service->lock);
	memset(service->mute, 0, sizeof(service->mute));
	pthread_mutex_unlock(&service->lock);
}
