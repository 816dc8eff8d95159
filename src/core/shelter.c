/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/shelter.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/fault.h"

/*
 * The calling thread alone: setresuid(3) would carry the change to every thread of the host, and
 * hangs in a clone of a threaded host. 32-bit machines have a second call for uids above 65535.
 */
static int
set_uids(uid_t real, uid_t effective, uid_t saved)
{
#ifdef SYS_setresuid32
	return (int)syscall(SYS_setresuid32, real, effective, saved);
#else
	return (int)syscall(SYS_setresuid, real, effective, saved);
#endif
}

/* The kernel's own default. */
#define TIMER_SLACK_NS 50000l

/*
 * An execve of su leaves its caller's timer slack as it is: with an hour of it, every wait for a
 * second record would hold the first one for an hour. The raw call, since prctl(3) returns an int.
 */
static long
set_timer_slack(long ns)
{
	long before = syscall(SYS_prctl, PR_GET_TIMERSLACK, 0ul, 0ul, 0ul, 0ul);

	(void)prctl(PR_SET_TIMERSLACK, (unsigned long)ns, 0ul, 0ul, 0ul);
	return before;
}

/*
 * kill(2) first asks whether it may and then sends, and a caller whose call stands between the two
 * would still stop us inside. Both happen within one read-side section of the kernel's RCU
 * (kill_pid_info, do_send_specific and send_sigio in Linux), and membarrier(2) returns once all
 * those that began before it have ended: what was sent takes effect then, before any lock is taken.
 * It takes some 10 ms. Kernels without it, and those with nohz_full, leave a wait of that length,
 * which only a sender who is held up in the kernel outlasts.
 */
static void
outwait_senders(void)
{
	static const struct timespec usual = { .tv_nsec = 10000000 };

	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0u, 0) != 0)
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &usual, NULL);
}

static bool
fsize_pending(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 && sigismember(&pending, SIGXFSZ) == 1;
}

int
shelter_enter(struct shelter *ret_shelter, struct fault *fault)
{
	struct shelter shelter = { .uid_changed = false };
	uid_t effective;
	sigset_t all;
	int error;

	if (getresuid(&shelter.real, &effective, &shelter.saved) != 0)
		return fault_set_errno(fault, FAULT_SYSTEM, errno, "getresuid");

	/*
	 * A cancelled thread would leave its lock behind, and files are full of cancellation
	 * points.
	 */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &shelter.cancel_state);
	sigfillset(&all);
	error = pthread_sigmask(SIG_SETMASK, &all, &shelter.mask);
	if (error != 0) {
		pthread_setcancelstate(shelter.cancel_state, NULL);
		return fault_set_errno(fault, FAULT_SYSTEM, error, "cannot block signals");
	}
	shelter.fsize_was_pending = fsize_pending();

	/*
	 * SIGSTOP and SIGKILL cannot be blocked, only forbidden: kill(2) wants the sender's uid to
	 * be the real or the saved uid of the target.
	 */
	if (effective == 0 && (shelter.real != 0 || shelter.saved != 0)) {
		if (set_uids(0, 0, 0) != 0) {
			error = errno;
			pthread_sigmask(SIG_SETMASK, &shelter.mask, NULL);
			pthread_setcancelstate(shelter.cancel_state, NULL);
			return fault_set_errno(fault, FAULT_SYSTEM, error, "setresuid 0, 0, 0");
		}
		shelter.uid_changed = true;
	}
	shelter.timer_slack_ns = set_timer_slack(TIMER_SLACK_NS);
	if (shelter.uid_changed)
		outwait_senders();
	*ret_shelter = shelter;
	return 0;
}

int
shelter_leave(const struct shelter *shelter, int result, struct fault *fault)
{
	static const struct timespec at_once = { 0, 0 };
	sigset_t fsize;

	if (shelter->timer_slack_ns > 0)
		(void)set_timer_slack(shelter->timer_slack_ns);
	/*
	 * The kernel sent it to this thread together with EFBIG; the fault tells of it well enough.
	 */
	if (!shelter->fsize_was_pending && fsize_pending()) {
		sigemptyset(&fsize);
		sigaddset(&fsize, SIGXFSZ);
		(void)sigtimedwait(&fsize, NULL, &at_once);
	}
	if (shelter->uid_changed && set_uids(shelter->real, 0, shelter->saved) != 0 && result == 0)
		result = fault_set_errno(fault, FAULT_SYSTEM, errno, "setresuid %ju, 0, %ju",
			(uintmax_t)shelter->real, (uintmax_t)shelter->saved);
	pthread_sigmask(SIG_SETMASK, &shelter->mask, NULL);
	pthread_setcancelstate(shelter->cancel_state, NULL);
	return result;
}
