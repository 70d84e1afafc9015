/* A parsed JSON document for settings, catalogs and API answers: never for records, since numbers
 * pass through int64 and double here. A library stands behind this door. Values belong to their
 * document and are freed with it; every reader accepts NULL and answers "not there". */
#ifndef JSON_JSON_VALUE_H
#define JSON_JSON_VALUE_H

#include "base/slice.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_value;

/* Parses one value of at most max_bytes; NULL with *status (INTERNAL, "is not JSON: … at byte N")
 * otherwise. The text may go away afterwards. Duplicate keys: the last wins. Numbers of any size
 * are accepted (out of int64 range: a double). */
struct json_value *json_parse(struct slice text, struct status *status);
void json_destroy(struct json_value *document);

/* An object's member, NULL when it is missing, JSON null, or object is no object. */
const struct json_value *json_get(const struct json_value *object, const char *key);

/* The elements of an array; 0 / NULL for anything else. */
size_t json_array_size(const struct json_value *array);
const struct json_value *json_array_at(const struct json_value *array, size_t index);

/* Readers: false (or fallback) when the value is of another kind. The slice is NUL-terminated and
 * lives as long as the document. */
bool json_string(const struct json_value *value, struct slice *text);
bool json_int(const struct json_value *value, int64_t *number);
bool json_bool(const struct json_value *value, bool *flag);
bool json_is_object(const struct json_value *value);

/* Steps through an object's members: start with *cursor NULL; false at the end. */
bool json_object_next(const struct json_value *object, void **cursor, const char **key,
                      const struct json_value **value);

#endif
