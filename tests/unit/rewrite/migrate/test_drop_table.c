#include "migration.h"

START_TEST(test_a_table_is_dropped_and_one_that_is_gone_is_no_error) {
    struct fake_world w;
    migration_world(&w);
    world_table(&w, "s", "t", "id:INT:key");
    world_table(&w, "s", "other", "id:INT:key");
    MIGRATED(&w, .kind = MIGRATION_DROP_TABLE);
    STATE(&w, "other id:INT:key\n");
    MIGRATED(&w, .kind = MIGRATION_DROP_TABLE);
    ck_assert_uint_eq(w.n_reads + w.n_settles, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_destination_without_rows_drops_too) {
    struct fake_world w;
    world_init(&w);
    w.ops.open_rows = NULL;
    world_table(&w, "s", "t", "id:INT:key");
    MIGRATED(&w, .kind = MIGRATION_DROP_TABLE);
    STATE(&w, "");
    world_clean_up(&w);
}
END_TEST

RUN("drop_table", test_a_table_is_dropped_and_one_that_is_gone_is_no_error,
    test_a_destination_without_rows_drops_too)
