build-clang/obj/model/cinder/service.o: src/model/cinder/service.c \
  include/model/cinder/service.h include/db/db.h include/config/config.h \
  include/util/error.h include/util/url.h include/util/str.h \
  include/db/sql.h include/util/mem.h build-clang/sql_catalogue.h

include/model/cinder/service.h:

include/db/db.h:

include/config/config.h:

include/util/error.h:

include/util/url.h:

include/util/str.h:

include/db/sql.h:

include/util/mem.h:

build-clang/sql_catalogue.h:
