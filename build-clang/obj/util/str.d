build-clang/obj/util/str.o: src/util/str.c include/util/str.h \
  include/util/mem.h

include/util/str.h:

include/util/mem.h:
