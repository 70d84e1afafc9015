/* An output that writes into a file of no name, for what was printed to be read back. */
#ifndef UNIT_FRONTENDS_AIRBYTE_CAPTURED_OUTPUT_H
#define UNIT_FRONTENDS_AIRBYTE_CAPTURED_OUTPUT_H

#include "frontends/airbyte/output.h"
#include "support/fake_clock.h"

#include <stdio.h>
#include <unistd.h>

enum { CAPTURED_BYTES = 1 << 16 };

struct captured_output {
    struct fake_clock clock;
    struct output output;
    FILE *file;
    char text[CAPTURED_BYTES];
};

static inline void captured_output_init(struct captured_output *c) {
    fake_clock_init(&c->clock);
    c->file = tmpfile();
    output_init(&c->output, fileno(c->file), &c->clock.clock);
}

static inline void captured_output_clean_up(struct captured_output *c) {
    output_clean_up(&c->output);
    fclose(c->file);
    fake_clock_clean_up(&c->clock);
}

/* Everything printed so far. */
static inline const char *captured_text(struct captured_output *c) {
    ssize_t n = pread(fileno(c->file), c->text, sizeof c->text - 1, 0);
    c->text[n > 0 ? n : 0] = '\0';
    return c->text;
}

#endif
