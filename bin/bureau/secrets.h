/* SPDX-License-Identifier: ISC */
/*
 * What must not be known: one file a secret in secrets/ (0700), each 0600, made
 * on first need and never printed.
 *
 *	jwt.pem		the key that signs access tokens
 *	jwt-retired	public halves of its predecessors, until their tokens end
 *	refresh.key	the key of refresh tokens
 *	db-NAME		the password of the database role bureau_NAME
 *	cluster		the password of the private cluster's superuser
 *	pgpass		the same as libpq reads it
 */
#ifndef BUREAU_SECRETS_H
#define BUREAU_SECRETS_H

#include <stdbool.h>

struct site;

/* 32 random bytes as text, made when there is no such file; NULL and a
 * sentence when it can be neither read nor made. */
const char	*secret_text(const struct site *site, const char *name);
/* Fill the settings that children get: signing and refresh keys. */
bool		 secrets_fill(const struct site *site);
/* Put the signing key away and make a new one; its tokens go on verifying. */
bool		 secrets_rotate(const struct site *site);
/* The private cluster's administrator can sign in. */
bool		 secrets_pgpass(const struct site *site);

#endif
