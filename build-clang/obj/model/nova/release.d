build-clang/obj/model/nova/release.o: src/model/nova/release.c \
  include/model/nova/release.h

include/model/nova/release.h:
