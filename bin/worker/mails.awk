# SPDX-License-Identifier: ISC
#
# Turns bin/worker/mails/NAME.LOCALE.mail into the table of bin/worker/letter.h.
# The syntax is described in bin/worker/README.md; what is wrong there stops the
# build, so that at run time only values can be missing.

BEGIN {
	kinds["heading"] = kinds["text"] = kinds["code"] = 1
	kinds["button"] = kinds["small"] = 1
	print "/* Made by bin/worker/mails.awk. */"
	print "#include \"letter.h\"\n"
}

function fail(why)
{
	printf "%s:%d: %s\n", FILENAME, FNR, why > "/dev/stderr"
	failed = 1
	exit 1
}

function quoted(text)
{
	gsub(/\\/, "\\\\", text)
	gsub(/"/, "\\\"", text)
	return "\"" text "\""
}

# Every value that a text names must have been declared; where it may be
# missing, the block must be one that may be left out.
function judge(text, optional,	rest, name)
{
	rest = text
	while (match(rest, /[{][{][^}]*[}][}]/)) {
		name = substr(rest, RSTART + 2, RLENGTH - 4)
		rest = substr(rest, RSTART + RLENGTH)
		sub(/ date$/, "", name)
		if (!(name in needs) && !(name in may))
			fail("{{" name "}} is declared neither by needs: nor by may:")
		if (name in may && !optional)
			fail("{{" name "}} may be missing: mark its block with a ?")
	}
	if (index(rest, "{{") || index(rest, "}}"))
		fail("a {{ without its }}")
}

function close_block(	label, target)
{
	if (kind == "")
		return
	target = ""
	label = text
	if (kind == "button") {
		if (!match(text, / \| /))
			fail("a button has a label, \" | \" and where it leads")
		label = substr(text, 1, RSTART - 1)
		target = substr(text, RSTART + 3)
		judge(target, optional)
	}
	judge(label, optional)
	blocks = blocks sprintf("\t{ BLOCK_%s, %s, %s, %s },\n", toupper(kind),
	    optional ? "true" : "false", quoted(label),
	    target == "" ? "NULL" : quoted(target))
	kind = text = ""
}

function declare(line, into,	n, names, i)
{
	n = split(line, names, " ")
	for (i = 1; i <= n; i++)
		into[names[i]] = 1
}

function close_file(	id)
{
	if (file == "")
		return
	close_block()
	if (subject == "" || preheader == "" || blocks !~ /BLOCK_HEADING/)
		fail(file " lacks its subject, preheader or heading")
	id = file
	gsub(/[^a-z]/, "_", id)
	printf "static const struct block %s_blocks[] = {\n%s\t{ 0 }\n};\n", id, blocks
	printf "static const struct word %s_words[] = {\n%s\t{ 0 }\n};\n\n", id, words
	rows = rows sprintf("\t{ %s, %s, %s,\n\t    %s, %s_blocks, %s_words },\n",
	    quoted(mail), quoted(locale), quoted(subject), quoted(preheader), id, id)
	declared[mail, locale] = needed "/" maybe
	mails[mail] = 1
}

FNR == 1 {
	close_file()
	file = FILENAME
	sub(/^.*\//, "", file)
	split(file, parts, ".")
	mail = parts[1]
	locale = parts[2]
	subject = preheader = blocks = words = needed = maybe = kind = text = ""
	split("", needs)
	split("", may)
}

/^#/ { next }
/^$/ { close_block(); next }
/^needs: / { needed = substr($0, 8); declare(needed, needs); next }
/^may: / { maybe = substr($0, 6); declare(maybe, may); next }
/^subject: / { subject = substr($0, 10); judge(subject, 0); next }
/^preheader: / { preheader = substr($0, 12); judge(preheader, 0); next }
/^word [A-Za-z]+ [a-z-]+: / {
	value = $3
	sub(/:$/, "", value)
	phrase = $0
	sub(/^word [A-Za-z]+ [a-z-]+: /, "", phrase)
	words = words sprintf("\t{ %s, %s, %s },\n", quoted($2), quoted(value),
	    quoted(phrase))
	next
}
kind == "" {
	kind = "text"
	optional = 0
	if (match($0, /^[a-z]+\??: /)) {
		word = substr($0, 1, RLENGTH - 2)
		if (sub(/\?$/, "", word))
			optional = 1
		if (word in kinds) {
			kind = word
			$0 = substr($0, RLENGTH + 1)
		} else if (optional)
			fail("there is no block " word "?")
	}
	text = $0
	next
}
{ text = text " " $0 }

END {
	if (failed)
		exit 1
	close_file()
	for (mail in mails)
		if (declared[mail, "en"] != declared[mail, "de"]) {
			print mail ": its en and de do not need the same" > "/dev/stderr"
			exit 1
		}
	printf "const struct letter_text letter_texts[] = {\n%s\t{ 0 }\n};\n", rows
}
