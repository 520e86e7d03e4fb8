/* SPDX-License-Identifier: ISC */
#include "prefer.h"

#include <string.h>

/* Where the piece ends that begins here: at one of `ends`, quotes respected. */
static size_t
piece_length(struct str text, const char *ends)
{
	bool quoted = false;
	size_t n = 0;

	for (; n < text.n; n++) {
		char c = text.p[n];

		if (quoted && c == '\\' && n + 1 < text.n)
			n++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && strchr(ends, c) != NULL && c != '\0')
			break;
	}
	return (n);
}

/* Takes a piece and the mark behind it off; false at the end. */
static bool
take(struct str *rest, const char *ends, struct str *piece)
{
	size_t n;

	if (rest->p == NULL)
		return (false);
	n = piece_length(*rest, ends);
	*piece = str_trim((struct str){ rest->p, n });
	if (n == rest->n)
		*rest = (struct str){ NULL, 0 };
	else
		*rest = (struct str){ rest->p + n + 1, rest->n - n - 1 };
	return (true);
}

static bool
is_name(struct str text, const char *name)
{
	return (text.n == strlen(name) &&
	    strncasecmp(text.p, name, text.n) == 0);
}

/* A word: what stands between quotes, or a token as it is. */
static bool
unquote(struct str *word)
{
	if (word->n == 0 || word->p[0] != '"')
		return (memchr(word->p, '"', word->n) == NULL);
	if (word->n < 2 || piece_length(*word, "") != word->n ||
	    word->p[word->n - 1] != '"')
		return (false);
	*word = (struct str){ word->p + 1, word->n - 2 };
	return (true);
}

bool
prefer_find(struct str header, const char *name, struct str *value)
{
	struct str piece, key;

	while (take(&header, ",", &piece)) {
		struct str first, word = { "", 0 };

		if (!take(&piece, ";", &first) || !take(&first, "=", &key) ||
		    !is_name(key, name))
			continue;
		if (first.p != NULL)
			word = str_trim(first);
		if (!unquote(&word))
			continue;
		*value = word;
		return (true);
	}
	return (false);
}
