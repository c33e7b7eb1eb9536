build-clang/obj/bus/open.o: src/bus/open.c src/bus/internal.h \
  include/bus/bus.h include/config/config.h include/util/error.h \
  include/util/url.h include/util/str.h src/bus/librabbitmq.h \
  include/util/clock.h include/util/file.h include/util/log.h \
  include/util/mem.h

src/bus/internal.h:

include/bus/bus.h:

include/config/config.h:

include/util/error.h:

include/util/url.h:

include/util/str.h:

src/bus/librabbitmq.h:

include/util/clock.h:

include/util/file.h:

include/util/log.h:

include/util/mem.h:
