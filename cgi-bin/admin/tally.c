/* SPDX-License-Identifier: ISC */
#include "tally.h"

#include <string.h>

#include "arena.h"
#include "check.h"

#define JOB_LABEL	"JOB "		/* before a kind, by bin/worker */
#define ROUTES_MAX	1024		/* of all services; more are not told */

bool
tally_is_job(const struct tally *tally)
{
	return (strncmp(tally->route.label, JOB_LABEL,
	    sizeof(JOB_LABEL) - 1) == 0);
}

const char *
tally_kind(const struct tally *tally)
{
	return (tally->route.label + sizeof(JOB_LABEL) - 1);
}

static struct service *
service_of(struct tallies *all, const char *name)
{
	struct service *service;

	for (unsigned i = 0; i < all->service_count; i++)
		if (strcmp(all->services[i].name, name) == 0)
			return (&all->services[i]);
	service = &all->services[all->service_count++];
	memcpy(service->name, name, sizeof(service->name));
	return (service);
}

static void
add_route(struct tallies *all, const char *service,
    const struct board_route *route)
{
	struct tally *t = all->routes;
	unsigned i = 0;

	while (i < all->route_count && (strcmp(t[i].service, service) != 0 ||
	    strcmp(t[i].route.label, route->label) != 0))
		i++;
	if (i == ROUTES_MAX)
		return;
	if (i == all->route_count) {
		memcpy(t[i].service, service, sizeof(t[i].service));
		t[i].route = *route;
		all->route_count++;
		return;
	}
	for (unsigned k = 0; k < COUNT_OF(route->status); k++)
		t[i].route.status[k] += route->status[k];
	for (unsigned k = 0; k < BOARD_BUCKETS; k++)
		t[i].route.buckets[k] += route->buckets[k];
	t[i].route.sum_us += route->sum_us;
}

static void
gather_slot(struct tallies *all, const struct board *board, unsigned slot,
    const struct board_slot *child)
{
	struct service *service = service_of(all, child->service);
	struct board_route route;
	uint64_t count;
	int code;

	service->states[child->state]++;
	for (unsigned i = 0; i < BOARD_COUNTERS; i++)
		service->counters[i] += child->counters[i];
	for (unsigned i = 0; i < BOARD_GAUGES; i++)
		service->gauges[i] += child->gauges[i];
	for (unsigned i = 0; i < BOARD_BUCKETS; i++)
		service->lag[i] += child->lag[i];
	service->lag_sum_us += child->lag_sum_us;
	for (unsigned i = 0; board_slot_error(board, slot, i, &code, &count);
	    i++)
		service->errors[err_by_code(code)] += count;
	for (unsigned i = 0; board_slot_route(board, slot, i, &route); i++)
		add_route(all, child->service, &route);
}

const struct tallies *
tally(struct arena *arena, const struct board *board)
{
	struct tallies *all = arena_alloc(arena, sizeof(*all));
	struct board_slot child;

	all->routes = arena_array(arena, ROUTES_MAX,
	    sizeof(*all->routes));
	for (unsigned slot = 0; slot < BOARD_SLOTS; slot++)
		if (board_slot(board, slot, &child))
			gather_slot(all, board, slot, &child);
	return (all);
}
