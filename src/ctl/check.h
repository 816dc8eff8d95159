/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of smsotpctl check share: the files check_*.c. Each looks at one thing. */
#ifndef SMSOTP_CTL_CHECK_H
#define SMSOTP_CTL_CHECK_H

#include <stdbool.h>

#include "core/fault.h"
#include "ctl/command.h"
#include "ctl/finding.h"

#define CHECK_PAM_DIR "/etc/pam.d"
#define CHECK_PAM_VENDOR_DIR "/usr/lib/pam.d"

struct config;
struct dirent;
struct config_source;

extern const struct command_option check_options[];

/* A PAM service's own file as it would be. */
struct check_draft {
	const char *service, *text;
	size_t size;
};

struct check {
	const char *path;		/* of the smsotp.conf that is looked at */
	const char *installed;		/* where it is, or will be, in use */
	bool offline;			/* gateways are not connected to */
	const char *pam_dir;		/* NULL: the system's */
	const char *service;		/* the one PAM service to look at; NULL: all */
	const struct check_draft *draft;	/* in place of that file; NULL: as it is */
	const char *sshd_config;	/* NULL: sshd's own */
	const char *sudoers;		/* NULL: the system's */
	struct findings *findings;
	struct config *config;		/* what holds for no service in particular; NULL: wrong */
	bool sshd_asks, sudo_asks;	/* their stacks name the module */
};

/* Whether the file is what is in use, and so where it lies and whose it is matters. */
bool check_in_place(const struct check *check);

/* The configuration as a login of service reads it. Returns 0 or a fault. */
int check_load(const struct check *check, const char *service, struct config **ret_config,
	struct fault *fault) __attribute__((warn_unused_result));

/* Opens a regular file, whosever it is, without waiting for anything. Returns 0 or FAULT_CONFIG. */
int check_open(const char *path, int *ret_fd, struct fault *fault)
	__attribute__((warn_unused_result));

/* Looks at all that is to be looked at. check->config is NULL before and after. */
void check_look(struct check *check);
/* smsotp.conf and what it names; sets check->config. */
void check_conf(struct check *check);
/* A file of sentences: whether it can be opened, and its commas; of the rest, by its sentences. */
void check_texts(const struct check *check, const char *path);
/*
 * Whether a file with secrets can be opened as module and helper do; says what is wrong if not.
 */
bool check_secret_file(const struct check *check, const char *path);
/* Lengths and alphabets of the texts. */
void check_message(const struct check *check);
/* Whether sources can be asked, their numbers, and what of allowed_prefixes those need. */
void check_phones(const struct check *check);
/* One phone file: its lines and numbers. */
void check_phone_file(const struct check *check, const char *path);
/* A directory's or a program's own: its file and, unless offline, whether it can be asked. */
void check_source(const struct check *check, const struct config_source *source);
/* Rules of exempt that are over, or will be soon. */
void check_exempt(const struct check *check);
/* Their files and receivers' and, unless offline, whether they can be reached. */
void check_gateways(const struct check *check);
/* A gateway or receiver of that directory, as the helper is told which. */
void check_gateway(const struct check *check, const char *directory, const char *target);
/* State directories and helpers. */
void check_files(const struct check *check);
/* Whether the helper there may be started as root. */
bool check_helper(const struct check *check, const char *path);
/* Stacks that name the module; sets sshd_asks and sudo_asks. */
void check_pam(struct check *check);
/* For scandir: what editors and package managers leave behind in that directory is no service. */
int check_pam_is_service(const struct dirent *entry);
void check_sshd(const struct check *check);
void check_sudo(const struct check *check);

/*
 * Whether path is a file (or program) of root's that nobody else can change, nor put another in
 * its place. Returns 0, or -1 with *ret_why (static) and, where it is missing, *ret_missing.
 */
int check_root_owned(const char *path, bool program, const char **ret_why, bool *ret_missing)
	__attribute__((warn_unused_result));

#endif
