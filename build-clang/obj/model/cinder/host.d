build-clang/obj/model/cinder/host.o: src/model/cinder/host.c \
  include/model/cinder/host.h

include/model/cinder/host.h:
