#include "migration.h"
#include "rewrite/migrate/history_table.h"

static const struct column history[] = {
    {.name = "id", .type = COLUMN_INT, .primary_key = true},
    {.name = "_fivetran_synced", .type = COLUMN_UTC_DATETIME},
    {.name = "_fivetran_start", .type = COLUMN_UTC_DATETIME, .primary_key = true},
    {.name = "_fivetran_end", .type = COLUMN_UTC_DATETIME},
    {.name = "_fivetran_active", .type = COLUMN_BOOLEAN},
};
static const struct table table = {"s", "t", history, 5};

START_TEST(test_a_table_in_history_mode_has_its_start_in_the_key) {
    struct column columns[5];
    struct table other = {"s", "t", columns, 5};
    struct history_columns found;
    struct status status = STATUS_INIT;
    ck_assert(history_columns_find(&table, &found));
    ck_assert_uint_eq(found.start, 2);
    ck_assert_uint_eq(found.end, 3);
    ck_assert_uint_eq(found.active, 4);
    memcpy(columns, history, sizeof columns);
    columns[2].primary_key = false;
    ck_assert(!history_columns_find(&other, NULL));
    other.n_columns = 4;
    ck_assert(!history_columns_demand(&other, &found, &status));
    ck_assert_int_eq(status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(status.message, "s.t"));
}
END_TEST

START_TEST(test_the_columns_that_lack_are_added_outside_the_key) {
    struct table_draft draft;
    struct status status = STATUS_INIT;
    const struct table some = {"s", "t", history, 2};
    ck_assert(table_draft_init(&draft, &some, 3, &status));
    ck_assert(history_columns_add(&draft, &status));
    ck_assert(history_columns_add(&draft, &status));
    ck_assert_uint_eq(draft.table.n_columns, 5);
    ck_assert(!table_draft_find(&draft, HISTORY_START)->primary_key);
    ck_assert_int_eq(table_draft_find(&draft, HISTORY_ACTIVE)->type, COLUMN_BOOLEAN);
    table_draft_clean_up(&draft);
}
END_TEST

START_TEST(test_lesson_27_no_column_says_that_rows_are_deleted) {
    struct status status = STATUS_INIT;
    size_t column = 0;
    ck_assert(history_deleted_column(&table, NULL, &column, &status));
    ck_assert_uint_eq(column, SIZE_MAX);
    column = 0;
    ck_assert(history_deleted_column(&table, "", &column, &status));
    ck_assert_uint_eq(column, SIZE_MAX);
    ck_assert(history_deleted_column(&table, "_fivetran_active", &column, &status));
    ck_assert_uint_eq(column, 4);
    ck_assert(!history_deleted_column(&table, "_fivetran_deleted", &column, &status));
    ck_assert_int_eq(status.code, STATUS_TASK);
}
END_TEST

static struct cell text_cell(const char *text) {
    return (struct cell){text ? CELL_TEXT : CELL_NULL, slice_of(text)};
}

START_TEST(test_the_latest_sync_is_an_instant_not_a_text) {
    static const char *const synced[] = {"2024-01-01T12:00:00Z", NULL, "2024-01-01T12:00:00.5Z",
                                         "2024-01-01T14:00:00.4+02:00"};
    struct cell cells[4][5] = {0};
    struct kept_row kept[4] = {0};
    struct rows rows = {.n_columns = 5, .rows = kept, .n_rows = 4};
    for (size_t i = 0; i < 4; i++) {
        cells[i][1] = text_cell(synced[i]);
        kept[i].cells = cells[i];
    }
    ck_assert(slice_equal_text(history_latest_synced(&table, &rows), "2024-01-01T12:00:00.5Z"));
    rows.n_rows = 0;
    ck_assert(slice_equal_text(history_latest_synced(&table, &rows), "1970-01-01T00:00:00.000Z"));
}
END_TEST

START_TEST(test_rows_begin_live_or_deleted) {
    static const struct {
        const char *deleted, *active, *start, *end;
    } cases[] = {
        {"false", "true", "2024-01-01T00:00:00Z", INSTANT_TEXT_ALWAYS},
        {NULL, "true", "2024-01-01T00:00:00Z", INSTANT_TEXT_ALWAYS},
        {"TRUE", "false", INSTANT_TEXT_NEVER, INSTANT_TEXT_NEVER},
    };
    const struct history_columns columns = {4, 2, 3};
    for (size_t i = 0; i < 3; i++) {
        struct cell cells[5] = {text_cell("1"), text_cell(cases[i].deleted)};
        history_row_begin(cells, &columns, 1, slice_of("2024-01-01T00:00:00Z"));
        ck_assert(slice_equal_text(cells[4].text, cases[i].active));
        ck_assert(slice_equal_text(cells[2].text, cases[i].start));
        ck_assert(slice_equal_text(cells[3].text, cases[i].end));
        history_row_begin(cells, &columns, SIZE_MAX, slice_of("2024-01-01T00:00:00Z"));
        ck_assert(slice_equal_text(cells[4].text, "true"));
    }
}
END_TEST

START_TEST(test_cells_as_truths_and_instants) {
    struct cell cell = text_cell("True");
    ck_assert(history_cell_is_true(&cell));
    cell = text_cell("false");
    ck_assert(!history_cell_is_true(&cell));
    cell = text_cell(NULL);
    ck_assert(!history_cell_is_true(&cell));
    ck_assert_int_eq(history_cell_instant(&cell).seconds, INT64_MIN);
    cell = text_cell("1970-01-01T00:00:01Z");
    ck_assert_int_eq(history_cell_instant(&cell).seconds, 1);
}
END_TEST

RUN("history_table", test_a_table_in_history_mode_has_its_start_in_the_key,
    test_the_columns_that_lack_are_added_outside_the_key,
    test_lesson_27_no_column_says_that_rows_are_deleted,
    test_the_latest_sync_is_an_instant_not_a_text, test_rows_begin_live_or_deleted,
    test_cells_as_truths_and_instants)
