/* SPDX-License-Identifier: ISC */
/*
 * libfcgi, used with care.  It has no timeouts, so we accept ourselves and set
 * them on the connection before it reads a byte; and its own way to finish
 * lingers on the connection, so we finish the streams and close it ourselves.
 *
 * We wait in epoll and exclusively: of the idle children of a pool the kernel then
 * wakes the same one first, whose memory is warm, where plain accept() takes
 * them in turn.  SIGTERM is one more descriptor to wait for, never an
 * interruption: libfcgi takes an interrupted read for the end of the connection.
 */
#include "fcgi.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "check.h"
#include "text.h"

extern char **environ;

struct fcgi {
	int		 listen_fd;	/* -1: plain CGI */
	int		 stop_fd;	/* readable when SIGTERM has come */
	int		 wait_fd;	/* epoll of the two */
	bool		 is_cgi;
	bool		 cgi_done;
	size_t		 cgi_left;	/* of the body, not yet read */
	bool		 is_broken;	/* no end is sent */
	FCGX_Request	 request;	/* ipcFd -1: no connection */
};

bool
fcgi_is_socket(int fd)
{
	int listening = 0;
	socklen_t len = sizeof(listening);

	return (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening,
	    &len) == 0 && listening != 0);
}

static void
watch(const struct fcgi *fcgi, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	if (epoll_ctl(fcgi->wait_fd, EPOLL_CTL_ADD, fd, &event) != 0)
		PANIC("a descriptor cannot be waited for");
}

static void
prepare_to_wait(struct fcgi *fcgi)
{
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	fcgi->stop_fd = signalfd(-1, &term, SFD_CLOEXEC | SFD_NONBLOCK);
	fcgi->wait_fd = epoll_create1(EPOLL_CLOEXEC);
	/* Another child may have taken the connection that woke us. */
	fcntl(fcgi->listen_fd, F_SETFL,
	    fcntl(fcgi->listen_fd, F_GETFL) | O_NONBLOCK);
	watch(fcgi, fcgi->stop_fd, EPOLLIN);
	watch(fcgi, fcgi->listen_fd, EPOLLIN | EPOLLEXCLUSIVE);
}

struct fcgi *
fcgi_new(int listen_fd)
{
	struct fcgi *fcgi = calloc(1, sizeof(*fcgi));

	ASSERT(fcgi != NULL);
	*fcgi = (struct fcgi){ .listen_fd = listen_fd, .stop_fd = -1,
	    .wait_fd = -1, .is_cgi = listen_fd < 0 };
	if (FCGX_Init() != 0)
		PANIC("libfcgi does not start");
	/* Never the real socket: libfcgi must not accept on its own. */
	FCGX_InitRequest(&fcgi->request, -1, 0);
	fcgi->request.ipcFd = -1;
	if (!fcgi->is_cgi)
		prepare_to_wait(fcgi);
	return (fcgi);
}

void
fcgi_free(struct fcgi **fcgi)
{
	if (*fcgi == NULL)
		return;
	fcgi_end(*fcgi);
	if (!(*fcgi)->is_cgi) {
		close((*fcgi)->wait_fd);
		close((*fcgi)->stop_fd);
	}
	free(*fcgi);
	*fcgi = NULL;
}

/* Waits until there may be a connection; false: until it was time to stop. */
static bool
wait_for_peer(const struct fcgi *fcgi)
{
	struct epoll_event events[2];
	int n = epoll_wait(fcgi->wait_fd, events, 2, -1);

	for (int i = 0; i < n; i++)
		if (events[i].data.fd == fcgi->stop_fd)
			return (false);
	return (true);
}

/* -1: time to stop, or the socket is none any more; what else goes wrong with a
 * connection is that one's. */
static int
accept_next(const struct fcgi *fcgi)
{
	int fd = -1;

	while (fd < 0 && wait_for_peer(fcgi)) {
		fd = accept4(fcgi->listen_fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0 && (errno == EBADF || errno == EINVAL))
			break;
	}
	return (fd);
}

bool
fcgi_wait(struct fcgi *fcgi)
{
	const struct timeval patience = { .tv_sec = FCGI_PATIENCE };
	int fd;

	if (fcgi->is_cgi)
		return (!fcgi->cgi_done);
	fd = accept_next(fcgi);
	if (fd < 0)
		return (false);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	fcgi->request.ipcFd = fd;
	fcgi->is_broken = false;
	return (true);
}

/* As much as a CGI program may read: a server need not end its input there. */
static size_t
cgi_length(void)
{
	int64_t length = 0;

	text_int(str_of(getenv("CONTENT_LENGTH")), 0, INT64_MAX, &length);
	return ((size_t)length);
}

bool
fcgi_begin(struct fcgi *fcgi, char *const **env_out)
{
	if (fcgi->is_cgi) {
		fcgi->cgi_done = true;
		fcgi->cgi_left = cgi_length();
		*env_out = environ;
		return (true);
	}
	/* Makes FCGX_Accept_r() keep the connection it is given. */
	fcgi->request.keepConnection = 1;
	if (FCGX_Accept_r(&fcgi->request) != 0)
		return (false);
	*env_out = fcgi->request.envp;
	return (true);
}

size_t
fcgi_read(struct fcgi *fcgi, void *data, size_t len)
{
	size_t got = 0;

	if (fcgi->is_cgi && len > fcgi->cgi_left)
		len = fcgi->cgi_left;
	while (got < len) {
		ssize_t n = fcgi->is_cgi ?
		    read(STDIN_FILENO, (char *)data + got, len - got) :
		    FCGX_GetStr((char *)data + got,
			len - got > INT32_MAX ? INT32_MAX : (int)(len - got),
			fcgi->request.in);

		if (n < 0 && errno == EINTR && fcgi->is_cgi)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	if (fcgi->is_cgi)
		fcgi->cgi_left -= got;
	return (got);
}

void
fcgi_write(struct fcgi *fcgi, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = fcgi->is_cgi ? write(STDOUT_FILENO, p, len) :
		    FCGX_PutStr(p, len > INT32_MAX ? INT32_MAX : (int)len,
			fcgi->request.out);

		if (n < 0 && errno == EINTR && fcgi->is_cgi)
			continue;
		if (n <= 0)
			return;		/* the client has gone */
		p += n;
		len -= (size_t)n;
	}
}

void
fcgi_break(struct fcgi *fcgi)
{
	fcgi->is_broken = true;
}

void
fcgi_end(struct fcgi *fcgi)
{
	FCGX_Request *request = &fcgi->request;
	int fd = request->ipcFd;

	if (fcgi->is_cgi)
		return;
	if (request->in != NULL && !fcgi->is_broken) {
		FCGX_FClose(request->err);
		FCGX_FClose(request->out);
	}
	FCGX_Free(request, 0);
	request->ipcFd = -1;
	if (fd >= 0)
		close(fd);
}
