build-clang/obj/util/clock.o: src/util/clock.c include/util/clock.h

include/util/clock.h:
