/* Migrations of the fake world's tables. */
#ifndef UNIT_REWRITE_MIGRATE_MIGRATION_H
#define UNIT_REWRITE_MIGRATE_MIGRATION_H

#include "../cut.h"
#include "rewrite/migrate/migrate.h"
#include "support/suite.h"

static inline void migration_world(struct fake_world *w) {
    world_init(w);
    w->ops.migrates = true;
}

/* Does what `migration` says, of schema s, and table t unless it names another. */
static inline bool migrate(struct fake_world *w, struct migration migration) {
    enum migrate_outcome outcome = MIGRATE_UNSUPPORTED;
    migration.schema = "s";
    migration.table = migration.table ? migration.table : "t";
    bool ok = rewrite_migrate(&w->rw, &migration, &outcome, &w->status);
    ck_assert_int_eq(outcome, MIGRATE_DONE);
    return ok;
}

#define MIGRATED(w, ...)                                                                           \
    ck_assert_msg(migrate((w), (struct migration){__VA_ARGS__}), "%s", (w)->status.message)

/* It is refused, and nothing was changed. */
#define REFUSED(w, status_code, words, ...)                                                        \
    do {                                                                                           \
        char *before_ = world_state(w);                                                            \
        world_next_call(w);                                                                        \
        ck_assert(!migrate((w), (struct migration){__VA_ARGS__}));                                 \
        ck_assert_int_eq((w)->status.code, status_code);                                           \
        ck_assert_msg(strstr((w)->status.message, words), "%s", (w)->status.message);              \
        ck_assert_uint_eq((w)->n_requests, 0);                                                     \
        char *after_ = world_state(w);                                                             \
        ck_assert_str_eq(before_, after_);                                                         \
        free(before_);                                                                             \
        free(after_);                                                                              \
    } while (0)

/* The table that columns are added to, copied from, set and renamed in. */
static inline void three_rows(struct fake_world *w) {
    world_table(w, "s", "t", "id:INT:key a:STRING b:INT");
    world_row(w, "t", "1|one|1");
    world_row(w, "t", "2|NULL|2");
    world_row(w, "t", "3|three|3");
}

/* What the migration makes of three_rows. */
static inline void check_migrated(struct migration migration, const char *columns,
                                  const char *rows) {
    struct fake_world w;
    migration_world(&w);
    three_rows(&w);
    ck_assert_msg(migrate(&w, migration), "%s", w.status.message);
    ck_assert_str_eq(world_columns(&w, "t"), columns);
    ck_assert_str_eq(world_rows(&w, "t"), rows);
    ck_assert_uint_eq(w.n_removed, 0);
    world_clean_up(&w);
}

#define RUN(name, ...)                                                                             \
    int main(void) {                                                                               \
        const TTest *const all[] = {__VA_ARGS__};                                                  \
        Suite *suite = suite_create(name);                                                         \
        TCase *tests = tcase_create(name);                                                         \
        for (size_t i_ = 0; i_ < sizeof all / sizeof all[0]; i_++) {                               \
            tcase_add_test(tests, all[i_]);                                                        \
        }                                                                                          \
        suite_add_tcase(suite, tests);                                                             \
        return suite_run(suite);                                                                   \
    }

#endif
