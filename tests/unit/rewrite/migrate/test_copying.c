#include "migration.h"
#include "rewrite/migrate/copying.h"

/* Two calls that copy in opposite directions take the tables' turns in the same order. */
START_TEST(test_turns_are_taken_in_one_order) {
    static const char *const names[][2] = {{"a", "b"}, {"b", "a"}};
    struct fake_world w;
    migration_world(&w);
    world_table(&w, "s", "a", "id:INT:key");
    world_table(&w, "s", "b", "id:INT:key");
    for (size_t i = 0; i < 2; i++) {
        const struct migration migration = {
            .schema = "s", .table = names[i][0], .to_table = names[i][1]};
        struct copying copying;
        struct table_work held;
        struct cancel soon;
        struct rewrite other = w.rw;
        cancel_init(&soon, clock_system(), clock_monotonic_ms(clock_system()) + 50);
        other.cancel = &soon;
        /* Somebody holds b: whoever copies waits for it with a in hand, never the other way. */
        ck_assert(table_work_begin(&held, &w.rw, slice_of("s"), slice_of("b"), &w.status));
        ck_assert(!copying_begin(&copying, &other, &migration, &w.status));
        const struct table_work *first = i == 0 ? &copying.from : &copying.to;
        ck_assert_str_eq(first->store->table->name, "a");
        copying_end(&copying);
        table_work_end(&held);
        cancel_clean_up(&soon);
        w.status = STATUS_INIT;
        ck_assert(copying_begin(&copying, &w.rw, &migration, &w.status));
        ck_assert_str_eq(copying.from.store->table->name, names[i][0]);
        ck_assert_str_eq(copying.to.store->table->name, names[i][1]);
        copying_end(&copying);
    }
    world_clean_up(&w);
}
END_TEST

static bool copy(struct copying *copying, struct fake_world *w) {
    struct rows rows;
    rows_init(&rows, copying->from.store->table->n_columns, ROWS_MAX_BYTES);
    bool ok = copying_read(copying, &rows, &w->status) && copying_copy(copying, &rows, &w->status);
    rows_clean_up(&rows);
    copying_end(copying);
    return ok;
}

START_TEST(test_rows_of_an_earlier_attempt_are_told_from_strangers) {
    struct fake_world w;
    struct copying copying;
    const struct migration migration = {.schema = "s", .table = "a", .to_table = "b"};
    migration_world(&w);
    world_table(&w, "s", "a", "id:INT:key x:STRING");
    world_row(&w, "a", "1|one");
    world_row(&w, "a", "2|two");
    world_table(&w, "s", "b", "x:STRING id:INT:key"); /* the order does not matter */
    world_row(&w, "b", "old|1");
    ck_assert(copying_begin(&copying, &w.rw, &migration, &w.status));
    ck_assert_msg(copy(&copying, &w), "%s", w.status.message);
    ck_assert_str_eq(world_rows(&w, "b"), "one|1\ntwo|2\n");
    world_row(&w, "b", "three|3");
    ck_assert(copying_begin(&copying, &w.rw, &migration, &w.status));
    ck_assert(!copy(&copying, &w));
    ck_assert_int_eq(w.status.code, STATUS_TASK);
    world_clean_up(&w);
}
END_TEST

RUN("copying", test_turns_are_taken_in_one_order,
    test_rows_of_an_earlier_attempt_are_told_from_strangers)
