/* SPDX-License-Identifier: ISC */
/*
 * Normal forms by libunistring, domains by libidn2.  Plain ASCII, which most
 * text is, needs neither.
 */
#include "text.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>

#include "arena.h"
#include "check.h"

#define EMAIL_MAX	254
#define LOCAL_MAX	64
#define LABEL_MAX	63

static bool	is_ascii(struct str text);
static struct str lower_ascii(struct arena *arena, struct str text);
static struct str adopt(struct arena *arena, uint8_t *text, size_t n);
static bool	is_local_part(struct str local);
static bool	is_label(struct str label);

bool
text_nfc(struct arena *arena, struct str text, struct str *out)
{
	uint8_t *normal;
	size_t n;

	if (!text_is_utf8(text))
		return (false);
	if (is_ascii(text)) {
		*out = (struct str){ arena_memdup(arena, text.p, text.n),
		    text.n };
		return (true);
	}
	normal = u8_normalize(UNINORM_NFC, (const uint8_t *)text.p, text.n,
	    NULL, &n);
	*out = adopt(arena, normal, n);
	return (true);
}

bool
text_fold(struct arena *arena, struct str text, struct str *out)
{
	uint8_t *folded;
	size_t n;

	if (!text_is_utf8(text))
		return (false);
	if (is_ascii(text)) {
		*out = lower_ascii(arena, text);
		return (true);
	}
	folded = u8_casefold((const uint8_t *)text.p, text.n, NULL,
	    UNINORM_NFC, NULL, &n);
	*out = adopt(arena, folded, n);
	return (true);
}

bool
text_is_email(struct str text)
{
	struct str local, domain = text;

	if (text.n > EMAIL_MAX || !str_split(&domain, '@', &local))
		return (false);
	return (is_local_part(local) && text_is_domain(domain));
}

/* Labels joined by dots, the form of each international one judged by idn2. */
bool
text_is_domain(struct str domain)
{
	char text[EMAIL_MAX + 1];
	struct str label;
	size_t labels;
	char *ascii;
	int rc;

	if (domain.n == 0 || domain.n > EMAIL_MAX)
		return (false);
	memcpy(text, domain.p, domain.n);
	text[domain.n] = '\0';
	for (labels = 0; str_split(&domain, '.', &label); labels++)
		if (!is_label(label))
			return (false);
	if (labels < 2 && strcmp(text, "localhost") != 0)
		return (false);
	rc = idn2_to_ascii_8z(text, &ascii,
	    IDN2_NONTRANSITIONAL | IDN2_USE_STD3_ASCII_RULES);
	if (rc != IDN2_OK)
		return (false);
	idn2_free(ascii);
	return (true);
}

static bool
is_ascii(struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] >= 0x80)
			return (false);
	return (true);
}

static struct str
lower_ascii(struct arena *arena, struct str text)
{
	char *copy;
	size_t i;

	copy = arena_memdup(arena, text.p, text.n);
	for (i = 0; i < text.n; i++)
		if (copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (char)(copy[i] - 'A' + 'a');
	return ((struct str){ copy, text.n });
}

/* Moves what the library allocated into the arena. */
static struct str
adopt(struct arena *arena, uint8_t *text, size_t n)
{
	struct str copy;

	if (text == NULL)
		PANIC("out of memory");
	copy = (struct str){ arena_memdup(arena, text, n), n };
	free(text);
	return (copy);
}

static bool
is_local_part(struct str local)
{
	size_t i;

	if (local.n == 0 || local.n > LOCAL_MAX)
		return (false);
	for (i = 0; i < local.n; i++)
		if (local.p[i] <= ' ' || local.p[i] > '~' ||
		    strchr("<>()[],;:\\\"@", local.p[i]) != NULL)
			return (false);
	return (true);
}

static bool
is_label(struct str label)
{
	size_t i;
	char c;

	if (label.n == 0 || label.n > LABEL_MAX ||
	    label.p[0] == '-' || label.p[label.n - 1] == '-')
		return (false);
	for (i = 0; i < label.n; i++) {
		c = label.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '-'))
			return (false);
	}
	return (true);
}
