build-clang/obj/op/finding.o: src/op/finding.c include/op/finding.h \
  include/op/request.h include/util/mem.h include/util/str.h

include/op/finding.h:

include/op/request.h:

include/util/mem.h:

include/util/str.h:
