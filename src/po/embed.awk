# SPDX-License-Identifier: Apache-2.0
# A compiled catalogue as C: the bytes of "od -An -v -tu1" become lang_zh_CN_mo.
BEGIN { print "/* made by src/po/embed.awk; do not edit */\n#include \"util/mo.h\"\n\nconst unsigned char " name "[] = {" }
{ gsub(/[0-9]+/, "&,"); print "\t" $0 }
END { print "};\nconst size_t " name "_size = sizeof " name ";" }
