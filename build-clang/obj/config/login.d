build-clang/obj/config/login.o: src/config/login.c src/config/internal.h \
  include/config/config.h include/util/error.h include/util/url.h \
  include/util/str.h include/config/ini.h include/util/mem.h

src/config/internal.h:

include/config/config.h:

include/util/error.h:

include/util/url.h:

include/util/str.h:

include/config/ini.h:

include/util/mem.h:
