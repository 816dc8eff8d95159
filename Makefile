# SPDX-License-Identifier: BSD-2-Clause
# pam_smsotp: a text-message second factor for PAM. GNU make; `make help` lists the targets.

# Paths and tools, all of them yours to set; `make install` copies into $(DESTDIR).
PREFIX     ?= /usr
SYSCONFDIR ?= /etc
LIBDIR     ?= $(PREFIX)/lib$(if $(MULTIARCH),/$(MULTIARCH))
PAMDIR     ?= $(LIBDIR)/security
LIBEXECDIR ?= $(PREFIX)/libexec
SBINDIR    ?= $(PREFIX)/sbin
DATADIR    ?= $(PREFIX)/share
MANDIR     ?= $(DATADIR)/man
STATEDIR   ?= /var/lib/smsotp
RUNDIR     ?= /run/smsotp
DESTDIR    ?=
O          ?= build
SANITIZE   ?=
PKG_CONFIG ?= pkg-config
CFLAGS     ?= -O2 -g
LDFLAGS    ?=
# make's own default is cc: take it only if the user did not choose.
ifeq ($(origin CC),default)
CC := gcc
endif

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
comma := ,

MULTIARCH := $(shell $(CC) -print-multiarch 2>/dev/null)

# --- sources: a directory is an address space, and the link lines below are the proof -----------------
CORE   := $(wildcard src/core/*.c)
WIRE   := $(wildcard src/wire/*.c)
MODULE := pam_smsotp.c $(wildcard src/module/*.c)
SEND   := $(wildcard src/helper/*.c)

# --- flags ----------------------------------------------------------------------------------------------
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wimplicit-fallthrough
# What not every compiler and machine has is tried once.
try = $(shell t=$$(mktemp) && echo 'int main(void){return 0;}' | \
	$(CC) -Werror $(1) -x c - -o $$t >/dev/null 2>&1 && echo '$(1)'; rm -f $$t)
HARDEN := $(call try,-fstack-protector-strong) $(call try,-fstack-clash-protection) $(call try,-fcf-protection)

HARDEN_LINK := $(call try,-Wl$(comma)-z$(comma)relro) $(call try,-Wl$(comma)-z$(comma)now) \
	$(call try,-Wl$(comma)-z$(comma)noexecstack)
ifeq ($(SANITIZE),)
FORTIFY := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
else
FORTIFY := -U_FORTIFY_SOURCE
SANITIZING := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
endif

ALL_CPPFLAGS = -D_GNU_SOURCE -Isrc -I$(O)/include $(FORTIFY) $(CPPFLAGS)
ALL_CFLAGS = -std=c11 -fPIC -fvisibility=hidden $(WARNINGS) $(HARDEN) $(SANITIZING) $(CFLAGS)
ALL_LDFLAGS = $(HARDEN_LINK) -Wl,--as-needed $(SANITIZING) $(LDFLAGS)

pkg = $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null || echo $(addprefix -l,$(2)))
LIBS_MODULE = -lpam $(call pkg,libsodium,sodium) $(call pkg,libconfig,config)
LIBS_SEND = $(call pkg,libcurl,curl) $(call pkg,jansson,jansson) $(call pkg,libconfig,config) \
	$(call pkg,libsodium,sodium) $(call pkg,libseccomp,seccomp)

# --- what is built ----------------------------------------------------------------------------------------
objects = $(patsubst %.c,$(O)/obj/%.o,$(1))
PROGRAMS := $(O)/pam_smsotp.so $(O)/smsotp-send

.PHONY: all
all: $(PROGRAMS)

$(O)/libcore.a: $(call objects,$(CORE))
$(O)/libwire.a: $(call objects,$(WIRE))
$(O)/lib%.a:
	@rm -f $@
	$(AR) rcs $@ $^

$(O)/pam_smsotp.so: $(call objects,$(MODULE)) $(O)/libwire.a $(O)/libcore.a src/module/pam_smsotp.map
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -shared $(if $(SANITIZE),,-Wl$(comma)-z$(comma)defs) \
		-Wl,--version-script=src/module/pam_smsotp.map -o $@ $(filter %.o %.a,$^) $(LIBS_MODULE)

$(O)/smsotp-send: $(call objects,$(SEND)) $(O)/libwire.a $(O)/libcore.a
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -pie -o $@ $(filter %.o %.a,$^) $(LIBS_SEND)

$(O)/obj/%.o: %.c $(O)/flags $(O)/include/paths.h
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(patsubst %.o,%.d,$(call objects,$(CORE) $(WIRE) $(MODULE) $(SEND)))

# The paths a build fixes, and the flags it was made with: a change of either rebuilds what depends on it.
define PATHS_H
/* Made by the Makefile. */
#define SMSOTP_CONF "$(SYSCONFDIR)/smsotp/smsotp.conf"
#define SMSOTP_SEND "$(LIBEXECDIR)/smsotp/smsotp-send"
#define SMSOTP_API_DIR "$(DATADIR)/smsotp/api"
#define SMSOTP_STATEDIR "$(STATEDIR)"
#define SMSOTP_RUNDIR "$(RUNDIR)"
endef
export PATHS_H
FLAGS_NOW = $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS)
export FLAGS_NOW
keep = mkdir -p $(@D); printf '%s\n' "$$$(1)" | cmp -s - $@ || printf '%s\n' "$$$(1)" > $@
.PHONY: force
$(O)/include/paths.h: force
	@$(call keep,PATHS_H)
$(O)/flags: force
	@$(call keep,FLAGS_NOW)

.PHONY: clean
clean:
	rm -rf $(O)
