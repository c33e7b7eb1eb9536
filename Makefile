# SPDX-License-Identifier: Apache-2.0
# make · make check · make check-unit · make check-bytes · make demo · make asan · make install DESTDIR= PREFIX= · make deb · make rpm · make tarball · make clean
# CRASH_POINTS=1 builds with the points that tests/crash kills the program at; the objects that have none are SAME='s, a build without them.
# V=1 shows the commands, WERROR=1 makes warnings errors, BUILD= builds elsewhere, CC=clang builds with the other compiler.

BUILD   ?= build
PREFIX  ?= /usr/local
VERSION := 0.1.0
Q       := $(if $(V),,@)

# ---- flags: ours are apart from CFLAGS and LDFLAGS, so that a packager can set those
# OpenSSL first: the loader looks its thousands of names up in the order of the libraries
PKGS     := libcrypto libssl libmariadb librabbitmq json-c
CFLAGS   ?= -O2 -g
PKG_CONFIG ?= pkg-config
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wformat=2 -Wvla \
            -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes -Wmissing-declarations \
            -Wold-style-definition -Wundef -Wpointer-arith -Wredundant-decls -Wnull-dereference \
            -Werror=implicit -Werror=incompatible-pointer-types -Werror=int-conversion -Werror=format-security
ifneq ($(findstring clang,$(CC)),)
WARNINGS += -Wmissing-variable-declarations
else
WARNINGS += -Wformat-signedness -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wimplicit-fallthrough=5
endif
# ${1} if this compiler takes it without a word, beside these CPPFLAGS and CFLAGS: an older one, another machine and a packager's
# own _FORTIFY_SOURCE get less, and build
takes     = $(shell $(CC) -Werror $(1) $(CPPFLAGS) $(CFLAGS) -include stdio.h -S -o /dev/null -x c /dev/null 2>/dev/null && echo '$(1)')
ifeq ($(SANITIZE),)
# as the OpenSSF guide has them; its -fexceptions is left out, for no thread of ours is cancelled
PROTECTION := $(foreach flag,-fstack-protector-strong -fstack-clash-protection -fcf-protection=full -mbranch-protection=standard \
                -ftrivial-auto-var-init=zero -fzero-init-padding-bits=all -fstrict-flex-arrays=3 -fno-delete-null-pointer-checks \
                -fno-strict-overflow -fno-strict-aliasing -Wtrampolines -Wbidi-chars=any,$(call takes,$(flag))) \
              $(or $(call takes,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3),$(call takes,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2))
PIE_CFLAGS := -fPIE
PIE_LDFLAGS := -pie -Wl,-z,relro,-z,now
else
# most of those hide what a sanitizer looks for. A zero offset from no array at all (for v = a.v; v < a.v + a.n) is what
# pointer-overflow names; WG14 N3322 makes it defined
PROTECTION := -fstack-protector-strong -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-sanitize=pointer-overflow -fno-omit-frame-pointer
# at a fixed address: what a sanitizer notes of every place in the sources is full of pointers, and three megabytes of them would be
# moved at each of the tests' many thousand starts
PIE_CFLAGS := -fno-pie
PIE_LDFLAGS := -no-pie
endif
# the same sources give the same bytes, wherever they are built (make check-bytes)
PLACE     := $(call takes,-ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(BUILD)=build)
# on a machine that has nothing yet the first goal is to install it: make does not complain before that
PKG        := $(if $(shell command -v $(PKG_CONFIG)),$(PKG_CONFIG),:)
PKG_CFLAGS := $(shell $(PKG) --cflags $(PKGS))
OUR_CFLAGS  = -std=c11 -D_GNU_SOURCE -DEVAC_MANAGE_VERSION='"$(VERSION)"' -Iinclude $(WARNINGS) $(if $(WERROR),-Werror) $(if $(CRASH_POINTS),-DCRASH_POINTS) \
              $(if $(COVERAGE),--coverage) $(PIE_CFLAGS) $(PROTECTION) $(PLACE) $(PKG_CFLAGS)
OUR_LDFLAGS = $(PIE_LDFLAGS) -Wl,-z,noexecstack,--as-needed $(if $(SANITIZE),-fsanitize=$(SANITIZE)) $(if $(COVERAGE),--coverage)
LIBS       := $(shell $(PKG) --libs $(PKGS)) -lpthread -ldl

# ---- what is made of what
SQL      := $(sort $(wildcard sql/*/*.sql))
SRC      := $(sort $(wildcard src/*/*.c src/*/*/*.c))
OBJ      := $(SRC:src/%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/sql_catalogue.o $(BUILD)/obj/audit_catalogue.o $(BUILD)/obj/audit_page_parts.o $(BUILD)/obj/incident_page_parts.o $(BUILD)/obj/complete_scripts.o $(BUILD)/obj/lang_zh_CN.o
UNIT     := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BIN := $(UNIT:tests/unit/%.c=$(BUILD)/tests/%)
FUZZ     := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
REPLAY_BIN := $(FUZZ:%=$(BUILD)/tests/replay_%)
ROOMS_LIB := $(patsubst tests/lib/%.c,$(BUILD)/obj/tests/%.o,$(sort $(wildcard tests/lib/*.c)))
ROOMS_BIN := $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/rooms/test_*.c)))

all: $(BUILD)/evac-manage

$(BUILD)/evac-manage: $(BUILD)/obj/main.o $(BUILD)/libevac-manage.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(CFLAGS) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/libevac-manage.a: $(OBJ)
	@echo "  AR    $@"
	$(Q)rm -f $@ && $(AR) qcs $@ $^

# nineteen of twenty sources see no point to die at, and the same compiler makes the same of them again. Which ones, SAME's own
# dependencies say; it is made of this tree right before
TAKEN := $(if $(and $(CRASH_POINTS),$(SAME)),$(patsubst $(SAME)/obj/%.d,$(BUILD)/obj/%.o,$(shell grep -L util/crash.h $(SRC:src/%.c=$(SAME)/obj/%.d))))
$(TAKEN): $(BUILD)/obj/%.o: $(SAME)/obj/%.o
	@mkdir -p $(@D)
	$(Q)ln -f $< $@ 2>/dev/null || cp $< $@

$(BUILD)/obj/%.o: src/%.c $(BUILD)/sql_catalogue.h
	@echo "  CC    $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS) -I$(BUILD) -MMD -MP -c -o $@ $<

$(BUILD)/obj/sql_catalogue.o $(BUILD)/obj/audit_catalogue.o $(BUILD)/obj/audit_page_parts.o $(BUILD)/obj/incident_page_parts.o $(BUILD)/obj/complete_scripts.o $(BUILD)/obj/lang_zh_CN.o: $(BUILD)/obj/%.o: $(BUILD)/%.c $(BUILD)/sql_catalogue.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(OUR_CFLAGS) -Wno-overlength-strings $(CPPFLAGS) $(CFLAGS) -I$(BUILD) -MMD -MP -c -o $@ $<

$(BUILD)/sql_catalogue.c: sql/embed.awk $(SQL) | $(BUILD)
	@echo "  SQL   $(words $(SQL)) statements"
	$(Q)awk -f sql/embed.awk -v part=c $(SQL) > $@.tmp && mv $@.tmp $@

$(BUILD)/sql_catalogue.h: sql/embed.awk $(SQL) | $(BUILD)
	$(Q)awk -f sql/embed.awk -v part=h $(SQL) > $@.tmp && mv $@.tmp $@

# the audit's checks out of the head lines of their files; its page's stylesheet and script, and what completes in a shell, as they are
$(BUILD)/audit_catalogue.c: sql/audit/embed.awk $(SQL) | $(BUILD)
	$(Q)awk -f sql/audit/embed.awk -v part=c sql/audit/*.sql > $@.tmp && mv $@.tmp $@

$(BUILD)/incident_page_parts.c: src/embed.awk src/incident/incident.css | $(BUILD)
$(BUILD)/audit_page_parts.c: src/embed.awk src/audit/page.css src/audit/page.js | $(BUILD)
$(BUILD)/complete_scripts.c: src/embed.awk src/cli/complete.bash src/cli/complete.zsh src/cli/complete.fish | $(BUILD)
$(BUILD)/audit_page_parts.c $(BUILD)/incident_page_parts.c $(BUILD)/complete_scripts.c:
	$(Q)awk -f src/embed.awk $(filter-out %.awk,$^) > $@.tmp && mv $@.tmp $@

# the translation, compiled in (docs/translation.md)
$(BUILD)/lang_zh_CN.c: src/po/zh_CN.po src/po/embed.awk | $(BUILD)
	@echo "  PO    $<"
	$(Q)msgfmt --endianness=little --no-hash -o $(BUILD)/zh_CN.mo $<
	$(Q)od -An -v -tu1 $(BUILD)/zh_CN.mo | awk -f src/po/embed.awk -v name=lang_zh_CN_mo > $@.tmp && mv $@.tmp $@

$(BUILD):
	@mkdir -p $@

-include $(OBJ:.o=.d) $(BUILD)/obj/main.d $(UNIT_BIN:=.d) $(ROOMS_LIB:.o=.d) $(ROOMS_BIN:=.d) $(wildcard $(BUILD)/obj/simulate/*.d)

# docs/audit.md is written here, and kept in the tree: its head by hand, a paragraph a check from the check's own file
AUDIT_PAGE = { cat docs/audit-head.md && echo '\#\# The checks' && echo && awk -f sql/audit/embed.awk -v part=md sql/audit/*.sql; }
docs/audit.md: docs/audit-head.md sql/audit/embed.awk $(wildcard sql/audit/*.sql)
	$(Q)$(AUDIT_PAGE) > $@.tmp && mv $@.tmp $@

audit-page:
	@$(AUDIT_PAGE)

# what is made in the documents, made anew: pages out of the program's tables, screens by playing their scenes on a real sandbox, the
# manual pages out of the pages. 'git diff' is empty after it when nothing that is printed has changed; check-docs changes nothing
# and fails else.
docs: all docs/audit.md
	$(Q)docs/bugs >docs/evacuation-bugs.md
	$(Q)docs/bugs zh >docs/evacuation-bugs.zh.md
	$(Q)docs/screens/run
	$(Q)docs/man7 runbook >docs/evac-manage-runbook.7
	$(Q)docs/man7 recovery >docs/evac-manage-recovery.7

check-docs: all
	$(Q)docs/screens/run --check

# ---- tests; RUNNER=valgrind runs each unit test under it
$(BUILD)/tests/%: tests/unit/%.c $(BUILD)/libevac-manage.a
	@echo "  TEST  $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS) -I$(BUILD) -Itests/lib -MMD -MP $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $< \
	    $(BUILD)/libevac-manage.a $(shell $(PKG) --libs cmocka) $(LIBS)

# each reader of tests/fuzz with the files of its corpus
$(BUILD)/tests/replay_%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c tests/fuzz/lib.c tests/fuzz/fuzz.h $(BUILD)/libevac-manage.a
	@echo "  TEST  $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(OUR_CFLAGS) -DCORPUS='"tests/fuzz/corpus/$*"' $(CPPFLAGS) $(CFLAGS) -I$(BUILD) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ \
	    $(filter %.c %.a,$^) $(LIBS)

$(BUILD)/fuzz_%: tests/fuzz/fuzz_%.c tests/fuzz/lib.c tests/fuzz/fuzz.h $(BUILD)/libevac-manage.a
	@echo "  FUZZ  $@"
	$(Q)$(CC) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS) -I$(BUILD) $(OUR_LDFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $(filter %.c %.a,$^) $(LIBS)

# the rooms of the database and the broker; tests/rooms/run runs them, the light sandbox must be up
$(BUILD)/obj/tests/%.o: tests/lib/%.c $(BUILD)/sql_catalogue.h
	@echo "  CC    $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS) -I$(BUILD) -Itests/lib -MMD -MP -c -o $@ $<

$(BUILD)/tests/rooms/%: tests/rooms/%.c $(ROOMS_LIB) $(BUILD)/libevac-manage.a
	@echo "  TEST  $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS) -I$(BUILD) -Itests/lib -MMD -MP $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $< $(ROOMS_LIB) \
	    $(BUILD)/libevac-manage.a $(shell $(PKG) --libs cmocka) $(LIBS)

rooms: $(ROOMS_BIN)

# what stands in for something in tests: two libraries of Ceph that are a file, and a disk that is slow at a record; and what check-storage needs
# of the real ones: without their headers
FAKE_CEPH := $(BUILD)/tests/fake/librados.so.2 $(BUILD)/tests/fake/librbd.so.1
STAND_INS := $(FAKE_CEPH) $(BUILD)/tests/fake/slow_disk.so
$(BUILD)/tests/fake/slow_disk.so: tests/lib/slow_disk.c
	@echo "  TEST  $@"
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) $(if $(WERROR),-Werror) -O1 -g -fPIC -shared -o $@ $<

$(FAKE_CEPH): tests/storage/fake.c
	@echo "  TEST  $@"
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) $(if $(WERROR),-Werror) -O1 -g -fPIC -shared -Wl,-soname,$(@F) -o $@ $<

$(BUILD)/tests/storage/rbd: tests/storage/rbd.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -Wall -Wextra $(if $(WERROR),-Werror) -O1 -g -rdynamic -o $@ $< -l:librados.so.2 -l:librbd.so.1

$(BUILD)/tests/storage/see: tests/storage/see.c $(BUILD)/libevac-manage.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS) -I$(BUILD) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libevac-manage.a $(LIBS)

# the whole program on other bottoms (tests/simulate): what is below its rooms is wrapped by the linker, librabbitmq by its own names
SIMULATE     := $(patsubst tests/simulate/%.c,$(BUILD)/obj/simulate/%.o,$(sort $(wildcard tests/simulate/*.c)))
SIMULATE_WRAPS := clock_gettime time nanosleep getrandom getpid pthread_create pthread_join write fsync fdatasync rename link \
                  aside_begin await_soon http_look_all http_ask knock_at child_run storage_begin storage_take db_ask_ahead db_ask_set_ahead mariadb_get_infov \
                  $(addprefix mysql_,real_connect close real_query commit rollback ping errno error get_socket free_result num_fields \
                  fetch_field_direct $(addprefix stmt_,init prepare execute close bind_param bind_result attr_set fetch fetch_column free_result \
                  result_metadata errno error param_count affected_rows warning_count))
$(BUILD)/obj/simulate/main.o: $(BUILD)/obj/main.o
	@mkdir -p $(@D)
	$(Q)objcopy --redefine-sym main=evac_main $< $@

$(SIMULATE): $(BUILD)/obj/simulate/%.o: tests/simulate/%.c $(BUILD)/sql_catalogue.h
	@echo "  CC    $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(OUR_CFLAGS) $(CPPFLAGS) $(CFLAGS) -I$(BUILD) -MMD -MP -c -o $@ $<

$(BUILD)/simulate: $(SIMULATE) $(BUILD)/obj/simulate/main.o $(BUILD)/libevac-manage.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(CFLAGS) $(OUR_LDFLAGS) $(LDFLAGS) $(SIMULATE_WRAPS:%=-Wl,--wrap=%) -o $@ $^ $(LIBS)

unit: $(UNIT_BIN) $(REPLAY_BIN) | $(STAND_INS)
	$(Q)rm -f $(BUILD)/findings.seen; export FINDINGS_SEEN=$(abspath $(BUILD))/findings.seen FAKE_CEPH_LIBS=$(abspath $(BUILD))/tests/fake; failed=0; \
	    printf '%s\n' $^ | RUNNER='$(RUNNER)' xargs -P $$(($$(nproc) + 1)) -n 1 tests/unit/each || failed=1; \
	    tests/findings $$FINDINGS_SEEN || failed=1; exit $$failed

# every source in the form that .clang-format says
format:
	$(Q)find src include -name '*.[ch]' -exec clang-format -i {} +

# every sentence that is marked in the sources (src/po/keywords) into src/po/zh_CN.po, with what is translated already
po: | $(BUILD)
	$(Q)src/po/extract $(BUILD)/evac-manage.pot
	$(Q)msgmerge --quiet --update --backup=none --no-wrap --no-location --previous src/po/zh_CN.po $(BUILD)/evac-manage.pot
	$(Q)msgattrib --no-obsolete --no-wrap --no-location -o src/po/zh_CN.po src/po/zh_CN.po
	$(Q)msgfmt --statistics --check-format -o /dev/null src/po/zh_CN.po

check-house: all
	$(Q)OBJ=$(BUILD)/obj tests/layers
	$(Q)tests/names
	$(Q)tests/format
	$(Q)tests/headers
	$(Q)tests/translation
	$(Q)tests/schemas
	$(Q)tests/mutations/run --apply
	$(Q)shellcheck -x .ci/run tests/layers tests/names tests/format tests/headers tests/translation src/po/extract tests/findings tests/coverage tests/check tests/unit/each tests/demo tests/deps.sh tests/rooms/run tests/storage/ceph tests/storage/run tests/storage/run-program tests/storage/run-rescues tests/lib/in_own_sandbox tests/crash/all tests/sandbox/sandbox tests/sandbox/selftest tests/packages/run tests/packages/bare tests/guests/run tests/guests/cloud tests/guests/host-init tests/servers/run tests/servers/side tests/servers/root tests/servers/each tests/releases/run tests/releases/root tests/releases/inside packaging/package packaging/tarball packaging/tarball-libraries docs/bugs docs/man7 docs/screens/run
	$(Q)shellcheck -s bash src/cli/complete.bash src/rehearse/complete.bash
	$(Q)if [ -x docs/check ]; then EVAC_MANAGE=$(BUILD)/evac-manage docs/check; fi

# a second build, from a directory of another name, gives the same bytes
check-bytes: all
	$(Q)elsewhere=$$(mktemp -d) && cp -r Makefile src include sql $$elsewhere && \
	    $(MAKE) --no-print-directory -C $$elsewhere BUILD=built all && cmp $(BUILD)/evac-manage $$elsewhere/built/evac-manage; \
	    failed=$$?; rm -rf $$elsewhere; [ $$failed = 0 ] && echo "1 passed, 0 failed"

check-unit:
	$(Q)tests/deps.sh build check
	$(Q)$(MAKE) --no-print-directory check-house unit

check:
	$(Q)tests/check

# every crash point, and every pair with a point of the recovery, on sandboxes of its own; PARTS= at the same time
check-exhaustive:
	$(Q)$(MAKE) --no-print-directory all CRASH_POINTS=1 BUILD=$(BUILD)/crash
	$(Q)EVAC_MANAGE=$(CURDIR)/$(BUILD)/crash/evac-manage tests/crash/all $(PARTS)

# what must be up: a service after the other is stopped or hangs, in a whole sandbox of its own; and sixty instances, nova-api off and on
check-outages: all
	$(Q)tests/deps.sh build sandbox
	$(Q)EVAC_MANAGE=$(CURDIR)/$(BUILD)/evac-manage tests/lib/in_own_sandbox tests/outages/run

# databases and brokers of other releases, each in the place of the sandbox's own; SERVERS= some of them. As root, with Debian's archive
check-servers: all rooms | $(STAND_INS)
	$(Q)tests/deps.sh build sandbox servers
	$(Q)$(MAKE) --no-print-directory all CRASH_POINTS=1 BUILD=$(BUILD)/crash
	$(Q)BUILD=$(BUILD) tests/servers/run $(SERVERS)

# a private Ceph of one monitor and one OSD, from packages that are unpacked; guests' disks that live, die and freeze
check-storage: all $(FAKE_CEPH) $(BUILD)/tests/storage/rbd $(BUILD)/tests/storage/see
	$(Q)tests/deps.sh build check sandbox disks
	$(Q)BUILD=$(BUILD) tests/storage/run
	$(Q)EVAC_MANAGE=$(abspath $(BUILD))/evac-manage BUILD=$(BUILD) tests/storage/run-program

# rescues of hosts that are killed, frozen, cut off and come back, each of a seed, on a real Ceph: SEEDS=1000 FIRST=1 LANES=32
SEEDS ?= 1000
check-disks: all $(BUILD)/tests/storage/rbd
	$(Q)tests/deps.sh build sandbox disks
	$(Q)EVAC_MANAGE=$(abspath $(BUILD))/evac-manage BUILD=$(BUILD) tests/storage/run-rescues $(SEEDS) $(FIRST)

# the nova and cinder of each suite of Debian, in roots of their own: what an operator does, in each; SUITES= names some
check-releases:
	$(Q)tests/deps.sh releases tarball
	$(Q)BUILD=$(BUILD) tests/releases/run $(SUITES)

# guests that boot, on hosts that lose their power, freeze and are cut off; STORIES= some of them. As root, with Debian's archive
check-guests: all $(BUILD)/tests/storage/rbd
	$(Q)tests/deps.sh build sandbox guests
	$(Q)EVAC_MANAGE=$(abspath $(BUILD))/evac-manage RBD=$(abspath $(BUILD))/tests/storage/rbd tests/guests/run $(STORIES)

demo:
	$(Q)tests/demo

# the main job with guests that boot; as root, with Debian's archive
demo-guests: all $(BUILD)/tests/storage/rbd
	$(Q)tests/deps.sh build sandbox guests
	$(Q)EVAC_MANAGE=$(abspath $(BUILD))/evac-manage RBD=$(abspath $(BUILD))/tests/storage/rbd tests/guests/run demo

# the audit against planted rows, and against N rows of each kind; the light sandbox must be up
check-audit: all $(FAKE_CEPH)
	tests/audit/run

# histories of the whole program on other bottoms, each of a seed: SEED=1 HISTORIES=1000 LANES=2 FOR=SECONDS; TRACE=1 shows one, DEBUG=1
# is gdb where something is found wrong in it, OFF= leaves faults out, WITH=undo gives each one of that kind, ONLY=undo no other
simulate: $(BUILD)/simulate
	$(Q)tests/deps.sh build sandbox
	$(Q)SEED=$(SEED) HISTORIES=$(HISTORIES) FOR=$(FOR) OFF=$(OFF) KINDS=$(KINDS) WITH=$(WITH) ONLY=$(ONLY) WITHOUT=$(WITHOUT) TRACE=$(TRACE) DEBUG=$(DEBUG) LANES=$(LANES) BUILD=$(BUILD) tests/simulate/run

# the program with one line changed, once for each file of tests/mutations: something must notice. NAMES=: these alone
check-mutations:
	$(Q)tests/deps.sh build sandbox
	$(Q)SEED=$(SEED) HISTORIES=$(HISTORIES) ANY=$(ANY) tests/mutations/run $(NAMES)

# evac-rehearse on dumps of the light sandbox, and of a cloud of 200 hosts and 2,000 instances
check-rehearsal: all
	$(Q)tests/deps.sh build sandbox rehearsal
	$(Q)LARGE=yes LIGHT=yes EVAC_MANAGE=$(abspath $(BUILD))/evac-manage tests/lib/in_own_sandbox tests/rehearse/run

# clouds out of seeds, whose hosts and racks die on paper: what readiness would do with each, before a judge of its own
CLOUDS ?= 1000
check-fleet: all
	$(Q)tests/deps.sh build sandbox
	$(Q)LIGHT=yes EVAC_MANAGE=$(abspath $(BUILD))/evac-manage tests/lib/in_own_sandbox tests/fleet/run $(CLOUDS) $(FIRST)

# what a dry run says would fit, and then nova's own scheduler: rounds of a host that dies in a nearly full cloud
ROUNDS ?= 5
check-landing: all
	$(Q)tests/deps.sh build sandbox
	$(Q)EVAC_MANAGE=$(abspath $(BUILD))/evac-manage tests/lib/in_own_sandbox tests/fleet/land $(ROUNDS) $(FIRST)

# what the simulator's actors write, against what the real nova, cinder and placement write to the same rows; SCENES= some of tests/actors/scenes.py
check-actors: all
	$(Q)tests/deps.sh build sandbox
	$(Q)EVAC_MANAGE=$(abspath $(BUILD))/evac-manage tests/actors/own $(SCENES)

# rescues among real daemons that die, hang and come back: RUNS= of them, each of a seed from FIRST= on; SEED= one of them, with all it says
RUNS ?= 1000
check-chaos: all
	$(Q)tests/deps.sh build sandbox
	$(Q)EVAC_MANAGE=$(abspath $(BUILD))/evac-manage tests/chaos/run $(RUNS) $(FIRST)

# the pace that a run finds, against fixed ones: 60 instances, evacuated by nova's own conductor and computes with each of them
INSTANCES ?= 60
check-pace: all
	$(Q)tests/deps.sh build sandbox
	$(Q)EVAC_MANAGE=$(abspath $(BUILD))/evac-manage tests/lib/in_own_sandbox tests/pace/run $(INSTANCES)

# every bench of tests/bench/bench, one after the other, with each kind of settings of the server, and a table; BENCHES= some of them; each
# alone, on the server as it is, by its name. Needs the light sandbox (EVAC_SANDBOX, EVAC_SANDBOX_PORT)
bench: all
	$(Q)EVAC_MANAGE=$(abspath $(BUILD))/evac-manage tests/bench/bench $(BENCHES)

# an audit of N instances on HOSTS hosts against reading its inputs; needs the light sandbox, and a dozen gigabytes a million
N ?= 1000000
bench-audit: HOSTS ?= 5000
bench-audit: all
	$(Q)EVAC_MANAGE=$(abspath $(BUILD))/evac-manage tests/audit/bench.py $(N) $(HOSTS)

# a list of 100,000 volumes in each format, against the mariadb client; needs the light sandbox
bench-lists: all
	$(Q)EVAC_MANAGE=$(abspath $(BUILD))/evac-manage tests/bench/lists

# how long the program takes to begin; needs no server
bench-start: all
	$(Q)EVAC_MANAGE=$(abspath $(BUILD))/evac-manage tests/bench/start

# our own cost of an evacuation, with a listener that only counts; needs the light sandbox
bench-evacuations: all
	$(Q)EVAC_MANAGE=$(abspath $(BUILD))/evac-manage tests/bench/evacuations

# a failed host looked at and planned in a cloud of CLOUD=1000000 instances and volumes; needs the light sandbox
bench-cloud: all
	$(Q)EVAC_MANAGE=$(abspath $(BUILD))/evac-manage tests/bench/cloud

# a move of 100,000 of 1,000,000 volumes against plain SQL; needs the light sandbox (EVAC_SANDBOX, EVAC_SANDBOX_PORT)
bench-moves: all
	$(Q)EVAC_MANAGE=$(abspath $(BUILD))/evac-manage tests/bench/run

# the same build with AddressSanitizer and UBSan, and its unit tests
asan:
	$(Q)$(MAKE) --no-print-directory all unit CC=clang SANITIZE=address,undefined BUILD=$(BUILD)/asan

# each reader with what libFuzzer thinks up, SECONDS= each; what reaches more goes to build/fuzz/corpus, what ends it to build/fuzz
SECONDS ?= 300
fuzz:
	$(Q)$(MAKE) --no-print-directory fuzzers CC=clang SANITIZE=address,undefined,fuzzer-no-link BUILD=$(BUILD)/fuzz
	$(Q)for f in $(FUZZ); do mkdir -p $(BUILD)/fuzz/corpus/$$f && $(BUILD)/fuzz/fuzz_$$f -max_total_time=$(SECONDS) -max_len=4096 -timeout=20 \
	    -verbosity=0 -print_final_stats=1 -artifact_prefix=$(BUILD)/fuzz/$$f- $(BUILD)/fuzz/corpus/$$f tests/fuzz/corpus/$$f || exit; done

fuzzers: $(FUZZ:%=$(BUILD)/fuzz_%)

# what three analyzers find: nothing. Only what changed since is looked at again. Each finding is mended, or silenced narrowly with its
# reason: .clang-tidy, .cppcheck
analyze: all
	$(Q)tests/deps.sh build analyze
	$(Q)$(MAKE) --no-print-directory all tidy CC=gcc WERROR=1 PROTECTION= CFLAGS="-O1 -g -fanalyzer" BUILD=$(BUILD)/analyze
	@echo "  CPPCHECK"
	$(Q)mkdir -p $(BUILD)/analyze/cppcheck
	$(Q)cppcheck --quiet --std=c11 --library=gnu --enable=warning,performance,portability,style --error-exitcode=1 -j $$(nproc) \
	    --cppcheck-build-dir=$(BUILD)/analyze/cppcheck --suppressions-list=.cppcheck -D_GNU_SOURCE '-D_Generic(...)=0' -DEVAC_MANAGE_VERSION='"$(VERSION)"' \
	    -Iinclude -I$(BUILD) src

tidy: $(SRC:src/%.c=$(BUILD)/tidy/%)

# after its object, which knows the headers that it is made of
$(BUILD)/tidy/%: src/%.c $(BUILD)/obj/%.o .clang-tidy
	@echo "  TIDY  $<"
	@mkdir -p $(@D)
	$(Q)clang-tidy --quiet $< -- -std=c11 -D_GNU_SOURCE -DEVAC_MANAGE_VERSION='"$(VERSION)"' -Iinclude -I$(BUILD) $(PKG_CFLAGS) 2>/dev/null && touch $@

# how much of each room the unit tests reach, and its floor; COVERAGE=all: with rooms and integration, in a sandbox of its own
coverage:
	$(Q)rm -rf $(BUILD)/coverage
	$(Q)$(MAKE) --no-print-directory all unit rooms COVERAGE=$(or $(COVERAGE),unit) CC=gcc CFLAGS="-O0 -g" BUILD=$(BUILD)/coverage
	$(Q)tests/coverage $(BUILD)/coverage $(COVERAGE)

# ---- installation: the statements go along for reading, the binary has its own copies. The unit names the binary where it is.
# What the program itself writes is asked of it; RUN= runs one that is for another machine (qemu-aarch64-static). SBOM=yes: with
# what it was made of.
ZSH_COMPLETIONS ?= $(PREFIX)/share/zsh/site-functions
SYSTEMD_UNITS   ?= $(PREFIX)/lib/systemd/system
SHARE = $(DESTDIR)$(PREFIX)/share
LIB   = $(DESTDIR)$(PREFIX)/lib
install: all
	install -D -m 755 $(BUILD)/evac-manage $(DESTDIR)$(PREFIX)/bin/evac-manage
	install -D -m 755 src/rehearse/evac-rehearse $(DESTDIR)$(PREFIX)/bin/evac-rehearse
	install -D -m 644 -t $(SHARE)/evac-manage/rehearse src/rehearse/*.py
	for f in $(wildcard docs/*.[578]); do install -D -m 644 $$f $(SHARE)/man/man$${f##*.}/$${f##*/} || exit; done
	for f in $(SQL); do install -D -m 644 $$f $(SHARE)/evac-manage/$$f || exit; done
	for shell in bash zsh fish; do $(RUN) $(BUILD)/evac-manage completion $$shell >$(BUILD)/completion.$$shell || exit; done
	$(RUN) $(BUILD)/evac-manage config sample >$(BUILD)/evac-manage.conf
	install -D -m 644 $(BUILD)/completion.bash $(SHARE)/bash-completion/completions/evac-manage
	install -D -m 644 src/rehearse/complete.bash $(SHARE)/bash-completion/completions/evac-rehearse
	install -D -m 644 $(BUILD)/completion.zsh $(DESTDIR)$(ZSH_COMPLETIONS)/_evac-manage
	install -D -m 644 src/rehearse/complete.zsh $(DESTDIR)$(ZSH_COMPLETIONS)/_evac-rehearse
	install -D -m 644 $(BUILD)/completion.fish $(SHARE)/fish/vendor_completions.d/evac-manage.fish
	install -D -m 644 src/rehearse/complete.fish $(SHARE)/fish/vendor_completions.d/evac-rehearse.fish
	install -D -m 644 -t $(SHARE)/doc/evac-manage README.md
	$(if $(SBOM),packaging/sbom $(BUILD)/evac-manage $(VERSION) $(filter-out yes,$(SBOM)) >$(BUILD)/evac-manage.spdx.json)
	$(if $(SBOM),install -D -m 644 -t $(SHARE)/doc/evac-manage $(BUILD)/evac-manage.spdx.json)
	install -D -m 644 -t $(SHARE)/doc/evac-manage/docs $(filter-out docs/audit-head.md,$(wildcard docs/*.md)) docs/audit-alerts.yml docs/readiness-alerts.yml docs/inventory-alerts.yml
	install -D -m 644 -t $(SHARE)/doc/evac-manage/docs/schema docs/schema/*
	install -D -m 644 -t $(SHARE)/doc/evac-manage/examples packaging/examples/* $(BUILD)/evac-manage.conf
	for f in evac-manage-audit evac-manage-inventory evac-rehearse; do sed 's,/usr/bin/,$(PREFIX)/bin/,' docs/systemd/$$f.service >$(BUILD)/$$f.service && \
	    install -D -m 644 -t $(DESTDIR)$(SYSTEMD_UNITS) $(BUILD)/$$f.service docs/systemd/$$f.timer || exit; done
	for f in evac-manage-audit evac-rehearse; do install -D -m 644 docs/systemd/$$f.sysusers $(LIB)/sysusers.d/$$f.conf || exit; done
	for f in evac-manage evac-manage-audit evac-rehearse; do install -D -m 644 docs/systemd/$$f.tmpfiles $(LIB)/tmpfiles.d/$$f.conf || exit; done

# packages of the last commit, in build/; each build is its own, and takes no variables from here
deb rpm:
	$(Q)tests/deps.sh build package
	$(Q)packaging/package $@ $(BUILD)

# one binary with its libraries inside, for a controller that may not be touched; as root, with Debian's archive in reach
tarball:
	$(Q)tests/deps.sh build tarball
	$(Q)packaging/tarball $(BUILD)

# what this build was made of: SPDX
sbom: $(BUILD)/evac-manage
	$(Q)packaging/sbom $(BUILD)/evac-manage $(VERSION) >$(BUILD)/evac-manage-$(VERSION).spdx.json

# both packages: built twice to the same bytes, looked into, and their programs run
check-packages:
	$(Q)tests/deps.sh build package
	$(Q)tests/packages/run

# deb and tarball in bare roots of Debian 11, 12 and 13, against the light sandbox, which must be up; as root, with Debian's archive in reach
check-bare: deb tarball
	$(Q)BUILD=$(BUILD) tests/packages/bare

clean:
	rm -rf $(BUILD)

.PHONY: all check-actors check-chaos docs check-docs po deb rpm tarball sbom check-packages check-bare audit-page unit rooms check-house check-bytes format check-unit check check-exhaustive check-outages check-servers check-storage check-disks check-fleet check-landing check-pace simulate check-mutations check-releases check-rehearsal check-guests demo demo-guests asan analyze tidy fuzz fuzzers coverage install clean check-audit bench bench-audit bench-moves bench-evacuations bench-cloud bench-lists bench-start
.DELETE_ON_ERROR:
