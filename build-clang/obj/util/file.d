build-clang/obj/util/file.o: src/util/file.c include/util/file.h \
  include/util/error.h include/util/str.h include/util/mem.h

include/util/file.h:

include/util/error.h:

include/util/str.h:

include/util/mem.h:
