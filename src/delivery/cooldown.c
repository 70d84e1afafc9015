#include "delivery/cooldown.h"

#include <stdio.h>
#include <string.h>

void cooldown_init(struct cooldown *cooldown) {
    cooldown->n_scopes = 0;
    pthread_mutex_init(&cooldown->mutex, NULL);
}

void cooldown_clean_up(struct cooldown *cooldown) {
    pthread_mutex_destroy(&cooldown->mutex);
}

static struct cooldown_scope *find_locked(struct cooldown *cooldown, const char *scope) {
    for (size_t i = 0; i < cooldown->n_scopes; i++) {
        if (strncmp(cooldown->scopes[i].scope, scope, VERDICT_SCOPE_BYTES - 1) == 0) {
            return &cooldown->scopes[i];
        }
    }
    return NULL;
}

static struct cooldown_scope *place_locked(struct cooldown *cooldown) {
    if (cooldown->n_scopes < COOLDOWN_SCOPES) {
        return &cooldown->scopes[cooldown->n_scopes++];
    }
    struct cooldown_scope *first = &cooldown->scopes[0];
    for (size_t i = 1; i < COOLDOWN_SCOPES; i++) {
        if (cooldown->scopes[i].until_ms < first->until_ms) {
            first = &cooldown->scopes[i];
        }
    }
    return first;
}

void cooldown_extend(struct cooldown *cooldown, const char *scope, int64_t until_ms) {
    pthread_mutex_lock(&cooldown->mutex);
    struct cooldown_scope *at = find_locked(cooldown, scope);
    if (!at) {
        at = place_locked(cooldown);
        snprintf(at->scope, sizeof at->scope, "%s", scope);
        at->until_ms = until_ms;
    }
    if (at->until_ms < until_ms) {
        at->until_ms = until_ms;
    }
    pthread_mutex_unlock(&cooldown->mutex);
}

int64_t cooldown_left_ms(struct cooldown *cooldown, const char *scope, int64_t now_ms) {
    pthread_mutex_lock(&cooldown->mutex);
    const struct cooldown_scope *at = find_locked(cooldown, scope);
    int64_t left = at && at->until_ms > now_ms ? at->until_ms - now_ms : 0;
    pthread_mutex_unlock(&cooldown->mutex);
    return left;
}
