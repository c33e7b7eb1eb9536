build-clang/obj/cmd/value.o: src/cmd/value.c src/cmd/internal.h \
  include/cmd/cmd.h include/op/request.h include/util/error.h \
  include/util/str.h include/model/cinder/host.h include/util/mem.h

src/cmd/internal.h:

include/cmd/cmd.h:

include/op/request.h:

include/util/error.h:

include/util/str.h:

include/model/cinder/host.h:

include/util/mem.h:
