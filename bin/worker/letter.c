/* SPDX-License-Identifier: ISC */
/*
 * Fills in the values of a text block by block.
 */
#include "letter.h"

#include <string.h>

#include "arena.h"
#include "buf.h"
#include "layout.h"
#include "url.h"
#include "when.h"

#define FILLED_MAX	8192

struct filling {
	struct arena			*arena;
	const struct letter_text	*text;
	bool				 is_german;
	letter_value			*value;
	void				*cls;
	const char			*why;		/* what is wrong */
	bool				 missing;	/* a value */
};

static const struct letter_text *find(const char *mail, const char *locale);
static struct str fill(struct filling *f, const char *text, bool is_url);
static void	add_value(struct filling *f, struct buf *out, struct str name,
		    bool is_url);
static struct str value_of(struct filling *f, const char *name);
static void	add_date(const struct filling *f, struct buf *out,
		    struct str value);
static void	add_block(struct filling *f, struct layout *layout,
		    const struct block *block);

const char *
letter_write(struct arena *arena, const char *mail, struct str locale,
    const char *site, letter_value *value, void *cls, struct letter *out)
{
	struct filling f = { .arena = arena, .value = value, .cls = cls };
	struct layout layout;
	struct str subject, preheader;

	f.is_german = str_starts(locale, "de");
	f.text = find(mail, f.is_german ? "de" : "en");
	if (f.text == NULL)
		return (arena_printf(arena, "there is no text \"%s\"", mail));
	subject = fill(&f, f.text->subject, false);
	preheader = fill(&f, f.text->preheader, false);
	layout_begin(&layout, arena, f.is_german, subject, preheader);
	for (const struct block *b = f.text->blocks; f.why == NULL && b->kind;
	    b++)
		add_block(&f, &layout, b);
	layout_end(&layout, site);
	if (f.why == NULL && (layout.html.failed || layout.text.failed))
		f.why = "it is too long";
	if (f.why != NULL)
		return (arena_printf(arena, "the text \"%s\" cannot be "
		    "written: %s", mail, f.why));
	out->subject = subject;
	out->text = (struct str){ layout.text.data, layout.text.len };
	out->html = (struct str){ layout.html.data, layout.html.len };
	return (NULL);
}

static const struct letter_text *
find(const char *mail, const char *locale)
{
	for (const struct letter_text *t = letter_texts; t->mail != NULL; t++)
		if (strcmp(t->mail, mail) == 0 &&
		    strcmp(t->locale, locale) == 0)
			return (t);
	return (NULL);
}

static void
add_block(struct filling *f, struct layout *layout, const struct block *block)
{
	struct str text = fill(f, block->text, false), url = { NULL, 0 };
	const char *why = NULL;

	if (block->target != NULL && f->why == NULL) {
		url = fill(f, block->target, true);
		if (f->why == NULL)
			why = url_link_fault(f->arena, url);
	}
	if (why != NULL)
		f->why = arena_printf(f->arena, "where its button leads %s",
		    why);
	if (f->missing && block->optional) {
		f->missing = false;
		f->why = NULL;
		return;
	}
	if (f->why != NULL)
		return;
	switch (block->kind) {
	case BLOCK_HEADING:
		layout_heading(layout, text);
		break;
	case BLOCK_TEXT:
		layout_paragraph(layout, text);
		break;
	case BLOCK_CODE:
		layout_code(layout, text);
		break;
	case BLOCK_BUTTON:
		layout_button(layout, text, url);
		break;
	case BLOCK_SMALL:
		layout_small(layout, text);
		break;
	case BLOCK_NONE:
		break;
	}
}

/* --- values ---------------------------------------------------------------------- */

/* The text with its {{values}}; the build saw to it that each is closed. */
static struct str
fill(struct filling *f, const char *text, bool is_url)
{
	const char *open, *close;
	struct buf out;

	buf_init(&out, f->arena, FILLED_MAX);
	while (f->why == NULL && (open = strstr(text, "{{")) != NULL) {
		close = strstr(open, "}}");
		buf_add(&out, text, (size_t)(open - text));
		add_value(f, &out, (struct str){ open + 2,
		    (size_t)(close - open) - 2 }, is_url);
		text = close + 2;
	}
	buf_text(&out, text);
	if (out.failed)
		f->why = "it is too long";
	return ((struct str){ out.data, out.len });
}

/* name may have " date" behind it.  A value in a URL is a part of it, unless the
 * URL begins with it. */
static void
add_value(struct filling *f, struct buf *out, struct str name, bool is_url)
{
	struct str format = name, bare, value;

	str_split(&format, ' ', &bare);
	value = value_of(f, arena_memdup(f->arena, bare.p, bare.n));
	if (value.p == NULL)
		return;
	if (format.p != NULL)
		add_date(f, out, value);
	else if (is_url && out->len > 0)
		buf_url(out, value.p, value.n);
	else
		buf_add(out, value.p, value.n);
}

static struct str
value_of(struct filling *f, const char *name)
{
	struct str value = f->value(f->cls, name);
	bool is_word = false;

	if (value.p == NULL) {
		f->missing = true;
		f->why = arena_printf(f->arena, "the value \"%s\" is missing",
		    name);
		return (value);
	}
	for (const struct word *w = f->text->words; w->name != NULL; w++) {
		if (strcmp(w->name, name) != 0)
			continue;
		is_word = true;
		if (str_is(value, w->value))
			return (str_of(w->phrase));
	}
	if (!is_word && value.n <= LETTER_VALUE_MAX &&
	    text_is_clean(value, true))
		return (value);
	f->why = arena_printf(f->arena, is_word ?
	    "\"%s\" is none of the words it may be" :
	    "the value \"%s\" is too long or has control characters", name);
	return ((struct str){ NULL, 0 });
}

/* "27 November 2026"; what is no time is written as it is. */
static void
add_date(const struct filling *f, struct buf *out, struct str value)
{
	static const char *const english[] = { "January", "February", "March",
	    "April", "May", "June", "July", "August", "September", "October",
	    "November", "December" };
	static const char *const german[] = { "Januar", "Februar", "M\u00e4rz",
	    "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
	    "November", "Dezember" };
	char text[WHEN_SIZE];
	unsigned day, month;
	int64_t ms;

	if (!when_parse(value, &ms)) {
		buf_add(out, value.p, value.n);
		return;
	}
	when_format(ms, text);
	month = (unsigned)((text[5] - '0') * 10 + text[6] - '0');
	day = (unsigned)((text[8] - '0') * 10 + text[9] - '0');
	buf_printf(out, "%u%s %s %.4s", day, f->is_german ? "." : "",
	    (f->is_german ? german : english)[(month + 11) % 12], text);
}
