/* SPDX-License-Identifier: ISC */
/*
 * Keys and tokens as a test wants them: also such as jwt.c would never write.
 */
#ifndef BUREAU_FORGE_H
#define BUREAU_FORGE_H

#include <openssl/types.h>

#include "text.h"

struct arena;

#define FORGE_KID	"0123456789abcdef"
#define FORGE_USER	"01890a5d-ac96-774b-bcce-b302099a8057"
#define FORGE_SESSION	"01890a5d-ac96-774b-bcce-b302099a8058"
#define FORGE_HEADER \
	"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"" FORGE_KID "\"}"
#define FORGE_IDS \
	"\"iss\":\"bureau\",\"aud\":\"bureau-api\",\"sub\":\"" FORGE_USER \
	"\",\"sid\":\"" FORGE_SESSION "\""
#define FORGE_TIMES	"\"iat\":1000,\"nbf\":1000,\"exp\":2000"
#define FORGE_PAYLOAD	"{" FORGE_IDS "," FORGE_TIMES "}"

/* A new key under FORGE_KID, in the settings and taken by jwt_open(). */
void		 forge_keys(void);
/* That key; another one nobody knows. */
EVP_PKEY	*forge_key(void);
EVP_PKEY	*forge_stranger(void);
/* Its public half as DER and as PEM. */
struct str	 forge_public_der(struct arena *arena, EVP_PKEY *key);
struct str	 forge_public_pem(struct arena *arena, EVP_PKEY *key);

/* base64url(header).base64url(payload).signature by key. */
struct str	 forge_token(struct arena *arena, EVP_PKEY *key,
		    const char *header, const char *payload);
/* The same with given bytes as the signature. */
struct str	 forge_with(struct arena *arena, const char *header,
		    const char *payload, struct str sig);
/* The same signed by HMAC-SHA256. */
struct str	 forge_hs256(struct arena *arena, struct str key,
		    const char *header, const char *payload);

#endif
