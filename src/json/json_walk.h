/* Steps through the objects and arrays of JSON text without building anything: members and elements
 * come as slices of the text, numbers with their digits. For answers that hold records and for raw
 * records; json_value.h is for the rest. The text must be one that json_scan accepts: nothing is
 * checked again (other text gives nonsense, but is not read beyond its end). Pure; no allocation.
 */
#ifndef JSON_JSON_WALK_H
#define JSON_JSON_WALK_H

#include "base/buf.h"
#include "base/slice.h"

#include <stdbool.h>

struct json_walk {
    struct slice rest; /* of what stands between the brackets, and all behind it */
    char close;        /* the closing bracket: `}` or `]` */
};

/* Begins with the members of an object, or the elements of an array. False, and a walk without
 * any, when value is neither (white space in front of it allowed). */
bool json_walk_start(struct json_walk *walk, struct slice value);

/* The next member: key is the string as it stands, quotes included; value without white space
 * around it. False at the end, and for an array. */
bool json_walk_member(struct json_walk *walk, struct slice *key, struct slice *value);

/* The next element of an array; false at the end, and for an object. */
bool json_walk_element(struct json_walk *walk, struct slice *value);

/* Finds a member by its name (unescaped UTF-8); of several the last counts. False when there is
 * none, or object is no object. */
bool json_walk_find(struct slice object, struct slice name, struct slice *value);

/* True when the string (quotes included) says exactly text. */
bool json_string_equal(struct slice string, struct slice text);

/* Appends what the string (quotes included) says, as UTF-8; a lone surrogate escape becomes U+FFFD.
 * Failure sticks to out. */
void json_string_append(struct buf *out, struct slice string);

#endif
