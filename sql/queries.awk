# SPDX-License-Identifier: ISC
#
# Turns sql/queries/*.sql into lib/db/queries.h (part=h: an enum) and
# lib/db/queries.c (part=c: the table).  The syntax of the blocks is described
# in doc/architecture.md.

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
	gsub(/\n/, "\\n\"\n\t    \"", text)
	return "\"" text "\""
}

function rest_after(word,	text)
{
	text = $0
	sub("^-- *" word ": *", "", text)
	sub(/ +$/, "", text)
	return text
}

# Replace :name and :name? by $n; quoted text and :: are left alone.
function bind(sql,	out, i, c, quote, name, n)
{
	split("", index_of)
	param_count = 0
	out = quote = ""
	n = length(sql)
	for (i = 1; i <= n; i++) {
		c = substr(sql, i, 1)
		if (quote != "") {
			if (c == quote)
				quote = ""
		} else if (c == "'" || c == "\"") {
			quote = c
		} else if (c == ":" && substr(sql, i + 1, 1) == ":") {
			out = out "::"
			i++
			continue
		} else if (c == ":" && substr(sql, i + 1) ~ /^[A-Za-z_]/) {
			match(substr(sql, i + 1), /^[A-Za-z_][A-Za-z0-9_]*\??/)
			name = substr(sql, i + 1, RLENGTH)
			i += RLENGTH
			if (!(name in index_of)) {
				index_of[name] = ++param_count
				param_name[param_count] = name
			}
			out = out "$" index_of[name]
			if (name ~ /\?$/)
				out = out "::boolean"
			continue
		}
		out = out c
	}
	return out
}

# Put the text of `-- let: x` where ${x} stands.
function expand(text,	piece)
{
	while (match(text, /\$\{[a-z_]+\}/)) {
		piece = substr(text, RSTART + 2, RLENGTH - 3)
		if (!(piece in lets))
			fail("there is no let " piece)
		text = substr(text, 1, RSTART - 1) lets[piece] \
		    substr(text, RSTART + RLENGTH)
	}
	return text
}

function flush_query(	i, text)
{
	gsub(/^\n+|[ \n;]+$/, "", sql)
	if (let != "")
		lets[let] = sql
	if (name == "") {
		let = sql = ""
		return
	}
	sql = expand(sql)
	if (sql == "")
		fail("the query " name " is empty")
	text = bind(sql)
	q = ++query_count
	query_name[q] = name
	q_sql[q] = text
	q_params[q] = ""
	for (i = 1; i <= param_count; i++)
		q_params[q] = q_params[q] quoted(param_name[i]) ", "
	q_param_count[q] = param_count
	q_returns[q] = returns
	q_fields[q] = fields
	q_search[q] = search
	q_short[q] = short
	q_key[q] = key
	q_key_type[q] = key_type
	q_order[q] = order
	if (returns != "")
		used[returns] = FILENAME
	name = sql = returns = fields = search = short = key = order = ""
}

function field_row(	i, flags, type, need, choices)
{
	if (NF < 6)
		fail("a field needs a name, an expression, a type and a flag")
	type = toupper($5)
	flags = ""
	need = choices = "NULL"
	for (i = 6; i <= NF; i++) {
		if ($i ~ /^need=/) {
			need = quoted(substr($i, 6))
			continue
		}
		if ($i ~ /^in=/) {
			choices = substr($i, 4)
			gsub(/,/, " ", choices)
			choices = quoted(choices)
			continue
		}
		if ($i !~ /^(sort|eq|range)$/)
			fail("unknown flag " $i)
		flags = flags (flags == "" ? "" : " | ") "LIST_" toupper($i)
	}
	return sprintf("\t{ %s, %s, TYPE_%s, %s, %s, %s },\n", quoted($3),
	    quoted($4), type, flags, need, choices)
}

function filter_row(	text)
{
	text = rest_after("filter")
	sub(/^[^ ]+ +[^ ]+ +/, "", text)
	if (text !~ /:value/)
		fail("a filter needs a name, a type and a condition with :value")
	return sprintf("\t{ %s, %s, TYPE_%s, LIST_EQ, NULL, NULL },\n", quoted($3),
	    quoted(text), toupper($4))
}

function record_add(	i, part, nullable)
{
	if (!($3 in record_fields))
		record_order[++record_count] = $3
	for (i = 4; i <= NF; i++) {
		split($i, part, ":")
		nullable = part[2] ~ /\?$/ ? "true" : "false"
		sub(/\?$/, "", part[2])
		record_fields[$3] = record_fields[$3] \
		    sprintf("\t{ %s, TYPE_%s, %s },\n", quoted(part[1]),
		    toupper(part[2]), nullable)
	}
}

FNR == 1		{ flush_query() }
/^-- *record: /		{ record_add(); next }
/^-- *let: /		{ flush_query(); let = $3; next }
/^-- *name: /		{ flush_query(); name = $3
			  if (name in seen) fail(name " is there twice")
			  seen[name] = 1; next }
/^-- *returns: /	{ returns = $3; next }
/^-- *field: /		{ fields = fields field_row(); next }
/^-- *filter: /		{ fields = fields filter_row(); next }
/^-- *short: /		{ short = rest_after("short"); next }
/^-- *search: /		{ search = rest_after("search"); next }
/^-- *key: /		{ key = $3; key_type = NF > 3 ? toupper($4) : "UUID"; next }
/^-- *order: /		{ order = rest_after("order"); next }
/^ *--/			{ next }
let != ""		{ sql = sql $0 "\n"; next }
name == ""		{ if ($0 !~ /^ *$/) fail("text outside of a query"); next }
			{ sql = sql $0 "\n" }

function print_header(	q)
{
	print "/* Made from sql/queries by sql/queries.awk. */"
	print "#ifndef BUREAU_QUERIES_H\n#define BUREAU_QUERIES_H\n"
	print "enum query_id {\n\tQ_NONE,"
	for (q = 1; q <= query_count; q++)
		printf "\tQ_%s,\n", toupper(query_name[q])
	print "\tQ_COUNT\n};\n\n#endif"
}

function print_query(q)
{
	printf "\t[Q_%s] = {\n\t    %s,\n\t    %s,\n", toupper(query_name[q]),
	    quoted(query_name[q]), quoted(q_sql[q])
	printf "\t    (const char *const[]){ %sNULL }, %d,\n", q_params[q],
	    q_param_count[q]
	printf "\t    %s,\n", q_returns[q] == "" ? "NULL" : \
	    "&record_" q_returns[q]
	printf "\t    %s,\n", q_fields[q] == "" ? "NULL" : \
	    "fields_" query_name[q]
	printf "\t    %s, %s, %s, %s, %s\n\t},\n",
	    q_search[q] == "" ? "NULL" : quoted(q_search[q]),
	    q_short[q] == "" ? "NULL" : quoted(q_short[q]),
	    q_key[q] == "" ? "NULL" : quoted(q_key[q]),
	    q_key[q] == "" ? "TYPE_TEXT" : "TYPE_" q_key_type[q],
	    q_order[q] == "" ? "NULL" : quoted(q_order[q])
}

function print_source(	i, q)
{
	print "/* Made from sql/queries by sql/queries.awk. */"
	print "#include \"query.h\"\n\n#include <stddef.h>\n"
	for (i = 1; i <= record_count; i++)
		printf "static const struct record_field members_%s[] = {\n%s\t{ NULL, TYPE_TEXT, false }\n};\nstatic const struct record record_%s = { \"%s\", members_%s };\n\n",
		    record_order[i], record_fields[record_order[i]],
		    record_order[i], record_order[i], record_order[i]
	for (q = 1; q <= query_count; q++)
		if (q_fields[q] != "")
			printf "static const struct list_field fields_%s[] = {\n%s\t{ NULL, NULL, TYPE_TEXT, 0, NULL }\n};\n\n",
			    query_name[q], q_fields[q]
	print "const struct query queries[Q_COUNT] = {"
	for (q = 1; q <= query_count; q++)
		print_query(q)
	print "};\n\nconst struct record *const records[] = {"
	for (i = 1; i <= record_count; i++)
		printf "\t&record_%s,\n", record_order[i]
	print "\tNULL\n};"
}

END {
	if (failed)
		exit 1
	flush_query()
	for (r in used)
		if (!(r in record_fields)) {
			printf "%s: no record %s\n", used[r], r > "/dev/stderr"
			exit 1
		}
	if (part == "h")
		print_header()
	else
		print_source()
}
