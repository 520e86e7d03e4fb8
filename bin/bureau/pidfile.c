/* SPDX-License-Identifier: ISC */
#include "pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "site.h"

static const char *
pidfile_path(const struct site *site)
{
	return (arena_printf(site->arena, "%s/bureau.pid", site->run));
}

int
pidfile_take(const struct site *site)
{
	const char *path = pidfile_path(site);
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0) {
		complain("cannot open %s: %s", path, strerror(errno));
		return (-1);
	}
	if (fcntl(fd, F_SETLK, &lock) != 0) {
		complain("another bureau (process %d) runs on %s; stop it "
		    "first or set BUREAU_HOME to another folder",
		    (int)pidfile_holder(site), site->home);
		close(fd);
		return (-1);
	}
	if (ftruncate(fd, 0) != 0 || dprintf(fd, "%d\n", (int)getpid()) < 0)
		complain("cannot write %s: %s", path, strerror(errno));
	return (fd);
}

pid_t
pidfile_holder(const struct site *site)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(pidfile_path(site), O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return (0);
	if (fcntl(fd, F_GETLK, &lock) != 0)
		lock.l_type = F_UNLCK;
	close(fd);
	return (lock.l_type == F_UNLCK ? 0 : lock.l_pid);
}
