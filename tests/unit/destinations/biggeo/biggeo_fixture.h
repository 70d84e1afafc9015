/* A BigGeo destination over a scripted API, with a catalogue in memory and a clock of the test's
 * own. */
#ifndef UNIT_DESTINATIONS_BIGGEO_FIXTURE_H
#define UNIT_DESTINATIONS_BIGGEO_FIXTURE_H

#include "destinations/biggeo/biggeo.h"
#include "destinations/biggeo/catalogue.h"
#include "support/log_capture.h"
#include "unit/destinations/scripted_api.h"

struct fixture {
    struct fake_clock clock;
    struct log_capture log;
    struct destination_shared shared;
    struct settings settings;
    struct scripted_api api;
    struct destination d;
    struct notice notice;
    struct status status;
};

#define SECRET_KEY "hush-hush"

static inline void set_up(struct fixture *f, const struct scripted_answer *answers,
                          size_t n_answers) {
    memset(f, 0, sizeof *f);
    fake_clock_init(&f->clock);
    log_capture_init(&f->log, LOG_DEBUG);
    f->shared = (struct destination_shared){
        .clock = &f->clock.clock,
        .random = random_system(),
        .catalogue = catalogue_open(NULL, &f->log.log, &f->status),
        .biggeo = biggeo_state_new(),
    };
    f->settings = (struct settings){.api_key = (char *)SECRET_KEY,
                                    .biggeo_base_url = (char *)"https://x",
                                    .batch_size = 1000,
                                    .max_batch_bytes = 1 << 20};
    f->api = (struct scripted_api){
        .api = {scripted_call}, .answers = answers, .n_answers = n_answers, .clock = &f->clock};
    f->d = (struct destination){.ops = &BIGGEO_DESTINATION,
                                .settings = &f->settings,
                                .shared = &f->shared,
                                .log = &f->log.log,
                                .api = &f->api.api};
}

#define SET_UP(f, lines) set_up((f), (lines), sizeof(lines) / sizeof(lines)[0])

static inline void tear_down(struct fixture *f) {
    ck_assert_uint_eq(f->api.n_calls, f->api.n_answers); /* every line of the script was used */
    ck_assert_uint_eq(log_capture_count(&f->log, SECRET_KEY), 0);
    ck_assert_ptr_null(strstr(f->status.message, SECRET_KEY));
    biggeo_state_destroy(f->shared.biggeo);
    catalogue_close(f->shared.catalogue);
    log_capture_clean_up(&f->log);
    fake_clock_clean_up(&f->clock);
}

#endif
