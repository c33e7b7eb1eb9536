# SPDX-License-Identifier: Apache-2.0
# Turns sql/<schema>/<name>.sql into C: part=c gives the objects, part=h their declarations.
#   awk -v part=c -f sql/embed.awk sql/*/*.sql > sql_catalogue.c
#
# Comments at the head of a file that begin with "-- :" are its contract and become metadata; the other head comments are its
# sentence. @name outside quotes and comments becomes ?, in order, and of the type list as many ? as a statement takes at once (DB_LIST
# of include/db/sql.h), and in a second text DB_LIST_FEW. @@variables and 'a@b' stay as they are.
#
# What it refuses beside a head that is not whole: a write whose :row reads other columns than the write compares and sets, and a table
# that marks its rows deleted, read without a word on that.

function fail(why) { print FILENAME ":" FNR ": " why > "/dev/stderr"; failed = 1; exit 1 }
function refuse(statement, why) { print "sql/" statement ".sql: " why > "/dev/stderr"; failed = 1 }
function quoted(s) { gsub(/\\/, "&&", s); gsub(/"/, "\\\"", s); return "\"" s "\"" }

# What a SELECT calls its columns: " host service_uuid "
function columns_of(text,   i, c, depth, word, list) {
	text = substr(text, index(text, "SELECT ") + 7)
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		depth += (c == "(") - (c == ")")
		if (depth == 0 && (c == "," || substr(text, i, 6) == " FROM ")) {
			gsub(/`/, "", word)
			sub(/[ \t]+$/, "", word)
			sub(/^.*[ .]/, "", word)
			list = list " " word
			word = ""
			if (c != ",") return list " "
		} else
			word = word c
	}
	return list " "
}

# Undo, recovery and proof bind what the :row statement gives as the write's @old_ and @new_.
function check_row(write,   i, n, row, given, old, word) {
	row = row_of[write]
	if (!(row in text_of)) { refuse(write, "there is no " row); return }
	given = columns_of(text_of[row])
	n = split(params_of[write], word, " ")
	for (i = 1; i <= n; i++) {
		if (word[i] ~ /^old_/) old = old " " substr(word[i], 5) " "
		if (word[i] ~ /^(old|new)_/ && !index(given, " " substr(word[i], 5) " ")) refuse(write, "@" word[i] " is no column of " row ":" given)
	}
	n = split(given, word, " ")
	for (i = 1; i <= n; i++)
		if (!index(old, " " word[i] " ")) refuse(write, "compares no @old_" word[i] ", and " row " gives it")
}

# Of a table whose rows are marked deleted, that is asked for, or a comment on its line says why it is not.
function excuse(line,   i, n, word) {
	gsub(/`/, "", line)
	n = split(line, word, /[ (),]+/)
	for (i = 1; i <= n; i++) excused[word[i]] = 1
}
function check_deleted(   i, n, spaced, word, table, alias) {
	if (folder !~ /^(cinder|nova|audit)$/) return
	spaced = text
	gsub(/[(),]/, " & ", spaced)
	n = split(spaced, word, " ")
	for (i = 1; i < n; i++) {
		if (word[i] !~ /^(FROM|JOIN|STRAIGHT_JOIN|UPDATE)$/) continue
		table = word[i + 1]; gsub(/`/, "", table)
		alias = word[i + 2] == "AS" ? "[^a-z0-9_]" word[i + 3] "[.]" : "[^.a-z_]"
		if ((table in marks_deleted) && !(table in excused) && text !~ (alias "deleted[^a-z_]")) refuse(name, "says nothing on deleted rows of " table)
	}
}

function question_marks(n,   all) { for (all = "?"; n > 1; n--) all = all ",?"; return all }

# A line, with few places for each of its lists.
function with_few(line,   at) {
	while (at = index(line, question_marks(LIST)))
		line = substr(line, 1, at - 1) question_marks(FEW) substr(line, at + length(question_marks(LIST)))
	return line
}

function print_object(type, object, text, n, places, few) {
	printf "%sconst struct sql %s = { %s, %s, %s_params, %d, %s, %s, %s, %s, %s_raw, %s, %s };\n",
	    type, object, quoted(name), text, id, n, access, quoted(tables), quoted(rows), quoted(sentence), id, places, few
}

function finish_statement(   i, list, place, places, few_places, nname) {
	if (name == "") return
	if (quote != "") fail(name ": a quote is left open")
	if (access == "") fail(name ": no :reads, :writes or :session line")
	for (i = 1; i <= nparam; i++) {
		if (!(param[i] in declared)) fail(name ": @" param[i] " has no :param line")
		if (!is_long || !(param[i] in place)) {
			list = list " " quoted(param[i]) ","
			place[param[i]] = nname++
		}
		places = places " " place[param[i]] ","
		if (!(i in left_out)) few_places = few_places " " place[param[i]] ","
	}
	for (i in declared) if (!(i in used)) fail(name ": :param " i " is never used")
	text_of[name] = text
	for (i in used) params_of[name] = params_of[name] " " i
	if (rows == "1" && params_of[name] ~ / old_/ && params_of[name] ~ / new_/ && !(name in row_of)) refuse(name, "no :row line")
	check_deleted()
	objects = objects "\t&" toupper(id) ",\n"
	if (part == "h") { print "extern const struct sql " toupper(id) ";"; return }
	print "\t;"
	printf "static const char %s_raw[] =\n%s\t;\n", id, raw
	printf "static const char *const %s_params[] = {%s NULL };\n", id, list
	if (is_long) {
		printf "static const unsigned char %s_places[] = {%s };\n", id, places
		printf "static const unsigned char %s_few_places[] = {%s };\n", id, few_places
		printf "static const char %s_few_text[] =\n%s\t;\n", id, few_text
		print_object("static ", id "_few", id "_few_text", nfew, id "_few_places", "NULL")
	}
	print_object("", toupper(id), id "_text", nparam, is_long ? id "_places" : "NULL", is_long ? "&" id "_few" : "NULL")
	print ""
}

BEGIN {
	LIST = 500; FEW = 16
	n = split("attachment_specs backups block_device_mapping clusters compute_nodes consistencygroups group_volume_type_mapping groups " \
	    "instance_actions instance_actions_events instance_extra instance_faults instance_info_caches instances migrations quota_usages " \
	    "reservations services snapshot_metadata snapshots transfers volume_admin_metadata volume_attachment volume_glance_metadata " \
	    "volume_metadata volume_types volumes workers", word, " ")
	for (i = 1; i <= n; i++) marks_deleted[word[i]] = 1
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
	folder = path[n - 1]
	nparam = 0; nfew = 0; is_long = 0; split("", left_out); access = ""; tables = ""; rows = "many"; quote = ""; sentence = ""; raw = ""; head = 1
	text = ""; split("", excused)
	split("", declared); split("", used); split("", param)
	few_text = "\t" quoted("/* evac-manage " name " */")  " \"\\n\"\n"
	if (part != "h") printf "static const char %s_text[] =\n%s", id, few_text
}

{ raw = raw "\t" quoted($0) " \"\\n\"\n" }
/^-- :param /   { declared[$3] = $4; next }
/^-- :(reads|writes|session)/ {
	access = $2 == ":reads" ? "SQL_READS" : $2 == ":writes" ? "SQL_WRITES" : "SQL_SESSION"
	for (i = 3; i <= NF && $i != ":rows"; i++) tables = tables (tables == "" ? "" : " ") $i
	if ($i == ":rows") rows = $(i + 1)
	next
}
/^-- :row /     { row_of[name] = folder "/" $3; next }
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
			if (substr(line, i) ~ /deleted/) excuse(out)
			break
		} else if (c == "'" || c == "\"" || c == "`") {
			quote = c; out = out c
		} else if (c == "@" && substr(line, i + 1, 1) == "@") {
			out = out "@@"; i++
		} else if (c == "@" && match(substr(line, i + 1), /^[a-z_][a-z0-9_]*/)) {
			at = substr(line, i + 1, RLENGTH)
			used[at] = 1
			i += RLENGTH
			if (declared[at] == "list") is_long = 1
			for (k = declared[at] == "list" ? LIST : 1; k > 0; k--) {
				param[++nparam] = at
				if (declared[at] == "list" && k <= LIST - FEW) left_out[nparam] = 1
				else nfew++
				out = out "?" (k > 1 ? "," : "")
			}
		} else
			out = out c
	}
	sub(/[ \t]+$/, "", out)
	text = text " " out
	if (part != "h" && out != "") {
		printf "\t%s \"\\n\"\n", quoted(out)
		few_text = few_text sprintf("\t%s \"\\n\"\n", quoted(with_few(out)))
	}
}

END {
	if (failed) exit 1
	finish_statement()
	for (name in row_of) check_row(name)
	if (failed) exit 1
	if (part == "h") print "\n#endif"
	else printf "const struct sql *const sql_catalogue[] = {\n%s\tNULL\n};\n", objects
}
