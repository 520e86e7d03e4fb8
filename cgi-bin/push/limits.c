/* SPDX-License-Identifier: ISC */
/*
 * Everything follows from how many descriptors a process may have.  lighttpd has as
 * many, and needs two for a stream; it must have some left for everybody else's
 * requests when we are full (bin/bureau/edge.c).
 */
#include "push.h"

#include <stdio.h>
#include <sys/resource.h>

#include "conf.h"
#include "log.h"

#define KEPT		256	/* of lighttpd's descriptors, whatever there are */
#define SHARE		445	/* of a thousand of its descriptors, for half of each stream */
#define OUT_MAX		((size_t)64 * 1024)
#define RING		16384
#define RING_BYTES	((size_t)32 * 1024 * 1024)

static unsigned
smaller(unsigned a, unsigned b)
{
	return (a < b ? a : b);
}

static void
tell(const struct limits *limits)
{
	char files[16], streams[16], of_one[16], anonymous[16], ring[16];

	snprintf(files, sizeof(files), "%u", limits->files);
	snprintf(streams, sizeof(streams), "%u", limits->streams);
	snprintf(of_one, sizeof(of_one), "%u", limits->of_one);
	snprintf(anonymous, sizeof(anonymous), "%u", limits->anonymous);
	snprintf(ring, sizeof(ring), "%u", limits->ring);
	log_event(LOG_INFO, "push.limits", "descriptors", files, "streams",
	    streams, "streams_of_one", of_one, "anonymous_streams", anonymous,
	    "events_kept", ring, "bytes_owed", "65536", "bytes_kept",
	    "33554432", NULL);
}

void
limits_find(struct limits *limits)
{
	struct rlimit files = { 0 };

	getrlimit(RLIMIT_NOFILE, &files);
	limits->files = files.rlim_cur > INT32_MAX ? INT32_MAX :
	    (unsigned)files.rlim_cur;
	limits->streams = limits->files <= 2 * KEPT ? limits->files / 4 :
	    smaller((limits->files - KEPT) / 2,
	    (unsigned)((uint64_t)limits->files * SHARE / 1000));
	limits->of_one = (unsigned)conf_int(CONF_PUSH_USER_STREAMS);
	limits->anonymous = limits->streams / 2;
	limits->out = OUT_MAX;
	limits->ring = RING;
	limits->ring_bytes = RING_BYTES;
	tell(limits);
}
