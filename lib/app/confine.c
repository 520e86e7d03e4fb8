/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "confine.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READS	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITES	(LANDLOCK_ACCESS_FS_WRITE_FILE | \
		LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG)
/* Handled too, so that they are allowed nowhere. */
#define NEVER	(LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_CHAR | \
		LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_SOCK | \
		LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | \
		LANDLOCK_ACCESS_FS_MAKE_SYM)

bool
confine_is_there(void)
{
	return (syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION) >= 1);
}

static bool
allow(int ruleset, const char *const *paths, uint64_t what)
{
	struct landlock_path_beneath_attr rule;
	struct stat st;
	long failed;

	for (; *paths != NULL; paths++) {
		rule.parent_fd = open(*paths, O_PATH | O_CLOEXEC);
		if (rule.parent_fd < 0)
			continue;
		/* The kernel refuses a folder's rights for a file. */
		rule.allowed_access = what;
		if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
			rule.allowed_access &= LANDLOCK_ACCESS_FS_READ_FILE |
			    LANDLOCK_ACCESS_FS_WRITE_FILE;
		failed = syscall(SYS_landlock_add_rule, ruleset,
		    LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
		close(rule.parent_fd);
		if (failed != 0)
			return (false);
	}
	return (true);
}

bool
confine(const char *const *may_read, const char *const *may_write)
{
	struct landlock_ruleset_attr attr = {
		.handled_access_fs = READS | WRITES | NEVER
	};
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr,
	    sizeof(attr), 0);
	bool ok;

	if (ruleset < 0)
		return (false);
	ok = allow(ruleset, may_read, READS) &&
	    allow(ruleset, may_write, READS | WRITES) &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	close(ruleset);
	return (ok);
}
