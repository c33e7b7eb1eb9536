build-clang/obj/db/connect.o: src/db/connect.c src/db/internal.h \
  /usr/include/mariadb/mysql.h /usr/include/mariadb/mariadb_com.h \
  /usr/include/mariadb/mariadb_version.h /usr/include/mariadb/ma_list.h \
  /usr/include/mariadb/mariadb_ctype.h \
  /usr/include/mariadb/mariadb_stmt.h include/db/db.h \
  include/config/config.h include/util/error.h include/util/url.h \
  include/util/str.h include/db/sql.h include/util/mem.h \
  build-clang/sql_catalogue.h include/util/log.h

src/db/internal.h:

/usr/include/mariadb/mysql.h:

/usr/include/mariadb/mariadb_com.h:

/usr/include/mariadb/mariadb_version.h:

/usr/include/mariadb/ma_list.h:

/usr/include/mariadb/mariadb_ctype.h:

/usr/include/mariadb/mariadb_stmt.h:

include/db/db.h:

include/config/config.h:

include/util/error.h:

include/util/url.h:

include/util/str.h:

include/db/sql.h:

include/util/mem.h:

build-clang/sql_catalogue.h:

include/util/log.h:
