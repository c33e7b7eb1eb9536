build-clang/obj/util/uuid.o: src/util/uuid.c include/util/uuid.h \
  include/util/file.h include/util/error.h include/util/str.h

include/util/uuid.h:

include/util/file.h:

include/util/error.h:

include/util/str.h:
