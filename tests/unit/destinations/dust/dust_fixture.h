/* A Dust destination over a scripted API, with a clock of the test's own. */
#ifndef UNIT_DESTINATIONS_DUST_FIXTURE_H
#define UNIT_DESTINATIONS_DUST_FIXTURE_H

#include "destinations/dust/dust_api.h"
#include "support/log_capture.h"
#include "unit/destinations/scripted_api.h"

struct fixture {
    struct fake_clock clock;
    struct log_capture log;
    struct destination_shared shared;
    struct settings settings;
    struct scripted_api scripted;
    struct destination d;
    struct dust_api api;
    struct notice notice;
    struct status status;
};

#define SECRET_KEY "sk-hush-hush"
#define WORKSPACE "https://x/api/v1/w/w1"
#define SOURCE WORKSPACE "/spaces/s1/data_sources/d1"
#define DUST_ERROR(type, message) "{\"error\":{\"type\":\"" type "\",\"message\":\"" message "\"}}"

static inline void set_up(struct fixture *f, const struct scripted_answer *answers,
                          size_t n_answers) {
    memset(f, 0, sizeof *f);
    fake_clock_init(&f->clock);
    log_capture_init(&f->log, LOG_DEBUG);
    f->shared.clock = &f->clock.clock;
    f->shared.random = random_system();
    f->settings = (struct settings){.destination = DESTINATION_DUST,
                                    .api_key = (char *)SECRET_KEY,
                                    .base_url = (char *)"https://x",
                                    .workspace_id = (char *)"w1",
                                    .space_id = (char *)"s1",
                                    .data_source_id = (char *)"d1",
                                    .table_id_prefix = (char *)"fivetran_",
                                    .documents_per_minute = 120,
                                    .confirm_writes = true,
                                    .batch_size = 500,
                                    .max_batch_bytes = 1 << 20};
    f->scripted = (struct scripted_api){.api = {scripted_call},
                                        .answers = answers,
                                        .n_answers = n_answers,
                                        .clock = &f->clock,
                                        .retries = true};
    f->d = (struct destination){.settings = &f->settings,
                                .shared = &f->shared,
                                .log = &f->log.log,
                                .api = &f->scripted.api};
    dust_api_init(&f->api, &f->d);
}

#define SET_UP(f, lines) set_up((f), (lines), sizeof(lines) / sizeof(lines)[0])

static inline void tear_down(struct fixture *f) {
    ck_assert_uint_eq(f->scripted.n_calls, f->scripted.n_answers); /* every line was used */
    ck_assert_uint_eq(log_capture_count(&f->log, SECRET_KEY), 0);
    ck_assert_ptr_null(strstr(f->status.message, SECRET_KEY));
    dust_api_clean_up(&f->api);
    log_capture_clean_up(&f->log);
    fake_clock_clean_up(&f->clock);
}

#define ck_assert_says(text, words)                                                                \
    ck_assert_msg(strstr((text), (words)) != NULL, "\"%s\" does not say \"%s\"", (text), (words))

#endif
