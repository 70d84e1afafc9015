/* Any bytes as a line of the Airbyte protocol: read or refused within bounds, and every slice that
 * is given out lies in the line. */
#include "frontends/airbyte/message.h"
#include "json/json_scan.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_slice(struct slice part, struct slice line) {
    if (part.len > 0 && (part.data < line.data || part.data + part.len > line.data + line.len)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct slice line = slice_make(data, size);
    struct message m;
    message_parse(line, &m);
    if (m.kind == MESSAGE_MALFORMED) {
        return 0;
    }
    if (!json_scan(line, NULL)) { /* what is taken is JSON */
        abort();
    }
    check_slice(m.stream, line);
    check_slice(m.schema, line);
    check_slice(m.data, line);
    if (m.kind == MESSAGE_RECORD && !json_scan(m.data, NULL)) {
        abort();
    }
    if (m.kind == MESSAGE_STATE && (m.cut > m.resume || m.resume > line.len)) {
        abort();
    }
    return 0;
}
