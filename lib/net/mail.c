/* SPDX-License-Identifier: ISC */
/*
 * multipart/alternative with two parts (RFC 2046), headers as RFC 5322 and 2047
 * have them.
 */
#include "mail.h"

#include <string.h>

#include "arena.h"
#include "buf.h"
#include "utf8.h"
#include "when.h"

#define LINE		76		/* of base64, and of headers with it */
#define LINE_BYTES	(LINE / 4 * 3)
#define WORD_BEGIN	"=?UTF-8?B?"
#define WORD_EXTRA	(sizeof(WORD_BEGIN "?=") - 1)
#define SUBJECT_MAX	500
#define NAME_MAX_BYTES	120
#define ID_MAX		64

static const char *refuse(const struct mail *mail);
static bool	is_id(const char *id);
static bool	is_plain(struct str text);
static void	header(struct buf *out, const char *name, struct str value);
static void	header_from(struct buf *out, const struct mail_box *from);
static void	encoded(struct buf *out, struct str text, size_t column);
static void	quoted(struct buf *out, struct str text);
static void	part(struct buf *out, struct arena *arena,
		    const struct mail *mail, const char *type,
		    struct str body);

/* --- addresses ------------------------------------------------------------------- */

const char *
mail_box_parse(struct arena *arena, struct str text, struct mail_box *out)
{
	static const char advice[] = "must be an address, as in "
	    "bureau@example.org or Bureau <bureau@example.org>";
	struct mail_box box = { STR(""), text };
	size_t open;

	if (text.n > 0 && text.p[text.n - 1] == '>') {
		for (open = text.n; open > 0 && text.p[open - 1] != '<'; open--)
			;
		if (open == 0)
			return (advice);
		box.name = str_trim((struct str){ text.p, open - 1 });
		box.address = (struct str){ text.p + open,
		    text.n - open - 1 };
	}
	if (box.name.n >= 2 && box.name.p[0] == '"' &&
	    box.name.p[box.name.n - 1] == '"')
		box.name = (struct str){ box.name.p + 1, box.name.n - 2 };
	if (!mail_is_address(box.address))
		return (advice);
	if (!text_is_clean(box.name, true) || box.name.n > NAME_MAX_BYTES ||
	    memchr(box.name.p, '<', box.name.n) != NULL)
		return ("must have a name of at most 120 bytes without control "
		    "characters and <");
	out->name.p = arena_memdup(arena, box.name.p, box.name.n);
	out->name.n = box.name.n;
	out->address.p = arena_memdup(arena, box.address.p, box.address.n);
	out->address.n = box.address.n;
	return (NULL);
}

/* text_is_email() refuses all of this too; but a byte that slips through here
 * would be a second recipient, so it is worth a second look. */
bool
mail_is_address(struct str text)
{
	size_t ats = 0;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c < 0x21 || c >= 0x7f || c == '<' || c == '>')
			return (false);
		ats += c == '@';
	}
	return (ats == 1 && text_is_email(text));
}

/* --- composing ------------------------------------------------------------------- */

const char *
mail_compose(struct arena *arena, const struct mail *mail, struct str *out)
{
	const char *why = refuse(mail);
	struct str domain = mail->from.address, local;
	struct buf text;
	char date[30];

	if (why != NULL)
		return (why);
	str_split(&domain, '@', &local);
	when_http(mail->date, date);
	buf_init(&text, arena, 4 * MAIL_BODY_MAX);
	header_from(&text, &mail->from);
	buf_printf(&text, "To: %.*s\r\n", (int)mail->to.n, mail->to.p);
	header(&text, "Subject", mail->subject);
	buf_printf(&text, "Date: %.25s +0000\r\n", date);
	buf_printf(&text, "Message-ID: <%s@%.*s>\r\n", mail->id,
	    (int)domain.n, domain.p);
	if (mail->unsubscribe != NULL)
		buf_printf(&text, "List-Unsubscribe: <%s>\r\n",
		    mail->unsubscribe);
	buf_printf(&text, "Auto-Submitted: auto-generated\r\n"
	    "X-Auto-Response-Suppress: All\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/alternative;\r\n"
	    " boundary=\"=_%s\"\r\n\r\n", mail->id);
	part(&text, arena, mail, "text/plain", mail->text);
	part(&text, arena, mail, "text/html", mail->html);
	buf_printf(&text, "--=_%s--\r\n", mail->id);
	if (text.failed)
		return ("the message is too large");
	*out = (struct str){ text.data, text.len };
	return (NULL);
}

static const char *
refuse(const struct mail *mail)
{
	if (!mail_is_address(mail->from.address))
		return ("the sender's address cannot be written to");
	if (!mail_is_address(mail->to))
		return ("the recipient's address cannot be written to");
	if (!text_is_clean(mail->from.name, true) ||
	    mail->from.name.n > NAME_MAX_BYTES)
		return ("the sender's name has signs that no header may have");
	if (!text_is_clean(mail->subject, true) ||
	    mail->subject.n > SUBJECT_MAX)
		return ("the subject is too long or has signs that no header "
		    "may have");
	if (!is_id(mail->id))
		return ("the message has no proper id");
	if (mail->unsubscribe != NULL &&
	    !is_plain(str_of(mail->unsubscribe)))
		return ("the unsubscribe link is no URL");
	if (!text_is_clean(mail->text, false) ||
	    !text_is_clean(mail->html, false))
		return ("the text has control characters or is not UTF-8");
	return (mail->text.n > MAIL_BODY_MAX || mail->html.n > MAIL_BODY_MAX ?
	    "the text is too long" : NULL);
}

/* Letters, digits and hyphens, as in a UUID: it stands in a boundary, too. */
static bool
is_id(const char *id)
{
	size_t n = strlen(id);

	return (n > 0 && n <= ID_MAX && strspn(id, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == n);
}

/* Printable ASCII without what encloses a URL. */
static bool
is_plain(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] >= 0x7f ||
		    text.p[i] == '<' || text.p[i] == '>')
			return (false);
	return (text.n > 0 && text.n <= 900);
}

/* --- headers --------------------------------------------------------------------- */

/* As it is where it is short ASCII, else in encoded words. */
static bool
needs_encoding(struct str text)
{
	if (text.n > 60 || (text.n > 0 &&
	    (text.p[0] == ' ' || text.p[text.n - 1] == ' ')))
		return (true);
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < ' ' || text.p[i] >= 0x7f ||
		    (text.p[i] == '=' && i + 1 < text.n &&
		    text.p[i + 1] == '?'))
			return (true);
	return (false);
}

static void
header(struct buf *out, const char *name, struct str value)
{
	buf_printf(out, "%s: ", name);
	if (needs_encoding(value))
		encoded(out, value, strlen(name) + 2);
	else
		buf_add(out, value.p, value.n);
	buf_text(out, "\r\n");
}

static void
header_from(struct buf *out, const struct mail_box *from)
{
	buf_text(out, "From: ");
	if (from->name.n > 0) {
		if (needs_encoding(from->name))
			encoded(out, from->name, sizeof("From: ") - 1);
		else
			quoted(out, from->name);
		buf_text(out, from->name.n > 20 ? "\r\n " : " ");
	}
	buf_printf(out, "<%.*s>\r\n", (int)from->address.n, from->address.p);
}

/* How much of the text, in whole characters, fits n bytes. */
static size_t
whole_characters(struct str text, size_t n)
{
	size_t at = 0, step;
	uint32_t code;

	while (at < text.n) {
		step = utf8_next(text.p + at, text.n - at, &code);
		if (at + step > n)
			break;
		at += step;
	}
	return (at);
}

/* Words of RFC 2047, one a line; no character is torn in two. */
static void
encoded(struct buf *out, struct str text, size_t column)
{
	while (text.n > 0) {
		size_t room = (LINE - column - WORD_EXTRA) / 4 * 3;
		size_t n = whole_characters(text, room);

		buf_text(out, WORD_BEGIN);
		buf_base64(out, text.p, n);
		buf_text(out, "?=");
		text.p += n;
		text.n -= n;
		if (text.n > 0)
			buf_text(out, "\r\n ");
		column = 1;
	}
}

static void
quoted(struct buf *out, struct str text)
{
	buf_char(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			buf_char(out, '\\');
		buf_char(out, text.p[i]);
	}
	buf_char(out, '"');
}

/* --- bodies ---------------------------------------------------------------------- */

/* Lines end in CR LF, however they ended before. */
static struct str
with_crlf(struct arena *arena, struct str body)
{
	struct buf text;

	buf_init(&text, arena, 2 * MAIL_BODY_MAX);
	for (size_t i = 0; i < body.n; i++) {
		bool ends = body.p[i] == '\n' || body.p[i] == '\r';

		if (!ends)
			buf_char(&text, body.p[i]);
		else if (body.p[i] == '\n' || i + 1 == body.n ||
		    body.p[i + 1] != '\n')
			buf_text(&text, "\r\n");
	}
	return ((struct str){ text.data, text.len });
}

static void
part(struct buf *out, struct arena *arena, const struct mail *mail,
    const char *type, struct str body)
{
	buf_printf(out, "--=_%s\r\n"
	    "Content-Type: %s; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n", mail->id, type);
	body = with_crlf(arena, body);
	for (size_t at = 0; at < body.n; at += LINE_BYTES) {
		size_t left = body.n - at;

		buf_base64(out, body.p + at,
		    left < LINE_BYTES ? left : LINE_BYTES);
		buf_text(out, "\r\n");
	}
}
