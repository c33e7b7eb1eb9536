build-clang/obj/bus/publish.o: src/bus/publish.c src/bus/internal.h \
  include/bus/bus.h include/config/config.h include/util/error.h \
  include/util/url.h include/util/str.h src/bus/librabbitmq.h \
  include/util/clock.h include/util/uuid.h

src/bus/internal.h:

include/bus/bus.h:

include/config/config.h:

include/util/error.h:

include/util/url.h:

include/util/str.h:

src/bus/librabbitmq.h:

include/util/clock.h:

include/util/uuid.h:
