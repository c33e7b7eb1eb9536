build-clang/obj/op/version.o: src/op/version.c include/op/commands.h \
  include/op/request.h include/util/error.h include/out/table.h \
  include/util/mem.h

include/op/commands.h:

include/op/request.h:

include/util/error.h:

include/out/table.h:

include/util/mem.h:
