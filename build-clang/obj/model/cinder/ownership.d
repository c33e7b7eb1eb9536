build-clang/obj/model/cinder/ownership.o: src/model/cinder/ownership.c \
  include/model/cinder/ownership.h include/db/db.h \
  include/config/config.h include/util/error.h include/util/url.h \
  include/util/str.h include/db/sql.h include/util/mem.h \
  build-clang/sql_catalogue.h

include/model/cinder/ownership.h:

include/db/db.h:

include/config/config.h:

include/util/error.h:

include/util/url.h:

include/util/str.h:

include/db/sql.h:

include/util/mem.h:

build-clang/sql_catalogue.h:
