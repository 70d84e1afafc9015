#include "json/json_value.h"

#include "base/buf.h"
#include "json/json_scan.h"
#include "json/json_tidy.h"

#include <jansson.h>

enum {
    PARSE_FLAGS = JSON_DECODE_ANY | JSON_ALLOW_NUL,
    TIDY_GROWTH = 5, /* at worst 1e309 becomes 1.7976931348623157e+308 */
};

static const json_t *library(const struct json_value *value) {
    return (const json_t *)value;
}

/* JSON null counts as not there. */
static const struct json_value *ours(const json_t *value) {
    return json_is_null(value) ? NULL : (const struct json_value *)value;
}

static json_t *parse_tidied(struct slice text, json_error_t *error) {
    struct buf tidied;
    buf_init(&tidied, text.len <= SIZE_MAX / TIDY_GROWTH ? text.len * TIDY_GROWTH : SIZE_MAX);
    json_tidy(text, &tidied);
    json_t *parsed = NULL;
    if (!tidied.failed) {
        parsed = json_loadb(tidied.data, tidied.len, PARSE_FLAGS, error);
    }
    buf_wipe(&tidied);
    return parsed;
}

struct json_value *json_parse(struct slice text, struct status *status) {
    size_t error_at = 0;
    if (!json_scan(text, &error_at)) {
        status_fail(status, STATUS_INTERNAL, "is not JSON at byte %zu", error_at);
        return NULL;
    }
    json_error_t error;
    json_t *parsed = json_loadb(text.data, text.len, PARSE_FLAGS, &error);
    if (!parsed) {
        parsed = parse_tidied(text, &error);
    }
    if (!parsed && json_error_code(&error) == json_error_null_byte_in_key) {
        status_fail(status, STATUS_INTERNAL, "is JSON with a key that holds \\u0000");
    } else if (!parsed) {
        status_no_memory(status, "reading JSON");
    }
    return (struct json_value *)parsed;
}

void json_destroy(struct json_value *document) {
    json_decref((json_t *)document);
}

const struct json_value *json_get(const struct json_value *object, const char *key) {
    return ours(json_object_get(library(object), key));
}

size_t json_array_count(const struct json_value *array) {
    return json_array_size(library(array));
}

const struct json_value *json_array_at(const struct json_value *array, size_t index) {
    return ours(json_array_get(library(array), index));
}

bool json_text(const struct json_value *value, struct slice *text) {
    if (!json_is_string(library(value))) {
        return false;
    }
    *text = slice_make(json_string_value(library(value)), json_string_length(library(value)));
    return true;
}

bool json_int(const struct json_value *value, int64_t *number) {
    if (!json_is_integer(library(value))) {
        return false;
    }
    *number = json_integer_value(library(value));
    return true;
}

bool json_bool(const struct json_value *value, bool *flag) {
    if (!json_is_boolean(library(value))) {
        return false;
    }
    *flag = json_is_true(library(value));
    return true;
}

bool json_object_next(const struct json_value *object, void **cursor, const char **key,
                      const struct json_value **value) {
    json_t *whole = (json_t *)object; /* the library's iterator does not change it */
    *cursor = *cursor ? json_object_iter_next(whole, *cursor) : json_object_iter(whole);
    if (!*cursor) {
        return false;
    }
    *key = json_object_iter_key(*cursor);
    *value = ours(json_object_iter_value(*cursor));
    return true;
}

bool(json_is_object)(const struct json_value *value) { /* the library has a macro of that name */
    return json_is_object(library(value));
}

bool(json_is_array)(const struct json_value *value) {
    return json_is_array(library(value));
}
