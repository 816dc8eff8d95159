/* SPDX-License-Identifier: BSD-2-Clause */
/* What cppcheck, which does not read the system's headers, has to know of jansson's. */
#define json_array_foreach(array, index, value) \
	for (index = 0; (value = json_array_get(array, index)) != NULL; index++)
