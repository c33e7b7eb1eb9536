build-clang/obj/out/table_formats.o: src/out/table_formats.c \
  src/out/table_internal.h include/out/table.h include/op/request.h \
  include/util/error.h include/util/mem.h include/util/str.h \
  /usr/include/json-c/json.h /usr/include/json-c/arraylist.h \
  /usr/include/json-c/debug.h /usr/include/json-c/json_c_version.h \
  /usr/include/json-c/json_object.h /usr/include/json-c/json_inttypes.h \
  /usr/include/json-c/json_config.h /usr/include/json-c/json_types.h \
  /usr/include/json-c/printbuf.h \
  /usr/include/json-c/json_object_iterator.h \
  /usr/include/json-c/json_pointer.h /usr/include/json-c/json_tokener.h \
  /usr/include/json-c/json_util.h /usr/include/json-c/linkhash.h

src/out/table_internal.h:

include/out/table.h:

include/op/request.h:

include/util/error.h:

include/util/mem.h:

include/util/str.h:

/usr/include/json-c/json.h:

/usr/include/json-c/arraylist.h:

/usr/include/json-c/debug.h:

/usr/include/json-c/json_c_version.h:

/usr/include/json-c/json_object.h:

/usr/include/json-c/json_inttypes.h:

/usr/include/json-c/json_config.h:

/usr/include/json-c/json_types.h:

/usr/include/json-c/printbuf.h:

/usr/include/json-c/json_object_iterator.h:

/usr/include/json-c/json_pointer.h:

/usr/include/json-c/json_tokener.h:

/usr/include/json-c/json_util.h:

/usr/include/json-c/linkhash.h:
