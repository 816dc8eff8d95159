/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the numbering plan behind each calling code says: one row per code that is assigned and in
 * use (ITU-T E.164.D). 379, reserved for the Vatican, which is reached by +39, has none.
 *
 * Facts from the metadata of libphonenumber 8.12.57 (October 2022), which follows the national
 * plans published in ITU's Operational Bulletin, with these later changes: Benin's ten digits (30
 * November 2024), Lithuania's 0 in place of 8 (2023), Uzbekistan without a trunk prefix (2024).
 * Mexico is as since 2019: ten digits, neither 01 nor the 1 that stood before mobiles. Lengths are
 * those of subscribers' numbers, fixed and mobile; short and special services, which no text
 * reaches, are left out.
 */
#ifndef SMSOTP_CORE_E164_PLAN_H
#define SMSOTP_CORE_E164_PLAN_H

#include <stddef.h>
#include <stdint.h>

struct e164_plan {
	const char *code;	/* calling code */
	/*
	 * What is dialled before a national number inside the country and is no part of it abroad;
	 * the second is another way it is written.
	 */
	const char *trunk[2];
	const char *never;	/* digits that no national number begins with */
	uint8_t min, max;	/* digits of a national (significant) number */
	uint8_t mobile_min, mobile_max;	/* … of a mobile's; 0 where a code has none */
	uint8_t usual;		/* … of most mobiles (where there are none: of a number) */
};

/* The plan whose calling code digits ("447700…") begin with, or NULL. */
const struct e164_plan *e164_plan_find(const char *digits);

/* Row number index of the table, or NULL past its end. */
const struct e164_plan *e164_plan_at(size_t index);

#endif
