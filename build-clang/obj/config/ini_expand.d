build-clang/obj/config/ini_expand.o: src/config/ini_expand.c \
  src/config/internal.h include/config/config.h include/util/error.h \
  include/util/url.h include/util/str.h include/config/ini.h \
  include/util/mem.h

src/config/internal.h:

include/config/config.h:

include/util/error.h:

include/util/url.h:

include/util/str.h:

include/config/ini.h:

include/util/mem.h:
