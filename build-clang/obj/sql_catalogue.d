build-clang/obj/sql_catalogue.o: build-clang/sql_catalogue.c \
  build-clang/sql_catalogue.h include/db/sql.h

build-clang/sql_catalogue.h:

include/db/sql.h:
