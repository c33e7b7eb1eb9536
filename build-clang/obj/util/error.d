build-clang/obj/util/error.o: src/util/error.c include/util/error.h

include/util/error.h:
