build-clang/obj/model/nova/request_spec.o: src/model/nova/request_spec.c \
  include/model/nova/request_spec.h include/db/db.h \
  include/config/config.h include/util/error.h include/util/url.h \
  include/util/str.h include/db/sql.h include/util/mem.h \
  build-clang/sql_catalogue.h

include/model/nova/request_spec.h:

include/db/db.h:

include/config/config.h:

include/util/error.h:

include/util/url.h:

include/util/str.h:

include/db/sql.h:

include/util/mem.h:

build-clang/sql_catalogue.h:
