/* SPDX-License-Identifier: ISC */
#include "password.h"

#include <openssl/crypto.h>
#include <string.h>

#include "arena.h"
#include "common.h"
#include "conf.h"
#include "log.h"
#include "scrypt.h"
#include "uuid.h"

#define SCRATCH_MAX	65536

/* A password as it is hashed, in memory of its own that is wiped. */
struct prepared {
	struct arena	*arena;
	struct str	 text;
};

static bool
is_ascii(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] >= 0x80)
			return (false);
	return (true);
}

static bool
prepare(struct prepared *prepared, struct str password)
{
	prepared->arena = NULL;
	prepared->text = password.n > 0 ? password : STR("");
	if (password.n > PASSWORD_BYTES_MAX || (password.n > 0 &&
	    memchr(password.p, '\0', password.n) != NULL))
		return (false);
	if (is_ascii(password))		/* and so in normal form as it is */
		return (true);
	prepared->arena = arena_new(ARENA_WIPING, SCRATCH_MAX);
	return (text_nfc(prepared->arena, password, &prepared->text));
}

static void
forget(struct prepared *prepared)
{
	if (prepared->arena != NULL)
		arena_free(&prepared->arena);
}

/* --- which are taken ------------------------------------------------------- */

static enum password_fault
judge_prepared(struct str text, struct str email, struct str name)
{
	size_t length = text_length(text);

	if (length < PASSWORD_MIN)
		return (PASSWORD_SHORT);
	if (length > PASSWORD_MAX || text.n > PASSWORD_BYTES_MAX)
		return (PASSWORD_LONG);
	return (common_is(text, email, name) ? PASSWORD_COMMON : PASSWORD_FINE);
}

enum password_fault
password_judge(struct str password, struct str email, struct str name)
{
	enum password_fault fault = PASSWORD_MALFORMED;
	struct prepared prepared;

	if (password.n > PASSWORD_BYTES_MAX)
		return (PASSWORD_LONG);
	if (prepare(&prepared, password))
		fault = judge_prepared(prepared.text, email, name);
	forget(&prepared);
	return (fault);
}

const char *
password_fault_text(enum password_fault fault)
{
	static const char *const sentences[] = {
		[PASSWORD_MALFORMED] = "The password holds a character that "
		    "cannot be kept.",
		[PASSWORD_SHORT] = "The password must have at least 8 "
		    "characters.",
		[PASSWORD_LONG] = "The password may have at most 256 "
		    "characters.",
		[PASSWORD_COMMON] = "The password is too easy to guess. Take "
		    "several words, or something longer."
	};

	return (sentences[fault]);
}

/* --- how they are kept ------------------------------------------------------- */

bool
password_cost(struct cost *out)
{
	out->n = (uint64_t)conf_int(CONF_SCRYPT_N);
	out->r = (uint32_t)conf_int(CONF_SCRYPT_R);
	out->p = (uint32_t)conf_int(CONF_SCRYPT_P);
	if (scrypt_cost_is_sane(out))
		return (true);
	log_event(LOG_ERROR, "scrypt.cost.wrong", "why", "SCRYPT_N must be a "
	    "power of two, and 128 x SCRYPT_N x SCRYPT_R at most 1 GB", NULL);
	return (false);
}

bool
password_hash(struct str password, const struct cost *cost,
    char out[PASSWORD_HASH_SIZE])
{
	struct scrypt scrypt = { .cost = *cost };
	struct prepared prepared;
	bool ok;

	random_bytes(scrypt.salt, sizeof(scrypt.salt));
	ok = prepare(&prepared, password) &&
	    scrypt_run(&scrypt, prepared.text);
	forget(&prepared);
	if (ok)
		scrypt_format(&scrypt, out);
	OPENSSL_cleanse(&scrypt, sizeof(scrypt));
	return (ok);
}

/* Does the password come to what kept says?  A malformed one takes as long. */
static bool
verify(struct str password, const struct scrypt *kept)
{
	struct scrypt tried = *kept;
	struct prepared prepared;
	bool ok, well_formed;

	well_formed = prepare(&prepared, password);
	ok = scrypt_run(&tried, well_formed ? prepared.text : STR("")) &&
	    well_formed &&
	    CRYPTO_memcmp(tried.hash, kept->hash, sizeof(kept->hash)) == 0;
	forget(&prepared);
	OPENSSL_cleanse(&tried, sizeof(tried));
	return (ok);
}

bool
password_verify(struct str password, const char *hash)
{
	struct scrypt kept;
	bool ok;

	if (!scrypt_parse(hash, &kept)) {
		log_event(LOG_ERROR, "password.hash.damaged", NULL);
		return (false);
	}
	ok = verify(password, &kept);
	OPENSSL_cleanse(&kept, sizeof(kept));
	return (ok);
}

bool
password_verify_nobody(struct str password, const struct cost *cost)
{
	struct scrypt nobody = { .cost = *cost };

	random_bytes(nobody.salt, sizeof(nobody.salt));
	verify(password, &nobody);
	return (false);
}

bool
password_is_outdated(const char *hash, const struct cost *cost)
{
	struct scrypt kept;

	return (!scrypt_parse(hash, &kept) || kept.cost.n != cost->n ||
	    kept.cost.r != cost->r || kept.cost.p != cost->p);
}
