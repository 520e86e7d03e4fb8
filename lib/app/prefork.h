/* SPDX-License-Identifier: ISC */
/*
 * Keeping children alive: pools of processes, each a program run `count` times
 * on a socket its parent holds.
 *
 * The parent never accepts a connection itself.  Because it holds the sockets,
 * a child may crash, be swapped for a new build or be killed while connections
 * wait in the backlog; none is refused.  Nothing here sleeps: signals, timers and
 * descriptors come through one poll in prefork_wait(), which the caller loops on.
 *
 * A child that is asked to stop (stop_signal) finishes its request and exits 0.
 * It is killed when it takes longer than it may.  When the parent itself is
 * killed, the kernel sends each child its death_signal.
 */
#ifndef BUREAU_PREFORK_H
#define BUREAU_PREFORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct board;
struct prefork;

/* What a pool runs.  Strings and arrays must outlive the pool. */
struct pool_spec {
	const char	*name;
	char *const	*argv;		/* argv[0] is the path of the program */
	char *const	*env;		/* its whole environment, but for ours */
	unsigned	 count;
	int		 listen_fd;	/* becomes descriptor 0; -1: /dev/null */
	int		 conf_fd;	/* becomes 3, read from its start; -1: none */
	int		 activate_fd;	/* becomes 3 as systemd hands it; -1: none */
	int		 extra_fd;	/* becomes 5, a file to map; -1: none */
	int		 bell_fd;	/* becomes 6, to ring; -1: none */
	int		 hear_fd;	/* becomes 7, to hear the bell; -1: none */
	int		 push_fd;	/* becomes 8, to ring push; -1: none */
	int		 log_fd;	/* becomes 1 and 2; -1: the parent's 2 */
	bool		 on_board;	/* the board becomes 4, with a slot */
	bool		 rolls;		/* prefork_roll() replaces its children */
	uid_t		 uid;		/* 0: as the parent */
	gid_t		 gid;
	/* Folders it may read, and write; ended by NULL (confine.h).  may_read
	 * NULL: whatever its user may. */
	const char *const *may_read;
	const char *const *may_write;
	int		 stop_signal;
	int		 death_signal;
	int64_t		 request_timeout;	/* us until the watchdog; 0: none */
	unsigned	 stage;		/* a stop ends higher stages first */
};

enum prefork_event {
	PREFORK_TIMEOUT,		/* nothing happened until the deadline */
	PREFORK_STOP,			/* SIGTERM or SIGINT came */
	PREFORK_RELOAD,			/* SIGHUP came */
	PREFORK_INPUT			/* the watched descriptor is readable */
};

/* What prefork_child() tells about one process. */
struct child_info {
	const char	*pool;
	pid_t		 pid;		/* 0: waits for its restart */
	uint64_t	 generation;
	int64_t		 age_us;
	unsigned	 slot;		/* on the board; meaningless without one */
	bool		 on_board;
	bool		 ending;	/* asked to stop */
	unsigned	 failures;	/* short lives in a row */
};

/* Blocks and takes over SIGTERM, SIGINT, SIGHUP and SIGCHLD.  The board and its
 * descriptor stay the caller's. */
struct prefork	*prefork_new(struct board *board, int board_fd);
void		 prefork_free(struct prefork **prefork);

/* Add a pool and start its children.  Returns its number; -1 when the board has
 * no slots left for twice its count. */
int		 prefork_add(struct prefork *prefork,
		    const struct pool_spec *spec);
/* What the pool's next children run; those that run are left alone. */
void		 prefork_change(struct prefork *prefork, int pool,
		    const struct pool_spec *spec);

/* Tend the children until something is to be told.  timeout_us < 0: no deadline.
 * fd: told by PREFORK_INPUT when readable; -1 for none. */
enum prefork_event prefork_wait(struct prefork *prefork, int fd,
		    int64_t timeout_us);

/*
 * Start new children beside the old ones in every pool that rolls; once all of a
 * pool's are ready, ask its old ones to stop.  A pool whose new children keep
 * dying before they are ready keeps its old ones.  A roll that is asked for
 * while one is under way begins after it.
 */
void		 prefork_roll(struct prefork *prefork, int64_t drain_us);
bool		 prefork_rolling(const struct prefork *prefork);

/* Stop all, stage by stage; kill what has not ended drain_us from now.
 * Returns when no child is left. */
void		 prefork_stop(struct prefork *prefork, int64_t drain_us);

/* Children of the pool that run; short lives in a row, the worst of the pool. */
unsigned	 prefork_running(const struct prefork *prefork, int pool);
/* One of its children has said that it is ready. */
bool		 prefork_ready(const struct prefork *prefork, int pool);
unsigned	 prefork_failures(const struct prefork *prefork, int pool);
uint64_t	 prefork_generation(const struct prefork *prefork);
/* Numbered from 0 without gaps; false behind the last. */
bool		 prefork_child(const struct prefork *prefork, unsigned n,
		    struct child_info *out);

#endif
