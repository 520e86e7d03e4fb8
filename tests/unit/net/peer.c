/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"

/* False when the other side hung up. */
static bool
read_until(int fd, int heard_fd, const char *until)
{
	size_t matched = 0;
	char c;

	while (matched < strlen(until)) {
		if (read(fd, &c, 1) != 1 || write(heard_fd, &c, 1) != 1)
			return (false);
		matched = c == until[matched] ? matched + 1 : c == until[0];
	}
	return (true);
}

static void
play(int fd, int heard_fd, const struct peer_line *line)
{
	for (; line->until != NULL || line->say != NULL; line++) {
		if (line->until != NULL &&
		    !read_until(fd, heard_fd, line->until))
			return;
		if (line->say == NULL)
			continue;
		if (strcmp(line->say, PEER_WAIT) == 0)
			read_until(fd, heard_fd, PEER_WAIT);
		else if (write(fd, line->say, strlen(line->say)) < 0)
			return;
	}
}

struct peer
peer_start(const struct peer_line *script)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(here);
	int fd = socket(AF_INET, SOCK_STREAM, 0), ends[2], met;
	struct peer peer;

	assert_int_equal(bind(fd, (struct sockaddr *)&here, size), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&here, &size), 0);
	assert_int_equal(pipe(ends), 0);
	peer.port = ntohs(here.sin_port);
	peer.heard_fd = ends[0];
	peer.pid = fork();
	assert_true(peer.pid >= 0);
	if (peer.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGPIPE, SIG_IGN);
		alarm(30);	/* nobody may come */
		met = accept(fd, NULL, NULL);
		close(fd);
		if (met >= 0)
			play(met, ends[1], script);
		_exit(0);
	}
	close(fd);
	close(ends[1]);
	return (peer);
}

struct str
peer_end(struct arena *arena, struct peer *peer)
{
	char piece[4096];
	struct buf heard;
	ssize_t n;

	buf_init(&heard, arena, 1 << 20);
	while ((n = read(peer->heard_fd, piece, sizeof(piece))) > 0)
		buf_add(&heard, piece, (size_t)n);
	close(peer->heard_fd);
	waitpid(peer->pid, NULL, 0);
	return ((struct str){ heard.data, heard.len });
}
