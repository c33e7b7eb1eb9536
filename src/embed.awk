# SPDX-License-Identifier: Apache-2.0
# Files as C texts under their names: page.css is page_css.
function finish() { if (NR > 1) print "\t;" }
FNR == 1 {
	if (NR == 1) print "/* made by src/embed.awk; do not edit */"
	finish()
	n = split(FILENAME, path, "/"); name = path[n]; sub(/\./, "_", name)
	print "extern const char " name "[];\nconst char " name "[] ="
}
{ gsub(/\\/, "&&"); gsub(/"/, "\\\""); print "\t\"" $0 "\\n\"" }
END { finish() }
