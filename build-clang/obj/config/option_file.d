build-clang/obj/config/option_file.o: src/config/option_file.c \
  include/config/ini.h include/util/error.h include/util/str.h \
  src/config/internal.h include/config/config.h include/util/url.h \
  include/util/mem.h

include/config/ini.h:

include/util/error.h:

include/util/str.h:

src/config/internal.h:

include/config/config.h:

include/util/url.h:

include/util/mem.h:
