build-clang/obj/bus/oslo.o: src/bus/oslo.c include/bus/oslo.h \
  include/util/error.h include/util/str.h

include/bus/oslo.h:

include/util/error.h:

include/util/str.h:
