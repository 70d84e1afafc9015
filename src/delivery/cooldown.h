/* Who cools down until when. A throttle belongs to the destination's scope (a host, a workspace, a
 * table), so every attempt of the process waits, not only the one that was told to. */
#ifndef DELIVERY_COOLDOWN_H
#define DELIVERY_COOLDOWN_H

#include "http/verdict.h"

#include <pthread.h>
#include <stdint.h>

enum { COOLDOWN_SCOPES = 256 };

struct cooldown_scope {
    char scope[VERDICT_SCOPE_BYTES];
    int64_t until_ms;
};

/* Any thread. Scopes are cut to VERDICT_SCOPE_BYTES - 1. Times are clock_monotonic_ms. */
struct cooldown {
    pthread_mutex_t mutex; /* guards what follows */
    size_t n_scopes;
    struct cooldown_scope scopes[COOLDOWN_SCOPES];
};

void cooldown_init(struct cooldown *cooldown);
void cooldown_clean_up(struct cooldown *cooldown);

/* The scope cools down until then, or longer when it was told so before. With more than
 * COOLDOWN_SCOPES of them the one that ends first is forgotten: it is merely told again. */
void cooldown_extend(struct cooldown *cooldown, const char *scope, int64_t until_ms);

/* How long the scope still cools down; 0: it does not. */
int64_t cooldown_left_ms(struct cooldown *cooldown, const char *scope, int64_t now_ms);

#endif
