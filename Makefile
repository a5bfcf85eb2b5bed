# Fanous. Two commands do everything on a fresh Debian 12: `make run` and `make test`.
#   MODE=release|asan|fuzz   CC=gcc|clang   V=1 shows the commands   DESTDIR= PREFIX= for install
MODE    ?= release
CC       = gcc
PREFIX  ?= /usr
VERSION := 0.1.0
B       := build/$(MODE)$(if $(filter clang,$(CC)),-clang)
O       := $(B)/obj
Q       := $(if $(V),,@)

WARN     := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
            -Wformat=2 -Wvla -Wundef
CPPFLAGS += -I. -I$(O) -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -DSHAREDIR='"$(PREFIX)/share/fanous"'
CFLAGS_release  := -O2 -g -fstack-protector-strong -fstack-clash-protection -fPIE -D_FORTIFY_SOURCE=2
CFLAGS_asan     := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
CFLAGS_fuzz     := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LDFLAGS_release := -pie -Wl,-z,relro,-z,now,-z,noexecstack
LDFLAGS_asan    := -fsanitize=address,undefined
LDFLAGS_fuzz    := -fsanitize=fuzzer,address,undefined
CFLAGS  += -std=gnu11 $(WARN) $(CFLAGS_$(MODE)) -MMD -MP
LDFLAGS += $(LDFLAGS_$(MODE)) -Wl,--as-needed
LIBS_COMMON    := -linih -lsodium -lzstd -ljansson -lcrypto -lm
LIBS_PROBE     := -lcurl -lcares -levent_core -lssl -lseccomp $(LIBS_COMMON)
LIBS_COLLECTOR := -levent_core -levent_extra -lmaxminddb -lsqlite3 -lz $(LIBS_COMMON)

# Every language is a file, named by its code. English comes first: addresses without a language are in it.
LANGUAGES := collector/lang/en.def $(filter-out %/en.def,$(sort $(wildcard collector/lang/*.def)))
obj       = $(patsubst %.c,$(O)/%.o,$(1))
COMMON    := $(call obj,$(wildcard common/*.c))
PROBE     := $(call obj,$(filter-out probe/main.c,$(wildcard probe/*.c)))
ASSETS    := $(wildcard collector/*.sql) $(filter-out %/style.css %.sh %.LICENSE,$(wildcard collector/web/*)) \
             $(O)/collector/style.css $(O)/collector/METHOD.html
COLLECTOR := $(call obj,$(filter-out collector/main.c,$(wildcard collector/*.c))) $(O)/collector/assets.o
TESTS     := $(patsubst %.c,$(B)/%,$(wildcard $(foreach d,common probe collector,tests/$(d)/test_*.c)))
BENCHES   := $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/*.c))
FUZZERS   := $(patsubst tests/fuzz/%.c,$(B)/replay/%,$(wildcard tests/fuzz/fuzz_*.c))
EXPLORERS := $(patsubst $(B)/replay/%,$(B)/explore/%,$(FUZZERS))

.PHONY: all run test demo sim sim-short deps deps-test unit e2e fuzz fuzz-replay explorers layers languages headers charts \
        format format-check web shots bench bench-programs install clean FORCE
all: $(B)/probe $(B)/collector $(B)/demo $(B)/sim

$(B)/probe: $(O)/probe/main.o $(B)/libprobe.a $(B)/libcommon.a
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_PROBE)
$(B)/collector: $(O)/collector/main.o $(B)/libcollector.a $(B)/libcommon.a
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_COLLECTOR)
$(B)/demo: $(call obj,$(wildcard tests/demo/*.c)) $(call obj,$(addprefix tests/sim/,chance.c course.c published.c)) $(B)/libcollector.a $(B)/libcommon.a
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_COLLECTOR)

$(B)/sim: $(call obj,$(wildcard tests/sim/*.c)) $(B)/libcollector.a $(B)/libcommon.a
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_COLLECTOR)

# Archives are made anew when the list of their members changes, so a removed file leaves them too.
$(B)/libcommon.a: $(COMMON) $(O)/common.list
$(B)/libprobe.a: $(PROBE) $(O)/probe.list
$(B)/libcollector.a: $(COLLECTOR) $(O)/collector.list
$(B)/%.a:
	$(Q)rm -f $@ && ar rcs $@ $(filter %.o,$^)
$(O)/common.list: LIST = $(COMMON)
$(O)/probe.list: LIST = $(PROBE)
$(O)/collector.list: LIST = $(COLLECTOR) $(ASSETS)
$(O)/%.list: FORCE
	@mkdir -p $(@D); echo '$(LIST)' | cmp -s - $@ || echo '$(LIST)' >$@

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
$(O)/%.o: $(O)/%.c
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
$(call obj,$(wildcard collector/*.c tests/*/*.c)): | $(O)/collector/assets.h $(O)/collector/languages.def
$(O)/collector/languages.list: LIST = $(LANGUAGES)
$(O)/collector/languages.def: $(O)/collector/languages.list
	$(Q)for f in $(LANGUAGES); do \
		printf '#define THIS_LANG LANG_%s\n#include "%s"\n#undef THIS_LANG\n' \
			"$$(basename $$f .def | tr a-z A-Z)" $$f; done >$@
# The look of charts, which also goes into pictures that stand alone, begins the stylesheet of the pages.
# It names the font by its version (page_asset.h): a CRC-32, which gzip knows too.
$(O)/collector/style.css: collector/web/chart.css collector/web/style.css collector/web/vazirmatn.woff2
	@mkdir -p $(@D)
	$(Q)v=$$(gzip -c $(filter %.woff2,$^) | tail -c 8 | od -An -N4 -tu1 | awk '{printf "%02x%02x%02x%02x", $$4, $$3, $$2, $$1}') && \
		cat $(filter %.css,$^) | sed "s/@FONT@/$$v/" >$@.new && mv $@.new $@
# Every file of collector/web, every .sql and the method become a byte array in the binary.
$(O)/collector/METHOD.html: collector/METHOD.md
	@mkdir -p $(@D)
	$(Q)cmark-gfm -e table $< >$@.new && mv $@.new $@
$(O)/collector/assets.h $(O)/collector/assets.c &: $(ASSETS) $(O)/collector.list tests/assets.sh
	@mkdir -p $(O)/collector
	$(Q)sh tests/assets.sh $(O)/collector/assets $(ASSETS)

# Tests: every tests/DIR/test_X.c is a cmocka program linked with what DIR may know.
$(B)/tests/common/%: $(O)/tests/common/%.o $(B)/libcommon.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_COMMON) -lcmocka
$(B)/tests/probe/%: $(O)/tests/probe/%.o $(call obj,$(filter-out $(wildcard tests/probe/test_*.c),$(wildcard tests/probe/*.c))) $(B)/libprobe.a $(B)/libcommon.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_PROBE) -lcmocka
$(B)/tests/collector/%: $(O)/tests/collector/%.o $(call obj,$(filter-out $(wildcard tests/collector/test_*.c),$(wildcard tests/collector/*.c))) $(B)/libcollector.a $(B)/libcommon.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_COLLECTOR) -lcmocka
# Fuzzers: replayed over their corpus in every test run; `make fuzz` explores with libFuzzer (clang).
$(B)/replay/%: $(O)/tests/fuzz/%.o $(O)/tests/fuzz/replay.o $(B)/libprobe.a $(B)/libcollector.a $(B)/libcommon.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_PROBE) $(LIBS_COLLECTOR)
$(B)/explore/%: $(O)/tests/fuzz/%.o $(B)/libprobe.a $(B)/libcollector.a $(B)/libcommon.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_PROBE) $(LIBS_COLLECTOR)
# Benchmarks: tests/bench/bench_X.c are the programs, run.sh and the sections drive them.
$(B)/bench/%: $(O)/tests/bench/%.o $(B)/libprobe.a $(B)/libcommon.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_PROBE)
$(B)/bench/bench_collector $(B)/bench/bench_crowd: $(B)/bench/%: $(O)/tests/bench/%.o $(B)/libcollector.a $(B)/libcommon.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_COLLECTOR)
# What the tests of pages compare with others' tables.
$(B)/web/%: $(O)/tests/web/%.o $(B)/libcollector.a $(B)/libcommon.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_COLLECTOR)
.SECONDARY: $(call obj,$(wildcard tests/*/*.c))

deps:
	@sh tests/deps.sh build
deps-test:
	@sh tests/deps.sh build test
run: deps
	@$(MAKE) --no-print-directory all
	@sh tests/run.sh
demo: deps
	@$(MAKE) --no-print-directory all
	@sh tests/demo.sh
sim: deps
	@$(MAKE) --no-print-directory $(B)/sim
	@$(B)/sim -r $(or $(SEEDS),1) $(PART)
sim-short: $(B)/sim
	@$(B)/sim -s -r 1 cuts silence returns
test: deps-test
	@sh tests/all.sh
unit: $(TESTS)
	@sh tests/unit.sh $(TESTS)
fuzz-replay: $(FUZZERS)
	@for f in $(FUZZERS); do $$f tests/fuzz/corpus/$${f##*/fuzz_} || exit 1; done
explorers: $(EXPLORERS)
fuzz:
	@$(MAKE) -s --no-print-directory CC=clang MODE=fuzz explorers
	@sh tests/fuzz.sh
e2e: all
	@sh tests/e2e/run.sh
web: $(B)/collector $(B)/demo $(B)/web/days
	@sh tests/web/run.sh
shots: deps-test
	@$(MAKE) --no-print-directory $(B)/collector $(B)/demo
	@sh tests/web/run.sh shots
bench:
	@sh tests/deps.sh build bench
	@$(MAKE) -s --no-print-directory MODE=release all bench-programs
	@sh tests/bench/run.sh $(SECTION)
bench-programs: $(BENCHES)
charts: deps-test
	@$(MAKE) --no-print-directory $(B)/tests/collector/test_chart_pictures
	@sh tests/charts.sh
layers:
	@sh tests/layers.sh
languages:
	@/usr/bin/python3 tests/font.py
	@sh tests/languages.sh
headers: $(O)/collector/assets.h $(O)/collector/languages.def
	@CPPFLAGS="$(CPPFLAGS)" sh tests/headers.sh
SOURCES = $(shell git ls-files -co --exclude-standard '*.c' '*.h')
format:
	clang-format -i $(SOURCES)
format-check:
	@clang-format --dry-run -Werror $(SOURCES)
install: all
	install -D -m755 $(B)/probe $(DESTDIR)$(PREFIX)/bin/fanous-probe
	install -D -m755 $(B)/collector $(DESTDIR)$(PREFIX)/bin/fanous-collector
	install -D -m644 probe/probe.8 $(DESTDIR)$(PREFIX)/share/man/man8/fanous-probe.8
	install -D -m644 collector/collector.8 $(DESTDIR)$(PREFIX)/share/man/man8/fanous-collector.8
	for f in configs/countries/*/*; do install -D -m644 $$f $(DESTDIR)$(PREFIX)/share/fanous/$${f#configs/} || exit 1; done
	install -D -m644 -t $(DESTDIR)$(PREFIX)/share/doc/fanous README.md collector/web/vazirmatn.LICENSE $(wildcard configs/*.conf)
	install -D -m644 -t $(DESTDIR)$(PREFIX)/share/doc/fanous/grafana $(wildcard configs/grafana/*)
	install -D -m644 -t $(DESTDIR)/lib/systemd/system $(wildcard configs/*.service)
clean:
	rm -rf build
-include $(shell test -d build && find build -name '*.d')
