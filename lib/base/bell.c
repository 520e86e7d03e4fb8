/* SPDX-License-Identifier: ISC */
/*
 * A blocking receive, not a poll: of all who block on one socket the kernel
 * wakes one for each datagram.
 */
#include "bell.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "check.h"
#include "text.h"

static int ring_fd = -1, hear_fd = -1, push_fd = -1;

/* A socket of ours, or none: the variable may be anybody's. */
static int
given(const char *name)
{
	int64_t fd;
	int type;
	socklen_t len = sizeof(type);

	if (!text_int(str_of(getenv(name)), 3, 1023, &fd) ||
	    getsockopt((int)fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0 ||
	    type != SOCK_DGRAM)
		return (-1);
	fcntl((int)fd, F_SETFD, FD_CLOEXEC);
	return ((int)fd);
}

void
bell_open(void)
{
	ring_fd = given("BUREAU_BELL_FD");
	hear_fd = given("BUREAU_HEAR_FD");
	push_fd = given("BUREAU_PUSH_FD");
}

void
bell_ring(void)
{
	if (ring_fd >= 0)
		(void)!send(ring_fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void
bell_ring_push(void)
{
	if (push_fd >= 0)
		(void)!send(push_fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

bool
bell_say(const char *json, size_t n)
{
	if (n > BELL_SAY_MAX)
		return (false);
	if (push_fd >= 0)
		(void)!send(push_fd, json, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	return (true);
}

int
bell_hearing(void)
{
	return (hear_fd);
}

bool
bell_wait(void)
{
	char ring;

	if (hear_fd < 0) {
		poll(NULL, 0, BELL_PATIENCE_MS);
		return (false);
	}
	return (recv(hear_fd, &ring, 1, 0) > 0);
}

void
bell_make(int *ring_fd_out, int *hear_fd_out)
{
	const struct timeval patience = {
		.tv_sec = BELL_PATIENCE_MS / 1000,
		.tv_usec = BELL_PATIENCE_MS % 1000 * 1000
	};
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) != 0)
		PANIC("there is no pair of sockets for the bell");
	setsockopt(ends[1], SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	*ring_fd_out = ends[0];
	*hear_fd_out = ends[1];
}
