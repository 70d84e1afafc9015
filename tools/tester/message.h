/* Fields of protobuf messages by their names, so that what the requests have in common is written
 * once. Everything lives in the arena; a field that the message does not have is left alone. */
#ifndef TESTER_MESSAGE_H
#define TESTER_MESSAGE_H

#include "base/arena.h"
#include "base/slice.h"

#include <protobuf-c/protobuf-c.h>

/* What is set in an answer's oneof. */
struct message_answer {
    const char *kind; /* the field's name: "success", "task", "not_found", …; "nothing" if unset */
    bool flag;        /* of "success", "unsupported", "not_found" */
    const char *text;  /* of "failure", "warning" and "task"; "" otherwise */
    const void *table; /* of "table": FivetranSdk__V2__Table */
};

struct message_pair {
    const char *key;
    struct slice value;
};

/* Fills a field of type map<string, string> or map<string, bytes>. */
void message_set_map(ProtobufCMessage *message, const char *field, const struct message_pair *pairs,
                     size_t count, struct arena *arena);

/* Fills a field of type repeated string; the texts are borrowed. */
void message_set_texts(ProtobufCMessage *message, const char *field, char **texts, size_t count);

/* Fills a field of type string; the text is borrowed. */
void message_set_text(ProtobufCMessage *message, const char *field, const char *text);

/* What the response's oneof holds; it points into the message. */
struct message_answer message_answer(const ProtobufCMessage *message);

#endif
