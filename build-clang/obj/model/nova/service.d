build-clang/obj/model/nova/service.o: src/model/nova/service.c \
  include/model/nova/service.h include/db/db.h include/config/config.h \
  include/util/error.h include/util/url.h include/util/str.h \
  include/db/sql.h include/util/mem.h build-clang/sql_catalogue.h

include/model/nova/service.h:

include/db/db.h:

include/config/config.h:

include/util/error.h:

include/util/url.h:

include/util/str.h:

include/db/sql.h:

include/util/mem.h:

build-clang/sql_catalogue.h:
