build-clang/obj/bus/look.o: src/bus/look.c src/bus/internal.h \
  include/bus/bus.h include/config/config.h include/util/error.h \
  include/util/url.h include/util/str.h src/bus/librabbitmq.h \
  include/util/clock.h

src/bus/internal.h:

include/bus/bus.h:

include/config/config.h:

include/util/error.h:

include/util/url.h:

include/util/str.h:

src/bus/librabbitmq.h:

include/util/clock.h:
