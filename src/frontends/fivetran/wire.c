#include "frontends/fivetran/wire.h"

enum { FIELD_NUMBER_MAX = 536870911, VARINT_BYTES_MAX = 10 };

static void advance(struct wire *w, size_t len) {
    w->left.data += len;
    w->left.len -= len;
}

static bool read_varint(struct wire *w, uint64_t *value) {
    *value = 0;
    for (size_t i = 0; i < VARINT_BYTES_MAX && i < w->left.len; i++) {
        unsigned char byte = (unsigned char)w->left.data[i];
        *value |= (uint64_t)(byte & 0x7F) << (7 * i);
        if (byte < 0x80) {
            advance(w, i + 1);
            return true;
        }
    }
    return false;
}

static bool take(struct wire *w, uint64_t len, struct slice *bytes) {
    if (len > w->left.len) {
        return false;
    }
    *bytes = slice_make(w->left.data, (size_t)len);
    advance(w, (size_t)len);
    return true;
}

static bool read_field(struct wire *w, struct wire_field *field) {
    uint64_t tag = 0;
    uint64_t len = 0;
    if (!read_varint(w, &tag) || tag >> 3 == 0 || tag >> 3 > FIELD_NUMBER_MAX) {
        return false;
    }
    *field = (struct wire_field){.number = (uint32_t)(tag >> 3), .type = (enum wire_type)(tag & 7)};
    switch (field->type) {
    case WIRE_VARINT:
        return read_varint(w, &field->value);
    case WIRE_64BIT:
        return take(w, 8, &field->bytes);
    case WIRE_32BIT:
        return take(w, 4, &field->bytes);
    case WIRE_BYTES:
        return read_varint(w, &len) && take(w, len, &field->bytes);
    }
    return false; /* groups */
}

bool wire_next(struct wire *w, struct wire_field *field) {
    if (w->broken || w->left.len == 0) {
        return false;
    }
    w->broken = !read_field(w, field);
    return !w->broken;
}

struct slice wire_find(struct slice message, uint32_t number) {
    struct slice found = {"", 0};
    struct wire w = wire_open(message);
    struct wire_field field;
    while (wire_next(&w, &field)) {
        if (field.number == number && field.type == WIRE_BYTES) {
            found = field.bytes;
        }
    }
    return found;
}
