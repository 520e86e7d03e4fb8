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

static bool
try_enter(void)
{
	for (int i = 0; i < GATE_PLACES; i++)
		if (set_lock(i, F_WRLCK)) {
			place = i;
			return (true);
		}
	return (false);
}

bool
gate_enter(int64_t until)
{
	const struct timespec pause = { .tv_nsec = POLL_NS };

	if (gate_fd < 0)
		return (true);
	ASSERT(place < 0);
	while (!try_enter()) {
		if (when_mono() >= until)
			return (false);
		nanosleep(&pause, NULL);
	}
	return (true);
}

void
gate_leave(void)
{
	if (place < 0)
		return;
	ASSERT(set_lock(place, F_UNLCK));
	place = -1;
}
