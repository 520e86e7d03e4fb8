/* SPDX-License-Identifier: ISC */
#include "refresh.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "arena.h"
#include "check.h"

#define MAC_SIZE 32

static struct str
mac_text(struct arena *arena, struct str key, struct str data)
{
	unsigned char mac[MAC_SIZE];
	unsigned n = sizeof(mac);

	ASSERT(key.n >= REFRESH_KEY_MIN);
	ASSERT(HMAC(EVP_sha256(), key.p, (int)key.n,
	    (const unsigned char *)data.p, data.n, mac, &n) != NULL);
	ASSERT(n == sizeof(mac));
	return (text_base64url(arena, mac, sizeof(mac)));
}

struct str
refresh_make(struct arena *arena, struct str key,
    const struct refresh *refresh)
{
	const char *body = arena_printf(arena, "%s.%lld", refresh->session,
	    (long long)refresh->generation);
	struct str mac = mac_text(arena, key, str_of(body));

	return (str_of(arena_printf(arena, "%s.%s", body, mac.p)));
}

bool
refresh_check(struct arena *arena, struct str key, struct str token,
    struct refresh *out)
{
	struct str rest = token, session, generation, mac;
	int64_t number;

	if (!str_split(&rest, '.', &session) ||
	    !str_split(&rest, '.', &generation) || rest.p == NULL ||
	    !text_is_uuid(session) || !text_int(generation, 0, INT32_MAX, &number))
		return (false);
	mac = mac_text(arena, key,
	    (struct str){ token.p, session.n + 1 + generation.n });
	if (rest.n != mac.n || CRYPTO_memcmp(rest.p, mac.p, mac.n) != 0)
		return (false);
	memcpy(out->session, session.p, session.n);
	out->session[session.n] = '\0';
	out->generation = number;
	return (true);
}
