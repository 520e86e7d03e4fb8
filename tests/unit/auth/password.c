/* SPDX-License-Identifier: ISC */
/*
 * Passwords: which are taken, how they are kept, and how many are hashed at
 * once.
 */
#include "unit.h"

#include <fcntl.h>
#include <libscrypt.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "conf.h"
#include "gate.h"
#include "password.h"
#include "scrypt.h"
#include "when.h"

#define NOBODY	((struct str){ NULL, 0 })

/* Quick enough for a test. */
static const struct cost cheap = { .n = 1024, .r = 8, .p = 1 };

/* --- hashes ------------------------------------------------------------------ */

static void
a_password_verifies_against_its_own_hash_only(void **state)
{
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_true(password_hash(STR("a long enough phrase"), &cheap, hash));
	assert_true(password_verify(STR("a long enough phrase"), hash));
	assert_false(password_verify(STR("a long enough phrasE"), hash));
	assert_false(password_verify(STR("a long enough phrase "), hash));
	assert_false(password_verify(STR(""), hash));
}

static void
two_hashes_of_one_password_differ(void **state)
{
	char a[PASSWORD_HASH_SIZE], b[PASSWORD_HASH_SIZE];

	(void)state;
	assert_true(password_hash(STR("the same"), &cheap, a));
	assert_true(password_hash(STR("the same"), &cheap, b));
	assert_string_not_equal(a, b);
}

static void
nothing_is_cut_off(void **state)			/* A18 */
{
	char hash[PASSWORD_HASH_SIZE], text[257];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_true(password_hash((struct str){ text, 256 }, &cheap, hash));
	assert_true(password_verify((struct str){ text, 256 }, hash));
	text[255] = 'y';
	assert_false(password_verify((struct str){ text, 256 }, hash));
	assert_false(password_verify((struct str){ text, 255 }, hash));
}

static void
a_nul_is_refused_not_an_end(void **state)		/* A18 */
{
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_false(password_hash(STR("before\0after"), &cheap, hash));
	assert_true(password_hash(STR("before"), &cheap, hash));
	assert_false(password_verify(STR("before\0after"), hash));
	assert_int_equal(password_judge(STR("something\0else entirely"),
	    NOBODY, NOBODY), PASSWORD_MALFORMED);
}

static void
both_ways_to_write_an_accent_are_one(void **state)
{
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_true(password_hash(STR("caf\xc3\xa9 au lait"), &cheap, hash));
	assert_true(password_verify(STR("cafe\xcc\x81 au lait"), hash));
	assert_false(password_verify(STR("cafe au lait"), hash));
}

static void
text_that_is_not_utf8_is_refused(void **state)
{
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_false(password_hash(STR("not \xff utf-8"), &cheap, hash));
	assert_int_equal(password_judge(STR("this is not \xc3( utf-8"),
	    NOBODY, NOBODY), PASSWORD_MALFORMED);
}

static const struct cost costs[] = {
	{ 1024, 8, 1 }, { 2048, 8, 1 }, { 1024, 8, 16 }, { 16384, 8, 1 },
	{ 32768, 8, 3 }, { 1024, 1, 1 }, { 1024, 32, 2 }
};

static void
openssl_comes_to_the_same_bytes(void **state)
{
	struct scrypt scrypt = { .salt = "sixteen bytes :)" };
	unsigned char other[SCRYPT_HASH];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(costs); i++) {
		scrypt.cost = costs[i];
		assert_true(scrypt_run(&scrypt, STR("pass\xc3\xa9 phrase")));
		assert_int_equal(EVP_PBE_scrypt("pass\xc3\xa9 phrase", 13,
		    scrypt.salt, SCRYPT_SALT, costs[i].n, costs[i].r,
		    costs[i].p, UINT64_C(1) << 31, other, SCRYPT_HASH), 1);
		assert_memory_equal(other, scrypt.hash, SCRYPT_HASH);
	}
}

static void
libscrypt_understands_our_text_and_we_its(void **state)
{
	char ours[PASSWORD_HASH_SIZE], theirs[SCRYPT_MCF_LEN];

	(void)state;
	assert_true(password_hash(STR("plain words"), &cheap, ours));
	assert_true(libscrypt_check(ours, "plain words") > 0);
	assert_true(libscrypt_hash(theirs, "plain words", 4096, 8, 2) > 0);
	assert_true(password_verify(STR("plain words"), theirs));
	assert_true(password_is_outdated(theirs, &cheap));
}

static void
a_damaged_or_absurd_hash_verifies_nothing(void **state)
{
	/* Where it stands, and what is put there. */
	static const struct { size_t at; char c; } damages[] = {
		{ 0, 'x' }, { 2, '2' }, { 4, '1' }, { 4, 'f' }, { 5, '0' },
		{ 6, 'f' }, { 7, '0' }, { 8, 'f' }, { 9, '0' }, { 10, ' ' },
		{ 11, '*' }, { 33, 'A' }, { 34, '=' }, { 35, ':' }, { 40, '\n' },
		{ 120, 'A' }, { 123, 'A' }
	};
	char hash[PASSWORD_HASH_SIZE], copy[PASSWORD_HASH_SIZE];

	(void)state;
	assert_true(password_hash(STR("a long enough phrase"), &cheap, hash));
	for (size_t i = 0; i < COUNT_OF(damages); i++) {
		memcpy(copy, hash, sizeof(copy));
		copy[damages[i].at] = damages[i].c;
		if (strcmp(copy, hash) != 0)
			assert_false(password_verify(
			    STR("a long enough phrase"), copy));
	}
	for (size_t n = 0; n < strlen(hash); n++) {
		memcpy(copy, hash, sizeof(copy));
		copy[n] = '\0';
		assert_false(password_verify(STR("a long enough phrase"),
		    copy));
	}
}

static void
a_hash_of_another_cost_is_outdated(void **state)
{
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_true(password_hash(STR("a long enough phrase"), &cheap, hash));
	assert_false(password_is_outdated(hash, &cheap));
	for (size_t i = 1; i < COUNT_OF(costs); i++)
		assert_true(password_is_outdated(hash, &costs[i]));
	assert_true(password_is_outdated("", &cheap));
}

static void
nobody_takes_as_long_as_somebody(void **state)		/* A21 */
{
	static const struct cost cost = { .n = 16384, .r = 8, .p = 1 };
	char hash[PASSWORD_HASH_SIZE];
	int64_t known = INT64_MAX, unknown = INT64_MAX, began;

	(void)state;
	assert_true(password_hash(STR("a long enough phrase"), &cost, hash));
	/* The shortest of several: the machine may be busy with others. */
	for (int i = 0; i < 7; i++) {
		began = when_mono();
		assert_false(password_verify(STR("another phrase"), hash));
		if (when_mono() - began < known)
			known = when_mono() - began;
		began = when_mono();
		assert_false(password_verify_nobody(STR("another phrase"),
		    &cost));
		if (when_mono() - began < unknown)
			unknown = when_mono() - began;
	}
	assert_true(known < unknown * 3 / 2 && unknown < known * 3 / 2);
}

static void
the_settings_give_the_cost(void **state)
{
	struct cost cost;

	(void)state;
	conf_defaults();
	assert_true(password_cost(&cost));
	assert_int_equal(cost.n, 32768);
	assert_true(conf_set(CONF_SCRYPT_N, "1048576", NULL, NULL));
	assert_true(conf_set(CONF_SCRYPT_R, "32", NULL, NULL));
	assert_false(password_cost(&cost));
	conf_defaults();
}

/* --- which are taken -------------------------------------------------------------- */

static const char *const refused[] = {
	"password", "Password1", "p@ssw0rd", "P4$$w0rd!", "passwordpassword",
	"12345678", "123456789", "87654321", "11111111", "00000000", "abcdefgh",
	"abcd1234", "1234abcd", "aaaaaaaa", "abababab", "abcabcabc",
	"qwertyui", "qwerty123", "asdfghjkl", "zxcvbnm1", "1q2w3e4r", "1qaz2wsx",
	"qazwsxedc", "!QAZ2wsx", "zaq12wsx", "qwertyuiop", "q1w2e3r4",
	"147258369", "123123123", "12341234", "11223344", "19871987",
	"iloveyou", "sunshine1", "football7", "Football2024", "jennifer",
	"michael1", "charlie123", "princess!", "superman", "starwars",
	"trustno1", "letmein1", "welcome1", "Welcome123", "admin123",
	"adminadmin", "root1234", "changeme", "monkey12", "dragon99",
	"liverpool1", "chelsea1", "mercedes", "corvette", "whatever",
	"chocolate", "butterfly", "elizabeth", "november", "summer2023",
	"Winter2024", "blackcat", "bluebird", "hotdog12", "babygirl1",
	"drowssap", "test1234", "Testtest1", "secret12", "Aa123456",
	/* the person's own, and ours */
	"marta.lind@example.org", "Marta.Lind@Example.org", "Marta Lind",
	"marta.lind", "MartaLind1", "lind2024", "m4rt4l1nd", "Marta1985",
	"bureau123", "Bureau2026!", "8ur34u!!"
};

static const char *const taken[] = {
	"correct horse battery staple", "horse-staple-battery",
	"vxkqzjwp", "t7#Kq!2x", "dq83kd0s", "Gr\303\274\303\237e aus K\303\266ln",
	"\xd0\xb4\xd0\xb0\xd0\xb2\xd0\xbd\xd0\xbe\xd1\x81\xd1\x82\xd1\x8c",
	"my dog ate the printer", "we meet at noon by the mill",
	"marta walks to the harbour", "Secure-Pass-2024",
	"        spaces count too"
};

static void
one_is_judged(void **state)
{
	const char *const *row = *state;
	bool wanted = row >= taken && row < taken + COUNT_OF(taken);
	enum password_fault fault = password_judge(str_of(*row),
	    STR("marta.lind@example.org"), STR("Marta Lind"));

	assert_int_equal(fault, wanted ? PASSWORD_FINE : PASSWORD_COMMON);
}

static void
the_length_is_counted_in_characters(void **state)	/* A18 */
{
	char text[1100];

	(void)state;
	assert_int_equal(password_judge(STR("x7#Kq!2"), NOBODY, NOBODY),
	    PASSWORD_SHORT);
	assert_int_equal(password_judge(STR("\xc3\xa9\xc3\xb6\xc3\xbc\xc3\xa5"),
	    NOBODY, NOBODY), PASSWORD_SHORT);
	assert_int_equal(password_judge(NOBODY, NOBODY, NOBODY),
	    PASSWORD_SHORT);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "k7#Zq!2xw"[i % 9];
	assert_int_equal(password_judge((struct str){ text, 64 }, NOBODY,
	    NOBODY), PASSWORD_FINE);
	assert_int_equal(password_judge((struct str){ text, 256 }, NOBODY,
	    NOBODY), PASSWORD_FINE);
	assert_int_equal(password_judge((struct str){ text, 257 }, NOBODY,
	    NOBODY), PASSWORD_LONG);
	assert_int_equal(password_judge((struct str){ text, 1100 }, NOBODY,
	    NOBODY), PASSWORD_LONG);
}

static void
every_fault_has_its_sentence(void **state)
{
	(void)state;
	assert_null(password_fault_text(PASSWORD_FINE));
	for (enum password_fault fault = PASSWORD_MALFORMED;
	    fault <= PASSWORD_COMMON; fault++)
		assert_non_null(password_fault_text(fault));
}

/* --- the gate ---------------------------------------------------------------------- */

/* A process that enters, says so, and stays until it is killed. */
static pid_t
start_holder(void)
{
	int said[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(said), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		byte = gate_enter(when_mono()) ? 'y' : 'n';
		if (write(said[1], &byte, 1) == 1)
			pause();
		_exit(0);
	}
	close(said[1]);
	assert_int_equal(read(said[0], &byte, 1), 1);
	close(said[0]);
	assert_int_equal(byte, 'y');
	return (pid);
}

static void
stop_holder(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
wait_until_seated(int fd, int seat)
{
	struct flock lock = { .l_type = F_UNLCK };

	while (lock.l_type == F_UNLCK) {
		lock = (struct flock){ .l_type = F_WRLCK,
		    .l_whence = SEEK_SET, .l_start = seat, .l_len = 1 };
		assert_int_equal(fcntl(fd, F_GETLK, &lock), 0);
	}
}

/* Who finds neither place nor seat is sent away at once. */
static void
the_gate_has_few_seats(void **state)
{
	int fd = memfd_create("gate", MFD_CLOEXEC);
	pid_t holders[GATE_PLACES], waiting[GATE_SEATS];
	int64_t start;

	(void)state;
	gate_open(fd);
	for (int i = 0; i < GATE_PLACES; i++)
		holders[i] = start_holder();
	for (int i = 0; i < GATE_SEATS; i++) {
		waiting[i] = fork();
		if (waiting[i] == 0)
			_exit(gate_enter(when_mono() + 60000000));
		wait_until_seated(fd, GATE_PLACES + i);
	}
	start = when_mono();
	assert_false(gate_enter(start + 60000000));
	assert_true(when_mono() - start < 30000000);
	for (int i = 0; i < GATE_PLACES; i++)
		stop_holder(holders[i]);
	for (int i = 0; i < GATE_SEATS; i++) {
		int status;

		assert_int_equal(waitpid(waiting[i], &status, 0), waiting[i]);
		assert_int_equal(WEXITSTATUS(status), 1);
	}
	gate_open(-1);
	close(fd);
}

static void
the_gate_lets_three_in_and_survives_a_kill(void **state)
{
	int fd = memfd_create("gate", MFD_CLOEXEC);
	pid_t holders[GATE_PLACES];

	(void)state;
	assert_true(fd >= 0);
	gate_open(fd);
	for (int i = 0; i < GATE_PLACES; i++)
		holders[i] = start_holder();
	assert_false(gate_enter(when_mono() + 20000));
	stop_holder(holders[1]);
	assert_true(gate_enter(when_mono() + 5000000));
	gate_leave();
	holders[1] = start_holder();
	assert_false(gate_enter(when_mono()));
	for (int i = 0; i < GATE_PLACES; i++)
		stop_holder(holders[i]);
	gate_open(-1);
	close(fd);
}

static void
without_a_shared_file_there_is_no_gate(void **state)
{
	(void)state;
	gate_open(-1);
	assert_true(gate_enter(0));
	gate_leave();
	assert_true(gate_enter(0));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		UNIT_TEST(a_password_verifies_against_its_own_hash_only),
		UNIT_TEST(two_hashes_of_one_password_differ),
		UNIT_TEST(nothing_is_cut_off),
		UNIT_TEST(a_nul_is_refused_not_an_end),
		UNIT_TEST(both_ways_to_write_an_accent_are_one),
		UNIT_TEST(text_that_is_not_utf8_is_refused),
		UNIT_TEST(openssl_comes_to_the_same_bytes),
		UNIT_TEST(libscrypt_understands_our_text_and_we_its),
		UNIT_TEST(a_damaged_or_absurd_hash_verifies_nothing),
		UNIT_TEST(a_hash_of_another_cost_is_outdated),
		UNIT_TEST(nobody_takes_as_long_as_somebody),
		UNIT_TEST(the_settings_give_the_cost),
		UNIT_TEST(the_length_is_counted_in_characters),
		UNIT_TEST(every_fault_has_its_sentence),
		UNIT_TEST(the_gate_lets_three_in_and_survives_a_kill),
		UNIT_TEST(the_gate_has_few_seats),
		cmocka_unit_test(the_gate_has_few_seats),
		UNIT_TEST(without_a_shared_file_there_is_no_gate),
	};
	static char names[COUNT_OF(refused) + COUNT_OF(taken)][80];
	static struct unit_list list;
	char (*name)[80] = names;

	for (size_t i = 0; i < COUNT_OF(tests); i++)
		list.tests[list.count++] = tests[i];
	for (size_t i = 0; i < COUNT_OF(refused); i++, name++) {
		snprintf(*name, sizeof(*name), "refuses %s", refused[i]);
		unit_add(&list, *name, one_is_judged, &refused[i]);
	}
	for (size_t i = 0; i < COUNT_OF(taken); i++, name++) {
		snprintf(*name, sizeof(*name), "takes %s", taken[i]);
		unit_add(&list, *name, one_is_judged, &taken[i]);
	}
	return (unit_run(&list, "password"));
}
