# SPDX-License-Identifier: BSD-2-Clause
# pam_smsotp: a text-message second factor for PAM. GNU make 4; `make help` lists targets and
# variables.
#
# From top to bottom: what you may set, what the sources are and may be linked with, how they are
# compiled, what is built, how it is installed, and how it is tested.

# --- yours to set (make VARIABLE=…) --------------------------------------------------------------
#: Variables (make NAME=value):
#:   PREFIX=/usr              SYSCONFDIR=/etc          where things go; all below can be set, too:
#:   LIBDIR PAMDIR LIBEXECDIR SBINDIR DATADIR MANDIR TMPFILESDIR SYSUSERSDIR
#:   SYSTEMDUNITDIR BASHCOMPDIR ZSHCOMPDIR FISHCOMPDIR
#:   STATEDIR=/var/lib/smsotp RUNDIR=/run/smsotp       the module's state
#:   DESTDIR                  put in front of every path by install and uninstall
#:   O=build                  where everything is built
#:   CC CPPFLAGS CFLAGS LDFLAGS                        yours; the project's own flags are kept apart
#:   SANITIZE=address,undefined                        builds and checks with these sanitizers
#:   FUZZ_SECONDS=20          how long each fuzzer runs
#:   V=1                      shows the commands
PREFIX       ?= /usr
SYSCONFDIR   ?= /etc
LIBDIR       ?= $(PREFIX)/lib$(if $(MULTIARCH),/$(MULTIARCH))
PAMDIR       ?= $(LIBDIR)/security
LIBEXECDIR   ?= $(PREFIX)/libexec
SBINDIR      ?= $(PREFIX)/sbin
DATADIR      ?= $(PREFIX)/share
MANDIR       ?= $(DATADIR)/man
TMPFILESDIR  ?= $(PREFIX)/lib/tmpfiles.d
SYSUSERSDIR  ?= $(PREFIX)/lib/sysusers.d
SYSTEMDUNITDIR ?= $(PREFIX)/lib/systemd/system
BASHCOMPDIR  ?= $(DATADIR)/bash-completion/completions
# zsh's own place for what comes with other software, or Debian's.
ZSHCOMPDIR   ?= $(DATADIR)/zsh/$(if $(MULTIARCH),vendor-completions,site-functions)
FISHCOMPDIR  ?= $(DATADIR)/fish/vendor_completions.d
STATEDIR     ?= /var/lib/smsotp
RUNDIR       ?= /run/smsotp
DESTDIR      ?=
O            ?= build
SANITIZE     ?=
FUZZ_SECONDS ?= 20
CFLAGS       ?= -O2 -g
LDFLAGS      ?=
PKG_CONFIG   ?= pkg-config
INSTALL      ?= install
PYTHON       ?= /usr/bin/python3
CLANG        ?= clang
# make's own defaults for these are set, so ?= would do nothing.
ifeq ($(origin CC),default)
CC := gcc
endif

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules
comma := ,
empty :=
space := $(empty) $(empty)

# `make deps check` on a fresh machine: compiler and libraries are probed while make reads what
# follows, so with deps among the goals the others are left to a make that starts when they are
# there.
AFTER_DEPS := $(if $(filter deps,$(MAKECMDGOALS)),$(filter-out deps,$(MAKECMDGOALS)))
ifneq ($(AFTER_DEPS),)
.PHONY: $(AFTER_DEPS)
$(AFTER_DEPS): deps
	+@$(MAKE) --no-print-directory $@
else

# --- sources: a directory is an address space, and the link lines are the proof ------------------
CORE   := $(wildcard src/core/*.c)
WIRE   := $(wildcard src/wire/*.c)
MODULE := $(wildcard pam_smsotp.c src/module/*.c)
# One main per helper; the rest of the directory is what they share.
SEND   := src/helper/send.c
LOOKUP := src/helper/lookup.c
HELPER := $(filter-out $(SEND) $(LOOKUP),$(wildcard src/helper/*.c))
CTL    := $(wildcard src/ctl/*.c)
CTL_MAIN := src/ctl/main.c

UNIT   := $(wildcard tests/unit/test_*.c)
RUNNER := $(wildcard tests/pam/*.c)
BENCH  := $(wildcard tests/bench/*.c)
FUZZ   := $(wildcard tests/fuzz/fuzz_*.c)

# What each address space is linked with, and nothing else. No curl, TLS or LDAP in sshd and sudo.
pkg = $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null || echo $(2))
LIBS_MODULE := -lpam $(call pkg,libsodium,-lsodium) $(call pkg,libconfig,-lconfig)
LIBS_SEND   := $(call pkg,libcurl,-lcurl) $(call pkg,jansson,-ljansson) \
	$(call pkg,expat,-lexpat) $(call pkg,libconfig,-lconfig) $(call pkg,libsodium,-lsodium) \
	$(call pkg,libseccomp,-lseccomp) $(call pkg,libcrypto,-lcrypto)
LIBS_LOOKUP := $(call pkg,ldap,-lldap) $(call pkg,lber,-llber) $(call pkg,libconfig,-lconfig) \
	$(call pkg,libsodium,-lsodium) $(call pkg,libseccomp,-lseccomp) -pthread
# It runs in no login: what prints JSON may be as large as it likes.
LIBS_CTL    := $(call pkg,jansson,-ljansson) $(call pkg,libsodium,-lsodium) \
	$(call pkg,libconfig,-lconfig)
LIBS_UNIT   := $(call pkg,cmocka,-lcmocka) $(LIBS_SEND) $(LIBS_LOOKUP) -lpam
LIBS_RUNNER := -lpam $(call pkg,jansson,-ljansson) $(call pkg,libsodium,-lsodium) \
	$(call pkg,libconfig,-lconfig) -ldl

# --- flags ---------------------------------------------------------------------------------------
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wimplicit-fallthrough

# What not every compiler and processor has is tried once for each compiler, and remembered:
# HARDEN (to compile with), HARDEN_LINK (to link with) and MULTIARCH (Debian's name of the library
# folder).
PROBED := $(O)/probed/$(subst /,_,$(subst $(space),_,$(CC))).mk
PROBE_COMPILE := -fstack-protector-strong -fstack-clash-protection -fcf-protection
PROBE_LINK := -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
ifneq ($(filter-out clean help deps,$(or $(MAKECMDGOALS),all)),)
include $(PROBED)
endif
accepted = printf '$(1) :='; for flag in $(2); do \
	if echo 'int main(void) { return 0; }' | \
		$(CC) -Werror $$flag -x c - -o $@.out >/dev/null 2>&1; \
	then printf ' %s' "$$flag"; fi; done; echo; rm -f $@.out
$(PROBED): Makefile $(shell command -v $(firstword $(CC)))
	@mkdir -p $(@D)
	@{ $(call accepted,HARDEN,$(PROBE_COMPILE)); $(call accepted,HARDEN_LINK,$(PROBE_LINK)); \
		echo "MULTIARCH := $$($(CC) -print-multiarch 2>/dev/null)"; } > $@

# glibc checks buffers only in optimised code. A sanitizer brings checked functions of its own,
# and leaves symbols to the program that loads the module.
FORTIFY := -U_FORTIFY_SOURCE
ifeq ($(SANITIZE),)
FORTIFY += $(if $(filter-out -O0,$(lastword -O0 $(filter -O%,$(CFLAGS)))),-D_FORTIFY_SOURCE=2)
NO_UNDEFINED := -Wl,-z,defs
else
SANITIZING := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
endif

# CPPFLAGS, CFLAGS and LDFLAGS are the user's and come last: `make CFLAGS=-O0` loses nothing.
ALL_CPPFLAGS = -D_GNU_SOURCE -Isrc -I$(O)/include $(FORTIFY) $(CPPFLAGS)
ALL_CFLAGS   = -std=c11 -fPIC -fvisibility=hidden $(WARNINGS) $(HARDEN) $(SANITIZING) \
	$(TEST_CFLAGS) $(CFLAGS)
ALL_LDFLAGS  = $(HARDEN_LINK) -Wl,--as-needed $(SANITIZING) $(LDFLAGS)

# Set for single targets below.
LINK_AS :=
TEST_CFLAGS :=

# --- what is built -------------------------------------------------------------------------------
#: Targets:
#:   all                      pam_smsotp.so, its helpers and smsotpctl (the default)
objects = $(patsubst %.c,$(O)/obj/%.o,$(1))
Q = $(if $(V),,@)
SILENT = $(findstring s,$(firstword $(filter-out -% %=%,$(MAKEFLAGS))))
says = $(if $(V)$(SILENT),,@printf '  %-5s %s\n' $(1) $@)
link = $(Q)mkdir -p $(@D) && \
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(LINK_AS) -o $@ $(filter %.o %.a,$^)

.PHONY: all
all: $(O)/pam_smsotp.so $(O)/smsotp-send $(O)/smsotp-lookup $(O)/smsotpctl

# In sshd, sudo, login…: policy, records, prompt, verdict. Exports what PAM calls, and no more.
EXPORTS := src/module/pam_smsotp.map
$(O)/pam_smsotp.so: private LINK_AS = -shared $(NO_UNDEFINED) -Wl,--version-script=$(EXPORTS)
$(O)/pam_smsotp.so: $(call objects,$(MODULE)) $(O)/libwire.a $(O)/libcore.a $(EXPORTS)
	$(call says,LD)
	$(link) $(LIBS_MODULE)

# A process of its own, sandboxed: one text through one gateway.
$(O)/smsotp-send: private LINK_AS = -pie
$(O)/smsotp-send: $(call objects,$(SEND)) $(O)/libhelper.a $(O)/libwire.a $(O)/libcore.a
	$(call says,LD)
	$(link) $(LIBS_SEND)

# Another: the phone numbers of one user from one directory or program.
$(O)/smsotp-lookup: private LINK_AS = -pie
$(O)/smsotp-lookup: $(call objects,$(LOOKUP)) $(O)/libhelper.a $(O)/libwire.a $(O)/libcore.a
	$(call says,LD)
	$(link) $(LIBS_LOOKUP)

# For the administrator.
$(O)/smsotpctl: private LINK_AS = -pie
$(O)/smsotpctl: $(call objects,$(CTL_MAIN)) $(O)/libctl.a $(O)/libwire.a $(O)/libcore.a
	$(call says,LD)
	$(link) $(LIBS_CTL)

$(O)/libcore.a: $(call objects,$(CORE))
$(O)/libwire.a: $(call objects,$(WIRE))
$(O)/libhelper.a: $(call objects,$(HELPER))
$(O)/libmodule.a: $(call objects,$(MODULE))
$(O)/libctl.a: $(call objects,$(filter-out $(CTL_MAIN),$(CTL)))
# Made afresh, also when a source has gone: its object would stay in an old archive.
$(O)/lib%.a: $(O)/sources
	$(call says,AR)
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

$(O)/obj/%.o: %.c $(O)/flags | $(O)/include/paths.h
	$(call says,CC)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

ALL_C := $(CORE) $(WIRE) $(MODULE) $(SEND) $(LOOKUP) $(HELPER) $(CTL) $(UNIT) $(RUNNER) $(BENCH) \
	$(FUZZ)
-include $(patsubst %.c,$(O)/obj/%.d,$(ALL_C))

# The paths that a build fixes, the flags it was made with, the sources there are. These files
# change only when their content does, and then what depends on them is made again.
quote = '$(subst ','\'',$(1))'
keep = @mkdir -p $(@D) && { printf '%s\n' $(1) | cmp -s - $@ || printf '%s\n' $(1) > $@; }
path_line = $(call quote,#define SMSOTP_$(1) "$(2)")
.PHONY: force
$(O)/include/paths.h: force
	$(call keep,'/* Made by the Makefile. */' \
		$(call path_line,CONF,$(SYSCONFDIR)/smsotp/smsotp.conf) \
		$(call path_line,SEND,$(LIBEXECDIR)/smsotp/smsotp-send) \
		$(call path_line,LOOKUP,$(LIBEXECDIR)/smsotp/smsotp-lookup) \
		$(call path_line,CTL,$(SBINDIR)/smsotpctl) \
		$(call path_line,MODULE,$(PAMDIR)/pam_smsotp.so) \
		$(call path_line,EXAMPLE_DIR,$(DATADIR)/smsotp) \
		$(call path_line,API_DIR,$(DATADIR)/smsotp/api) \
		$(call path_line,STATEDIR,$(STATEDIR)) \
		$(call path_line,RUNDIR,$(RUNDIR)))
$(O)/flags: force
	$(call keep,$(call quote,$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(LIBS_UNIT)))

$(O)/sources: force
	$(call keep,$(CORE) $(WIRE) $(MODULE) $(HELPER) $(CTL))

# --- installing ----------------------------------------------------------------------------------
#:   install                  installs below $(DESTDIR); configuration that exists is left as it is
CONFDIR := $(DESTDIR)$(SYSCONFDIR)/smsotp
API     := $(wildcard conf/api/*.conf)
MAN5    := $(wildcard docs/*.5)
MAN8    := $(wildcard docs/*.8)
SYSUSERS := $(wildcard conf/sysusers.d/*.conf)
TMPFILES := $(wildcard conf/tmpfiles.d/*.conf)
UNITS    := $(wildcard conf/systemd/*)
BASHCOMP := $(wildcard conf/completion/bash/*)
ZSHCOMP  := $(wildcard conf/completion/zsh/*)
FISHCOMP := $(wildcard conf/completion/fish/*)
# What completes asks the program that is installed.
COMPLETIONS = $(addprefix $(DESTDIR)$(BASHCOMPDIR)/,$(notdir $(BASHCOMP))) \
	$(addprefix $(DESTDIR)$(ZSHCOMPDIR)/,$(notdir $(ZSHCOMP))) \
	$(addprefix $(DESTDIR)$(FISHCOMPDIR)/,$(notdir $(FISHCOMP)))
PAM_EXAMPLES  := $(wildcard conf/pam.d/*)
SSHD_EXAMPLES := $(wildcard conf/sshd_config.d/*.conf)
FAIL2BAN_FILTERS := $(wildcard conf/fail2ban/filter.d/*.conf)
FAIL2BAN_JAILS   := $(wildcard conf/fail2ban/jail.d/*.conf)
LOGROTATE_EXAMPLES := $(wildcard conf/logrotate.d/*)
# What smsotpctl init fills in; and what waits in the administrator's folder to be named.
FORMS    := conf/smsotp.conf
GATEWAYS := $(wildcard conf/gateways/*.conf)
RECEIVERS := $(wildcard conf/receivers/*.conf)
EXAMPLES := $(patsubst conf/%,%,$(wildcard conf/ldap.conf conf/texts.*.conf))
# A folder that exists keeps its mode. Renamed into place, a file is never half there: somebody
# may be logging in.
folder  = { test -d $(DESTDIR)$(2) || $(INSTALL) -d -m $(1) $(DESTDIR)$(2); }
put     = $(INSTALL) -m $(1) $(2) $(DESTDIR)$(3)/.new && \
	mv -f $(DESTDIR)$(3)/.new $(DESTDIR)$(3)/$(notdir $(2))
files   = $(if $(2),$(call folder,0755,$(3)) $(foreach file,$(2),&& $(call put,$(1),$(file),$(3))))
# An administrator's file is never touched: an example goes where there is none.
example = test -e $(CONFDIR)/$(1) || test -L $(CONFDIR)/$(1) || \
	$(INSTALL) -m 0600 conf/$(1) $(CONFDIR)/$(1)

.PHONY: install
install: all
	$(Q)$(call files,0644,$(O)/pam_smsotp.so,$(PAMDIR))
	$(Q)$(call files,0755,$(O)/smsotp-send $(O)/smsotp-lookup,$(LIBEXECDIR)/smsotp)
	$(Q)$(call files,0755,$(O)/smsotpctl,$(SBINDIR))
	$(Q)$(call files,0644,$(API),$(DATADIR)/smsotp/api)
	$(Q)$(call files,0644,$(FORMS),$(DATADIR)/smsotp)
	$(Q)$(call files,0644,$(GATEWAYS),$(DATADIR)/smsotp/gateways)
	$(Q)$(call files,0644,$(RECEIVERS),$(DATADIR)/smsotp/receivers)
	$(Q)$(call files,0644,$(PAM_EXAMPLES),$(DATADIR)/smsotp/pam.d)
	$(Q)$(call files,0644,$(SSHD_EXAMPLES),$(DATADIR)/smsotp/sshd_config.d)
	$(Q)$(call files,0644,$(FAIL2BAN_FILTERS),$(DATADIR)/smsotp/fail2ban/filter.d)
	$(Q)$(call files,0644,$(FAIL2BAN_JAILS),$(DATADIR)/smsotp/fail2ban/jail.d)
	$(Q)$(call files,0644,$(LOGROTATE_EXAMPLES),$(DATADIR)/smsotp/logrotate.d)
	$(Q)$(call files,0644,$(MAN5),$(MANDIR)/man5)
	$(Q)$(call files,0644,$(MAN8),$(MANDIR)/man8)
	$(Q)$(call files,0644,$(BASHCOMP),$(BASHCOMPDIR))
	$(Q)$(call files,0644,$(ZSHCOMP),$(ZSHCOMPDIR))
	$(Q)$(call files,0644,$(FISHCOMP),$(FISHCOMPDIR))
	$(Q)sed -i 's,/usr/sbin/smsotpctl,$(SBINDIR)/smsotpctl,' $(COMPLETIONS)
	$(Q)$(call files,0644,$(SYSUSERS),$(SYSUSERSDIR))
	$(Q)$(call files,0644,$(TMPFILES),$(TMPFILESDIR))
	$(Q)$(call files,0644,$(UNITS),$(SYSTEMDUNITDIR))
	$(Q)sed -i -e 's,/run/smsotp,$(RUNDIR),' -e 's,/var/lib/smsotp,$(STATEDIR),' \
		-e 's,/etc/smsotp,$(SYSCONFDIR)/smsotp,' -e 's,/usr/sbin/,$(SBINDIR)/,' \
		$(addprefix $(DESTDIR)$(TMPFILESDIR)/,$(notdir $(TMPFILES))) \
		$(addprefix $(DESTDIR)$(SYSTEMDUNITDIR)/,$(notdir $(UNITS)))
	$(Q)$(call folder,0755,$(SYSCONFDIR)) && $(call folder,0700,$(SYSCONFDIR)/smsotp) && \
		$(call folder,0700,$(SYSCONFDIR)/smsotp/gateways) && \
		$(call folder,0700,$(SYSCONFDIR)/smsotp/receivers)
	$(Q)$(foreach name,$(EXAMPLES),{ $(call example,$(name)); } &&) true
	$(Q)$(call folder,0755,$(patsubst %/,%,$(dir $(STATEDIR)))) && \
		$(call folder,0700,$(STATEDIR))

#:   uninstall                takes it away, but configuration and state; refused while it is in use
# A stack that names a module which is gone locks everybody out.
.PHONY: uninstall
uninstall:
	@users=$$(grep -lE '^[^#]*pam_smsotp' $(DESTDIR)$(SYSCONFDIR)/pam.conf \
		$(DESTDIR)$(SYSCONFDIR)/pam.d/* $(DESTDIR)$(PREFIX)/lib/pam.d/* 2>/dev/null); \
	test -z "$$users" || { \
		echo "uninstall: refused, logins need the module; first take it out of" >&2; \
		echo "$$users" >&2; exit 1; }
	rm -f $(DESTDIR)$(PAMDIR)/pam_smsotp.so $(DESTDIR)$(SBINDIR)/smsotpctl \
		$(addprefix $(DESTDIR)$(LIBEXECDIR)/smsotp/,smsotp-send smsotp-lookup)
	rm -f $(addprefix $(DESTDIR)$(DATADIR)/smsotp/api/,$(notdir $(API))) \
		$(addprefix $(DESTDIR)$(DATADIR)/smsotp/,$(notdir $(FORMS))) \
		$(addprefix $(DESTDIR)$(DATADIR)/smsotp/gateways/,$(notdir $(GATEWAYS))) \
		$(addprefix $(DESTDIR)$(DATADIR)/smsotp/receivers/,$(notdir $(RECEIVERS))) \
		$(addprefix $(DESTDIR)$(DATADIR)/smsotp/pam.d/,$(notdir $(PAM_EXAMPLES))) \
		$(addprefix $(DESTDIR)$(DATADIR)/smsotp/sshd_config.d/,$(notdir $(SSHD_EXAMPLES))) \
		$(addprefix $(DESTDIR)$(DATADIR)/smsotp/,$(patsubst conf/%,%,$(FAIL2BAN_FILTERS) \
			$(FAIL2BAN_JAILS) $(LOGROTATE_EXAMPLES))) \
		$(addprefix $(DESTDIR)$(MANDIR)/man5/,$(notdir $(MAN5))) \
		$(addprefix $(DESTDIR)$(MANDIR)/man8/,$(notdir $(MAN8)))
	rm -f $(COMPLETIONS)
	rm -f $(addprefix $(DESTDIR)$(TMPFILESDIR)/,$(notdir $(TMPFILES))) \
		$(addprefix $(DESTDIR)$(SYSUSERSDIR)/,$(notdir $(SYSUSERS))) \
		$(addprefix $(DESTDIR)$(SYSTEMDUNITDIR)/,$(notdir $(UNITS)))
	@for folder in $(LIBEXECDIR)/smsotp \
		$(addprefix $(DATADIR)/smsotp/,api gateways receivers pam.d sshd_config.d \
			fail2ban/filter.d fail2ban/jail.d fail2ban logrotate.d) \
		$(DATADIR)/smsotp; do \
		rmdir "$(DESTDIR)$$folder" 2>/dev/null || true; done
	@echo "uninstall: $(CONFDIR) and $(DESTDIR)$(STATEDIR) are left as they are."

# --- testing -------------------------------------------------------------------------------------
# Every kind of test has a build of its own below $(O), installed into a stage: the paths of
# module and helper are fixed when they are built. Never more than two jobs that nobody asked for.
STAGE_PATHS = PREFIX=$(1)/usr SYSCONFDIR=$(1)/etc STATEDIR=$(1)/var/lib/smsotp \
	RUNDIR=$(1)/run/smsotp DESTDIR= \
	LIBDIR='$$(PREFIX)/lib$$(if $$(MULTIARCH),/$$(MULTIARCH))' PAMDIR='$$(LIBDIR)/security' \
	LIBEXECDIR='$$(PREFIX)/libexec' SBINDIR='$$(PREFIX)/sbin' DATADIR='$$(PREFIX)/share' \
	MANDIR='$$(DATADIR)/man' TMPFILESDIR='$$(PREFIX)/lib/tmpfiles.d' \
	SYSUSERSDIR='$$(PREFIX)/lib/sysusers.d' \
	SYSTEMDUNITDIR='$$(PREFIX)/lib/systemd/system' \
	BASHCOMPDIR='$$(DATADIR)/bash-completion/completions' \
	ZSHCOMPDIR='$$(DATADIR)/zsh/site-functions' \
	FISHCOMPDIR='$$(DATADIR)/fish/vendor_completions.d'
BUILD = $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j2)
# $(call staged,FOLDER,GOALS): a build in $(O)/FOLDER with its stage beside it.
staged = $(BUILD) O=$(O)/$(1) $(call STAGE_PATHS,$(abspath $(O)/$(1))/stage) $(2)
stage_of = $(abspath $(O)/$(1))/stage

.PHONY: stage test-programs
stage: install
	@mkdir -p $(dir $(RUNDIR))
test-programs: $(patsubst tests/unit/%.c,$(O)/unit/%,$(UNIT)) $(if $(RUNNER),$(O)/pam/runner)

# What a test program is linked with besides stands in its source: /* ldflags:
# -Wl,--wrap=getrandom */
ldflags_of = $$(sed -n 's,^/\* ldflags: \(.*\) \*/$$,\1,p' $(1))
$(O)/unit/%: private LINK_AS = -pie
$(O)/unit/%: $(O)/obj/tests/unit/%.o $(O)/libctl.a $(O)/libmodule.a $(O)/libhelper.a \
	$(O)/libwire.a $(O)/libcore.a
	$(call says,LD)
	$(link) $(call ldflags_of,tests/unit/$*.c) $(LIBS_UNIT)

# Its own syslog and clock take the place of libc's for libpam and the module: they must be visible.
$(O)/obj/tests/%.o: private TEST_CFLAGS = -fvisibility=default
$(O)/pam/runner: private LINK_AS = -pie -rdynamic
$(O)/pam/runner: $(call objects,$(RUNNER)) $(O)/libwire.a $(O)/libcore.a
	$(call says,LD)
	$(link) $(LIBS_RUNNER)

#:   check                    all tests; with SANITIZE=… the unit and conversation tests
CHECK := check$(if $(SANITIZE),-sanitize)
.PHONY: check
check:
	+@$(call staged,$(CHECK),stage test-programs)
	@SMSOTP_STAGE=$(call stage_of,$(CHECK)) O=$(O)/$(CHECK) CC=$(call quote,$(CC)) \
		$(PYTHON) tests/run.py --build $(O)/$(CHECK) $(if $(SANITIZE),--sanitized)

#:   demo                     a real ssh login on this machine; the text is shown as a phone would
.PHONY: demo
demo:
	+@$(call staged,check,stage) -s SANITIZE=
	@SMSOTP_STAGE=$(call stage_of,check) $(PYTHON) tests/system/demo.py

#:   bench                    times and sizes, side by side with other PAM modules; table and plot
.PHONY: bench bench-programs
bench:
	+@$(call staged,bench,stage bench-programs) SANITIZE= CFLAGS='-O2 -g'
	@rm -f $(O)/bench/figures.jsonl
	@for program in bench lookups losses; do \
		SMSOTP_STAGE=$(call stage_of,bench) BENCH_HOST=$(abspath $(O))/bench/host/host \
			BENCH_DATA=$(abspath $(O))/bench/figures.jsonl \
			$(PYTHON) tests/bench/$$program.py || exit; done
	@$(PYTHON) tests/bench/figures.py $(O)/bench/figures.jsonl $(O)/bench
bench-programs: $(O)/host/host
# It counts the module's syncs: its fdatasync must be visible.
$(O)/host/host: private LINK_AS = -pie -rdynamic
$(O)/host/host: $(call objects,$(BENCH)) $(O)/libwire.a $(O)/libcore.a
	$(call says,LD)
	$(link) $(LIBS_RUNNER)

#:   fuzz                     the fuzzers, FUZZ_SECONDS each (clang)
# The code under test is instrumented as a whole; only the fuzzers themselves get libFuzzer's main.
.PHONY: fuzz fuzz-programs
fuzz:
	+@$(BUILD) O=$(O)/fuzz CC=$(CLANG) SANITIZE=fuzzer-no-link,address,undefined fuzz-programs
	@$(PYTHON) tests/run.py --build $(O)/fuzz --seconds $(FUZZ_SECONDS) fuzz
fuzz-programs: $(patsubst tests/fuzz/%.c,$(O)/fuzz/%,$(FUZZ))
$(O)/fuzz/%: private LINK_AS = -pie -fsanitize=fuzzer
$(O)/fuzz/%: $(O)/obj/tests/fuzz/%.o $(O)/libctl.a $(O)/libmodule.a $(O)/libhelper.a \
	$(O)/libwire.a $(O)/libcore.a
	$(call says,LD)
	$(link) $(call ldflags_of,tests/fuzz/$*.c) $(LIBS_SEND)

#:   faults                   what happens to a login when calls, memory, disk fail or it is killed
# An hour at most for each of its programs, of which twice as many run as there are processors: a
# login waits most of its time.
.PHONY: faults
faults:
	+@$(call staged,check,stage test-programs) SANITIZE=
	@SMSOTP_STAGE=$(call stage_of,check) O=$(O)/check CC=$(call quote,$(CC)) \
		$(PYTHON) tests/run.py --build $(O)/check --jobs $$((2 * $$(nproc))) faults

#:   load                     200 ssh logins at once, an hour's traffic, a million records: figures
# Twenty minutes at most for each of its files, one after the other: times are measured.
.PHONY: load
load:
	+@$(call staged,check,stage test-programs) SANITIZE=
	@SMSOTP_STAGE=$(call stage_of,check) O=$(O)/check CC=$(call quote,$(CC)) \
		$(PYTHON) tests/run.py --build $(O)/check --jobs 1 load

#:   mutation                 whether the tests notice small mistakes made on purpose (half an hour)
.PHONY: mutation
mutation:
	@CC=$(call quote,$(CC)) $(PYTHON) tests/mutation/mutate.py

#:   lint                     mechanical checks, warnings of gcc and clang, static analysis
EVERY_C := all test-programs bench-programs
.PHONY: lint
lint:
	+@$(call staged,lint,$(EVERY_C)) CC=gcc SANITIZE= CFLAGS='-O2 -g -Werror'
	+@$(call staged,lint-clang,$(EVERY_C)) CC=$(CLANG) SANITIZE= CFLAGS='-O2 -g -Werror'
	@$(PYTHON) tests/run.py --build $(O)/lint lint lint-tools

#:   coverage                 lines and branches that all tests but the fuzzers' reach (twenty minutes)
# Made from scratch: what was counted by an older object would not fit. How a process counts that
# may write no file: tests/coverage.c. curl's macros would look at types with branches of their own.
COVERED := unit conversations system
.PHONY: coverage
coverage:
	@rm -rf $(O)/coverage && mkdir -p $(O)/coverage
	@gcc -O2 -fPIC -fvisibility=hidden -D_GNU_SOURCE $(WARNINGS) -c tests/coverage.c \
		-DCOVERAGE_FILE='"$(abspath $(O))/coverage/counts"' -o $(O)/coverage/coverage.o
	+@$(call staged,coverage,stage test-programs) CC=gcc SANITIZE= \
		CPPFLAGS=-DCURL_DISABLE_TYPECHECK \
		CFLAGS='-O0 -g --coverage -fprofile-update=atomic -fprofile-info-section=gcov_info' \
		LDFLAGS='--coverage -Wl,--wrap=_exit $(abspath $(O))/coverage/coverage.o'
	@$(PYTHON) tests/coverage.py $(O)/coverage --begin
	@SMSOTP_STAGE=$(call stage_of,coverage) O=$(O)/coverage CC=gcc \
		$(PYTHON) tests/run.py --build $(O)/coverage $(COVERED) || \
		echo 'coverage: tests failed here (code that counts is larger and slower)'
	@echo 'coverage: counted were the tests of $(COVERED)'
	@$(PYTHON) tests/coverage.py $(O)/coverage

# --- the rest ------------------------------------------------------------------------------------
#:   help                     this list
.PHONY: help
help:
	@sed -n 's/^#: //p' Makefile

# O=. or O=/ would take the sources along.
#:   clean                    removes $(O)
.PHONY: clean
clean:
	$(if $(filter $(patsubst %/,%,$(abspath $(O)))/%,$(CURDIR)/), \
		$(error clean: O=$(O) holds the sources))
	rm -rf $(O)

endif

#:   deps                     installs what build and tests need (apt), or names the packages
.PHONY: deps
deps:
	@tests/deps.sh
