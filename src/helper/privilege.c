/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/privilege.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/fault.h"

#define ENTRY_SIZE 65536
#define CAPABILITY_MAX 63

/* False if there is no such user. */
static bool
find_user(const char *name, char *buffer, uid_t *ret_uid, gid_t *ret_gid)
{
	struct passwd entry, *found = NULL;

	if (getpwnam_r(name, &entry, buffer, ENTRY_SIZE, &found) != 0 || found == NULL)
		return false;
	*ret_uid = found->pw_uid;
	*ret_gid = found->pw_gid;
	return true;
}

static int
choose_user(const gid_t *group, uid_t *ret_uid, gid_t *ret_gid, struct fault *fault)
{
	char *buffer = malloc(ENTRY_SIZE);
	uid_t uid = 0;
	gid_t gid = 0;
	bool found;

	if (buffer == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	found = find_user("smsotp", buffer, &uid, &gid) || find_user("nobody", buffer, &uid, &gid);
	free(buffer);
	if (!found)
		return fault_set(
			fault, FAULT_SYSTEM, "there is neither a user smsotp nor a user nobody");
	if (group != NULL)
		gid = *group;
	if (uid == 0 || gid == 0)
		return fault_set(fault, FAULT_SYSTEM,
			"the user smsotp or nobody must not have uid or gid 0");
	*ret_uid = uid;
	*ret_gid = gid;
	return 0;
}

static int
change_user(uid_t uid, gid_t gid, struct fault *fault)
{
	uid_t real, effective, saved;
	gid_t real_gid, effective_gid, saved_gid;

	if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 ||
		setresuid(uid, uid, uid) != 0)
		return fault_set_errno(fault, FAULT_SYSTEM, errno, "cannot become uid %lu",
			(unsigned long)uid);
	/* A kernel or a container that only pretends must not go unseen. */
	if (getresuid(&real, &effective, &saved) != 0 || real != uid || effective != uid ||
		saved != uid || getresgid(&real_gid, &effective_gid, &saved_gid) != 0 ||
		real_gid != gid || effective_gid != gid || saved_gid != gid ||
		getgroups(0, NULL) != 0)
		return fault_set(
			fault, FAULT_SYSTEM, "is not uid %lu after the change", (unsigned long)uid);
	return 0;
}

/* Also where the uid did not change, and where securebits keep capabilities over a change. */
static int
drop_capabilities(struct fault *fault)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0, 0, 0 } };

	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &header, data) != 0 || syscall(SYS_capget, &header, data) != 0)
		return fault_set_errno(fault, FAULT_SYSTEM, errno, "cannot give up capabilities");
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		if ((data[i].effective | data[i].permitted | data[i].inheritable) != 0)
			return fault_set(fault, FAULT_SYSTEM, "still has capabilities");
	}
	return 0;
}

int
privilege_drop(const gid_t *group, struct fault *fault)
{
	const bool root = geteuid() == 0;
	uid_t uid = 0;
	gid_t gid = 0;
	int rc = 0;

	/*
	 * Needs CAP_SETPCAP, which is gone afterwards. Without it the set stays, and stays
	 * useless: no_new_privs follows.
	 */
	for (int i = 0; i <= CAPABILITY_MAX; i++) {
		if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) != 0)
			break;
	}
	if (root) {
		rc = choose_user(group, &uid, &gid, fault);
		if (rc == 0)
			rc = change_user(uid, gid, fault);
	}
	if (rc == 0)
		rc = drop_capabilities(fault);
	if (rc == 0 && (geteuid() == 0 || (root && setresuid(0, 0, 0) == 0)))
		rc = fault_set(fault, FAULT_SYSTEM, "is still root");
	/* A change of uid has put it back to what fs.suid_dumpable says. */
	if (rc == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		rc = fault_set_errno(fault, FAULT_SYSTEM, errno, "cannot forbid core dumps");
	return rc;
}
