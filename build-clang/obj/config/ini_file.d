build-clang/obj/config/ini_file.o: src/config/ini_file.c \
  src/config/internal.h include/config/config.h include/util/error.h \
  include/util/url.h include/util/str.h include/config/ini.h \
  include/util/file.h include/util/mem.h

src/config/internal.h:

include/config/config.h:

include/util/error.h:

include/util/url.h:

include/util/str.h:

include/config/ini.h:

include/util/file.h:

include/util/mem.h:
