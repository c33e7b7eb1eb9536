build-clang/obj/bus/error.o: src/bus/error.c src/bus/internal.h \
  include/bus/bus.h include/config/config.h include/util/error.h \
  include/util/url.h include/util/str.h src/bus/librabbitmq.h

src/bus/internal.h:

include/bus/bus.h:

include/config/config.h:

include/util/error.h:

include/util/url.h:

include/util/str.h:

src/bus/librabbitmq.h:
