/* An attempt against a scripted HTTP peer, with a clock and a random of the test's own. */
#ifndef UNIT_DELIVERY_ATTEMPT_FIXTURE_H
#define UNIT_DELIVERY_ATTEMPT_FIXTURE_H

#include "delivery/attempt.h"
#include "support/fake_clock.h"
#include "support/http_peer.h"
#include "support/log_capture.h"
#include "support/scripted_random.h"

#include <check.h>

/* Every draw, so that a wait in [0, ceiling] is DRAW % (ceiling + 1). */
#define DRAW UINT64_C(0x9E3779B97F4A7C15)

enum { MINUTE = 60 * 1000 };

static struct fake_clock fake;
static struct scripted_random scripted;
static struct log_capture capture;
static struct delivery_shared *shared;
static struct http_client *client;
static struct cancel cancel;
static struct attempt attempt;
static struct http_response response;
static struct verdict verdict;
static struct http_peer *peer;

static inline void set_deadline(int64_t in_ms) {
    cancel_clean_up(&cancel);
    cancel_init(&cancel, &fake.clock, fake_clock_now(&fake) + in_ms);
}

static inline void set_up(void) {
    ck_assert(http_global_init());
    fake_clock_init(&fake);
    scripted_random_init(&scripted, DRAW);
    log_capture_init(&capture, LOG_DEBUG);
    shared = delivery_shared_new(&fake.clock, &scripted.random);
    client = http_client_new();
    ck_assert(shared && client);
    cancel_init(&cancel, &fake.clock, CANCEL_NO_DEADLINE);
    attempt_init(&attempt, shared, client, &cancel, &capture.log, ATTEMPT_POLICY_DEFAULT);
    http_response_init(&response);
    peer = NULL;
}

static inline void tear_down(void) {
    http_response_clean_up(&response);
    cancel_clean_up(&cancel);
    http_client_destroy(client);
    delivery_shared_destroy(shared);
    if (peer) {
        http_peer_stop(peer);
    }
    log_capture_clean_up(&capture);
    fake_clock_clean_up(&fake);
    http_global_clean_up();
}

#define START(steps) (peer = http_peer_start(steps, sizeof(steps) / sizeof((steps)[0])))

static inline struct api_call a_call(void) {
    return (struct api_call){
        .request = {.method = HTTP_POST,
                    .url = http_peer_url(peer, "/path"),
                    .headers = {{"x-api-key", "the-secret-key"}},
                    .n_headers = 1,
                    .body = SLICE_LITERAL("customer@example.com")},
        .what = "posting a batch",
    };
}

/* Two of them a minute. */
static inline struct api_call a_paced_call(void) {
    struct api_call call = a_call();
    call.pace = (struct api_pace){.key = "workspace", .max = 2, .window_ms = MINUTE};
    return call;
}

static inline bool perform(const struct api_call *call) {
    return api_perform(&attempt.api, call, &response, &verdict);
}

static inline bool said(const char *words) {
    return strstr(verdict.status.message, words) != NULL;
}

static inline int64_t drawn(int64_t ceiling) {
    return (int64_t)(DRAW % (uint64_t)(ceiling + 1));
}

#endif
