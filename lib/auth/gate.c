/* SPDX-License-Identifier: ISC */
#include "gate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "text.h"
#include "when.h"

#define POLL_NS 5000000		/* a hash takes 100 ms: no need to hurry */

static int	gate_fd = -1;
static int	place = -1;	/* where this process stands; -1: outside */

void
gate_open(int fd)
{
	gate_fd = fd;
	place = -1;
}

int
gate_given(void)
{
	int64_t fd;

	if (!text_int(str_of(getenv("BUREAU_BOARD_FD")), 0, 1 << 20, &fd) ||
	    (fcntl((int)fd, F_GETFL) & O_ACCMODE) != O_RDWR)
		return (-1);
	return ((int)fd);
}

static bool
set_lock(int byte, short type)
{
	struct flock lock = {
		.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1
	};

	if (fcntl(gate_fd, F_SETLK, &lock) == 0)
		return (true);
	/* Anything but "somebody has it" is a descriptor that cannot lock. */
	ASSERT(errno == EAGAIN || errno == EACCES);
	return (false);
}

/* The first of these bytes that nobody has; -1: all are taken. */
static int
take_one(int first, int count)
{
	for (int i = first; i < first + count; i++)
		if (set_lock(i, F_WRLCK))
			return (i);
	return (-1);
}

static void
wait_for_place(int64_t until)
{
	const struct timespec pause = { .tv_nsec = POLL_NS };

	while (place < 0 && when_mono() < until) {
		nanosleep(&pause, NULL);
		place = take_one(0, GATE_PLACES);
	}
}

bool
gate_enter(int64_t until)
{
	int seat;

	if (gate_fd < 0)
		return (true);
	ASSERT(place < 0);
	place = take_one(0, GATE_PLACES);
	if (place < 0 && (seat = take_one(GATE_PLACES, GATE_SEATS)) >= 0) {
		wait_for_place(until);
		ASSERT(set_lock(seat, F_UNLCK));
	}
	return (place >= 0);
}

void
gate_leave(void)
{
	if (place < 0)
		return;
	ASSERT(set_lock(place, F_UNLCK));
	place = -1;
}
