#include "batch_file/csv_header.h"
#include "fixture.h"

enum { WIDE_COLUMNS = 3000 };

static const struct column plain_columns[] = {
    {.name = "id", .type = COLUMN_LONG, .primary_key = true},
    {.name = "name", .type = COLUMN_STRING},
    {.name = "note", .type = COLUMN_STRING},
};
static const struct table plain_table = {"s", "t", plain_columns, 3};

static const struct column history_columns[] = {
    {.name = "id", .type = COLUMN_LONG, .primary_key = true},
    {.name = "name", .type = COLUMN_STRING},
    {.name = "_fivetran_start", .type = COLUMN_UTC_DATETIME, .primary_key = true},
    {.name = "_fivetran_end", .type = COLUMN_UTC_DATETIME},
};
static const struct table history_table = {"s", "t", history_columns, 4};

/* Reads the header line; NULL when it is taken, else what is wrong with it. */
static const char *read_header(const struct table *table, enum record_operation operation,
                               const char *line, size_t *column_of) {
    static struct status status;
    status = STATUS_INIT;
    struct csv_reader *r =
        csv_reader_open(memory_source_new(slice_of(line), 7), table->n_columns + 1, &status);
    struct csv_row row;
    ck_assert_int_eq(csv_reader_next(r, &row, &status), NEXT_RECORD);
    bool ok = csv_header_read(&row, table, operation, column_of, &status);
    csv_reader_close(r);
    ck_assert(ok || status.code == STATUS_DATA_LOSS);
    return ok ? NULL : status.message;
}

static void assert_taken(const struct table *table, enum record_operation operation,
                         const char *line) {
    size_t column_of[4];
    const char *wrong = read_header(table, operation, line, column_of);
    ck_assert_msg(!wrong, "%s: %s", line, wrong);
}

static void assert_refused(const struct table *table, enum record_operation operation,
                           const char *line, const char *words) {
    size_t column_of[4];
    const char *wrong = read_header(table, operation, line, column_of);
    ck_assert_msg(wrong && strstr(wrong, words), "%s: %s, not %s", line, wrong ? wrong : "taken",
                  words);
    ck_assert_msg(strncmp(wrong, "line 1: ", 8) == 0, "%s", wrong);
}

START_TEST(test_lesson_13_fields_find_their_columns_in_any_order) {
    size_t column_of[3];
    ck_assert_ptr_null(read_header(&plain_table, RECORD_UPSERT, "note,id,name\n", column_of));
    ck_assert_uint_eq(column_of[0], 2);
    ck_assert_uint_eq(column_of[1], 0);
    ck_assert_uint_eq(column_of[2], 1);
    ck_assert_ptr_null(read_header(&plain_table, RECORD_UPSERT, "id,\"name\",note", column_of));
    ck_assert_uint_eq(column_of[1], 1);
}
END_TEST

START_TEST(test_lesson_22_upserts_and_updates_name_every_column) {
    const enum record_operation operations[] = {RECORD_UPSERT, RECORD_UPDATE};
    for (size_t i = 0; i < 2; i++) {
        assert_taken(&plain_table, operations[i], "name,note,id\n");
        assert_refused(&plain_table, operations[i], "id,name\n", "lacks the column \"note\"");
        assert_refused(&plain_table, operations[i], "note,name\n", "lacks the key column \"id\"");
        assert_refused(&history_table, operations[i], "id,name,_fivetran_end\n",
                       "lacks the key column \"_fivetran_start\"");
    }
    assert_refused(&plain_table, RECORD_UPDATE, "id,name\n", "every update file has");
}
END_TEST

START_TEST(test_lesson_22_deletes_need_the_key_alone) {
    assert_taken(&plain_table, RECORD_DELETE, "id\n");
    assert_taken(&plain_table, RECORD_DELETE, "note,id\n");
    assert_refused(&plain_table, RECORD_DELETE, "name,note\n", "lacks the key column \"id\"");
    assert_taken(&history_table, RECORD_DELETE, "id,_fivetran_end\n");
    assert_taken(&history_table, RECORD_DELETE, "id,_fivetran_start,_fivetran_end\n");
    assert_refused(&history_table, RECORD_DELETE, "_fivetran_start\n",
                   "lacks the key column \"id\"");
}
END_TEST

START_TEST(test_lesson_22_earliest_starts_need_key_and_start) {
    assert_taken(&history_table, RECORD_EARLIEST_START, "_fivetran_start,id\n");
    assert_refused(&history_table, RECORD_EARLIEST_START, "id,_fivetran_end\n",
                   "lacks the key column \"_fivetran_start\"");
    struct column columns[4];
    memcpy(columns, history_columns, sizeof columns);
    columns[2].primary_key = false; /* as some requests have it */
    const struct table table = {"s", "t", columns, 4};
    assert_taken(&table, RECORD_EARLIEST_START, "id,_fivetran_start\n");
    assert_refused(&table, RECORD_EARLIEST_START, "id\n", "lacks the column \"_fivetran_start\"");
}
END_TEST

START_TEST(test_names_that_are_strange_empty_or_twice_there) {
    assert_refused(&plain_table, RECORD_UPSERT, "id,name,nota\n",
                   "column 3 of the header, \"nota\", is not in the table");
    assert_refused(&plain_table, RECORD_UPSERT, "ID,name,note\n", "\"ID\", is not in the table");
    assert_refused(&plain_table, RECORD_UPSERT, "id,name,\n",
                   "column 3 of the header, \"\", is empty");
    assert_refused(&plain_table, RECORD_UPSERT, "\n", "is empty");
    assert_refused(&plain_table, RECORD_UPSERT, "id,name,name\n",
                   "column 3 of the header, \"name\", is there twice");
    assert_refused(&plain_table, RECORD_UPSERT, "id,name,note,id\n", "\"id\", is there twice");
    assert_refused(&plain_table, RECORD_UPSERT, "id,name,note,more,yet,again\n",
                   "column 4 of the header, \"more\"");
    assert_refused(&plain_table, RECORD_UPSERT, "id,name,note,id,name,note,id,name,note\n",
                   "column 4 of the header, \"id\", is there twice");
}
END_TEST

START_TEST(test_bytes_that_are_no_name_do_not_spill_into_the_message) {
    assert_refused(&plain_table, RECORD_UPSERT, "id,\x01\xFF\xC3z,note\n", "\"???z\"");
    assert_refused(&plain_table, RECORD_UPSERT, "id,\x01\xFF\xC3z,note\n", "wrong key");
    char line[4000];
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\0';
    size_t column_of[4];
    const char *wrong = read_header(&plain_table, RECORD_UPSERT, line, column_of);
    ck_assert_ptr_nonnull(wrong);
    ck_assert_uint_lt(strlen(wrong), 200);
}
END_TEST

START_TEST(test_a_wide_table_backwards) {
    static struct column columns[WIDE_COLUMNS];
    static char names[WIDE_COLUMNS][16];
    static size_t column_of[WIDE_COLUMNS];
    struct buf line = bytes_new();
    for (size_t i = 0; i < WIDE_COLUMNS; i++) {
        snprintf(names[i], sizeof names[i], "c%zu", i);
        columns[i] = (struct column){.name = names[i], .type = COLUMN_STRING};
    }
    for (size_t i = WIDE_COLUMNS; i > 0; i--) {
        buf_printf(&line, "%s%c", names[i - 1], i == 1 ? '\n' : ',');
    }
    const struct table table = {"s", "t", columns, WIDE_COLUMNS};
    ck_assert_ptr_null(read_header(&table, RECORD_UPSERT, buf_cstr(&line), column_of));
    for (size_t i = 0; i < WIDE_COLUMNS; i++) {
        ck_assert_uint_eq(column_of[i], WIDE_COLUMNS - 1 - i);
    }
    buf_clean_up(&line);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("csv_header");
    TCase *c = tcase_create("csv_header");
    tcase_add_test(c, test_lesson_13_fields_find_their_columns_in_any_order);
    tcase_add_test(c, test_lesson_22_upserts_and_updates_name_every_column);
    tcase_add_test(c, test_lesson_22_deletes_need_the_key_alone);
    tcase_add_test(c, test_lesson_22_earliest_starts_need_key_and_start);
    tcase_add_test(c, test_names_that_are_strange_empty_or_twice_there);
    tcase_add_test(c, test_bytes_that_are_no_name_do_not_spill_into_the_message);
    tcase_add_test(c, test_a_wide_table_backwards);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
