#include "destinations/dust/dust_row_store.h"

#include <stdlib.h>

enum { ARENA_BYTES = 64 * 1024 * 1024 };

void dust_row_store_close(struct row_store *store) {
    if (store) {
        struct dust_row_store *s = dust_row_store_of(store);
        dust_api_clean_up(&s->api);
        arena_clean_up(&s->arena);
        free(s);
    }
}

bool dust_row_store_open(struct row_store base, dust_row_store_get *get, struct destination *d,
                         struct slice schema, struct slice name, struct row_store **store,
                         struct status *status) {
    struct dust_row_store *s = calloc(1, sizeof *s);
    bool there = false;
    *store = NULL;
    if (!s) {
        return status_no_memory(status, "opening a table");
    }
    s->base = base;
    s->base.table = &s->table.table;
    s->d = *d;
    arena_init(&s->arena, ARENA_BYTES);
    dust_api_init(&s->api, &s->d);
    bool ok = get(&s->api, schema, name, &s->arena, &s->table, &there, status);
    if (ok && there) {
        *store = &s->base;
    } else {
        dust_row_store_close(&s->base);
    }
    return ok;
}
