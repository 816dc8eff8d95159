/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/e164_plan.h"

#include <string.h>

#define NONE { NULL }

/*
 * Sorted by code as text. No code begins another: that is how E.164 tells them apart without a
 * separator.
 */
static const struct e164_plan plans[] = {
	/*                              length    of mobiles
	  code   trunk          never   min max   min max usual */
	{ "1",   { "1" },       "01", 10, 10, 10, 10, 10 },	/* North American Numbering Plan */
	{ "20",  { "0" },       "0",   8, 10, 10, 10, 10 },	/* Egypt */
	{ "211", { "0" },       "0",   9,  9,  9,  9,  9 },	/* South Sudan */
	{ "212", { "0" },       "0",   9,  9,  9,  9,  9 },	/* Morocco, Western Sahara */
	{ "213", { "0" },       "0",   8,  9,  9,  9,  9 },	/* Algeria */
	{ "216", NONE,          "0",   8,  8,  8,  8,  8 },	/* Tunisia */
	{ "218", { "0" },       "0",   9,  9,  9,  9,  9 },	/* Libya */
	{ "220", NONE,          "0",   7,  7,  7,  7,  7 },	/* Gambia */
	{ "221", NONE,          "0",   9,  9,  9,  9,  9 },	/* Senegal */
	{ "222", NONE,          "0",   8,  8,  8,  8,  8 },	/* Mauritania */
	{ "223", NONE,          "0",   8,  8,  8,  8,  8 },	/* Mali */
	{ "224", NONE,          "0",   8,  9,  9,  9,  9 },	/* Guinea */
	{ "225", NONE,          "",   10, 10, 10, 10, 10 },	/* Cote d'Ivoire */
	{ "226", NONE,          "",    8,  8,  8,  8,  8 },	/* Burkina Faso */
	{ "227", NONE,          "0",   8,  8,  8,  8,  8 },	/* Niger */
	{ "228", NONE,          "0",   8,  8,  8,  8,  8 },	/* Togo */
	{ "229", NONE,          "",   10, 10, 10, 10, 10 },	/* Benin */
	{ "230", NONE,          "0",   7,  8,  8,  8,  8 },	/* Mauritius */
	{ "231", { "0" },       "0",   7,  9,  7,  9,  9 },	/* Liberia */
	{ "232", { "0" },       "0",   8,  8,  8,  8,  8 },	/* Sierra Leone */
	{ "233", { "0" },       "0",   9,  9,  9,  9,  9 },	/* Ghana */
	{ "234", { "0" },       "0",   7, 10, 10, 10, 10 },	/* Nigeria */
	{ "235", NONE,          "0",   8,  8,  8,  8,  8 },	/* Chad */
	{ "236", NONE,          "0",   8,  8,  8,  8,  8 },	/* Central African Rep. */
	{ "237", NONE,          "0",   9,  9,  9,  9,  9 },	/* Cameroon */
	{ "238", NONE,          "0",   7,  7,  7,  7,  7 },	/* Cape Verde */
	{ "239", NONE,          "0",   7,  7,  7,  7,  7 },	/* Sao Tome & Principe */
	{ "240", NONE,          "0",   9,  9,  9,  9,  9 },	/* Equatorial Guinea */
	{ "241", NONE,          "",    7,  8,  7,  8,  8 },	/* Gabon */
	{ "242", NONE,          "",    9,  9,  9,  9,  9 },	/* Congo (Brazzaville) */
	{ "243", { "0" },       "0",   7,  9,  7,  9,  9 },	/* Congo (Kinshasa) */
	{ "244", NONE,          "0",   9,  9,  9,  9,  9 },	/* Angola */
	{ "245", NONE,          "0",   9,  9,  9,  9,  9 },	/* Guinea-Bissau */
	{ "246", NONE,          "0",   7,  7,  7,  7,  7 },	/* Diego Garcia */
	{ "247", NONE,          "0",   5,  5,  5,  5,  5 },	/* Ascension */
	{ "248", NONE,          "0",   7,  7,  7,  7,  7 },	/* Seychelles */
	{ "249", { "0" },       "0",   9,  9,  9,  9,  9 },	/* Sudan */
	{ "250", { "0" },       "0",   8,  9,  9,  9,  9 },	/* Rwanda */
	{ "251", { "0" },       "0",   9,  9,  9,  9,  9 },	/* Ethiopia */
	{ "252", { "0" },       "0",   6,  9,  7,  9,  9 },	/* Somalia */
	{ "253", NONE,          "0",   8,  8,  8,  8,  8 },	/* Djibouti */
	{ "254", { "0" },       "0",   7,  9,  9,  9,  9 },	/* Kenya */
	{ "255", { "0" },       "0",   9,  9,  9,  9,  9 },	/* Tanzania */
	{ "256", { "0" },       "0",   9,  9,  9,  9,  9 },	/* Uganda */
	{ "257", NONE,          "0",   8,  8,  8,  8,  8 },	/* Burundi */
	{ "258", NONE,          "0",   8,  9,  9,  9,  9 },	/* Mozambique */
	{ "260", { "0" },       "0",   9,  9,  9,  9,  9 },	/* Zambia */
	{ "261", { "0" },       "0",   9,  9,  9,  9,  9 },	/* Madagascar */
	{ "262", { "0" },       "0",   9,  9,  9,  9,  9 },	/* Reunion, Mayotte */
	{ "263", { "0" },       "0",   5, 10,  9,  9,  9 },	/* Zimbabwe */
	{ "264", { "0" },       "0",   8,  9,  9,  9,  9 },	/* Namibia */
	{ "265", { "0" },       "0",   7,  9,  9,  9,  9 },	/* Malawi */
	{ "266", NONE,          "0",   8,  8,  8,  8,  8 },	/* Lesotho */
	{ "267", NONE,          "0",   7,  8,  8,  8,  8 },	/* Botswana */
	{ "268", NONE,          "0",   8,  8,  8,  8,  8 },	/* Eswatini (Swaziland) */
	{ "269", NONE,          "0",   7,  7,  7,  7,  7 },	/* Comoros */
	{ "27",  { "0" },       "0",   9,  9,  9,  9,  9 },	/* South Africa */
	{ "290", NONE,          "0",   4,  5,  5,  5,  5 },	/* St Helena, Tristan da Cunha */
	{ "291", { "0" },       "0",   7,  7,  7,  7,  7 },	/* Eritrea */
	{ "297", NONE,          "0",   7,  7,  7,  7,  7 },	/* Aruba */
	{ "298", NONE,          "0",   6,  6,  6,  6,  6 },	/* Faroe Islands */
	{ "299", NONE,          "0",   6,  6,  6,  6,  6 },	/* Greenland */
	{ "30",  NONE,          "0",  10, 10, 10, 10, 10 },	/* Greece */
	{ "31",  { "0" },       "0",   9, 11,  9,  9,  9 },	/* Netherlands */
	{ "32",  { "0" },       "0",   8,  9,  9,  9,  9 },	/* Belgium */
	{ "33",  { "0" },       "0",   9,  9,  9,  9,  9 },	/* France */
	{ "34",  NONE,          "0",   9,  9,  9,  9,  9 },	/* Spain */
	{ "350", NONE,          "0",   8,  8,  8,  8,  8 },	/* Gibraltar */
	{ "351", NONE,          "0",   9,  9,  9,  9,  9 },	/* Portugal */
	{ "352", NONE,          "0",   4, 11,  9,  9,  9 },	/* Luxembourg */
	{ "353", { "0" },       "0",   7,  9,  9,  9,  9 },	/* Ireland */
	{ "354", NONE,          "0",   7,  9,  7,  9,  7 },	/* Iceland */
	{ "355", { "0" },       "0",   8,  9,  9,  9,  9 },	/* Albania */
	{ "356", NONE,          "0",   8,  8,  8,  8,  8 },	/* Malta */
	{ "357", NONE,          "0",   8,  8,  8,  8,  8 },	/* Cyprus */
	{ "358", { "0" },       "0",   5, 10,  6, 10,  9 },	/* Finland, Aland */
	{ "359", { "0" },       "0",   6,  9,  8,  9,  9 },	/* Bulgaria */
	{ "36",  { "06" },      "0",   8,  9,  9,  9,  9 },	/* Hungary */
	{ "370", { "0", "8" },  "0",   8,  8,  8,  8,  8 },	/* Lithuania */
	{ "371", NONE,          "0",   8,  8,  8,  8,  8 },	/* Latvia */
	{ "372", NONE,          "0",   7,  8,  7,  8,  8 },	/* Estonia */
	{ "373", { "0" },       "0",   8,  8,  8,  8,  8 },	/* Moldova */
	{ "374", { "0" },       "0",   8,  8,  8,  8,  8 },	/* Armenia */
	{ "375", { "8", "80" }, "0",   9,  9,  9,  9,  9 },	/* Belarus */
	{ "376", NONE,          "0",   6,  9,  6,  9,  6 },	/* Andorra */
	{ "377", { "0" },       "0",   8,  9,  8,  9,  9 },	/* Monaco */
	{ "378", NONE,          "",    6, 10,  8,  8,  8 },	/* San Marino */
	{ "380", { "0" },       "0",   9,  9,  9,  9,  9 },	/* Ukraine */
	{ "381", { "0" },       "0",   7, 12,  8, 10,  9 },	/* Serbia */
	{ "382", { "0" },       "0",   8,  8,  8,  8,  8 },	/* Montenegro */
	{ "383", { "0" },       "0",   8,  9,  8,  8,  8 },	/* Kosovo */
	{ "385", { "0" },       "0",   8,  9,  8,  9,  9 },	/* Croatia */
	{ "386", { "0" },       "0",   8,  8,  8,  8,  8 },	/* Slovenia */
	{ "387", { "0" },       "0",   8,  9,  8,  9,  8 },	/* Bosnia & Herzegovina */
	{ "389", { "0" },       "0",   8,  8,  8,  8,  8 },	/* North Macedonia */
	{ "39",  NONE,          "",    6, 11,  9, 10, 10 },	/* Italy, Vatican */
	{ "40",  { "0" },       "0",   9,  9,  9,  9,  9 },	/* Romania */
	{ "41",  { "0" },       "0",   9,  9,  9,  9,  9 },	/* Switzerland */
	{ "420", NONE,          "0",   9,  9,  9,  9,  9 },	/* Czech Republic */
	{ "421", { "0" },       "0",   9,  9,  9,  9,  9 },	/* Slovakia */
	{ "423", { "0" },       "0",   7,  9,  7,  9,  7 },	/* Liechtenstein */
	{ "43",  { "0" },       "0",   4, 13, 10, 13, 10 },	/* Austria */
	{ "44",  { "0" },       "0",   9, 10, 10, 10, 10 },	/* United Kingdom and islands */
	{ "45",  NONE,          "0",   8,  8,  8,  8,  8 },	/* Denmark */
	{ "46",  { "0" },       "0",   7,  9,  9,  9,  9 },	/* Sweden */
	{ "47",  NONE,          "0",   8,  8,  8,  8,  8 },	/* Norway, Svalbard */
	{ "48",  NONE,          "0",   9,  9,  9,  9,  9 },	/* Poland */
	{ "49",  { "0" },       "0",   5, 13, 10, 11, 11 },	/* Germany */
	{ "500", NONE,          "0",   5,  5,  5,  5,  5 },	/* Falkland Islands */
	{ "501", NONE,          "0",   7,  7,  7,  7,  7 },	/* Belize */
	{ "502", NONE,          "0",   8,  8,  8,  8,  8 },	/* Guatemala */
	{ "503", NONE,          "0",   8,  8,  8,  8,  8 },	/* El Salvador */
	{ "504", NONE,          "0",   8,  8,  8,  8,  8 },	/* Honduras */
	{ "505", NONE,          "0",   8,  8,  8,  8,  8 },	/* Nicaragua */
	{ "506", NONE,          "0",   8,  8,  8,  8,  8 },	/* Costa Rica */
	{ "507", NONE,          "0",   7,  8,  7,  8,  8 },	/* Panama */
	{ "508", { "0" },       "0",   6,  6,  6,  6,  6 },	/* St Pierre & Miquelon */
	{ "509", NONE,          "0",   8,  8,  8,  8,  8 },	/* Haiti */
	{ "51",  { "0" },       "0",   8,  9,  9,  9,  9 },	/* Peru */
	{ "52",  NONE,          "0",  10, 10, 10, 10, 10 },	/* Mexico */
	{ "53",  { "0" },       "0",   6,  8,  8,  8,  8 },	/* Cuba */
	{ "54",  { "0" },       "0",  10, 11, 10, 11, 11 },	/* Argentina */
	{ "55",  { "0" },       "0",  10, 11, 10, 11, 11 },	/* Brazil */
	{ "56",  NONE,          "0",   9,  9,  9,  9,  9 },	/* Chile */
	{ "57",  { "0" },       "0",  10, 10, 10, 10, 10 },	/* Colombia */
	{ "58",  { "0" },       "0",  10, 10, 10, 10, 10 },	/* Venezuela */
	{ "590", { "0" },       "0",   9,  9,  9,  9,  9 },	/* Guadeloupe, St Martin */
	{ "591", { "0" },       "0",   8,  8,  8,  8,  8 },	/* Bolivia */
	{ "592", NONE,          "0",   7,  7,  7,  7,  7 },	/* Guyana */
	{ "593", { "0" },       "0",   8,  9,  9,  9,  9 },	/* Ecuador */
	{ "594", { "0" },       "0",   9,  9,  9,  9,  9 },	/* French Guiana */
	{ "595", { "0" },       "0",   7,  9,  9,  9,  9 },	/* Paraguay */
	{ "596", { "0" },       "0",   9,  9,  9,  9,  9 },	/* Martinique */
	{ "597", NONE,          "0",   6,  7,  7,  7,  7 },	/* Suriname */
	{ "598", { "0" },       "0",   8,  8,  8,  8,  8 },	/* Uruguay */
	{ "599", NONE,          "0",   7,  8,  7,  8,  8 },	/* Curacao, Caribbean Netherlands */
	{ "60",  { "0" },       "0",   8, 10,  9, 10,  9 },	/* Malaysia */
	{ "61",  { "0" },       "0",   9,  9,  9,  9,  9 },	/* Australia */
	{ "62",  { "0" },       "0",   7, 12,  9, 12, 11 },	/* Indonesia */
	{ "63",  { "0" },       "0",   8, 10, 10, 10, 10 },	/* Philippines */
	{ "64",  { "0" },       "0",   8, 10,  8, 10,  9 },	/* New Zealand */
	{ "65",  NONE,          "0",   8,  8,  8,  8,  8 },	/* Singapore */
	{ "66",  { "0" },       "0",   8,  9,  9,  9,  9 },	/* Thailand */
	{ "670", NONE,          "0",   7,  8,  8,  8,  8 },	/* East Timor */
	{ "672", NONE,          "0",   5,  6,  6,  6,  6 },	/* Norfolk Island, Antarctica */
	{ "673", NONE,          "0",   7,  7,  7,  7,  7 },	/* Brunei */
	{ "674", NONE,          "0",   7,  7,  7,  7,  7 },	/* Nauru */
	{ "675", NONE,          "0",   7,  8,  8,  8,  8 },	/* Papua New Guinea */
	{ "676", NONE,          "0",   5,  7,  7,  7,  7 },	/* Tonga */
	{ "677", NONE,          "0",   5,  7,  5,  7,  7 },	/* Solomon Islands */
	{ "678", NONE,          "0",   5,  7,  7,  7,  7 },	/* Vanuatu */
	{ "679", NONE,          "0",   7,  7,  7,  7,  7 },	/* Fiji */
	{ "680", NONE,          "0",   7,  7,  7,  7,  7 },	/* Palau */
	{ "681", NONE,          "0",   6,  6,  6,  6,  6 },	/* Wallis & Futuna */
	{ "682", NONE,          "0",   5,  5,  5,  5,  5 },	/* Cook Islands */
	{ "683", NONE,          "0",   4,  7,  7,  7,  7 },	/* Niue */
	{ "685", NONE,          "0",   5, 10,  7, 10,  7 },	/* Samoa */
	{ "686", { "0" },       "0",   5,  8,  8,  8,  8 },	/* Kiribati */
	{ "687", NONE,          "0",   6,  6,  6,  6,  6 },	/* New Caledonia */
	{ "688", NONE,          "0",   5,  7,  6,  7,  7 },	/* Tuvalu */
	{ "689", NONE,          "0",   8,  8,  8,  8,  8 },	/* French Polynesia */
	{ "690", NONE,          "0",   4,  7,  4,  7,  4 },	/* Tokelau */
	{ "691", NONE,          "0",   7,  7,  7,  7,  7 },	/* Micronesia */
	{ "692", { "1" },       "01",  7,  7,  7,  7,  7 },	/* Marshall Islands */
	{ "7",   { "8" },       "0",  10, 10, 10, 10, 10 },	/* Russia, Kazakhstan */
	{ "800", NONE,          "0",   8,  8,  0,  0,  8 },	/* international freephone */
	{ "808", NONE,          "0",   8,  8,  0,  0,  8 },	/* international shared cost */
	{ "81",  { "0" },       "0",   9, 10, 10, 10, 10 },	/* Japan */
	{ "82",  { "0" },       "0",   8, 10,  9, 10, 10 },	/* South Korea */
	{ "84",  { "0" },       "0",   9, 10,  9,  9,  9 },	/* Vietnam */
	{ "850", { "0" },       "0",   8, 10, 10, 10, 10 },	/* North Korea */
	{ "852", NONE,          "0",   8,  8,  8,  8,  8 },	/* Hong Kong */
	{ "853", NONE,          "0",   8,  8,  8,  8,  8 },	/* Macau */
	{ "855", { "0" },       "0",   8,  9,  8,  9,  9 },	/* Cambodia */
	{ "856", { "0" },       "0",   8, 10, 10, 10, 10 },	/* Laos */
	{ "86",  { "0" },       "0",   7, 11, 11, 11, 11 },	/* China */
	{ "870", NONE,          "0",   9, 12,  9, 12,  9 },	/* Inmarsat */
	{ "878", NONE,          "0",  12, 12,  0,  0, 12 },	/* universal personal numbers */
	{ "880", { "0" },       "0",   6, 10, 10, 10, 10 },	/* Bangladesh */
	{ "881", NONE,          "0",   9, 10,  9, 10,  9 },	/* satellite: Iridium, Globalstar */
	{ "882", NONE,          "0",   7, 12,  7, 12, 10 },	/* international networks */
	{ "883", NONE,          "0",   9, 12,  0,  0, 12 },	/* international networks */
	{ "886", { "0" },       "0",   8,  9,  9,  9,  9 },	/* Taiwan */
	{ "888", NONE,          "0",  11, 11,  0,  0, 11 },	/* disaster relief */
	{ "90",  { "0" },       "0",  10, 10, 10, 10, 10 },	/* Turkey */
	{ "91",  { "0" },       "0",  10, 10, 10, 10, 10 },	/* India */
	{ "92",  { "0" },       "0",   9, 10, 10, 10, 10 },	/* Pakistan */
	{ "93",  { "0" },       "0",   9,  9,  9,  9,  9 },	/* Afghanistan */
	{ "94",  { "0" },       "0",   9,  9,  9,  9,  9 },	/* Sri Lanka */
	{ "95",  { "0" },       "0",   6, 10,  7, 10, 10 },	/* Myanmar */
	{ "960", NONE,          "0",   7,  7,  7,  7,  7 },	/* Maldives */
	{ "961", { "0" },       "0",   7,  8,  7,  8,  8 },	/* Lebanon */
	{ "962", { "0" },       "0",   8,  9,  9,  9,  9 },	/* Jordan */
	{ "963", { "0" },       "0",   8,  9,  9,  9,  9 },	/* Syria */
	{ "964", { "0" },       "0",   8, 10, 10, 10, 10 },	/* Iraq */
	{ "965", NONE,          "0",   8,  8,  8,  8,  8 },	/* Kuwait */
	{ "966", { "0" },       "0",   9,  9,  9,  9,  9 },	/* Saudi Arabia */
	{ "967", { "0" },       "0",   7,  9,  9,  9,  9 },	/* Yemen */
	{ "968", NONE,          "0",   8,  8,  8,  8,  8 },	/* Oman */
	{ "970", { "0" },       "0",   8,  9,  9,  9,  9 },	/* Palestine */
	{ "971", { "0" },       "0",   8,  9,  9,  9,  9 },	/* United Arab Emirates */
	{ "972", { "0" },       "0",   8,  9,  9,  9,  9 },	/* Israel */
	{ "973", NONE,          "0",   8,  8,  8,  8,  8 },	/* Bahrain */
	{ "974", NONE,          "0",   8,  8,  8,  8,  8 },	/* Qatar */
	{ "975", NONE,          "0",   7,  8,  8,  8,  8 },	/* Bhutan */
	{ "976", { "0" },       "0",   8, 10,  8,  8,  8 },	/* Mongolia */
	{ "977", { "0" },       "0",   8, 10, 10, 10, 10 },	/* Nepal */
	{ "979", NONE,          "0",   9,  9,  0,  0,  9 },	/* international premium rate */
	{ "98",  { "0" },       "0",  10, 10, 10, 10, 10 },	/* Iran */
	{ "992", NONE,          "",    9,  9,  9,  9,  9 },	/* Tajikistan */
	{ "993", { "8" },       "08",  8,  8,  8,  8,  8 },	/* Turkmenistan */
	{ "994", { "0" },       "0",   9,  9,  9,  9,  9 },	/* Azerbaijan */
	{ "995", { "0" },       "0",   9,  9,  9,  9,  9 },	/* Georgia */
	{ "996", { "0" },       "0",   9,  9,  9,  9,  9 },	/* Kyrgyzstan */
	{ "998", NONE,          "0",   9,  9,  9,  9,  9 },	/* Uzbekistan */
};

const struct e164_plan *
e164_plan_find(const char *digits)
{
	for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
		if (strncmp(digits, plans[i].code, strlen(plans[i].code)) == 0)
			return &plans[i];
	}
	return NULL;
}

const struct e164_plan *
e164_plan_at(size_t index)
{
	return index < sizeof plans / sizeof plans[0] ? &plans[index] : NULL;
}
