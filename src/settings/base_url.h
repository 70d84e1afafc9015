/* The URL that an API's paths are appended to. */
#ifndef SETTINGS_BASE_URL_H
#define SETTINGS_BASE_URL_H

#include "base/slice.h"

/* NULL when text is one: https, or http to this machine only (127.0.0.0/8, [::1], localhost); a
 * host name or address; perhaps a port and a path; nothing else. *url is then text without slashes
 * at its end. Otherwise what is wrong, as the end of the sentence "<label> …", without any part of
 * text. Pure. */
const char *base_url_check(struct slice text, struct slice *url);

#endif
