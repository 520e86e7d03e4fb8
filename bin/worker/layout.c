/* SPDX-License-Identifier: ISC */
/*
 * The HTML is what mail programs understand: tables, every style in its element,
 * no picture, no script, nothing from elsewhere.  The look is that of www/ in the
 * dark; every text has a colour and a ground of its own, so it stays readable
 * whatever a program makes of colour schemes.
 */
#include "layout.h"

#include <string.h>

#define TEXT_WIDTH	72
#define BODY_MAX	(64 * 1024)

/* The tokens of www/style/bureau.css, dark. */
#define GROUND		"#111412"
#define SURFACE		"#191d1a"
#define SUNKEN		"#0c0f0d"
#define INK		"#eceeea"
#define INK_SOFT	"#a9b1ab"
#define LINE		"#2a302c"
#define ACCENT		"#63ccae"
#define ON_ACCENT	"#04231a"

#define FACE	"font-family:Inter,-apple-system,'Segoe UI',Roboto,Helvetica," \
		"Arial,sans-serif;"
#define MONO	"font-family:ui-monospace,'Cascadia Mono','SF Mono',Menlo," \
		"Consolas,monospace;"

/* Two drawers in a cabinet: www/img/mark.svg without a picture. */
#define DRAWER(colour, gap) \
	"<div style=\"width:18px;height:7px;margin-top:" gap ";background:" \
	colour ";border-radius:2px;font-size:0;line-height:0\">&nbsp;</div>"

static void	wrap(struct buf *out, struct str text, size_t width);

static void
escape(struct layout *layout, struct str text)
{
	buf_html(&layout->html, text.p, text.n);
}

void
layout_begin(struct layout *layout, struct arena *arena, bool is_german,
    struct str title, struct str preheader)
{
	buf_init(&layout->html, arena, BODY_MAX);
	buf_init(&layout->text, arena, BODY_MAX);
	layout->is_german = is_german;
	buf_printf(&layout->html, "<!doctype html>\n<html lang=\"%s\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width\">\n"
	    "<meta name=\"color-scheme\" content=\"dark light\">\n"
	    "<meta name=\"supported-color-schemes\" content=\"dark light\">\n"
	    "<title>", is_german ? "de" : "en");
	escape(layout, title);
	buf_text(&layout->html, "</title>\n</head>\n"
	    "<body style=\"margin:0;padding:0;background:" GROUND ";color:"
	    INK "\" bgcolor=\"" GROUND "\">\n"
	    "<div style=\"display:none;max-height:0;overflow:hidden;opacity:0;"
	    "color:" GROUND "\">");
	escape(layout, preheader);
	/* So that a list of messages does not show what comes next. */
	for (int i = 0; i < 40; i++)
		buf_text(&layout->html, "&#847;&zwnj;&nbsp;");
	buf_text(&layout->html, "</div>\n"
	    "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" "
	    "cellspacing=\"0\" border=\"0\" bgcolor=\"" GROUND "\" "
	    "style=\"background:" GROUND "\"><tr><td align=\"center\" "
	    "style=\"padding:32px 16px\">\n"
	    "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" "
	    "cellspacing=\"0\" border=\"0\" style=\"max-width:600px\">\n"
	    "<tr><td style=\"padding:0 8px 20px\"><table role=\"presentation\" "
	    "cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr>"
	    "<td width=\"18\" bgcolor=\"#0b6653\" style=\"padding:6px;"
	    "background:#0b6653;border-radius:8px\">"
	    DRAWER("#bfe6d8", "0") DRAWER("#ffffff", "4px") "</td>"
	    "<td style=\"padding-left:12px;" FACE "font-size:17px;"
	    "font-weight:600;letter-spacing:-0.01em;color:" INK
	    "\">Bureau</td></tr></table></td></tr>\n"
	    "<tr><td bgcolor=\"" SURFACE "\" style=\"padding:36px 36px 28px;"
	    "background:" SURFACE ";border:1px solid " LINE
	    ";border-radius:12px;" FACE "color:" INK "\">\n");
}

void
layout_heading(struct layout *layout, struct str text)
{
	buf_text(&layout->html, "<h1 style=\"margin:0 0 16px;" FACE
	    "font-size:26px;line-height:1.25;font-weight:640;"
	    "letter-spacing:-0.02em;color:" INK "\">");
	escape(layout, text);
	buf_text(&layout->html, "</h1>\n");
	wrap(&layout->text, text, TEXT_WIDTH);
	buf_char(&layout->text, '\n');
}

void
layout_paragraph(struct layout *layout, struct str text)
{
	buf_text(&layout->html, "<p style=\"margin:0 0 20px;" FACE
	    "font-size:16px;line-height:1.6;color:" INK
	    ";word-break:break-word\">");
	escape(layout, text);
	buf_text(&layout->html, "</p>\n");
	wrap(&layout->text, text, TEXT_WIDTH);
	buf_char(&layout->text, '\n');
}

void
layout_code(struct layout *layout, struct str code)
{
	buf_text(&layout->html, "<table role=\"presentation\" width=\"100%\" "
	    "cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
	    "style=\"margin:4px 0 24px\"><tr><td align=\"center\" bgcolor=\""
	    SUNKEN "\" style=\"padding:22px 12px;background:" SUNKEN
	    ";border:1px solid " LINE ";border-radius:10px;" MONO
	    "font-size:36px;line-height:1.1;font-weight:600;"
	    "letter-spacing:0.22em;text-indent:0.22em;color:" ACCENT "\">");
	escape(layout, code);
	buf_text(&layout->html, "</td></tr></table>\n");
	buf_printf(&layout->text, "    %.*s\n\n", (int)code.n, code.p);
}

void
layout_button(struct layout *layout, struct str label, struct str url)
{
	buf_text(&layout->html, "<table role=\"presentation\" cellpadding=\"0\" "
	    "cellspacing=\"0\" border=\"0\" style=\"margin:4px 0 16px\"><tr>"
	    "<td bgcolor=\"" ACCENT "\" style=\"background:" ACCENT
	    ";border-radius:8px\"><a href=\"");
	escape(layout, url);
	buf_text(&layout->html, "\" style=\"display:inline-block;padding:13px "
	    "24px;" FACE "font-size:16px;line-height:1.2;font-weight:600;"
	    "color:" ON_ACCENT ";text-decoration:none\">");
	escape(layout, label);
	buf_printf(&layout->html, "</a></td></tr></table>\n"
	    "<p style=\"margin:0 0 24px;" FACE "font-size:13px;line-height:1.6;"
	    "color:" INK_SOFT ";word-break:break-all\">%s<br>",
	    layout->is_german ? "Falls die Schaltfläche nicht funktioniert:" :
	    "If the button does not work:");
	buf_text(&layout->html, "<a href=\"");
	escape(layout, url);
	buf_text(&layout->html, "\" style=\"color:" ACCENT "\">");
	escape(layout, url);
	buf_text(&layout->html, "</a></p>\n");
	buf_printf(&layout->text, "%.*s:\n%.*s\n\n", (int)label.n, label.p,
	    (int)url.n, url.p);
}

void
layout_small(struct layout *layout, struct str text)
{
	buf_text(&layout->html, "<p style=\"margin:8px 0 8px;padding-top:18px;"
	    "border-top:1px solid " LINE ";" FACE "font-size:13px;"
	    "line-height:1.6;color:" INK_SOFT ";word-break:break-word\">");
	escape(layout, text);
	buf_text(&layout->html, "</p>\n");
	wrap(&layout->text, text, TEXT_WIDTH);
	buf_char(&layout->text, '\n');
}

void
layout_end(struct layout *layout, const char *site)
{
	struct str url = str_of(site);
	const char *host = strstr(site, "://");

	buf_text(&layout->html, "</td></tr>\n<tr><td align=\"center\" "
	    "style=\"padding:20px 8px 0;" FACE "font-size:13px;"
	    "line-height:1.6;color:" INK_SOFT "\">Bureau");
	buf_text(&layout->text, "-- \nBureau");
	if (host != NULL) {
		buf_text(&layout->html, " · <a href=\"");
		escape(layout, url);
		buf_text(&layout->html, "\" style=\"color:" INK_SOFT "\">");
		escape(layout, str_of(host + 3));
		buf_text(&layout->html, "</a>");
		buf_printf(&layout->text, ", %s", site);
	}
	buf_text(&layout->html, "</td></tr>\n</table>\n</td></tr></table>\n"
	    "</body>\n</html>\n");
	buf_char(&layout->text, '\n');
}

/* Lines of at most width characters, broken at spaces. */
static void
wrap(struct buf *out, struct str text, size_t width)
{
	struct str word;
	size_t column = 0, n;

	while (str_split(&text, ' ', &word)) {
		n = text_length(word);
		if (column > 0 && column + 1 + n > width) {
			buf_char(out, '\n');
			column = 0;
		}
		if (column > 0)
			buf_char(out, ' ');
		column += n + (column > 0);
		buf_add(out, word.p, word.n);
	}
	buf_char(out, '\n');
}
