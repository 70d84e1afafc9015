/* The engine as main makes it, with files for what is read and printed. */
#ifndef UNIT_FRONTENDS_AIRBYTE_ENGINE_FIXTURE_H
#define UNIT_FRONTENDS_AIRBYTE_ENGINE_FIXTURE_H

#include "destinations/biggeo/biggeo.h"
#include "destinations/biggeo/catalogue.h"
#include "frontends/airbyte/airbyte.h"

#include <stdlib.h>
#include <unistd.h>

struct engine_fixture {
    struct destination_shared destinations;
    struct cancel cancel;
    struct airbyte airbyte;
    FILE *in;
    FILE *out;
    char folder[64];
    char config[128]; /* paths */
    char catalog[128];
    char text[1 << 16];
};

static inline void engine_fixture_init(struct engine_fixture *f) {
    struct status status = STATUS_INIT;
    memset(f, 0, sizeof *f);
    http_global_init();
    f->in = tmpfile();
    f->out = tmpfile();
    snprintf(f->folder, sizeof f->folder, "/tmp/bigdust-airbyte-XXXXXX");
    if (!mkdtemp(f->folder)) {
        abort();
    }
    snprintf(f->config, sizeof f->config, "%s/config.json", f->folder);
    snprintf(f->catalog, sizeof f->catalog, "%s/catalog.json", f->folder);
    f->destinations = (struct destination_shared){.clock = clock_system(),
                                                  .random = random_system(),
                                                  .catalogue = catalogue_open(NULL, NULL, &status),
                                                  .biggeo = biggeo_state_new()};
    cancel_init(&f->cancel, clock_system(), CANCEL_NO_DEADLINE);
    f->airbyte = (struct airbyte){
        .destinations = &f->destinations,
        .delivery = delivery_shared_new(clock_system(), random_system()),
        .connections = http_pool_new(1),
        .cancel = &f->cancel,
        .in_fd = fileno(f->in),
        .out_fd = fileno(f->out),
        .terminal_fd = -1,
        .log_level = LOG_INFO,
    };
}

static inline void engine_fixture_clean_up(struct engine_fixture *f) {
    fclose(f->in);
    fclose(f->out);
    unlink(f->config);
    unlink(f->catalog);
    rmdir(f->folder);
    http_pool_destroy(f->airbyte.connections);
    delivery_shared_destroy(f->airbyte.delivery);
    cancel_clean_up(&f->cancel);
    biggeo_state_destroy(f->destinations.biggeo);
    catalogue_close(f->destinations.catalogue);
    http_global_clean_up();
}

static inline void put_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
}

/* Everything printed so far. */
static inline const char *printed(struct engine_fixture *f) {
    ssize_t n = pread(fileno(f->out), f->text, sizeof f->text - 1, 0);
    f->text[n > 0 ? n : 0] = '\0';
    return f->text;
}

#endif
