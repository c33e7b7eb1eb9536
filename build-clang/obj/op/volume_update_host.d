build-clang/obj/op/volume_update_host.o: src/op/volume_update_host.c \
  include/op/commands.h include/op/request.h include/util/error.h \
  include/op/run.h include/op/finding.h include/util/mem.h \
  include/op/journal.h include/op/plan.h include/db/sql.h \
  include/op/scene.h include/model/cinder/host.h \
  include/model/cinder/ownership.h include/db/db.h \
  include/config/config.h include/util/url.h include/util/str.h \
  include/model/cinder/service.h include/model/cinder/volume.h \
  include/model/nova/evacuation.h include/model/nova/cell.h \
  include/util/uuid.h include/model/nova/instance.h \
  include/model/nova/release.h include/model/nova/request_spec.h \
  include/model/nova/service.h include/op/world.h include/bus/bus.h

include/op/commands.h:

include/op/request.h:

include/util/error.h:

include/op/run.h:

include/op/finding.h:

include/util/mem.h:

include/op/journal.h:

include/op/plan.h:

include/db/sql.h:

include/op/scene.h:

include/model/cinder/host.h:

include/model/cinder/ownership.h:

include/db/db.h:

include/config/config.h:

include/util/url.h:

include/util/str.h:

include/model/cinder/service.h:

include/model/cinder/volume.h:

include/model/nova/evacuation.h:

include/model/nova/cell.h:

include/util/uuid.h:

include/model/nova/instance.h:

include/model/nova/release.h:

include/model/nova/request_spec.h:

include/model/nova/service.h:

include/op/world.h:

include/bus/bus.h:
