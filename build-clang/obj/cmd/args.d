build-clang/obj/cmd/args.o: src/cmd/args.c src/cmd/internal.h \
  include/cmd/cmd.h include/op/request.h include/util/error.h \
  include/util/str.h include/util/mem.h

src/cmd/internal.h:

include/cmd/cmd.h:

include/op/request.h:

include/util/error.h:

include/util/str.h:

include/util/mem.h:
