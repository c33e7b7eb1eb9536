# SPDX-License-Identifier: Apache-2.0
# Turns the head lines of sql/audit/*.sql into the table of checks, and refuses a head that is not whole.
#   awk -f sql/audit/embed.awk -v part=c|md sql/audit/*.sql
#
# A check:   :check NUMBER NAME, :severity, :title, :database, :subject, :message, :remedy; its columns include subject and host.
# over two:  :rule absent|pair|several, :with STREAM, :unless LEFT = RIGHT, :when LEFT = RIGHT or LEFT <> RIGHT; both statements
#            give a column k, their order, and keep to @from and @to.
#            :first STREAM STREAM names narrower statements of the same keys for the left and the right (- keeps its own): the whole ones
#            are asked about the keys alone that the rule finds in those.
# A stream:  :stream, :database; the other side of such checks.
# Either:    :needs TABLE.COLUMN and :lacks TABLE.COLUMN say for which tables the statement is written.

function fail(why) { print file[f] ": " why > "/dev/stderr"; exit_code = 1; exit 1 }
function bad(why) { print FILENAME ":" FNR ": " why > "/dev/stderr"; exit_code = 1; exit 1 }
function quoted(s) { gsub(/\\/, "&&", s); gsub(/"/, "\\\"", s); return "\"" s "\"" }
function rest(  s) { s = $0; sub(/^-- :[a-z]+ +/, "", s); return s }
function once(key) { if ((f, key) in head) bad("a second :" key " line"); head[f, key] = rest() }
function id(name) { gsub(/-/, "_", name); return name }
function has_word(text, word) { return text ~ ("(^|[^a-z0-9_@])" word "([^a-z0-9_]|$)") }

FNR == 1 {
	n = split(FILENAME, path, "/")
	base = path[n]; sub(/\.sql$/, "", base)
	f = base; file[f] = FILENAME; order[++nfile] = f
	in_head = 1
}
/^-- :(check|stream|severity|title|database|subject|message|remedy|rule|with|first) / || /^-- :stream$/ { once(substr($2, 2)); next }
/^-- :(needs|lacks|unless|when) / { key = substr($2, 2); list[f, key, ++count[f, key]] = rest(); next }
/^-- :(reads|param) / || /^-- SPDX/ { next }
/^-- :/ { bad("unknown head line: " $0) }
/^--/   { if (in_head) { sub(/^-- ?/, ""); sentence[f] = sentence[f] (sentence[f] == "" ? "" : " ") $0 }; next }
{ in_head = 0; sub(/-- .*$/, ""); text[f] = text[f] " " $0 }

# ---- what must hold

function check_columns(f, template,    t, word) {
	t = template
	while (match(t, /\{[^}]*\}/)) {
		word = substr(t, RSTART + 1, RLENGTH - 2)
		t = substr(t, RSTART + RLENGTH)
		if (word == "cell" || word == "cell_uuid") continue
		if (!has_word(text[f], word) && !(head[f, "with"] != "" && has_word(text[head[f, "with"]], word)))
			fail("{" word "} is no column")
	}
}
function check_merge(f, which) {
	if (!has_word(text[which], "AS k")) fail(which " gives no column k")
	if (text[which] !~ /@from/ || text[which] !~ /@to/) fail(which " does not keep to @from and @to")
	if (text[which] !~ /ORDER BY/) fail(which " has no order")
}
function check_head(f,    i, key, word) {
	split("severity title database subject message remedy", key, " ")
	for (i = 1; i in key; i++) if (head[f, key[i]] == "") fail("no :" key[i] " line")
	split(head[f, "check"], word, " ")
	if (word[1] !~ /^[ANXPSV][0-9][0-9]$/ || word[2] !~ /^[a-z][a-z0-9-]*$/ || 3 in word) fail(":check takes a number and a name")
	if (index(f, id(word[2])) != 1) fail("the file of check " word[2] " is called " f)
	if (head[f, "severity"] !~ /^(critical|high|medium|low)$/) fail("no severity: " head[f, "severity"])
	if (sentence[f] == "") fail("no sentence")
	if (!has_word(text[f], "AS subject") || !has_word(text[f], "AS host")) fail("no column subject, or none host")
	check_columns(f, head[f, "message"]); check_columns(f, head[f, "remedy"])
	if (head[f, "rule"] == "") head[f, "rule"] = "each"
	if (head[f, "rule"] !~ /^(each|ceph|absent|pair|several)$/) fail("no rule: " head[f, "rule"])
	if (head[f, "rule"] == "each" && head[f, "with"] != "") fail(":with needs a :rule")
	if (head[f, "rule"] ~ /^(absent|pair)$/ && head[f, "with"] == "") fail("the rule needs a :with")
	if (head[f, "with"] != "") {
		if (!(head[f, "with"] in file) || !((head[f, "with"], "stream") in head)) fail("no stream " head[f, "with"])
		if (head[head[f, "with"], "database"] == head[f, "database"]) fail("both statements run in the same database")
		check_merge(f, head[f, "with"])
	}
	if (head[f, "rule"] !~ /^(each|ceph)$/) check_merge(f, f)
}
function check_first(f,    word, n, i, of) {
	if (head[f, "first"] == "") return
	n = split(head[f, "first"], word, " ")
	if (n != 2 || head[f, "with"] == "" && head[f, "rule"] != "several") fail(":first takes two streams, of a check that compares")
	of[1] = f; of[2] = head[f, "with"]
	for (i = 1; i <= 2; i++) {
		if (word[i] == "-") continue
		if (!((word[i], "stream") in head)) fail("no stream " word[i])
		if (head[word[i], "database"] != head[of[i], "database"]) fail(word[i] " runs in another database than " of[i])
		check_merge(f, word[i])
		first[f, i] = word[i]; used[word[i]] = 1
	}
}
function check_database(f) {
	if (head[f, "database"] !~ /^(cinder|cell|cell0|cells|api|placement|neutron)$/) fail("no database: " head[f, "database"])
}

# ---- what comes out

function strings(name, f, key,    i, s) {
	if (!count[f, key]) return "none"
	s = "static const char *const " key "_" f "[] = {"
	for (i = 1; i <= count[f, key]; i++) s = s " " quoted(list[f, key, i]) ","
	print s " NULL };"
	return key "_" f
}
function source(f) {
	return "{ &SQL_AUDIT_" toupper(f) ", AUDIT_" toupper(head[f, "database"]) ", " needs[f] ", " lacks[f] " }"
}
function source_or_none(f) { return f == "" ? "{ NULL, AUDIT_CINDER, none, none }" : source(f) }
function conditions(f,    i, s, key, word, n) {
	key = count[f, "unless"] ? "unless" : "when"
	if (count[f, "unless"] && (count[f, "when"] || head[f, "rule"] != "absent")) fail(":unless belongs to the rule absent")
	s = "static const struct audit_condition conditions_" f "[] = {"
	for (i = 1; i <= count[f, key]; i++) {
		n = split(list[f, key, i], word, " ")
		if (n != 3 || word[2] !~ /^(=|<>)$/) fail("no condition: " list[f, key, i])
		if ((word[1] != "cell" && !has_word(text[f], word[1])) || !has_word(text[head[f, "with"]], word[3])) fail("no such columns: " list[f, key, i])
		s = s " { " quoted(word[1]) ", " quoted(word[3]) ", " (word[2] == "<>" ? "true" : "false") " },"
	}
	if (count[f, key]) print s " { NULL, NULL, false } };"
	return count[f, key] ? "conditions_" f : "no_conditions"
}
function print_check(f,    word) {
	split(head[f, "check"], word, " ")
	rows = rows sprintf("\t{ %s, %s, AUDIT_%s, %s, %s,\n\t    %s,\n\t    %s,\n\t    AUDIT_%s, %s,\n\t    %s,\n\t    %s, %s, %s },\n",
	    quoted(word[1]), quoted(word[2]), toupper(head[f, "severity"]), quoted(head[f, "title"]), quoted(head[f, "subject"]),
	    quoted(head[f, "message"]), quoted(head[f, "remedy"]), toupper(head[f, "rule"]), source(f),
	    source_or_none(head[f, "with"]), source_or_none(first[f, 1]), source_or_none(first[f, 2]), conditions(f))
}
function print_document(f,    word, where) {
	split(head[f, "check"], word, " ")
	if (seen[word[2]]++) return
	where = head[f, "database"] (head[f, "with"] == "" ? "" : " with " head[head[f, "with"], "database"])
	printf "### %s `%s`\n%s (%s; %s)\n\n%s\n\nRemedy: %s\n\n", word[1], word[2], toupper(substr(head[f, "title"], 1, 1)) substr(head[f, "title"], 2), head[f, "severity"], where, sentence[f],
	    "`" head[f, "remedy"] "`"
}

END {
	if (exit_code) exit 1
	for (i = 1; i <= nfile; i++) {
		f = order[i]
		check_database(f)
		if (((f, "check") in head) == ((f, "stream") in head)) fail("a file is a :check or a :stream")
		if ((f, "check") in head) { check_head(f); check_first(f); checks[++ncheck] = f; used[head[f, "with"]] = 1 }
	}
	for (i = 1; i <= nfile; i++) { f = order[i]; if ((f, "stream") in head && !(f in used)) fail("no check uses this stream") }
	for (i = 2; i <= ncheck; i++) for (j = i; j > 1 && head[checks[j], "check"] < head[checks[j - 1], "check"]; j--) {
		f = checks[j]; checks[j] = checks[j - 1]; checks[j - 1] = f
	}
	for (i = 2; i <= ncheck; i++) {
		f = checks[i]; split(head[f, "check"], a, " "); split(head[checks[i - 1], "check"], b, " ")
		if (a[1] == b[1] && a[2] != b[2]) fail("number " a[1] " is taken by " b[2])
		if (a[1] == b[1] && !count[f, "lacks"] && !count[checks[i - 1], "lacks"]) fail("two files of check " a[2] ", none with a :lacks line")
	}
	if (part == "md") { for (i = 1; i <= ncheck; i++) print_document(checks[i]); exit 0 }
	print "/* made by sql/audit/embed.awk from the head lines of sql/audit; do not edit */"
	print "#include \"audit/check.h\"\n#include \"sql_catalogue.h\"\n\nstatic const char *const none[] = { NULL };"
	print "static const struct audit_condition no_conditions[] = { { NULL, NULL, false } };"
	for (i = 1; i <= nfile; i++) { f = order[i]; needs[f] = strings("needs", f, "needs"); lacks[f] = strings("lacks", f, "lacks") }
	for (i = 1; i <= ncheck; i++) print_check(checks[i])
	none_source = "{ NULL, AUDIT_CINDER, none, none }"
	printf "\nconst struct audit_check audit_checks[] = {\n%s\t{ NULL, NULL, AUDIT_LOW, NULL, NULL, NULL, NULL, AUDIT_EACH, %s, %s, %s, %s, no_conditions }\n};\n", rows, none_source, none_source, none_source, none_source
}
