/* SPDX-License-Identifier: ISC */
/*
 * How messages look: one layout, as HTML and as plain text side by side.
 * Everything given is plain text and is escaped here.
 */
#ifndef BUREAU_LAYOUT_H
#define BUREAU_LAYOUT_H

#include <stdbool.h>

#include "buf.h"
#include "text.h"

struct layout {
	struct buf	 html, text;
	bool		 is_german;
};

void	layout_begin(struct layout *layout, struct arena *arena,
	    bool is_german, struct str title, struct str preheader);
void	layout_heading(struct layout *layout, struct str text);
void	layout_paragraph(struct layout *layout, struct str text);
void	layout_code(struct layout *layout, struct str code);
void	layout_button(struct layout *layout, struct str label, struct str url);
void	layout_small(struct layout *layout, struct str text);
/* site: a URL, or "". */
void	layout_end(struct layout *layout, const char *site);

#endif
