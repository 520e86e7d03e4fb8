/* SPDX-License-Identifier: ISC */
#include "prometheus.h"

#include "buf.h"

void
prometheus_family(struct buf *out, const char *name, const char *type,
    const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void
prometheus_label(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "%s=\"", name);
	for (const char *c = value; *c != '\0'; c++) {
		if (*c == '\\' || *c == '"')
			buf_char(out, '\\');
		buf_add(out, *c >= ' ' && *c < 0x7f ? c : "?", 1);
	}
	buf_char(out, '"');
}
