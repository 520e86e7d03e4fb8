# SPDX-License-Identifier: ISC
#
# Turns lib/tbl/config.def into bureau.conf.5: one paragraph a row.

function trim(text)
{
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	return text
}

# The next argument of the row: a word, or a text between quotes.
function argument(	out)
{
	rest = trim(rest)
	sub(/^,/, "", rest)
	rest = trim(rest)
	if (substr(rest, 1, 1) == "\"") {
		match(rest, /^"([^"\\]|\\.)*"/)
		out = substr(rest, 2, RLENGTH - 2)
	} else {
		match(rest, /^[^,)]+/)
		out = trim(substr(rest, 1, RLENGTH))
	}
	rest = substr(rest, RLENGTH + 1)
	return out
}

# Text as mdoc: no line may begin with a macro, no backslash may escape.
function escaped(text)
{
	gsub(/\\"/, "\"", text)
	gsub(/\\/, "\\e", text)
	gsub(/\. /, ".\n", text)	# mdoc wants each sentence on a line
	return "\\&" text
}

function kind(type)
{
	if (type == "CONF_INT")
		return "a number from " min " to " max
	if (type == "CONF_SECONDS")
		return "a time such as 90, 15m, 24h or 7d"
	if (type == "CONF_BYTES")
		return "a size such as 4096, 64k or 12m"
	if (type == "CONF_BOOL")
		return "on or off"
	if (type == "CONF_SECRET")
		return "a secret text"
	return "text"
}

BEGIN {
	while ((getline line < head) > 0)
		print line
	print ".Bl -tag -width Ds"
}

/^CONF\(/ {
	rest = substr($0, 6)
	name = argument()
	type = argument()
	fallback = argument()
	min = argument()
	max = argument()
	readers = argument()
	doc = argument()
	printf ".It Ic %s\n%s\nIt is %s", name, escaped(doc), kind(type)
	printf fallback == "" ? ".\n" : "; without it, %s.\n", fallback
}

END {
	print ".El"
	while ((getline line < tail) > 0)
		print line
}
