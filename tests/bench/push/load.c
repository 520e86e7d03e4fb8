/* SPDX-License-Identifier: ISC */
/*
 * Thousands of clients that follow a stream, in one process: for benches and for
 * tests of how many push can hold.
 *
 *	load PORT COUNT READY REQUEST [TOKENS]
 *
 * Each of COUNT clients connects to 127.0.0.1:PORT and sends the bytes of file REQUEST,
 * with %T in it replaced by a line of file TOKENS, its own; what stands behind a %N
 * is sent once a { has come.  It is there once READY has come.  Every ~ that comes is one event: of the protocol nothing else is
 * looked at, so it serves for SSE and for WebSockets alike.
 *
 * Says on standard output, times in microseconds of the monotonic clock:
 *
 *	connected CLIENTS MICROSECONDS
 *	done LAST CLIENTS BYTES		each got what was expected, the last one then
 *	late CLIENTS EVENTS		so many have not, so many are missing
 *
 * and is told on standard input `expect EVENTS MILLISECONDS` before these
 * are published.
 */
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define EVENT		'~'
#define AT_ONCE		128	/* connections on their way */
#define REQUEST_MAX	8192
#define CHUNK		(256 * 1024)
#define SETTLED		2000000	/* microseconds without a byte */

struct client {
	int		 fd;
	bool		 is_there, has_asked;	/* has_asked: the second part, too */
	uint8_t		 matched;	/* bytes of READY */
	uint64_t	 got;		/* events */
};

static struct client *clients;
static long count, begun, there, lost;
static int epoll_fd, port;
static const char *ready;
static char request[REQUEST_MAX];
static size_t request_length;
static const char *second;		/* what is sent later, or NULL */
static size_t second_length;
static FILE *tokens;

static uint64_t target;			/* events each client has in the end */
static long satisfied;			/* clients that have them */
static uint64_t bytes;

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fputs("load: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

static int64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * INT64_C(1000000) + ts.tv_nsec / 1000);
}

static void
read_request(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, request, sizeof(request));

	if (n <= 0 || (size_t)n == sizeof(request))
		die("cannot read %s: %s", path, strerror(errno));
	request_length = (size_t)n;
	close(fd);
	second = memmem(request, request_length, "%N", 2);
	if (second == NULL)
		return;
	second += 2;
	second_length = (size_t)(request + request_length - second);
	request_length -= second_length + 2;
}

/* --- connecting --------------------------------------------------------------- */

static void
begin(void)
{
	struct client *client = &clients[begun];
	struct sockaddr_in to = { .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct epoll_event event = { .events = EPOLLOUT,
	    .data.u32 = (uint32_t)begun };

	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		die("client %ld: %s", begun, strerror(errno));
	if (connect(client->fd, (struct sockaddr *)&to, sizeof(to)) != 0 &&
	    errno != EINPROGRESS)
		die("client %ld: %s", begun, strerror(errno));
	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &event);
	begun++;
}

static void
ask(struct client *client)
{
	struct epoll_event event = { .events = EPOLLIN,
	    .data.u32 = (uint32_t)(client - clients) };
	char out[2 * REQUEST_MAX], token[1024] = "";
	char *mark = memmem(request, request_length, "%T", 2);
	size_t head = mark == NULL ? request_length : (size_t)(mark - request);
	size_t tail = mark == NULL ? 0 : request_length - head - 2;
	size_t length;

	if (mark != NULL && (tokens == NULL || fgets(token, sizeof(token), tokens) == NULL))
		die("there are fewer tokens than clients");
	token[strcspn(token, "\n")] = '\0';
	length = strlen(token);
	memcpy(out, request, head);
	memcpy(out + head, token, length);
	if (tail > 0)
		memcpy(out + head + length, mark + 2, tail);
	length += head + tail;
	if (write(client->fd, out, length) != (ssize_t)length)
		die("client %ld is not connected: %s", (long)(client - clients), strerror(errno));
	epoll_ctl(epoll_fd, EPOLL_CTL_MOD, client->fd, &event);
}

/* --- what comes --------------------------------------------------------------- */

static void
look_for_ready(struct client *client, const char *data, size_t n)
{
	if (second != NULL && !client->has_asked && memchr(data, '{', n) != NULL) {
		client->has_asked = true;
		if (write(client->fd, second, second_length) != (ssize_t)second_length)
			die("client %ld cannot join", (long)(client - clients));
	}
	for (size_t i = 0; i < n && !client->is_there; i++) {
		if (data[i] != ready[client->matched])
			client->matched = data[i] == ready[0];
		else
			client->matched++;
		client->is_there = ready[client->matched] == '\0';
	}
	if (client->is_there)
		there++;
}

static void
count_events(struct client *client, const char *data, size_t n)
{
	uint64_t before = client->got;
	const char *end = data + n;

	while ((data = memchr(data, EVENT, (size_t)(end - data))) != NULL) {
		client->got++;
		data++;
	}
	if (before < target && client->got >= target)
		satisfied++;
}

static void
take(struct client *client)
{
	static char data[CHUNK];
	ssize_t n;

	while ((n = read(client->fd, data, sizeof(data))) > 0) {
		bytes += (uint64_t)n;
		if (!client->is_there)
			look_for_ready(client, data, (size_t)n);
		count_events(client, data, (size_t)n);
		if ((size_t)n < sizeof(data))
			return;
	}
	if (n < 0 && errno == EAGAIN)
		return;
	if (!client->is_there)
		die("client %ld was refused: %.300s", (long)(client - clients), data);
	close(client->fd);
	client->fd = -1;
	if (lost++ == 0)
		fprintf(stderr, "load: a client was cut off\n");
}

/* --- what is asked ------------------------------------------------------------ */

static int64_t deadline;		/* of what is expected; 0: nothing is */

static void
listen_to_orders(void)
{
	static char line[128];
	static size_t length;
	ssize_t n = read(STDIN_FILENO, line + length, sizeof(line) - length - 1);
	char *end;
	long more, ms;

	if (n <= 0)
		exit(lost > 0);
	length += (size_t)n;
	line[length] = '\0';
	if (strchr(line, '\n') == NULL)
		return;
	if (strncmp(line, "expect ", 7) != 0)
		die("not an order: %s", line);
	more = strtol(line + 7, &end, 10);
	ms = strtol(end, NULL, 10);
	length = 0;
	target += (uint64_t)more;
	satisfied = 0;
	bytes = 0;
	deadline = now_us() + ms * 1000;
	printf("expecting\n");
	fflush(stdout);
}

static void
tell_late(void)
{
	uint64_t missing = 0;
	long behind = 0;

	for (long i = 0; i < count; i++) {
		if (clients[i].got >= target)
			continue;
		missing += target - clients[i].got;
		behind++;
		clients[i].got = target;
	}
	printf("late %ld %llu\n", behind, (unsigned long long)missing);
	fflush(stdout);
	deadline = 0;
}

static void
tell_done(void)
{
	printf("done %lld %ld %llu\n", (long long)now_us(), count,
	    (unsigned long long)bytes);
	fflush(stdout);
	deadline = 0;
}

static void
turn(void)
{
	struct epoll_event events[256];
	int n = epoll_wait(epoll_fd, events, 256, deadline != 0 ? 50 : 1000);

	for (int i = 0; i < n; i++) {
		if (events[i].data.u32 == UINT32_MAX)
			listen_to_orders();
		else if (events[i].events & EPOLLOUT)
			ask(&clients[events[i].data.u32]);
		else
			take(&clients[events[i].data.u32]);
	}
	if (deadline != 0 && satisfied == count)
		tell_done();
	else if (deadline != 0 && now_us() > deadline)
		tell_late();
}

/* Until nothing comes for a while: who is here is told to all who are. */
static void
settle(void)
{
	int64_t until = now_us() + SETTLED;
	uint64_t before = bytes;

	while (now_us() < until) {
		turn();
		if (bytes != before)
			until = now_us() + SETTLED;
		before = bytes;
	}
}

int
main(int argc, char **argv)
{
	struct epoll_event orders = { .events = EPOLLIN, .data.u32 = UINT32_MAX };
	struct rlimit files;
	int64_t began;

	if (argc < 5)
		die("usage: load PORT COUNT READY REQUEST [TOKENS]");
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	port = (int)strtol(argv[1], NULL, 10);
	count = strtol(argv[2], NULL, 10);
	ready = argv[3];
	read_request(argv[4]);
	if (argc > 5 && (tokens = fopen(argv[5], "re")) == NULL)
		die("cannot read %s: %s", argv[5], strerror(errno));
	clients = calloc((size_t)count, sizeof(*clients));
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (clients == NULL || epoll_fd < 0)
		die("%s", strerror(errno));
	began = now_us();
	while (there < count) {
		while (begun < count && begun - there < AT_ONCE)
			begin();
		turn();
	}
	began = now_us() - began;
	settle();
	printf("connected %ld %lld\n", count, (long long)began);
	fflush(stdout);
	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &orders);
	for (;;)
		turn();
}
