/* Two streams of a catalog, "one" and "two", with a writer into a memory_destination, and an output
 * that is captured. */
#ifndef UNIT_FRONTENDS_AIRBYTE_STREAMS_FIXTURE_H
#define UNIT_FRONTENDS_AIRBYTE_STREAMS_FIXTURE_H

#include "captured_output.h"
#include "frontends/airbyte/catalog.h"
#include "frontends/airbyte/message.h"
#include "memory_destination.h"

#include <check.h>

struct fixture {
    struct captured_output captured;
    struct log log;
    struct memory_destination memory;
    struct writer *writer;
    struct stream streams[2];
    struct catalog catalog;
    struct status status;
};

static inline void set_up_streams(struct fixture *f) {
    static const char *const names[] = {"one", "two"};
    memset(f, 0, sizeof *f);
    captured_output_init(&f->captured);
    f->log.min_level = LOG_SEVERE;
    f->log.sink = &f->captured.output.sink;
    f->writer = memory_writer(&f->memory, &f->captured.clock.clock, &f->log, &f->status);
    for (size_t i = 0; i < 2; i++) {
        f->streams[i].table = (struct table){.schema = "", .name = names[i]};
        f->streams[i].writer = writer_open(f->writer, &f->streams[i].table, NULL, &f->status);
    }
    f->catalog = (struct catalog){.streams = f->streams, .n_streams = 2};
}

static inline void tear_down_streams(struct fixture *f) {
    writer_destroy(f->writer);
    cancel_clean_up(&f->memory.cancel);
    captured_output_clean_up(&f->captured);
}

static inline void write_record(struct fixture *f, int stream) {
    const struct record record = {.json = SLICE_LITERAL("{}")};
    ck_assert(writer_add(f->writer, f->streams[stream].writer, &record, &f->status));
}

/* The line `{"type":"STATE","state":{"data":N}}`, parsed: of a stream, or of all (-1). */
static inline struct message state_line(char line[100], int of, int n) {
    struct message m;
    snprintf(line, 100, "{\"type\":\"STATE\",\"state\":{\"data\":%d}}", n);
    message_parse(slice_of(line), &m);
    m.scope = of == -1 ? STATE_OF_ALL : STATE_OF_STREAM;
    return m;
}

/* What it comes back as, with ten times N as its count. */
#define ECHO(n)                                                                                    \
    "{\"type\":\"STATE\",\"state\":{\"data\":" #n ",\"destinationStats\":{\"recordCount\":" #n     \
    "0.0}}}\n"

#endif
