#include "tester/message.h"

#include "tester/memory.h"

#include <stdint.h>

static void *member(const ProtobufCMessage *message, unsigned offset) {
    return (char *)message + offset;
}

static const ProtobufCFieldDescriptor *find(const ProtobufCMessage *message, const char *field) {
    return protobuf_c_message_descriptor_get_field_by_name(message->descriptor, field);
}

static ProtobufCMessage *map_entry(const ProtobufCMessageDescriptor *type,
                                   const struct message_pair *pair, struct arena *arena) {
    ProtobufCMessage *entry = memory_take(arena, type->sizeof_message);
    protobuf_c_message_init(type, entry);
    message_set_text(entry, "key", pair->key);
    const ProtobufCFieldDescriptor *value = find(entry, "value");
    if (value->type == PROTOBUF_C_TYPE_BYTES) {
        ProtobufCBinaryData *bytes = member(entry, value->offset);
        *bytes = (ProtobufCBinaryData){pair->value.len, (uint8_t *)pair->value.data};
    } else {
        message_set_text(entry, "value", memory_copy(arena, pair->value));
    }
    return entry;
}

void message_set_map(ProtobufCMessage *message, const char *field, const struct message_pair *pairs,
                     size_t count, struct arena *arena) {
    const ProtobufCFieldDescriptor *map = find(message, field);
    if (!map) {
        return;
    }
    ProtobufCMessage **entries = memory_take(arena, count * sizeof(ProtobufCMessage *));
    for (size_t i = 0; i < count; i++) {
        entries[i] = map_entry(map->descriptor, &pairs[i], arena);
    }
    *(ProtobufCMessage ***)member(message, map->offset) = entries;
    *(size_t *)member(message, map->quantifier_offset) = count;
}

void message_set_texts(ProtobufCMessage *message, const char *field, char **texts, size_t count) {
    const ProtobufCFieldDescriptor *list = find(message, field);
    if (list) {
        *(char ***)member(message, list->offset) = texts;
        *(size_t *)member(message, list->quantifier_offset) = count;
    }
}

void message_set_text(ProtobufCMessage *message, const char *field, const char *text) {
    const ProtobufCFieldDescriptor *found = find(message, field);
    if (found) {
        *(const char **)member(message, found->offset) = text;
    }
}

struct message_answer message_answer(const ProtobufCMessage *message) {
    struct message_answer answer = {.kind = "nothing", .text = ""};
    const ProtobufCFieldDescriptor *first = &message->descriptor->fields[0];
    if (!(first->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)) {
        return answer;
    }
    uint32_t set = *(const uint32_t *)member(message, first->quantifier_offset);
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(message->descriptor, set);
    if (!field) {
        return answer;
    }
    answer.kind = field->name;
    const void *value = member(message, field->offset);
    if (field->type == PROTOBUF_C_TYPE_BOOL) {
        answer.flag = *(const protobuf_c_boolean *)value;
    } else if (field->type == PROTOBUF_C_TYPE_STRING) {
        answer.text = *(const char *const *)value;
    } else if (strcmp(field->name, "table") == 0) {
        answer.table = *(const void *const *)value;
    } else {
        const ProtobufCMessage *inner = *(const ProtobufCMessage *const *)value;
        answer.text = *(const char *const *)member(inner, find(inner, "message")->offset);
    }
    return answer;
}
