/* SPDX-License-Identifier: ISC */
/*
 * best[i][j] is the cost of the bytes from i to j, in tenths of a bit.  First
 * every piece that is something by itself is priced, then longer ones are put
 * together from shorter ones.
 */
#include "common.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "check.h"

/* Tenths of a bit. */
#define DIGIT		33
#define LETTER		47
#define SYMBOL		50
#define FOREIGN		70	/* a character beyond ASCII */
#define OWN		20	/* a word of the person's, or ours */
#define YEAR		60
#define SEQUENCE	40	/* 123, cba */
#define WALK		50	/* neighbours on the keyboard … */
#define WALK_STEP	5	/* … and each of its steps */
#define REPEATED	20	/* once more, beyond its first time */
#define DISGUISED	10	/* capitals or look-alikes in a word */

#define OWN_MIN		3	/* letters of an own word */

struct word {
	const char	*text;		/* lowercase letters and digits */
	int		 cost;
};

static const struct word words[] = {
#include "common_words.h"
};

struct guess {
	struct str	text;
	uint64_t	letters[COMMON_LOOKED_AT];	/* each may stand for */
	int		best[COMMON_LOOKED_AT + 1][COMMON_LOOKED_AT + 1];
};

static void	price_characters(struct guess *guess);
static void	read_letters(struct guess *guess);
static void	price_words(struct guess *guess);
static void	price_own(struct guess *guess, struct str words_of);
static void	price_runs(struct guess *guess);
static int	put_together(struct guess *guess);

static bool
is_it(struct str text, struct str whole)
{
	return (text.n == whole.n &&
	    strncasecmp(text.p, whole.p, text.n) == 0);
}

bool
common_is(struct str text, struct str email, struct str name)
{
	struct guess guess = { .text = text };

	/* Many words together, but one thing to guess. */
	if (text.n > 0 && (is_it(text, email) || is_it(text, name)))
		return (true);
	if (text.n > COMMON_LOOKED_AT)
		guess.text.n = COMMON_LOOKED_AT;
	price_characters(&guess);
	read_letters(&guess);
	price_words(&guess);
	price_own(&guess, STR("bureau"));
	price_own(&guess, email);
	price_own(&guess, name);
	price_runs(&guess);
	return (put_together(&guess) < COMMON_BITS * 10);
}

static void
offer(struct guess *guess, size_t from, size_t to, int cost)
{
	if (cost < guess->best[from][to])
		guess->best[from][to] = cost;
}

static int
character_cost(unsigned char c)
{
	if (isdigit(c))
		return (DIGIT);
	if (isalpha(c))
		return (LETTER);
	if (c < 0x80)
		return (SYMBOL);
	/* The first byte of a character pays for those behind it. */
	return (c < 0xc0 ? 0 : FOREIGN);
}

static void
price_characters(struct guess *guess)
{
	for (size_t i = 0; i < guess->text.n; i++)
		for (size_t j = i + 1; j <= guess->text.n; j++)
			guess->best[i][j] = j > i + 1 ? INT_MAX / 2 :
			    character_cost((unsigned char)guess->text.p[i]);
}

/* --- words ----------------------------------------------------------------- */

/* The bit of a lowercase letter or digit; 0 for anything else. */
static uint64_t
letter_bit(char c)
{
	if (c >= 'a' && c <= 'z')
		return (UINT64_C(1) << (c - 'a'));
	if (c >= '0' && c <= '9')
		return (UINT64_C(1) << (26 + c - '0'));
	return (0);
}

/* Which letters c may be written for, itself among them: p@ssw0rd. */
static uint64_t
letters_of(char c)
{
	static const char pairs[] = "4a@a8b(c3e6g9g#h1i!i|i1l|l0o$s5s7t+t2z";
	uint64_t letters = letter_bit((char)tolower((unsigned char)c));

	for (const char *p = pairs; *p != '\0'; p += 2)
		if (p[0] == c)
			letters |= letter_bit(p[1]);
	return (letters);
}

static void
read_letters(struct guess *guess)
{
	for (size_t i = 0; i < guess->text.n; i++)
		guess->letters[i] = letters_of(guess->text.p[i]);
}

static bool
stands_at(const struct guess *guess, size_t at, const char *word, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((guess->letters[at + i] & letter_bit(word[i])) == 0)
			return (false);
	return (true);
}

/* What it costs that the word is not written plainly. */
static int
disguise(const char *p, const char *word, size_t n)
{
	bool capitals = false, alike = false;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == word[i])
			continue;
		if (isupper((unsigned char)p[i]))
			capitals = true;
		else
			alike = true;
	}
	return ((capitals ? DISGUISED : 0) + (alike ? DISGUISED : 0));
}

static void
price_word(struct guess *guess, const char *word, size_t n, int cost)
{
	for (size_t i = 0; i + n <= guess->text.n; i++)
		if (stands_at(guess, i, word, n))
			offer(guess, i, i + n, cost +
			    disguise(guess->text.p + i, word, n));
}

static void
price_words(struct guess *guess)
{
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		const char *word = words[i].text;
		size_t n = strlen(word);
		char reversed[COMMON_LOOKED_AT];

		price_word(guess, word, n, words[i].cost);
		for (size_t k = 0; k < n; k++)
			reversed[k] = word[n - 1 - k];
		price_word(guess, reversed, n, words[i].cost + DISGUISED);
	}
}

/* The words of a name or address, cut at what is neither letter nor digit. */
static void
price_own(struct guess *guess, struct str words_of)
{
	char word[COMMON_LOOKED_AT];
	size_t n = 0;

	for (size_t i = 0; i <= words_of.n; i++) {
		unsigned char c = i < words_of.n ? words_of.p[i] : ' ';

		if (isalnum(c)) {
			if (n < sizeof(word))
				word[n++] = (char)tolower(c);
			continue;
		}
		if (n >= OWN_MIN)
			price_word(guess, word, n, OWN);
		n = 0;
	}
}

/* --- runs: sequences, walks, years ------------------------------------------- */

/* Where a key of this board stands: half key widths from the left, rows from
 * the top. */
static bool
key_place(const char *const *rows, char c, int *x, int *y)
{
	const char *at;

	for (int row = 0; rows[row] != NULL && c != '\0'; row++) {
		at = strchr(rows[row], tolower((unsigned char)c));
		if (at != NULL) {
			*x = 2 * (int)(at - rows[row]) + row;
			*y = row;
			return (true);
		}
	}
	return (false);
}

static bool
keys_touch_on(const char *const *rows, char a, char b)
{
	int ax, ay, bx, by;

	return (key_place(rows, a, &ax, &ay) && key_place(rows, b, &bx, &by) &&
	    ax - bx >= -3 && ax - bx <= 3 && ay - by >= -1 && ay - by <= 1);
}

static bool
keys_touch(char a, char b)
{
	static const char *const letters[] = {
		"1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./",
		NULL
	};
	static const char *const shifted[] = { "!@#$%^&*()_+", NULL };
	static const char *const digits[] = { "789", "456", "123", NULL };

	return (keys_touch_on(letters, a, b) || keys_touch_on(shifted, a, b) ||
	    keys_touch_on(digits, a, b));
}

static bool
same_kind(char a, char b)
{
	return ((isdigit((unsigned char)a) && isdigit((unsigned char)b)) ||
	    (isalpha((unsigned char)a) && isalpha((unsigned char)b)));
}

static int
step(const char *p)
{
	return (same_kind(p[0], p[1]) ? tolower((unsigned char)p[1]) -
	    tolower((unsigned char)p[0]) : 0);
}

/* The longest run from i in which each neighbour goes on like the first. */
static void
price_runs_from(struct guess *guess, size_t i)
{
	const char *p = guess->text.p;
	bool sequence, walk;
	size_t n = guess->text.n;

	if (i + 2 >= n)
		return;
	sequence = step(p + i) == 1 || step(p + i) == -1;
	walk = keys_touch(p[i], p[i + 1]);
	for (size_t j = i + 2; j < n && (sequence || walk); j++) {
		sequence = sequence && step(p + j - 1) == step(p + i);
		walk = walk && keys_touch(p[j - 1], p[j]);
		if (sequence)
			offer(guess, i, j + 1, SEQUENCE);
		if (walk)
			offer(guess, i, j + 1,
			    WALK + WALK_STEP * (int)(j - i));
	}
}

static bool
is_year(const char *p)
{
	return ((memcmp(p, "19", 2) == 0 || memcmp(p, "20", 2) == 0) &&
	    isdigit((unsigned char)p[2]) && isdigit((unsigned char)p[3]));
}

static void
price_runs(struct guess *guess)
{
	for (size_t i = 0; i < guess->text.n; i++) {
		price_runs_from(guess, i);
		if (i + 4 <= guess->text.n && is_year(guess->text.p + i))
			offer(guess, i, i + 4, YEAR);
	}
}

/* --- the cheapest way -------------------------------------------------------- */

/* The bytes from i to j are the first `unit` of them over and over. */
static bool
is_repeated(const char *p, size_t i, size_t j, size_t unit)
{
	return ((j - i) % unit == 0 &&
	    memcmp(p + i, p + i + unit, j - i - unit) == 0);
}

static void
put_together_one(struct guess *guess, size_t i, size_t j)
{
	for (size_t k = i + 1; k < j; k++) {
		offer(guess, i, j, guess->best[i][k] + guess->best[k][j]);
		if (is_repeated(guess->text.p, i, j, k - i))
			offer(guess, i, j, guess->best[i][k] + REPEATED);
	}
}

static int
put_together(struct guess *guess)
{
	size_t n = guess->text.n;

	for (size_t length = 2; length <= n; length++)
		for (size_t i = 0; i + length <= n; i++)
			put_together_one(guess, i, i + length);
	return (guess->best[0][n]);
}
