#include "frontends/fivetran/message_guard.h"

#include "base/utf8.h"
#include "frontends/fivetran/wire.h"

#include <stdlib.h>

enum { NESTING_MAX = 16, FIELDS_MAX = 64 };
static const size_t BUDGET_BASE = (size_t)64 << 20;
static const size_t BUDGET_MAX = (size_t)256 << 20;
static const size_t ALLOCATION_OVERHEAD = 16; /* what malloc adds to a small piece */

static bool guard_message(const ProtobufCMessageDescriptor *type, struct slice bytes, int depth,
                          struct status *status);

static bool guard_text(const ProtobufCMessageDescriptor *type,
                       const ProtobufCFieldDescriptor *field, struct slice text,
                       struct status *status) {
    if (text.len && memchr(text.data, '\0', text.len)) {
        return status_fail(status, STATUS_INVALID_ARGUMENT, "%s.%s contains a NUL character",
                           type->short_name, field->name);
    }
    if (!utf8_is_valid(text)) {
        return status_fail(status, STATUS_INVALID_ARGUMENT, "%s.%s is not valid UTF-8",
                           type->short_name, field->name);
    }
    return true;
}

/* One field as it came; *seen has a bit for every singular message field met so far. protobuf-c
 * merges a repeated one again and again, in quadratic time. */
static bool guard_field(const ProtobufCMessageDescriptor *type, const struct wire_field *wire,
                        int depth, uint64_t *seen, struct status *status) {
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(type, wire->number);
    if (!field || wire->type != WIRE_BYTES) {
        return true; /* unknown: the budget bounds it; a wrong wire type: unpacking refuses it */
    }
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        return guard_text(type, field, wire->bytes, status);
    }
    if (field->type != PROTOBUF_C_TYPE_MESSAGE) {
        return true;
    }
    if (field->label != PROTOBUF_C_LABEL_REPEATED) {
        uint64_t bit = UINT64_C(1) << (field - type->fields);
        if (*seen & bit) {
            return status_fail(status, STATUS_INVALID_ARGUMENT, "%s.%s is given twice",
                               type->short_name, field->name);
        }
        *seen |= bit;
    }
    return guard_message(field->descriptor, wire->bytes, depth + 1, status);
}

static bool guard_message(const ProtobufCMessageDescriptor *type, struct slice bytes, int depth,
                          struct status *status) {
    if (depth > NESTING_MAX) {
        return status_fail(status, STATUS_INVALID_ARGUMENT, "the message is nested too deeply");
    }
    if (type->n_fields > FIELDS_MAX) {
        return status_fail(status, STATUS_INTERNAL, "%s has too many fields", type->short_name);
    }
    uint64_t seen = 0;
    struct wire w = wire_open(bytes);
    struct wire_field field;
    while (wire_next(&w, &field)) {
        if (!guard_field(type, &field, depth, &seen, status)) {
            return false;
        }
    }
    if (w.broken) {
        return status_fail(status, STATUS_INVALID_ARGUMENT, "the bytes are not a %s",
                           type->short_name);
    }
    return true;
}

struct budget {
    size_t left;
    bool over;
};

/* Pieces that are freed on the way are not paid back: simpler, and never too generous. */
static void *budget_alloc(void *data, size_t size) {
    struct budget *budget = data;
    if (size > budget->left || budget->left - size < ALLOCATION_OVERHEAD) {
        budget->over = true;
        return NULL;
    }
    budget->left -= size + ALLOCATION_OVERHEAD;
    void *piece = malloc(size);
    budget->over = budget->over || !piece;
    return piece;
}

static void budget_free(void *data, void *piece) {
    (void)data;
    free(piece);
}

ProtobufCMessage *message_unpack(const ProtobufCMessageDescriptor *type, struct slice bytes,
                                 struct status *status) {
    if (!guard_message(type, bytes, 0, status)) {
        return NULL;
    }
    struct budget budget = {.left = BUDGET_MAX};
    if (bytes.len < (BUDGET_MAX - BUDGET_BASE) / 2) {
        budget.left = BUDGET_BASE + 2 * bytes.len;
    }
    ProtobufCAllocator allocator = {budget_alloc, budget_free, &budget};
    ProtobufCMessage *message =
        protobuf_c_message_unpack(type, &allocator, bytes.len, (const uint8_t *)bytes.data);
    if (!message && budget.over) {
        status_fail(status, STATUS_EXHAUSTED, "the %s has too many parts to be unpacked",
                    type->short_name);
    } else if (!message) {
        status_fail(status, STATUS_INVALID_ARGUMENT, "the bytes are not a %s", type->short_name);
    }
    return message;
}

/* Whether a singular field holds a value: a oneof's member only when the case says so. */
static bool is_set(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
    const char *base = (const char *)message;
    if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
        return *(const uint32_t *)(const void *)(base + field->quantifier_offset) == field->id;
    }
    return true;
}

static void wipe_message(ProtobufCMessage *message);

static void wipe_element(const ProtobufCFieldDescriptor *field, void *element) {
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        char *text = *(char **)element;
        if (text && text != (const char *)field->default_value && text[0]) {
            secure_wipe(text, strlen(text));
        }
    } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
        ProtobufCBinaryData *bytes = element;
        secure_wipe(bytes->data, bytes->len);
    } else if (*(ProtobufCMessage **)element) {
        wipe_message(*(ProtobufCMessage **)element);
    }
}

static void wipe_field(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
    char *member = (char *)message + field->offset;
    if (field->label != PROTOBUF_C_LABEL_REPEATED) {
        if (is_set(message, field)) {
            wipe_element(field, member);
        }
        return;
    }
    size_t n = *(size_t *)(void *)((char *)message + field->quantifier_offset);
    size_t size =
        field->type == PROTOBUF_C_TYPE_BYTES ? sizeof(ProtobufCBinaryData) : sizeof(void *);
    char *elements = *(char **)(void *)member;
    for (size_t i = 0; i < n; i++) {
        wipe_element(field, elements + i * size);
    }
}

static void wipe_message(ProtobufCMessage *message) {
    const ProtobufCMessageDescriptor *type = message->descriptor;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_BYTES ||
            field->type == PROTOBUF_C_TYPE_MESSAGE) {
            wipe_field(message, field);
        }
    }
}

void message_free(ProtobufCMessage *message) {
    if (message) {
        wipe_message(message);
        protobuf_c_message_free_unpacked(message, NULL);
    }
}

bool message_pack(const ProtobufCMessage *message, struct buf *out) {
    size_t len = protobuf_c_message_get_packed_size(message);
    if (out->failed || !buf_reserve(out, len)) {
        return false;
    }
    if (len) {
        out->len += protobuf_c_message_pack(message, (uint8_t *)out->data + out->len);
    }
    return true;
}
