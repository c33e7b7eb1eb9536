build-clang/obj/config/config.o: src/config/config.c \
  include/config/config.h include/util/error.h include/util/url.h \
  include/util/str.h src/config/internal.h include/config/ini.h \
  include/util/mem.h

include/config/config.h:

include/util/error.h:

include/util/url.h:

include/util/str.h:

src/config/internal.h:

include/config/ini.h:

include/util/mem.h:
