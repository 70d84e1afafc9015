/* What the headers of an HTTP message say. Pure, no libcurl. Internal to the room. */
#ifndef HTTP_HTTP_HEADERS_H
#define HTTP_HTTP_HEADERS_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Whether line is the header called name (any case); *value is its value without blanks around. */
bool http_header_value(struct slice line, const char *name, struct slice *value);

/* A media type that is JSON: application/json or anything ending in +json, parameters aside. */
bool http_type_is_json(struct slice media_type);

/* Milliseconds that Retry-After asks for (RFC 9110 10.2.3), clamped to 0 … one day; -1: neither
 * seconds nor a date. date: the value read as a date, -1 when it is none. now_s since 1970. */
int64_t http_retry_after_ms(const char *value, time_t date, int64_t now_s);

/* Whether both may stand in a request's header: a name that is a token, a value without control
 * characters (a line break would begin another header). NULL is not clean. */
bool http_header_is_clean(const char *name, const char *value);

#endif
