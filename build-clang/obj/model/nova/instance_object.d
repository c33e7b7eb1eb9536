build-clang/obj/model/nova/instance_object.o: \
  src/model/nova/instance_object.c include/model/nova/evacuation.h \
  include/db/db.h include/config/config.h include/util/error.h \
  include/util/url.h include/util/str.h include/db/sql.h \
  include/util/mem.h include/model/nova/cell.h include/util/uuid.h \
  build-clang/sql_catalogue.h

include/model/nova/evacuation.h:

include/db/db.h:

include/config/config.h:

include/util/error.h:

include/util/url.h:

include/util/str.h:

include/db/sql.h:

include/util/mem.h:

include/model/nova/cell.h:

include/util/uuid.h:

build-clang/sql_catalogue.h:
