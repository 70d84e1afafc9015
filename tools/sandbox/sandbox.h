/* What the parts of the sandbox share. */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include "sandbox/dust_config.h"
#include "sandbox/exchange.h"
#include "sandbox/faults.h"
#include "sandbox/gate.h"
#include "sandbox/journal.h"
#include "sandbox/store.h"

#include <pthread.h>

/* What can be changed while the server runs (POST /_sandbox/config). */
struct config {
    struct store_rules rules;
    bool count_session; /* records_processed counts the session; else the request */
    uint64_t max_body;  /* bytes; more is answered 413 */
    struct dust_config dust;
};

struct dust_store;
struct dust_documents;

struct sandbox {
    const char *api_key;
    struct config initial; /* what a reset goes back to */
    pthread_mutex_t mutex; /* guards config */
    struct config config;
    struct store *store;
    struct dust_store *dust;
    struct dust_documents *documents;
    struct faults *faults;
    struct journal *journal;
    struct gate *gate;
};

/* A copy of the present configuration. Any thread. */
struct config sandbox_config(struct sandbox *sandbox);

/* An API that the sandbox plays. */
struct api {
    const char *prefix; /* of its paths */
    /* Fills ex->call from the request. Changes nothing. */
    void (*recognise)(struct sandbox *sandbox, struct exchange *ex);
    /* Does it and answers. */
    void (*perform)(struct sandbox *sandbox, struct exchange *ex);
    /* The API's own way to say, with status 200, that a recognised call failed. */
    void (*refuse)(struct exchange *ex, struct slice message);
};

extern const struct api biggeo_api;
extern const struct api dust_api;

/* The control API under /_sandbox/. */
void control_perform(struct sandbox *sandbox, struct exchange *ex);

/* GET /_sandbox/rows/{table}. */
void control_rows(struct sandbox *sandbox, struct exchange *ex, const char *table);

/* The control calls under /_sandbox/dust/; path is what follows. False: no such call. */
bool dust_control(struct sandbox *sandbox, struct exchange *ex, const char *path);

#endif
