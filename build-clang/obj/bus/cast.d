build-clang/obj/bus/cast.o: src/bus/cast.c include/bus/cast.h \
  include/bus/oslo.h include/util/error.h include/util/str.h

include/bus/cast.h:

include/bus/oslo.h:

include/util/error.h:

include/util/str.h:
