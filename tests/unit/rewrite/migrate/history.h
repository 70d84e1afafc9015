/* A table in history mode with versions before, at and after a time. */
#ifndef UNIT_REWRITE_MIGRATE_HISTORY_H
#define UNIT_REWRITE_MIGRATE_HISTORY_H

#include "migration.h"

#define ALWAYS "9999-12-31T23:59:59.999Z"
#define T "2024-05-01T10:00:00Z"
#define BEFORE_T "2024-05-01T09:59:59.999Z"

static inline void history_columns_of(struct fake_world *w) {
    world_table(w, "s", "t",
                "id:INT:key a:STRING _fivetran_start:UTC_DATETIME:key "
                "_fivetran_end:UTC_DATETIME _fivetran_active:BOOLEAN "
                "_fivetran_synced:UTC_DATETIME");
}

/* 1: two versions; 2: one, without a value; 3: ended for good; 4: starts at T. */
static inline void history_table(struct fake_world *w) {
    history_columns_of(w);
    world_row(w, "t",
              "1|old|2024-01-01T00:00:00Z|2024-01-31T23:59:59.999Z|false|2024-05-02T00:00:00Z");
    world_row(w, "t", "1|one|2024-02-01T00:00:00Z|" ALWAYS "|true|2024-05-02T00:00:00Z");
    world_row(w, "t", "2|NULL|2024-02-01T00:00:00Z|" ALWAYS "|true|2024-05-02T00:00:00Z");
    world_row(w, "t",
              "3|three|2024-02-01T00:00:00Z|2024-03-01T00:00:00Z|false|2024-05-02T00:00:00Z");
    world_row(w, "t", "4|four|" T "|" ALWAYS "|true|2024-05-02T00:00:00Z");
}

#endif
