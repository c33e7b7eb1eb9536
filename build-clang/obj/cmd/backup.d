build-clang/obj/cmd/backup.o: src/cmd/backup.c src/cmd/internal.h \
  include/cmd/cmd.h include/op/request.h include/util/error.h \
  include/util/str.h include/op/commands.h

src/cmd/internal.h:

include/cmd/cmd.h:

include/op/request.h:

include/util/error.h:

include/util/str.h:

include/op/commands.h:
