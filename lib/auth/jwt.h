/* SPDX-License-Identifier: ISC */
/*
 * Access tokens: compact JWS, ES256 and nothing else.
 */
#ifndef BUREAU_JWT_H
#define BUREAU_JWT_H

#include <stdint.h>

#include "text.h"
#include "uuid.h"

enum jwt_outcome { JWT_OK, JWT_EXPIRED, JWT_INVALID };

struct jwt_claims {
	char	user[UUID_SIZE];	/* sub */
	char	session[UUID_SIZE];	/* sid */
	int64_t	issued, expires;	/* seconds since 1970 */
};

/* Read the keys from the settings; once, at start. */
void			jwt_open(void);
enum jwt_outcome	jwt_verify(struct str token, int64_t now,
			    struct jwt_claims *out);

#endif
