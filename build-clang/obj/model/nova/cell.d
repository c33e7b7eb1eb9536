build-clang/obj/model/nova/cell.o: src/model/nova/cell.c \
  include/model/nova/cell.h include/db/db.h include/config/config.h \
  include/util/error.h include/util/url.h include/util/str.h \
  include/db/sql.h include/util/mem.h build-clang/sql_catalogue.h

include/model/nova/cell.h:

include/db/db.h:

include/config/config.h:

include/util/error.h:

include/util/url.h:

include/util/str.h:

include/db/sql.h:

include/util/mem.h:

build-clang/sql_catalogue.h:
