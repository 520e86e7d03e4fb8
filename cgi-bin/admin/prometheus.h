/* SPDX-License-Identifier: ISC */
/*
 * Prometheus' text format.
 */
#ifndef BUREAU_PROMETHEUS_H
#define BUREAU_PROMETHEUS_H

struct buf;

/* What the samples of this name are, before the first of them. */
void	prometheus_family(struct buf *out, const char *name, const char *type,
	    const char *help);
/* name="value", escaped. */
void	prometheus_label(struct buf *out, const char *name, const char *value);

#endif
