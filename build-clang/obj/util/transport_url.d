build-clang/obj/util/transport_url.o: src/util/transport_url.c \
  src/util/url_internal.h include/util/url.h include/util/error.h \
  include/util/str.h include/util/mem.h

src/util/url_internal.h:

include/util/url.h:

include/util/error.h:

include/util/str.h:

include/util/mem.h:
