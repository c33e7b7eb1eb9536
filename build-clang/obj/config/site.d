build-clang/obj/config/site.o: src/config/site.c include/config/config.h \
  include/util/error.h include/util/url.h include/util/str.h \
  src/config/internal.h include/config/ini.h include/util/file.h \
  include/util/mem.h

include/config/config.h:

include/util/error.h:

include/util/url.h:

include/util/str.h:

src/config/internal.h:

include/config/ini.h:

include/util/file.h:

include/util/mem.h:
