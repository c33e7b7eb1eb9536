# SPDX-License-Identifier: Apache-2.0
# Turns sql/<schema>/<name>.sql into C: part=c gives the objects, part=h their declarations.
#   awk -v part=c -f sql/embed.awk sql/*/*.sql > sql_catalogue.c
#
# Comments at the head of a file that begin with "-- :" are its contract and become metadata; the other head comments are its
# sentence. @name outside quotes and comments becomes ?, in order. @@variables and 'a@b' stay as they are.

function fail(why) { print FILENAME ":" FNR ": " why > "/dev/stderr"; failed = 1; exit 1 }
function quoted(s) { gsub(/\\/, "&&", s); gsub(/"/, "\\\"", s); return "\"" s "\"" }

function finish_statement(   i, list) {
	if (name == "") return
	if (quote != "") fail(name ": a quote is left open")
	if (access == "") fail(name ": no :reads, :writes or :session line")
	for (i = 1; i <= nparam; i++) {
		if (!(param[i] in declared)) fail(name ": @" param[i] " has no :param line")
		list = list " " quoted(param[i]) ","
	}
	for (i in declared) if (!(i in used)) fail(name ": :param " i " is never used")
	objects = objects "\t&" toupper(id) ",\n"
	if (part == "h") { print "extern const struct sql " toupper(id) ";"; return }
	print "\t;"
	printf "static const char %s_raw[] =\n%s\t;\n", id, raw
	printf "static const char *const %s_params[] = {%s NULL };\n", id, list
	printf "const struct sql %s = { %s, %s_text, %s_params, %d, %s, %s, %s, %s, %s_raw };\n\n",
	    toupper(id), quoted(name), id, id, nparam, access, quoted(tables), quoted(rows), quoted(sentence), id
}

BEGIN {
	print "/* made by sql/embed.awk from the .sql files; do not edit */"
	if (part == "h") print "#ifndef SQL_CATALOGUE_H\n#define SQL_CATALOGUE_H\n#include \"db/sql.h\"\n"
	else             print "#include \"sql_catalogue.h\"\n"
}

FNR == 1 {
	finish_statement()
	n = split(FILENAME, path, "/")
	base = path[n]; sub(/\.sql$/, "", base)
	name = path[n - 1] "/" base
	if (name !~ /^[a-z_]+\/[a-z][a-z0-9_]*$/) fail("a name is lower case with underscores: " name)
	id = "sql_" path[n - 1] "_" base
	nparam = 0; access = ""; tables = ""; rows = "many"; quote = ""; sentence = ""; raw = ""; head = 1
	split("", declared); split("", used); split("", param)
	if (part != "h") printf "static const char %s_text[] =\n\t%s\n", id, quoted("/* evac-manage " name " */")  " \"\\n\""
}

{ raw = raw "\t" quoted($0) " \"\\n\"\n" }
/^-- :param /   { declared[$3] = $4; next }
/^-- :(reads|writes|session)/ {
	access = $2 == ":reads" ? "SQL_READS" : $2 == ":writes" ? "SQL_WRITES" : "SQL_SESSION"
	for (i = 3; i <= NF && $i != ":rows"; i++) tables = tables (tables == "" ? "" : " ") $i
	if ($i == ":rows") rows = $(i + 1)
	next
}
# what the audit's own generator reads: sql/audit/embed.awk
path[n - 1] == "audit" && /^-- :(check|stream|severity|title|database|subject|message|remedy|rule|with|first|unless|when|needs|lacks)( |$)/ { next }
/^-- :/         { fail("unknown contract line: " $0) }
/^-- SPDX/      { next }
/^--/           { if (head) { sub(/^-- ?/, ""); sentence = sentence (sentence == "" ? "" : " ") $0 }; next }

{
	line = $0; out = ""; head = 0
	if (quote == "") sub(/[ \t]*;[ \t]*$/, "", line)
	len = length(line)
	for (i = 1; i <= len; i++) {
		c = substr(line, i, 1)
		if (quote != "") {
			out = out c
			if (c == "\\") out = out substr(line, ++i, 1)
			else if (c == quote) quote = ""
		} else if (c == "-" && substr(line, i, 3) == "-- ") {
			break
		} else if (c == "'" || c == "\"" || c == "`") {
			quote = c; out = out c
		} else if (c == "@" && substr(line, i + 1, 1) == "@") {
			out = out "@@"; i++
		} else if (c == "@" && match(substr(line, i + 1), /^[a-z_][a-z0-9_]*/)) {
			param[++nparam] = substr(line, i + 1, RLENGTH)
			used[param[nparam]] = 1
			out = out "?"; i += RLENGTH
		} else
			out = out c
	}
	sub(/[ \t]+$/, "", out)
	if (part != "h" && out != "") printf "\t%s \"\\n\"\n", quoted(out)
}

END {
	if (failed) exit 1
	finish_statement()
	if (failed) exit 1
	if (part == "h") print "\n#endif"
	else printf "const struct sql *const sql_catalogue[] = {\n%s\tNULL\n};\n", objects
}
