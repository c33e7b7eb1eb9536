build-clang/obj/util/mem.o: src/util/mem.c include/util/mem.h

include/util/mem.h:
