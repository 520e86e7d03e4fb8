/* SPDX-License-Identifier: ISC */
/*
 * Access tokens: what is ours is believed, and nothing else is.  Every class of
 * forgery has rows of its own, each a token that would pass but for one thing.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "conf.h"
#include "flat.h"
#include "forge.h"
#include "jwt.h"

#define NOW 1500

static const struct jwt_claims sample = {
	.user = FORGE_USER, .session = FORGE_SESSION,
	.issued = 1000, .expires = 2000
};

static enum jwt_outcome
verify(struct str token)
{
	struct jwt_claims claims;

	return (jwt_verify(token, NOW, &claims));
}

static struct str
good_token(struct arena *arena)
{
	return (forge_token(arena, forge_key(), FORGE_HEADER, FORGE_PAYLOAD));
}

/* --- what is ours ------------------------------------------------------------ */

static void
a_signed_token_says_who_it_was_given_to(void **state)
{
	struct jwt_claims claims;

	assert_int_equal(jwt_verify(jwt_sign(*state, &sample), NOW, &claims),
	    JWT_OK);
	assert_string_equal(claims.user, FORGE_USER);
	assert_string_equal(claims.session, FORGE_SESSION);
	assert_int_equal(claims.issued, 1000);
	assert_int_equal(claims.expires, 2000);
}

static void
the_forger_of_these_tests_can_write_a_good_one(void **state)
{
	assert_int_equal(verify(good_token(*state)), JWT_OK);
}

static void
a_claim_not_known_yet_is_let_be(void **state)
{
	assert_int_equal(verify(forge_token(*state, forge_key(), FORGE_HEADER,
	    "{" FORGE_IDS "," FORGE_TIMES ",\"later\":\"x\"}")), JWT_OK);
}

static void
two_tokens_for_the_same_claims_differ(void **state)
{
	struct str a = jwt_sign(*state, &sample), b = jwt_sign(*state, &sample);

	assert_false(str_same(a, b));
}

static void
a_token_expires_in_its_last_second_also_when_remembered(void **state)
{
	struct str token = jwt_sign(*state, &sample);
	struct jwt_claims claims;

	assert_int_equal(jwt_verify(token, 1999, &claims), JWT_OK);
	assert_int_equal(jwt_verify(token, 2000, &claims), JWT_EXPIRED);
	assert_int_equal(jwt_verify(token, 1999, &claims), JWT_OK);
}

static void
a_clock_five_seconds_ahead_is_forgiven(void **state)
{
	struct str token = jwt_sign(*state, &sample);
	struct jwt_claims claims;

	assert_int_equal(jwt_verify(token, 994, &claims), JWT_INVALID);
	assert_int_equal(jwt_verify(token, 995, &claims), JWT_OK);
}

static void
an_expired_token_with_a_bad_signature_is_invalid(void **state)
{
	struct str token = forge_token(*state, forge_stranger(), FORGE_HEADER,
	    FORGE_PAYLOAD);
	struct jwt_claims claims;

	assert_int_equal(jwt_verify(token, 3000, &claims), JWT_INVALID);
}

/* --- keys -------------------------------------------------------------------- */

static void
an_old_key_verifies_while_it_is_listed(void **state)
{
	struct arena *arena = *state;
	struct str old = jwt_sign(arena, &sample);
	char *listed = arena_strdup(arena, conf_text(CONF_JWT_PUBLIC_KEYS));
	struct str der;

	forge_keys();
	assert_int_equal(verify(old), JWT_INVALID);
	der = forge_public_der(arena, forge_key());
	/* The same kid twice would be refused: rename the old one. */
	memcpy(listed, "fedcba9876543210", 16);
	assert_true(conf_set(CONF_JWT_PUBLIC_KEYS, arena_printf(arena,
	    "%s=%s %s", FORGE_KID, text_base64url(arena, der.p, der.n).p,
	    listed), NULL, NULL));
	assert_true(jwt_open());
	assert_int_equal(verify(jwt_sign(arena, &sample)), JWT_OK);
}

static void
keys_that_cannot_be_right_are_refused(void **state)
{
	static const char *const lists[] = {
		"nonsense", "=", FORGE_KID "=", FORGE_KID "=AAAA",
		"KID=AAAA", "../x=AAAA"
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		forge_keys();
		conf_set(CONF_JWT_PUBLIC_KEYS, lists[i], NULL, NULL);
		assert_false(jwt_open());
		assert_false(jwt_can_sign());
	}
	forge_keys();
}

static void
without_keys_nothing_is_valid(void **state)
{
	struct str token = jwt_sign(*state, &sample);

	jwt_close();
	assert_int_equal(verify(token), JWT_INVALID);
	assert_false(jwt_can_sign());
	forge_keys();
}

/* --- forgeries: the header ------------------------------------------------------ */

/* Signed as it should be, but with this header. */
static const char *const bad_headers[] = {
	/* A1: alg none, in every spelling */
	"{\"alg\":\"none\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\"}",
	"{\"alg\":\"None\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\"}",
	"{\"alg\":\"NONE\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\"}",
	"{\"alg\":\"nOnE\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\"}",
	/* A1: other algorithms, other types, nothing at all */
	"{\"alg\":\"ES384\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\"}",
	"{\"alg\":\"ES256K\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\"}",
	"{\"alg\":\"es256\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\"}",
	"{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\"}",
	"{\"alg\":\"ES256 \",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\"}",
	"{\"alg\":256,\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\"}",
	"{\"alg\":\"\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\"}",
	"{\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\"}",
	"{\"Alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\"}",
	"{\"alg\":\"ES256\",\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\""
	    FORGE_KID "\"}",
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID
	    "\",\"alg\":\"none\"}",
	/* A5: other kinds of token */
	"{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"" FORGE_KID "\"}",
	"{\"alg\":\"ES256\",\"typ\":\"AT+JWT\",\"kid\":\"" FORGE_KID "\"}",
	"{\"alg\":\"ES256\",\"kid\":\"" FORGE_KID "\"}",
	/* A3: keys from elsewhere, and members that change the meaning */
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID
	    "\",\"jku\":\"https://evil.example/keys\"}",
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID
	    "\",\"x5u\":\"https://evil.example/cert\"}",
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID
	    "\",\"jwk\":\"x\"}",
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID
	    "\",\"jwk\":{\"kty\":\"EC\"}}",
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID
	    "\",\"x5c\":[\"MII\"]}",
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID
	    "\",\"crit\":[\"exp\"]}",
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID
	    "\",\"crit\":\"exp\"}",
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID
	    "\",\"b64\":false}",
	/* A3: a kid that is a path, a query, a stranger, no text */
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"../x\"}",
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"'||'\"}",
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"\"}",
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"0123456789abcde\"}",
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "0\"}",
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"fedcba9876543210\"}",
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":0}",
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}",
	/* What is not the JSON we write */
	"", "{}", "[]", "null", "\"ES256\"", "{", "}", FORGE_HEADER "x",
	" " FORGE_HEADER, FORGE_HEADER " ", FORGE_HEADER FORGE_HEADER,
	"{\"alg\": \"ES256\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\"}",
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\",}",
	"{\"\\u0061lg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\"}",
	"{\"alg\":\"ES\\u003256\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\"}",
	"{'alg':'ES256','typ':'at+jwt','kid':'" FORGE_KID "'}",
	"{alg:\"ES256\",typ:\"at+jwt\",kid:\"" FORGE_KID "\"}",
	"{\"alg\":[\"ES256\"],\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\"}"
};

static void
a_forged_header_is_refused(void **state)
{
	const char *const *header = *state;
	struct arena *arena = arena_new(ARENA_PLAIN, 65536);

	assert_int_equal(verify(forge_token(arena, forge_key(), *header,
	    FORGE_PAYLOAD)), JWT_INVALID);
	arena_free(&arena);
}

/* --- forgeries: the claims -------------------------------------------------------- */

static const char *const bad_payloads[] = {
	/* A6: iss and aud */
	"{\"iss\":\"other\",\"aud\":\"bureau-api\",\"sub\":\"" FORGE_USER
	    "\",\"sid\":\"" FORGE_SESSION "\"," FORGE_TIMES "}",
	"{\"iss\":\"bureau\",\"aud\":\"other\",\"sub\":\"" FORGE_USER
	    "\",\"sid\":\"" FORGE_SESSION "\"," FORGE_TIMES "}",
	"{\"iss\":\"bureau\",\"aud\":[\"bureau-api\"],\"sub\":\"" FORGE_USER
	    "\",\"sid\":\"" FORGE_SESSION "\"," FORGE_TIMES "}",
	"{\"aud\":\"bureau-api\",\"sub\":\"" FORGE_USER "\",\"sid\":\""
	    FORGE_SESSION "\"," FORGE_TIMES "}",
	"{\"iss\":\"bureau\",\"sub\":\"" FORGE_USER "\",\"sid\":\""
	    FORGE_SESSION "\"," FORGE_TIMES "}",
	/* A4: times of a wrong type or order, or missing */
	"{" FORGE_IDS ",\"iat\":1000,\"nbf\":1000,\"exp\":\"2000\"}",
	"{" FORGE_IDS ",\"iat\":1000,\"nbf\":1000,\"exp\":2000.5}",
	"{" FORGE_IDS ",\"iat\":1000,\"nbf\":1000,\"exp\":2000.0}",
	"{" FORGE_IDS ",\"iat\":1000,\"nbf\":1000,\"exp\":2e3}",
	"{" FORGE_IDS ",\"iat\":1000,\"nbf\":1000,\"exp\":1e400}",
	"{" FORGE_IDS ",\"iat\":1000,\"nbf\":1000,\"exp\":-2000}",
	"{" FORGE_IDS ",\"iat\":1000,\"nbf\":1000,\"exp\":+2000}",
	"{" FORGE_IDS ",\"iat\":1000,\"nbf\":1000,\"exp\":02000}",
	"{" FORGE_IDS ",\"iat\":1000,\"nbf\":1000,\"exp\":0x7d0}",
	"{" FORGE_IDS ",\"iat\":1000,\"nbf\":1000,\"exp\":Infinity}",
	"{" FORGE_IDS ",\"iat\":1000,\"nbf\":1000,\"exp\":null}",
	"{" FORGE_IDS ",\"iat\":1000,\"nbf\":1000,\"exp\":true}",
	"{" FORGE_IDS ",\"iat\":1000,\"nbf\":1000,\"exp\":9007199254740992}",
	"{" FORGE_IDS ",\"iat\":1000,\"nbf\":1000,\"exp\":18446744073709551616}",
	"{" FORGE_IDS ",\"iat\":1000,\"nbf\":1000,\"exp\":1000}",
	"{" FORGE_IDS ",\"iat\":1000,\"nbf\":1000}",
	"{" FORGE_IDS ",\"iat\":1000,\"exp\":2000}",
	"{" FORGE_IDS ",\"nbf\":1000,\"exp\":2000}",
	"{" FORGE_IDS ",\"iat\":1000,\"nbf\":1501,\"exp\":2000}",
	"{" FORGE_IDS ",\"iat\":1600,\"nbf\":1600,\"exp\":2000}",
	"{" FORGE_IDS ",\"iat\":1000,\"nbf\":1000,\"exp\":900000}",
	"{" FORGE_IDS "," FORGE_TIMES ",\"exp\":3000}",
	/* Who it is for */
	"{\"iss\":\"bureau\",\"aud\":\"bureau-api\",\"sid\":\"" FORGE_SESSION
	    "\"," FORGE_TIMES "}",
	"{\"iss\":\"bureau\",\"aud\":\"bureau-api\",\"sub\":\"" FORGE_USER
	    "\"," FORGE_TIMES "}",
	"{\"iss\":\"bureau\",\"aud\":\"bureau-api\",\"sub\":\"admin\","
	    "\"sid\":\"" FORGE_SESSION "\"," FORGE_TIMES "}",
	"{\"iss\":\"bureau\",\"aud\":\"bureau-api\",\"sub\":"
	    "\"01890A5D-AC96-774B-BCCE-B302099A8057\",\"sid\":\""
	    FORGE_SESSION "\"," FORGE_TIMES "}",
	"{\"iss\":\"bureau\",\"aud\":\"bureau-api\",\"sub\":1,\"sid\":2,"
	    FORGE_TIMES "}",
	/* What is not the JSON we write */
	"", "{}", "[]", "null", "{" FORGE_IDS "," FORGE_TIMES,
	FORGE_PAYLOAD "}", "{" FORGE_IDS ",," FORGE_TIMES "}",
	"{" FORGE_IDS "," FORGE_TIMES ",\"x\":{}}",
	"{" FORGE_IDS "," FORGE_TIMES ",\"x\":\"\xc3\xa9\"}",
	"{" FORGE_IDS "," FORGE_TIMES ",\"x\":\"\x01\"}"
};

static void
forged_claims_are_refused(void **state)
{
	const char *const *payload = *state;
	struct arena *arena = arena_new(ARENA_PLAIN, 65536);

	assert_int_equal(verify(forge_token(arena, forge_key(), FORGE_HEADER,
	    *payload)), JWT_INVALID);
	arena_free(&arena);
}

/* --- forgeries: signature and form --------------------------------------------------- */

static void
a_token_of_another_key_is_refused(void **state)
{
	assert_int_equal(verify(forge_token(*state, forge_stranger(),
	    FORGE_HEADER, FORGE_PAYLOAD)), JWT_INVALID);
}

static void
hs256_under_our_public_key_is_refused(void **state)	/* A2 */
{
	static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"at+jwt\","
	    "\"kid\":\"" FORGE_KID "\"}";
	struct str der = forge_public_der(*state, forge_key());
	struct str pem = forge_public_pem(*state, forge_key());

	assert_int_equal(verify(forge_hs256(*state, der, header,
	    FORGE_PAYLOAD)), JWT_INVALID);
	assert_int_equal(verify(forge_hs256(*state, pem, header,
	    FORGE_PAYLOAD)), JWT_INVALID);
	assert_int_equal(verify(forge_hs256(*state, der, FORGE_HEADER,
	    FORGE_PAYLOAD)), JWT_INVALID);
}

static void
signatures_of_a_wrong_size_or_value_are_refused(void **state)
{
	struct arena *arena = *state;
	char zeros[80] = { 0 }, ones[64];

	memset(ones, 0xff, sizeof(ones));
	for (size_t n = 0; n <= sizeof(zeros); n++)
		assert_int_equal(verify(forge_with(arena, FORGE_HEADER,
		    FORGE_PAYLOAD, (struct str){ zeros, n })), JWT_INVALID);
	assert_int_equal(verify(forge_with(arena, FORGE_HEADER, FORGE_PAYLOAD,
	    (struct str){ ones, sizeof(ones) })), JWT_INVALID);
	/* r = s = 1 and r = s = n are the classic ones. */
	zeros[31] = zeros[63] = 1;
	assert_int_equal(verify(forge_with(arena, FORGE_HEADER, FORGE_PAYLOAD,
	    (struct str){ zeros, 64 })), JWT_INVALID);
}

static void
a_signature_in_der_or_with_an_end_added_is_refused(void **state)
{
	struct arena *arena = *state;
	struct str token = good_token(arena), sig, bytes;
	struct buf der;

	sig = (struct str){ token.p + token.n - 86, 86 };
	assert_true(text_base64url_decode(arena, sig, &bytes));
	assert_int_equal(verify(forge_with(arena, FORGE_HEADER, FORGE_PAYLOAD,
	    (struct str){ bytes.p, 63 })), JWT_INVALID);
	buf_init(&der, arena, 100);
	buf_add(&der, bytes.p, bytes.n);
	buf_char(&der, '\0');
	assert_int_equal(verify(forge_with(arena, FORGE_HEADER, FORGE_PAYLOAD,
	    (struct str){ der.data, der.len })), JWT_INVALID);
	buf_clear(&der);
	buf_add(&der, "\x30\x46\x02\x21\x00", 5);
	buf_add(&der, bytes.p, 32);
	buf_add(&der, "\x02\x21\x00", 3);
	buf_add(&der, bytes.p + 32, 32);
	assert_int_equal(verify(forge_with(arena, FORGE_HEADER, FORGE_PAYLOAD,
	    (struct str){ der.data, der.len })), JWT_INVALID);
}

/* Each bit counts: the first half of them through the cache, where the good token
 * already is, so that it is shown to compare all of it. */
static void
a_token_with_one_character_changed_is_refused(void **state)
{
	struct arena *arena = *state;
	struct str token = good_token(arena);
	char *copy = arena_memdup(arena, token.p, token.n);

	assert_int_equal(verify(token), JWT_OK);
	for (size_t i = 0; i < token.n; i++) {
		copy[i] = token.p[i] == 'A' ? 'B' : 'A';
		assert_int_equal(verify((struct str){ copy, token.n }),
		    JWT_INVALID);
		copy[i] = token.p[i];
	}
	assert_int_equal(verify((struct str){ copy, token.n }), JWT_OK);
}

static void
a_token_cut_anywhere_is_refused(void **state)
{
	struct str token = good_token(*state);

	for (size_t n = 0; n < token.n; n++)
		assert_int_equal(verify((struct str){ token.p, n }),
		    JWT_INVALID);
}

static void
other_forms_of_the_same_token_are_refused(void **state)
{
	static const char *const forms[] = {
		"%s.", ".%s", "%s.x", "x.%s", "%s=", " %s", "%s ", "%s\n",
		"Bearer %s", "%s%%", "%s.e30", "%s..", "\"%s\""
	};
	struct arena *arena = *state;
	const char *token = good_token(arena).p;

	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		char *form = arena_alloc(arena, 1024);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(form, 1024, forms[i], token);
#pragma GCC diagnostic pop
		assert_int_equal(verify(str_of(form)), JWT_INVALID);
	}
}

static void
characters_of_plain_base64_are_refused(void **state)
{
	struct arena *arena = *state;
	char *copy;

	/* Sign until the signature has a character that the other alphabet
	 * writes differently. */
	for (;;) {
		struct str token = good_token(arena);
		char *at;

		copy = arena_strdup(arena, token.p);
		at = strpbrk(copy, "-_");
		if (at != NULL) {
			*at = *at == '-' ? '+' : '/';
			break;
		}
	}
	assert_int_equal(verify(str_of(copy)), JWT_INVALID);
}

static void
a_signature_whose_last_character_is_not_canonical_is_refused(void **state)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-_";
	struct str token = good_token(*state);
	char *copy = arena_memdup(*state, token.p, token.n);
	char *last = copy + token.n - 1;

	/* The last character carries two bits; the others must be zero. */
	*last = digits[(strchr(digits, *last) - digits) | 1];
	assert_int_equal(verify((struct str){ copy, token.n }), JWT_INVALID);
}

static void
a_token_over_four_kilobytes_is_refused(void **state)
{
	struct arena *arena = *state;
	char *filling = arena_alloc(arena, 3001);
	char *payload;

	memset(filling, 'x', 3000);
	payload = arena_printf(arena, "{" FORGE_IDS "," FORGE_TIMES
	    ",\"x\":\"%s\"}", filling);
	assert_int_equal(verify(forge_token(arena, forge_key(), FORGE_HEADER,
	    payload)), JWT_INVALID);
	filling[2000] = '\0';
	payload = arena_printf(arena, "{" FORGE_IDS "," FORGE_TIMES
	    ",\"x\":\"%s\"}", filling);
	assert_int_equal(verify(forge_token(arena, forge_key(), FORGE_HEADER,
	    payload)), JWT_OK);
}

static void
other_secrets_of_ours_are_no_access_tokens(void **state)	/* A5 */
{
	(void)state;
	assert_int_equal(verify(STR(FORGE_SESSION
	    ".0.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")), JWT_INVALID);
	assert_int_equal(verify(STR(
	    "bur_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")), JWT_INVALID);
	assert_int_equal(verify(STR("")), JWT_INVALID);
	assert_int_equal(verify(STR("..")), JWT_INVALID);
}

/* --- all ---------------------------------------------------------------------- */

static void
add_rows(struct unit_list *list, const char *what, CMUnitTestFunction test,
    const char *const *rows, size_t n)
{
	static char names[200][160];
	static size_t used;

	for (size_t i = 0; i < n; i++) {
		char *name = names[used++];

		snprintf(name, sizeof(names[0]), "refuses %s %zu: %s", what,
		    i, rows[i]);
		for (char *c = name; *c != '\0'; c++)
			if (*c < ' ' || *c > '~')
				*c = '?';
		unit_add(list, name, test, &rows[i]);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		UNIT_TEST(a_signed_token_says_who_it_was_given_to),
		UNIT_TEST(the_forger_of_these_tests_can_write_a_good_one),
		UNIT_TEST(a_claim_not_known_yet_is_let_be),
		UNIT_TEST(two_tokens_for_the_same_claims_differ),
		UNIT_TEST(a_token_expires_in_its_last_second_also_when_remembered),
		UNIT_TEST(a_clock_five_seconds_ahead_is_forgiven),
		UNIT_TEST(an_expired_token_with_a_bad_signature_is_invalid),
		UNIT_TEST(an_old_key_verifies_while_it_is_listed),
		UNIT_TEST(keys_that_cannot_be_right_are_refused),
		UNIT_TEST(without_keys_nothing_is_valid),
		UNIT_TEST(a_token_of_another_key_is_refused),
		UNIT_TEST(hs256_under_our_public_key_is_refused),
		UNIT_TEST(signatures_of_a_wrong_size_or_value_are_refused),
		UNIT_TEST(a_signature_in_der_or_with_an_end_added_is_refused),
		UNIT_TEST(a_token_with_one_character_changed_is_refused),
		UNIT_TEST(a_token_cut_anywhere_is_refused),
		UNIT_TEST(other_forms_of_the_same_token_are_refused),
		UNIT_TEST(characters_of_plain_base64_are_refused),
		UNIT_TEST(a_signature_whose_last_character_is_not_canonical_is_refused),
		UNIT_TEST(a_token_over_four_kilobytes_is_refused),
		UNIT_TEST(other_secrets_of_ours_are_no_access_tokens),
	};
	static struct unit_list list;

	forge_keys();
	for (size_t i = 0; i < COUNT_OF(tests); i++)
		list.tests[list.count++] = tests[i];
	add_rows(&list, "header", a_forged_header_is_refused, bad_headers,
	    COUNT_OF(bad_headers));
	add_rows(&list, "claims", forged_claims_are_refused, bad_payloads,
	    COUNT_OF(bad_payloads));
	return (unit_run(&list, "jwt"));
}
