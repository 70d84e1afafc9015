#include "migration.h"

static enum migrate_outcome outcome_of(struct fake_world *w, enum migration_kind kind) {
    const struct migration migration = {
        .kind = kind,
        .schema = "s",
        .table = "missing",
        .to_table = "missing_too",
        .column = "a",
        .to_column = "b",
        .value = "",
        .timestamp = "2024-01-01T00:00:00Z",
    };
    enum migrate_outcome outcome = MIGRATE_DONE;
    w->status = STATUS_INIT;
    rewrite_migrate(&w->rw, &migration, &outcome, &w->status);
    return outcome;
}

START_TEST(test_what_nobody_does_is_unsupported) {
    struct fake_world w;
    migration_world(&w);
    ck_assert_int_eq(outcome_of(&w, MIGRATION_OTHER), MIGRATE_UNSUPPORTED);
    ck_assert_int_eq(w.status.code, STATUS_OK);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_everything_else_is_done_where_rows_can_be_written_again) {
    struct fake_world w;
    migration_world(&w);
    for (int kind = MIGRATION_DROP_TABLE; kind < MIGRATION_KIND_COUNT; kind++) {
        ck_assert_int_eq(outcome_of(&w, (enum migration_kind)kind), MIGRATE_DONE);
        /* Of a table that is not there only a drop is a success. */
        ck_assert_int_eq(w.status.code, kind == MIGRATION_DROP_TABLE ? STATUS_OK : STATUS_TASK);
    }
    world_clean_up(&w);
}
END_TEST

START_TEST(test_elsewhere_only_tables_are_dropped) {
    struct fake_world w;
    world_init(&w);
    for (int kind = MIGRATION_OTHER; kind < MIGRATION_KIND_COUNT; kind++) {
        ck_assert_int_eq(outcome_of(&w, (enum migration_kind)kind),
                         kind == MIGRATION_DROP_TABLE ? MIGRATE_DONE : MIGRATE_UNSUPPORTED);
        ck_assert_int_eq(w.status.code, STATUS_OK);
    }
    world_clean_up(&w);
}
END_TEST

START_TEST(test_names_must_be_there_and_differ) {
    struct fake_world w;
    migration_world(&w);
    world_table(&w, "s", "t", "id:INT:key a:STRING");
    world_row(&w, "t", "1|one");
    REFUSED(&w, STATUS_INVALID_ARGUMENT, "no table to make", .kind = MIGRATION_COPY_TABLE);
    REFUSED(&w, STATUS_INVALID_ARGUMENT, "no table to make", .kind = MIGRATION_RENAME_TABLE,
            .to_table = "");
    REFUSED(&w, STATUS_INVALID_ARGUMENT, "twice", .kind = MIGRATION_RENAME_TABLE, .to_table = "t");
    REFUSED(&w, STATUS_INVALID_ARGUMENT, "twice", .kind = MIGRATION_COPY_TABLE_TO_HISTORY_MODE,
            .to_table = "t");
    REFUSED(&w, STATUS_INVALID_ARGUMENT, "no column", .kind = MIGRATION_UPDATE_COLUMN_VALUE);
    REFUSED(&w, STATUS_INVALID_ARGUMENT, "no column to make", .kind = MIGRATION_RENAME_COLUMN,
            .column = "a");
    REFUSED(&w, STATUS_INVALID_ARGUMENT, "twice", .kind = MIGRATION_RENAME_COLUMN, .column = "a",
            .to_column = "a");
    REFUSED(&w, STATUS_INVALID_ARGUMENT, "no table", .kind = MIGRATION_UPDATE_COLUMN_VALUE,
            .table = "", .column = "a");
    world_clean_up(&w);
}
END_TEST

RUN("migrate", test_what_nobody_does_is_unsupported,
    test_everything_else_is_done_where_rows_can_be_written_again,
    test_elsewhere_only_tables_are_dropped, test_names_must_be_there_and_differ)
