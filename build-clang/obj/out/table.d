build-clang/obj/out/table.o: src/out/table.c src/out/table_internal.h \
  include/out/table.h include/op/request.h include/util/error.h \
  include/util/mem.h include/util/str.h

src/out/table_internal.h:

include/out/table.h:

include/op/request.h:

include/util/error.h:

include/util/mem.h:

include/util/str.h:
