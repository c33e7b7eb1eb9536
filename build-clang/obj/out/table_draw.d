build-clang/obj/out/table_draw.o: src/out/table_draw.c \
  src/out/table_internal.h include/out/table.h include/op/request.h \
  include/util/error.h include/util/mem.h include/util/str.h \
  /usr/include/libsmartcols/libsmartcols.h

src/out/table_internal.h:

include/out/table.h:

include/op/request.h:

include/util/error.h:

include/util/mem.h:

include/util/str.h:

/usr/include/libsmartcols/libsmartcols.h:
