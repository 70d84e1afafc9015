#include "sandbox/dust_fields.h"

#include "sandbox/scan.h"

#include <stdio.h>
#include <stdlib.h>

static const char *fields_kind_of(char first) {
    switch (first) {
    case '"':
        return "string";
    case '{':
        return "object";
    case '[':
        return "array";
    case 't':
    case 'f':
        return "boolean";
    case 'n':
        return "null";
    default:
        return "number";
    }
}

static bool fields_texts(struct slice value, size_t *bad) {
    struct scan scan;
    size_t n = 0;
    scan_init(&scan, value);
    scan_open(&scan, '[');
    while (scan_element(&scan, &n)) {
        if (scan_peek(&scan) != '"') {
            *bad = n - 1;
            return false;
        }
        scan_value(&scan, NULL);
    }
    return true;
}

static bool fields_fit(const struct dust_field *field, struct slice value, struct buf *error) {
    static const char *const wanted[] = {"string", "number", "boolean", "array"};
    const char *kind = fields_kind_of(*value.data);
    size_t bad = 0;
    if (field->kind == FIELD_ANY) {
        return true;
    }
    if (strcmp(kind, wanted[field->kind]) != 0) {
        buf_printf(error,
                   "Invalid request body: Validation error: Expected %s, received %s at \"%s\"",
                   wanted[field->kind], kind, field->name);
        return false;
    }
    if (field->kind == FIELD_TEXTS && !fields_texts(value, &bad)) {
        buf_printf(error, "Invalid request body: Validation error: Expected string at \"%s[%zu]\"",
                   field->name, bad);
        return false;
    }
    return true;
}

static bool fields_judge(const struct dust_field *field, struct slice *value, struct buf *error) {
    bool null = value->data && *value->data == 'n';
    if (!value->data && field->required) {
        buf_printf(error, "Invalid request body: Validation error: Required at \"%s\"",
                   field->name);
        return false;
    }
    if (null && field->nullable) {
        *value = (struct slice){NULL, 0};
    }
    return !value->data || fields_fit(field, *value, error);
}

static void fields_gather(struct scan *scan, const struct dust_field *fields, size_t count,
                          struct slice *values) {
    struct slice key;
    struct slice value;
    size_t n = 0;
    if (scan_peek(scan) != '{' || !scan_open(scan, '{')) {
        scan_value(scan, NULL);
        return;
    }
    while (scan_member(scan, &n, &key) && scan_value(scan, &value)) {
        for (size_t i = 0; i < count; i++) {
            if (slice_equal_text(key, fields[i].name)) {
                values[i] = value;
            }
        }
    }
}

bool dust_fields_read(struct slice body, const struct dust_field *fields, size_t count,
                      struct slice *values, struct buf *error) {
    struct scan scan;
    memset(values, 0, count * sizeof(*values));
    scan_init(&scan, body);
    fields_gather(&scan, fields, count, values);
    if (!scan_finish(&scan)) {
        buf_append_text(error, "Malformed JSON in request body");
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!fields_judge(&fields[i], &values[i], error)) {
            return false;
        }
    }
    return true;
}

void dust_field_text(struct slice value, struct buf *out) {
    if (value.data && value.len >= 2) {
        scan_unescape(slice_make(value.data + 1, value.len - 2), out);
    }
}

bool dust_field_next(struct slice value, size_t *at, struct buf *out) {
    struct scan scan;
    struct slice raw;
    size_t n = 0;
    if (!value.data) {
        return false;
    }
    scan_init(&scan, value);
    if (*at == 0) {
        scan_open(&scan, '[');
        scan_element(&scan, &n);
    } else {
        scan.at = value.data + *at;
        n = 1;
        if (!scan_element(&scan, &n)) {
            return false;
        }
    }
    if (scan_peek(&scan) != '"' || !scan_string(&scan, &raw)) {
        return false;
    }
    buf_reset(out);
    scan_unescape(raw, out);
    *at = (size_t)(scan.at - value.data);
    return true;
}

double dust_field_number(struct slice value, double fallback) {
    return value.data ? strtod(value.data, NULL) : fallback;
}

bool dust_field_flag(struct slice value) {
    return value.data && *value.data == 't';
}
