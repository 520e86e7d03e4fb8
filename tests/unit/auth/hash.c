/* SPDX-License-Identifier: ISC */
/*
 * Digests, by the examples of RFC 4231 and FIPS 180.
 */
#include "unit.h"

#include <string.h>

#include "arena.h"
#include "buf.h"
#include "hash.h"

static void
a_digest_is_written_in_hexadecimal(void **state)
{
	assert_string_equal(hash_hex(*state, STR("abc")),
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(hash_bytea(*state, STR("")),
	    "\\xe3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855");
}

char *
hmac(struct arena *arena, struct str key, struct str data)
{
	unsigned char digest[HASH_SIZE];
	struct buf hex;

	hash_hmac_sha256(key, data, digest);
	buf_init(&hex, arena, 2 * HASH_SIZE);
	buf_hex(&hex, digest, sizeof(digest));
	return (hex.data);
}

static void
a_signature_is_that_of_the_standard(void **state)
{
	char long_key[131];

	assert_string_equal(hmac(*state, STR("Jefe"),
	    STR("what do ya want for nothing?")),
	    "5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843");
	memset(long_key, 0xaa, sizeof(long_key));
	assert_string_equal(hmac(*state, (struct str){ long_key,
	    sizeof(long_key) }, STR("Test Using Larger Than Block-Size Key - "
	    "Hash Key First")),
	    "60e431591ee0b67f0d8a26aacbf5b77f"
	    "8e0bc6213728c5140546040f0ee37f54");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		UNIT_TEST(a_digest_is_written_in_hexadecimal),
		UNIT_TEST(a_signature_is_that_of_the_standard),
	};

	return (cmocka_run_group_tests_name("hash", tests, NULL, NULL));
}
