#include "destinations/biggeo/biggeo_state.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct known_table {
    struct known_table *next;
    enum biggeo_finals finals;
    int64_t first_row;
    size_t key_len;
    char key[];
};

struct biggeo_state {
    _Atomic int64_t last_op_at;
    pthread_mutex_t mutex; /* guards tables */
    struct known_table *tables;
};

struct biggeo_state *biggeo_state_new(void) {
    struct biggeo_state *state = calloc(1, sizeof *state);
    if (state) {
        pthread_mutex_init(&state->mutex, NULL);
    }
    return state;
}

void biggeo_state_destroy(struct biggeo_state *state) {
    if (!state) {
        return;
    }
    while (state->tables) {
        struct known_table *next = state->tables->next;
        free(state->tables);
        state->tables = next;
    }
    pthread_mutex_destroy(&state->mutex);
    free(state);
}

int64_t biggeo_state_next_op_at(struct biggeo_state *state, int64_t now_us) {
    int64_t last = atomic_load(&state->last_op_at);
    int64_t next;
    do {
        next = now_us > last ? now_us : last + 1;
    } while (!atomic_compare_exchange_weak(&state->last_op_at, &last, next));
    return next;
}

static struct known_table *find_locked(struct biggeo_state *state, struct slice key) {
    for (struct known_table *t = state->tables; t; t = t->next) {
        if (slice_equal(slice_make(t->key, t->key_len), key)) {
            return t;
        }
    }
    return NULL;
}

enum biggeo_finals biggeo_state_finals(struct biggeo_state *state, struct slice key) {
    pthread_mutex_lock(&state->mutex);
    struct known_table *table = find_locked(state, key);
    enum biggeo_finals finals = table ? table->finals : BIGGEO_FINALS_NONE;
    pthread_mutex_unlock(&state->mutex);
    return finals;
}

/* The table's entry, made when there is none; NULL: no memory. */
static struct known_table *entry_locked(struct biggeo_state *state, struct slice key) {
    struct known_table *table = find_locked(state, key);
    if (!table) {
        table = malloc(sizeof *table + key.len);
        if (table) {
            *table = (struct known_table){.next = state->tables, .key_len = key.len};
            memcpy(table->key, key.data, key.len);
            state->tables = table;
        }
    }
    return table;
}

bool biggeo_state_set_finals(struct biggeo_state *state, struct slice key,
                             enum biggeo_finals finals) {
    pthread_mutex_lock(&state->mutex);
    struct known_table *table = entry_locked(state, key);
    if (table && table->finals != BIGGEO_FINALS_REPLACE) {
        table->finals = finals;
    }
    pthread_mutex_unlock(&state->mutex);
    return table != NULL;
}

bool biggeo_state_first_final(struct biggeo_state *state, struct slice key, int64_t op_at) {
    pthread_mutex_lock(&state->mutex);
    struct known_table *table = entry_locked(state, key);
    bool first = table && table->finals == BIGGEO_FINALS_NONE;
    if (first) {
        table->finals = BIGGEO_FINALS_ONE;
        table->first_row = op_at;
    }
    pthread_mutex_unlock(&state->mutex);
    return first;
}

int64_t biggeo_state_first_row(struct biggeo_state *state, struct slice key) {
    pthread_mutex_lock(&state->mutex);
    struct known_table *table = find_locked(state, key);
    int64_t op_at = table ? table->first_row : 0;
    pthread_mutex_unlock(&state->mutex);
    return op_at;
}
