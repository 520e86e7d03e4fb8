# SPDX-License-Identifier: ISC
#
# Turns common_words.txt into rows of the table in common.c, each word once with
# its lowest cost.

/^#/		{ next }
$1 == "cost"	{ cost = $2; next }
		{ for (i = 1; i <= NF; i++) take($i) }

function take(word)
{
	if (word !~ /^[a-z0-9]+$/ || cost == "") {
		printf "%s:%d: %s: lowercase words, after a cost\n",
		    FILENAME, FNR, word > "/dev/stderr"
		exit 1
	}
	if (!(word in price) || cost < price[word])
		price[word] = cost
}

END {
	for (word in price)
		printf "\t{ \"%s\", %d },\n", word, price[word]
}
