build-clang/obj/cmd/tree.o: src/cmd/tree.c src/cmd/internal.h \
  include/cmd/cmd.h include/op/request.h include/util/error.h \
  include/util/str.h

src/cmd/internal.h:

include/cmd/cmd.h:

include/op/request.h:

include/util/error.h:

include/util/str.h:
