build-clang/obj/op/world.o: src/op/world.c include/op/world.h \
  include/bus/bus.h include/config/config.h include/util/error.h \
  include/util/url.h include/util/str.h include/db/db.h include/db/sql.h \
  include/util/mem.h include/model/nova/cell.h include/op/request.h \
  include/util/log.h

include/op/world.h:

include/bus/bus.h:

include/config/config.h:

include/util/error.h:

include/util/url.h:

include/util/str.h:

include/db/db.h:

include/db/sql.h:

include/util/mem.h:

include/model/nova/cell.h:

include/op/request.h:

include/util/log.h:
