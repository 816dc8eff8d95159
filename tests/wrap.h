/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A function that takes another's place by the linker's --wrap: where `fails` is true it returns
 * `failure`, else what the real one does. The name is to be given to the linker as well.
 */
#ifndef SMSOTP_TESTS_WRAP_H
#define SMSOTP_TESTS_WRAP_H

#define WRAP(type, name, parameters, arguments, fails, failure) \
	type __real_##name parameters; \
	type __wrap_##name parameters; \
	type \
	__wrap_##name parameters \
	{ \
		return (fails) ? (failure) : __real_##name arguments; \
	}

#endif
