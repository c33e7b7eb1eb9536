build-clang/obj/util/db_url.o: src/util/db_url.c src/util/url_internal.h \
  include/util/url.h include/util/error.h include/util/str.h \
  include/util/mem.h

src/util/url_internal.h:

include/util/url.h:

include/util/error.h:

include/util/str.h:

include/util/mem.h:
