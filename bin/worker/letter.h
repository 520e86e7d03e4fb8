/* SPDX-License-Identifier: ISC */
/*
 * One message as people read it: a text of mails/, filled in.
 *
 * Everything is plain text until the layout writes it, and only the layout
 * writes HTML, escaping all it is given: a value can neither end a tag nor an
 * attribute.  A value that is missing is told, never left out in silence.
 */
#ifndef BUREAU_LETTER_H
#define BUREAU_LETTER_H

#include <stdbool.h>

#include "text.h"

struct arena;

/* What a text is made of; the tables are generated from mails/. */
enum block_kind {
	BLOCK_NONE,
	BLOCK_HEADING,
	BLOCK_TEXT,
	BLOCK_CODE,
	BLOCK_BUTTON,
	BLOCK_SMALL
};

struct block {
	enum block_kind	 kind;		/* BLOCK_NONE ends the list */
	bool		 optional;	/* left out when a value is missing */
	const char	*text;		/* with {{values}} */
	const char	*target;	/* of a button: a URL */
};

/* What is written for a value that is a word of ours: `email`. */
struct word {
	const char	*name, *value, *phrase;
};

struct letter_text {
	const char		*mail, *locale;
	const char		*subject, *preheader;
	const struct block	*blocks;
	const struct word	*words;
};

extern const struct letter_text letter_texts[];	/* ended by an empty one */

struct letter {
	struct str	 subject, text, html;
};

/* A value of this name; p is NULL when there is none. */
typedef struct str	letter_value(void *cls, const char *name);

#define LETTER_VALUE_MAX	2000

/*
 * Fill in the text `mail` in the language of `locale` (de…, else English).
 * site: where Bureau is (PUBLIC_URL), or "".  NULL, or a sentence that says what
 * is missing; it holds no value.
 */
const char	*letter_write(struct arena *arena, const char *mail,
		    struct str locale, const char *site, letter_value *value,
		    void *cls, struct letter *out);

#endif
