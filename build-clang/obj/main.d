build-clang/obj/main.o: src/main.c include/cmd/cmd.h include/op/request.h \
  include/util/error.h include/util/str.h include/util/log.h

include/cmd/cmd.h:

include/op/request.h:

include/util/error.h:

include/util/str.h:

include/util/log.h:
