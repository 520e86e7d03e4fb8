/* SPDX-License-Identifier: ISC */
/*
 * Text that comes from people: checked, never trusted.  Nothing here depends
 * on the locale.
 */
#ifndef BUREAU_TEXT_H
#define BUREAU_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Bytes with a length; p ends in NUL too when it came from an arena. */
struct str {
	const char	*p;
	size_t		 n;
};

#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })

struct str	str_of(const char *text);		/* NULL gives { NULL, 0 } */
bool		str_is(struct str a, const char *b);	/* equal bytes */
bool		str_same(struct str a, struct str b);
bool		str_starts(struct str a, const char *prefix);
/* Takes what stands before the next `at` off rest; false at the end. */
bool		str_split(struct str *rest, char at, struct str *piece);
struct str	str_trim(struct str a);			/* spaces and tabs */

bool		text_is_utf8(struct str text);		/* RFC 3629, NUL allowed */
size_t		text_length(struct str utf8);		/* code points */
/* UTF-8 without control characters; line: nor a line break or tab. */
bool		text_is_clean(struct str utf8, bool line);
/* Normal form C; false when the text is not UTF-8. */
bool		text_nfc(struct arena *arena, struct str text, struct str *out);
/* For comparing and storing addresses: NFC, case folded. */
bool		text_fold(struct arena *arena, struct str text, struct str *out);

/* The rules of PROMISES: at most 254 bytes, one @, printable ASCII without
 * <>()[],;:\" and space, a domain that idn2 accepts with a dot or localhost. */
bool		text_is_email(struct str text);
bool		text_is_domain(struct str text);	/* what may stand behind the @ */
bool		text_is_uuid(struct str text);		/* canonical, lowercase */

/* Whole decimal number within [min, max]; no sign but '-', no spaces, no
 * needless leading zero. */
bool		text_int(struct str text, int64_t min, int64_t max,
		    int64_t *out);
/* 90, 90s, 15m, 24h, 7d to seconds; 1000, 64k, 12m, 1g to bytes. */
bool		text_seconds(struct str text, int64_t *out);
bool		text_bytes(struct str text, int64_t *out);

/* Percent-decoding; plus: '+' is a space.  False on a malformed escape. */
bool		text_url_decode(struct arena *arena, struct str text, bool plus,
		    struct str *out);

/* base64url without padding, strict: canonical last character, no foreign
 * byte.  decode returns false and leaves *out alone when it is not. */
struct str	text_base64url(struct arena *arena, const void *data, size_t n);
bool		text_base64url_decode(struct arena *arena, struct str text,
		    struct str *out);

#endif
