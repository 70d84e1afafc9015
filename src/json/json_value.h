/* A parsed JSON document for settings, catalogs and API answers: never for records, since numbers
 * pass through int64 and double here. A library stands behind this door. Values belong to their
 * document and are freed with it; every reader accepts NULL and answers "not there". A document is
 * only read after json_parse, so any number of threads may read it. */
#ifndef JSON_JSON_VALUE_H
#define JSON_JSON_VALUE_H

#include "base/slice.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_value;

/* Parses exactly one value, scalars included; NULL with *status (INTERNAL, "is not JSON at byte N",
 * never a part of the text) otherwise. The text may go away afterwards. Duplicate keys: the last
 * wins. Numbers of any size are accepted: out of int64's range a double, out of a double's the
 * largest double. A lone surrogate escape becomes U+FFFD then. Refused: a key that holds \u0000,
 * and more than JSON_MAX_DEPTH levels. */
struct json_value *json_parse(struct slice text, struct status *status);
void json_destroy(struct json_value *document);

/* An object's member, NULL when it is missing, JSON null, or object is no object. */
const struct json_value *json_get(const struct json_value *object, const char *key);

/* The elements of an array; 0 / NULL for anything else. An element that is JSON null is NULL too.
 */
size_t json_array_count(const struct json_value *array);
const struct json_value *json_array_at(const struct json_value *array, size_t index);

/* Readers: false, with the result untouched, when the value is of another kind. The slice is
 * NUL-terminated and lives as long as the document. json_int takes integers only (`5`, not `5.0`).
 */
bool json_text(const struct json_value *value, struct slice *text);
bool json_int(const struct json_value *value, int64_t *number);
bool json_bool(const struct json_value *value, bool *flag);
bool json_is_object(const struct json_value *value);
bool json_is_array(const struct json_value *value);

/* Steps through an object's members, in the order of the text: start with *cursor NULL; false at
 * the end. *value is NULL for JSON null. */
bool json_object_next(const struct json_value *object, void **cursor, const char **key,
                      const struct json_value **value);

#endif
