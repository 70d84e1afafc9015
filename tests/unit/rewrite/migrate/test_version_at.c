#include "history.h"
#include "rewrite/migrate/version_at.h"

static bool change_at(struct fake_world *w, const char *timestamp) {
    const struct version_change change = {
        .column = &(struct column){.name = "a", .type = COLUMN_STRING},
        .value = {CELL_TEXT, SLICE_LITERAL("new")},
        .timestamp = timestamp,
    };
    struct table_work work;
    bool ok = table_work_begin(&work, &w->rw, slice_of("s"), slice_of("t"), &w->status) &&
              version_at(&work, &change, &w->status);
    table_work_end(&work);
    return ok;
}

static void one_version(struct fake_world *w, const char *row) {
    migration_world(w);
    history_columns_of(w);
    world_row(w, "t", row);
}

START_TEST(test_lesson_26_the_end_is_a_millisecond_before_exactly) {
    struct fake_world w;
    one_version(&w, "1|x|0001-01-01T00:00:00Z|" ALWAYS "|true|NULL");
    ck_assert(change_at(&w, "1970-01-01T00:00:00.0001Z"));
    ck_assert_str_eq(world_rows(&w, "t"),
                     "1|new|1970-01-01T00:00:00.0001Z|" ALWAYS "|true|NULL\n"
                     "1|x|0001-01-01T00:00:00Z|1969-12-31T23:59:59.9991Z|false|NULL\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_starts_are_compared_as_instants) {
    struct fake_world w;
    one_version(&w, "1|x|2024-05-01T12:00:00.000+02:00|" ALWAYS "|true|NULL");
    ck_assert(change_at(&w, T));
    ck_assert_uint_eq(w.n_settles, 1); /* what others wrote was waited for */
    ck_assert_str_eq(world_rows(&w, "t"),
                     "1|new|2024-05-01T12:00:00.000+02:00|" ALWAYS "|true|NULL\n");
    world_clean_up(&w);
}
END_TEST

/* Who reads between two requests finds an active version of every row. */
START_TEST(test_no_cut_leaves_a_row_without_an_active_version) {
    struct fake_world w;
    for (size_t cut = 0; cut < 4; cut++) {
        migration_world(&w);
        history_table(&w);
        w.batch_size = 1;
        w.cut_after = cut;
        ck_assert(!change_at(&w, T));
        const char *rows = world_rows(&w, "t");
        for (char id = '1'; id <= '4'; id++) {
            bool active = id == '3'; /* which ended for good */
            for (const char *line = rows; line && *line; line = strchr(line, '\n') + 1) {
                const char *end = strchr(line, '\n');
                const char *truth = strstr(line, "|true|");
                active = active || (line[0] == id && truth && truth < end);
            }
            ck_assert_msg(active, "cut after %zu: row %c", cut, id);
        }
        world_clean_up(&w);
    }
}
END_TEST

START_TEST(test_a_second_time_changes_nothing) {
    struct fake_world w;
    migration_world(&w);
    history_table(&w);
    ck_assert(change_at(&w, T));
    world_next_call(&w);
    ck_assert(change_at(&w, T));
    ck_assert_uint_eq(w.n_requests, 0);
    world_clean_up(&w);
}
END_TEST

RUN("version_at", test_lesson_26_the_end_is_a_millisecond_before_exactly,
    test_starts_are_compared_as_instants, test_no_cut_leaves_a_row_without_an_active_version,
    test_a_second_time_changes_nothing)
