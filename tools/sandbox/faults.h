/* Faults that were ordered: which requests they hit, and what happens then. README.md tells the
 * JSON. Any thread. */
#ifndef SANDBOX_FAULTS_H
#define SANDBOX_FAULTS_H

#include "sandbox/exchange.h"

struct faults;

enum fault_action {
    FAULT_STATUS,  /* this status and body */
    FAULT_RESET,   /* the connection is reset */
    FAULT_CLOSE,   /* the connection ends orderly, without an answer */
    FAULT_CUT,     /* the true answer, of which half arrives */
    FAULT_SLOW,    /* the true answer, late */
    FAULT_HOLD,    /* the true answer, when it is let go */
    FAULT_GARBAGE, /* status 200 with something that is no JSON */
    FAULT_REFUSE,  /* the API's own way of saying no with status 200 */
};

/* What a fault does to one request. */
struct fault_effect {
    enum fault_action action;
    const char *name; /* the action's word, static */
    bool store;       /* the request is carried out all the same */
    unsigned status;
    int64_t ms;
    char retry_after[64];
    char content_type[64];
    struct buf text; /* the body or the message */
};

struct faults *faults_new(void);
void faults_destroy(struct faults *faults);
void faults_clear(struct faults *faults);

/* Adds the faults of a JSON list (or a single one), all or none. False with error filled. */
bool faults_add(struct faults *faults, struct slice json, struct buf *error);

/* Whether a fault hits this request; counts it either way. *effect is to be cleaned up. */
bool faults_take(struct faults *faults, const struct call *call, struct fault_effect *effect);
void fault_effect_clean_up(struct fault_effect *effect);

/* Appends a JSON array of what was ordered, how often each matched and fired. */
void faults_list(struct faults *faults, struct buf *json);

#endif
