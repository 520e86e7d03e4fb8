/* SPDX-License-Identifier: ISC */
/*
 * Merging works on whole pieces: an operation or a schema is JSON text that is
 * put in its place and never parsed.
 */
#include "config.h"

#include "openapi.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "text.h"

#define PIECES_MAX 4096

/* One line of a responder. */
struct piece {
	const char	*group;		/* a path; "" for a schema */
	const char	*name;		/* a method, or the schema's name */
	const char	*json;
};

struct pieces {
	struct arena	*arena;
	struct piece	 list[PIECES_MAX];
	size_t		 count;
	char		*why;
	size_t		 why_len;
};

/* The sentence is what it is about and what is wrong with it. */
static bool
wrong(struct pieces *all, const char *what, const char *is)
{
	snprintf(all->why, all->why_len, "%s %s.", what, is);
	return (false);
}

/* --- reading --------------------------------------------------------------------- */

static const struct piece *
find(const struct pieces *all, const char *group, const char *name)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->list[i].group, group) == 0 &&
		    strcmp(all->list[i].name, name) == 0)
			return (&all->list[i]);
	return (NULL);
}

/* A schema may be told by several as long as they agree. */
static bool
add_piece(struct pieces *all, const struct piece *piece)
{
	const struct piece *known = find(all, piece->group, piece->name);

	if (known != NULL && piece->group[0] == '\0' &&
	    strcmp(known->json, piece->json) == 0)
		return (true);
	if (known != NULL)
		return (wrong(all, piece->group[0] != '\0' ? piece->group :
		    piece->name, "is described twice, and differently"));
	if (all->count == PIECES_MAX)
		return (wrong(all, "The API", "has too many routes"));
	all->list[all->count++] = *piece;
	return (true);
}

static bool
add_line(struct pieces *all, const char *line, size_t n)
{
	struct str rest = { line, n }, field[4];
	size_t count = 0;
	char *text[4] = { NULL };

	while (count < 4 && str_split(&rest, '\t', &field[count])) {
		text[count] = arena_memdup(all->arena, field[count].p,
		    field[count].n);
		count++;
	}
	if (count == 4 && strcmp(text[0], "path") == 0)
		return (add_piece(all, &(struct piece){ text[1], text[2],
		    text[3] }));
	if (count == 3 && strcmp(text[0], "schema") == 0)
		return (add_piece(all, &(struct piece){ "", text[1],
		    text[2] }));
	return (wrong(all, line, "is no line of a description"));
}

static bool
add_lines(struct pieces *all, FILE *in)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	bool ok = true;

	while (ok && (n = getline(&line, &room, in)) > 0)
		ok = add_line(all, line, (size_t)n -
		    (line[n - 1] == '\n' ? 1 : 0));
	free(line);
	return (ok);
}

/* Start it with its standard output in *out. */
static pid_t
run(const char *program, FILE **out)
{
	int ends[2];
	pid_t pid;

	if (pipe(ends) != 0)
		return (-1);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execl(program, program, "--describe", (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	*out = pid > 0 ? fdopen(ends[0], "r") : NULL;
	if (*out == NULL)
		close(ends[0]);
	return (pid);
}

static bool
add_program(struct pieces *all, const char *program)
{
	FILE *out = NULL;
	pid_t pid = run(program, &out);
	int status = -1;
	bool ok;

	if (pid < 0)
		return (wrong(all, program, "cannot be started"));
	ok = out != NULL && add_lines(all, out);
	if (out != NULL)
		fclose(out);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (ok && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		return (wrong(all, program, "--describe failed"));
	return (ok);
}

/* --- writing ------------------------------------------------------------------------ */

static const char head[] =
    "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Bureau\","
    "\"version\":\"" PACKAGE_VERSION "\","
    "\"summary\":\"The HTTP interface of Bureau.\","
    "\"description\":\"Errors are application/problem+json. Lists are pages: "
    "`next` is the cursor of the following one. Records carry an ETag; "
    "If-Match guards changes. Each operation names the permission it needs as "
    "x-permission. A POST without a body says Content-Length: 0. A write that "
    "carries Prefer: respond-async is kept and run later, in the caller's "
    "order.\","
    "\"license\":{\"name\":\"ISC\",\"identifier\":\"ISC\"}},"
    "\"servers\":[{\"url\":\"/\"}],"
    "\"security\":[{\"cookie\":[]},{\"bearer\":[]}],\"paths\":{";

static const char tail[] =
    "},\"responses\":{\"Problem\":{\"description\":\"What went wrong.\","
    "\"content\":{\"application/problem+json\":{\"schema\":"
    "{\"$ref\":\"#/components/schemas/Problem\"}}}},"
    "\"Queued\":{\"description\":\"Kept, to be run in its turn: strictly "
    "after what the caller had queued before.\",\"headers\":{"
    "\"Location\":{\"description\":\"Where its state and answer are "
    "told.\",\"schema\":{\"type\":\"string\"}},"
    "\"Preference-Applied\":{\"schema\":{\"type\":\"string\"}}},"
    "\"content\":{\"application/json\":{\"schema\":"
    "{\"$ref\":\"#/components/schemas/Queued\"}}}}},"
    "\"securitySchemes\":{"
    "\"cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"jwt\","
    "\"description\":\"As sign-in sets it; named __Host-jwt on TLS.\"},"
    "\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\","
    "\"description\":\"An access token, or a personal token (bur_...).\"}}}}\n";

static const char problem[] =
    "\"Problem\":{\"type\":\"object\",\"properties\":{"
    "\"type\":{\"type\":\"string\",\"format\":\"uri-reference\"},"
    "\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
    "\"detail\":{\"type\":\"string\"},\"message\":{\"type\":\"string\"},"
    "\"code\":{\"type\":\"integer\"},\"name\":{\"type\":\"string\"},"
    "\"requestId\":{\"type\":\"string\",\"format\":\"uuid\"},"
    "\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
    "\"properties\":{\"field\":{\"type\":\"string\"},"
    "\"code\":{\"type\":\"integer\"},\"message\":{\"type\":\"string\"}},"
    "\"required\":[\"field\",\"code\",\"message\"]}},"
    "\"current\":{\"type\":\"object\","
    "\"description\":\"With 412: the record as it is now.\"}},"
    "\"required\":[\"type\",\"title\",\"status\",\"detail\",\"message\","
    "\"code\",\"name\",\"requestId\",\"errors\"]},"
    "\"Queued\":{\"type\":\"object\",\"properties\":{"
    "\"id\":{\"type\":\"string\",\"format\":\"uuid\"},"
    "\"state\":{\"type\":\"string\",\"enum\":[\"queued\"]},"
    "\"position\":{\"type\":\"integer\",\"minimum\":0,"
    "\"description\":\"How many of the caller's are before it.\"}},"
    "\"required\":[\"id\",\"state\",\"position\"]}";

/* The pieces of one group as members of an object that is already open. */
static void
write_group(struct buf *out, const struct pieces *all, const char *group,
    const char *comma)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct piece *p = &all->list[i];

		if (strcmp(p->group, group) != 0)
			continue;
		buf_printf(out, "%s\"%s\":", comma, p->name);
		buf_text(out, p->json);
		comma = ",";
	}
}

static bool
is_first(const struct pieces *all, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(all->list[k].group, all->list[i].group) == 0)
			return (false);
	return (true);
}

static void
write_document(struct buf *out, const struct pieces *all)
{
	const char *comma = "";

	buf_text(out, head);
	for (size_t i = 0; i < all->count; i++) {
		if (all->list[i].group[0] == '\0' || !is_first(all, i))
			continue;
		buf_printf(out, "%s\"%s\":{", comma, all->list[i].group);
		write_group(out, all, all->list[i].group, "");
		buf_char(out, '}');
		comma = ",";
	}
	buf_text(out, "},\"components\":{\"schemas\":{");
	buf_text(out, problem);
	write_group(out, all, "", ",");
	buf_text(out, tail);
}

bool
openapi_write(struct buf *out, const char *folder, const char *const *names,
    char *why, size_t len)
{
	struct pieces *all = arena_alloc(out->arena, sizeof(*all));

	all->arena = out->arena;
	all->why = why;
	all->why_len = len;
	for (; *names != NULL; names++)
		if (!add_program(all, arena_printf(out->arena,
		    "%s/bureau-%s", folder, *names)))
			return (false);
	write_document(out, all);
	return (!out->failed || wrong(all, "The description", "is too large"));
}
