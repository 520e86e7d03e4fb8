/* SPDX-License-Identifier: ISC */
#include "jwt.h"

/* Until verification is here, no token is believed. */

void
jwt_open(void)
{
}

enum jwt_outcome
jwt_verify(struct str token, int64_t now, struct jwt_claims *out)
{
	(void)token;
	(void)now;
	(void)out;
	return (JWT_INVALID);
}
