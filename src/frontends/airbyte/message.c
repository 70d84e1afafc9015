#include "frontends/airbyte/message.h"

#include "json/json_cursor.h"
#include "json/json_scan.h"
#include "table/record.h"

#include <stdlib.h>

enum { NUMBER_BYTES = 40 };

/* What stands in the envelope. */
struct envelope {
    struct slice type;
    struct slice state;
    struct slice trace;
    struct slice emitted_at;
    bool has_record;
};

/* Milliseconds; sources write integers, but the protocol allows any number. */
static int64_t read_emitted_at(struct slice number) {
    char text[NUMBER_BYTES];
    if (number.len == 0 || number.len >= sizeof text || number.data[0] == '"') {
        return EMITTED_AT_UNKNOWN;
    }
    int64_t ms = 0;
    size_t at = 0;
    while (at < number.len && at < 18 && number.data[at] >= '0' && number.data[at] <= '9') {
        ms = ms * 10 + (number.data[at++] - '0');
    }
    if (at == number.len) {
        return ms;
    }
    memcpy(text, number.data, number.len);
    text[number.len] = '\0';
    char *end;
    double value = strtod(text, &end);
    bool fits = *end == '\0' && value > -9.0e15 && value < 9.0e15;
    return fits ? (int64_t)value : EMITTED_AT_UNKNOWN;
}

/* The members of `record`; the walk stands on its value. */
static bool walk_record(struct json_cursor *w, struct envelope *envelope, struct message *m) {
    struct slice name;
    struct slice value;
    if (!json_cursor_enter(w)) {
        return json_cursor_value(w, &value); /* null, say: no record then */
    }
    envelope->has_record = true;
    while (json_cursor_member(w, &name) && json_cursor_value(w, &value)) {
        if (json_cursor_says(name, "data")) {
            m->data = value;
        } else if (json_cursor_says(name, "stream")) {
            m->stream = value;
        } else if (json_cursor_says(name, "namespace")) {
            m->schema = value;
        } else if (json_cursor_says(name, "emitted_at")) {
            envelope->emitted_at = value;
        }
    }
    return !w->failed;
}

/* False: not one JSON object. */
static bool walk_envelope(struct slice line, struct envelope *envelope, struct message *m) {
    struct json_cursor w = json_cursor_of(line);
    struct slice name;
    struct slice value;
    if (!json_cursor_enter(&w)) {
        return false;
    }
    while (json_cursor_member(&w, &name)) {
        if (json_cursor_says(name, "record")) {
            walk_record(&w, envelope, m);
        } else if (json_cursor_value(&w, &value)) {
            if (json_cursor_says(name, "type")) {
                envelope->type = json_cursor_string(value);
            } else if (json_cursor_says(name, "state")) {
                envelope->state = value;
            } else if (json_cursor_says(name, "trace")) {
                envelope->trace = value;
            }
        }
    }
    return json_cursor_end(&w);
}

static bool is_object(struct slice value) {
    return value.len > 0 && value.data[0] == '{';
}

static enum message_kind read_record(const struct envelope *envelope, struct message *m) {
    bool named = m->stream.len > 0 && m->stream.data[0] == '"';
    if (!envelope->has_record || !named || !is_object(m->data)) {
        return MESSAGE_MALFORMED;
    }
    m->stream = json_cursor_string(m->stream);
    m->schema = json_cursor_string(m->schema);
    m->emitted_at_ms = read_emitted_at(envelope->emitted_at);
    return MESSAGE_RECORD;
}

static void read_descriptor(struct slice descriptor, struct message *m) {
    m->stream = json_cursor_string(json_cursor_find(descriptor, "name"));
    m->schema = json_cursor_string(json_cursor_find(descriptor, "namespace"));
}

/* Where destinationStats goes: in the place of one that is there, else at the object's end. */
static void find_place(struct slice line, struct slice state, struct message *m) {
    struct slice stats = json_cursor_find(state, "destinationStats");
    if (stats.len > 0) {
        m->cut = (size_t)(stats.data - line.data);
        m->resume = m->cut + stats.len;
        m->before = "";
        return;
    }
    size_t end = (size_t)(state.data - line.data) + state.len - 1; /* the closing brace */
    struct json_cursor w = json_cursor_of(state);
    struct slice name;
    bool empty = json_cursor_enter(&w) && !json_cursor_member(&w, &name);
    m->cut = m->resume = end;
    m->before = empty ? "\"destinationStats\":" : ",\"destinationStats\":";
}

static enum message_kind read_state(struct slice line, struct slice state, struct message *m) {
    if (!is_object(state)) {
        return MESSAGE_MALFORMED;
    }
    struct slice type = json_cursor_string(json_cursor_find(state, "type"));
    struct slice stream = json_cursor_find(state, "stream");
    bool global = is_object(json_cursor_find(state, "global"));
    bool of_stream = type.len > 0 ? json_cursor_says(type, "STREAM") : !global && is_object(stream);
    m->scope = of_stream ? STATE_OF_STREAM : STATE_OF_ALL;
    m->stream = m->schema = slice_make("", 0);
    if (of_stream) {
        read_descriptor(json_cursor_find(stream, "stream_descriptor"), m);
    }
    find_place(line, state, m);
    return MESSAGE_STATE;
}

static enum message_kind read_trace(struct slice trace, struct message *m) {
    struct slice status = json_cursor_find(trace, "stream_status");
    struct slice type = json_cursor_string(json_cursor_find(trace, "type"));
    if (!json_cursor_says(type, "STREAM_STATUS") ||
        !json_cursor_says(json_cursor_string(json_cursor_find(status, "status")), "COMPLETE")) {
        return MESSAGE_OTHER;
    }
    read_descriptor(json_cursor_find(status, "stream_descriptor"), m);
    return MESSAGE_COMPLETE;
}

static bool is_too_deep(struct slice line) {
    struct json_cursor w = json_cursor_of(line);
    return json_cursor_enter(&w) && json_scan_is_too_deep(line);
}

void message_parse(struct slice line, struct message *m) {
    struct envelope envelope = {0};
    *m = (struct message){.kind = MESSAGE_MALFORMED};
    if (!walk_envelope(line, &envelope, m)) {
        m->kind = is_too_deep(line) ? MESSAGE_TOO_DEEP : MESSAGE_MALFORMED;
        return;
    }
    if (envelope.type.len == 0) {
        return;
    }
    if (json_cursor_says(envelope.type, "RECORD")) {
        m->kind = read_record(&envelope, m);
    } else if (json_cursor_says(envelope.type, "STATE")) {
        m->kind = read_state(line, envelope.state, m);
    } else if (json_cursor_says(envelope.type, "TRACE") && is_object(envelope.trace)) {
        m->kind = read_trace(envelope.trace, m);
    } else {
        m->kind = MESSAGE_OTHER;
    }
}
