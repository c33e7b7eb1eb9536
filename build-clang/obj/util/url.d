build-clang/obj/util/url.o: src/util/url.c include/util/url.h \
  include/util/error.h include/util/str.h src/util/url_internal.h \
  include/util/log.h include/util/mem.h

include/util/url.h:

include/util/error.h:

include/util/str.h:

src/util/url_internal.h:

include/util/log.h:

include/util/mem.h:
