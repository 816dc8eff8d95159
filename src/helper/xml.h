/* SPDX-License-Identifier: BSD-2-Clause */
/* XML as a tree of JSON, so that one language of places serves both. */
#ifndef SMSOTP_HELPER_XML_H
#define SMSOTP_HELPER_XML_H

#include <jansson.h>
#include <stddef.h>

#define XML_DEPTH_MAX 32	/* elements within each other */

/*
 * An object whose one key is the name of the root element, as it is written, prefix included. An
 * element with children is an object of them, and text between these is lost; one without is a
 * string, without the blanks around it; siblings of one name are an array, in order. Attributes,
 * comments and instructions leave no trace.
 *
 * NULL for what is not well-formed, has a document type (and with it entities of its own), is
 * deeper than XML_DEPTH_MAX, is in an encoding that expat does not know, or for want of memory.
 */
json_t *xml_read(const char *text, size_t size) __attribute__((warn_unused_result));

#endif
