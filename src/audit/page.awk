# SPDX-License-Identifier: Apache-2.0
# page.css and page.js as C texts: page_css, page_js.
function finish() { if (open) print "\t;"; open = 0 }
FNR == 1 {
	finish()
	if (NR == 1) print "/* made by src/audit/page.awk; do not edit */\nextern const char page_css[], page_js[];"
	n = split(FILENAME, path, "/"); name = path[n]; sub(/\./, "_", name)
	print "const char " name "[] ="
	open = 1
}
{ gsub(/\\/, "&&"); gsub(/"/, "\\\""); print "\t\"" $0 "\\n\"" }
END { finish() }
