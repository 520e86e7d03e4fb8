// SPDX-License-Identifier: ISC
//
// Help with passwords: a hint at how hard one is to guess.  The server decides;
// this only tells early.

const COMMON = ["password", "passwort", "qwert", "asdf", "letmein", "welcome", "willkommen",
	"admin", "bureau", "iloveyou", "hallo", "12345", "abc123", "111111"];

// 0 (too short) to 4 (strong), from length and variety; words everybody uses and
// runs of one character count for little.
export function strength(password, own = []) {
	const text = password.toLowerCase();
	let useful = [...text.replace(/(.)\1+/gu, "$1")].length;

	for (const word of [...COMMON, ...own.filter((w) => w.length > 2).map((w) => w.toLowerCase())])
		if (text.includes(word))
			useful -= word.length - 1;
	if ([...password].length < 8)
		return 0;
	useful += kinds(password) - 1;
	return useful < 8 ? 1 : useful < 12 ? 2 : useful < 16 ? 3 : 4;
}

function kinds(password) {
	return [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((k) => k.test(password)).length;
}
