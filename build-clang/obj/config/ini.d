build-clang/obj/config/ini.o: src/config/ini.c include/config/ini.h \
  include/util/error.h include/util/str.h src/config/internal.h \
  include/config/config.h include/util/url.h include/util/mem.h

include/config/ini.h:

include/util/error.h:

include/util/str.h:

src/config/internal.h:

include/config/config.h:

include/util/url.h:

include/util/mem.h:
