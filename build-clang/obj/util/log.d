build-clang/obj/util/log.o: src/util/log.c include/util/log.h \
  include/util/error.h include/util/clock.h include/util/mem.h \
  include/util/str.h

include/util/log.h:

include/util/error.h:

include/util/clock.h:

include/util/mem.h:

include/util/str.h:
