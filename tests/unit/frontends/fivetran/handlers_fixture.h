/* The ten calls over one engine, without gRPC: requests are packed, handed to the handler of that
 * name, and the answers unpacked. BigGeo is a scripted peer on a loopback port. */
#ifndef UNIT_FRONTENDS_FIVETRAN_HANDLERS_FIXTURE_H
#define UNIT_FRONTENDS_FIVETRAN_HANDLERS_FIXTURE_H

#include "destination_sdk.pb-c.h"
#include "destinations/biggeo/biggeo.h"
#include "destinations/biggeo/catalogue.h"
#include "frontends/fivetran/message_guard.h"
#include "frontends/fivetran/service.h"
#include "support/fake_clock.h"
#include "support/http_peer.h"
#include "support/log_capture.h"

#include <check.h>

enum { FIXTURE_BYTES = 1 << 20, FIXTURE_SETTINGS = 4 };

#define FIXTURE_KEY "hush-hush"

struct fixture {
    struct fake_clock clock;
    struct log_capture log;
    struct destination_shared destinations;
    struct fivetran_service service;
    struct http_peer *peer; /* NULL: nobody listens */
    char nobody[64];
    struct cancel cancel; /* the client's */
    struct buf response;
    struct status status;
    FivetranSdk__V2__WriteBatchRequest__ConfigurationEntry entries[FIXTURE_SETTINGS];
    void *configuration[FIXTURE_SETTINGS]; /* for a request's configuration */
    size_t n_configuration;
};

/* BigGeo's answers to a session's posts; records_processed is left out. */
#define FIXTURE_ACCEPTED                                                                           \
    { .action = PEER_ANSWER, .body = "{\"success\":true}" }

static inline void fixture_setting(struct fixture *f, const char *key, const char *value) {
    FivetranSdk__V2__WriteBatchRequest__ConfigurationEntry *entry = &f->entries[f->n_configuration];
    ck_assert_uint_lt(f->n_configuration, FIXTURE_SETTINGS);
    fivetran_sdk__v2__write_batch_request__configuration_entry__init(entry);
    entry->key = (char *)key;
    entry->value = (char *)value;
    f->configuration[f->n_configuration++] = entry;
}

/* steps NULL: the API cannot be reached. */
static inline void set_up(struct fixture *f, const struct peer_step *steps, size_t n_steps) {
    memset(f, 0, sizeof *f);
    ck_assert(http_global_init());
    fake_clock_init(&f->clock);
    log_capture_init(&f->log, LOG_DEBUG);
    f->destinations = (struct destination_shared){
        .clock = &f->clock.clock,
        .random = random_system(),
        .catalogue = catalogue_open(NULL, &f->log.log, &f->status),
        .biggeo = biggeo_state_new(),
    };
    f->service = (struct fivetran_service){
        .destinations = &f->destinations,
        .delivery = delivery_shared_new(&f->clock.clock, random_system()),
        .connections = http_pool_new(4),
        .locks = table_locks_new(),
    };
    cancel_init(&f->cancel, &f->clock.clock, CANCEL_NO_DEADLINE);
    buf_init(&f->response, FIXTURE_BYTES);
    http_peer_nobody_url(f->nobody, sizeof f->nobody);
    f->peer = steps ? http_peer_start(steps, n_steps) : NULL;
    fixture_setting(f, "destination", "biggeo");
    fixture_setting(f, "api_key", FIXTURE_KEY);
    fixture_setting(f, "biggeo_base_url", f->peer ? http_peer_url(f->peer, "") : f->nobody);
}

#define SET_UP(f, steps) set_up((f), (steps), sizeof(steps) / sizeof(steps)[0])

static inline void tear_down(struct fixture *f) {
    ck_assert_uint_eq(log_capture_count(&f->log, FIXTURE_KEY), 0);
    ck_assert_ptr_null(strstr(f->status.message, FIXTURE_KEY));
    table_locks_destroy(f->service.locks);
    http_pool_destroy(f->service.connections);
    delivery_shared_destroy(f->service.delivery);
    biggeo_state_destroy(f->destinations.biggeo);
    catalogue_close(f->destinations.catalogue);
    if (f->peer) {
        http_peer_stop(f->peer);
    }
    buf_clean_up(&f->response);
    cancel_clean_up(&f->cancel);
    log_capture_clean_up(&f->log);
    fake_clock_clean_up(&f->clock);
    http_global_clean_up();
}

/* Handles a request's bytes; the answer is in f->response or f->status. */
static inline void fixture_call_bytes(struct fixture *f, const char *method, struct slice bytes) {
    size_t count = 0;
    const struct rpc_method *methods = service_methods(&count);
    const struct log log = log_with(&f->log.log, "rpc=%s", method);
    struct rpc rpc = {.method = method, .request = bytes, .cancel = &f->cancel, .log = &log};
    f->status = STATUS_INIT;
    buf_reset(&f->response);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(strrchr(methods[i].path, '/') + 1, method) == 0) {
            methods[i].handler(&f->service, &rpc, &f->response, &f->status);
            ck_assert(f->status.code == STATUS_OK || f->response.len == 0); /* lesson 3 */
            return;
        }
    }
    ck_abort_msg("no method %s", method);
}

static inline void fixture_call(struct fixture *f, const char *method,
                                const ProtobufCMessage *request) {
    struct buf bytes;
    buf_init(&bytes, FIXTURE_BYTES);
    ck_assert(message_pack(request, &bytes));
    fixture_call_bytes(f, method, buf_slice(&bytes));
    buf_clean_up(&bytes);
}

/* The settings of the fixture, put into any request. */
#define CONFIGURE(f, request)                                                                      \
    ((request)->configuration = (void *)(f)->configuration,                                        \
     (request)->n_configuration = (f)->n_configuration)

/* The answer of CreateTable, AlterTable, Truncate, WriteBatch as text: "success", "task: …",
 * "warning: …", or "status <code>: …" when the call failed. Static. */
static inline const char *fixture_outcome(struct fixture *f) {
    static char text[2048];
    if (f->status.code != STATUS_OK) {
        snprintf(text, sizeof text, "status %s: %s", status_code_name(f->status.code),
                 f->status.message);
        return text;
    }
    FivetranSdk__V2__WriteBatchResponse *m = fivetran_sdk__v2__write_batch_response__unpack(
        NULL, f->response.len, (const uint8_t *)f->response.data);
    ck_assert_ptr_nonnull(m);
    switch (m->response_case) {
    case FIVETRAN_SDK__V2__WRITE_BATCH_RESPONSE__RESPONSE_SUCCESS:
        snprintf(text, sizeof text, "%s", m->success ? "success" : "not success");
        break;
    case FIVETRAN_SDK__V2__WRITE_BATCH_RESPONSE__RESPONSE_TASK:
        snprintf(text, sizeof text, "task: %s", m->task->message);
        break;
    case FIVETRAN_SDK__V2__WRITE_BATCH_RESPONSE__RESPONSE_WARNING:
        snprintf(text, sizeof text, "warning: %s", m->warning->message);
        break;
    default:
        snprintf(text, sizeof text, "nothing");
    }
    fivetran_sdk__v2__write_batch_response__free_unpacked(m, NULL);
    return text;
}

/* Whether the outcome begins so. */
static inline void fixture_expect(struct fixture *f, const char *beginning) {
    const char *outcome = fixture_outcome(f);
    ck_assert_msg(strncmp(outcome, beginning, strlen(beginning)) == 0, "%s", outcome);
}

static inline const char *fixture_body(struct fixture *f, size_t i) {
    return http_peer_request(f->peer, i)->body;
}

#endif
