#include "destinations/dust/documents/dust_document_rows.h"
#include "destinations/row_store.h"
#include "dust_documents_fixture.h"
#include "support/suite.h"

#define TEXT(value)                                                                                \
    {                                                                                              \
        .kind = CELL_TEXT, .text = {(value), sizeof(value) - 1 }                                   \
    }
#define LISTED(id, timestamp, more)                                                                \
    "{\"document_id\":\"" id "\",\"timestamp\":" timestamp                                         \
    ",\"tags\":[\"bigdust:table:fivetran_demo__notes\"" more "]}"
#define LIST(documents) "{\"documents\":[" documents "]}"
#define NOTE(id, v)                                                                                \
    "{\"document\":{\"text\":\"{\\\"id\\\":" id ",\\\"v\\\":\\\"" v                                \
    "\\\",\\\"_fivetran_synced\\\":null,\\\"_fivetran_deleted\\\":false}\"}}"

static struct row_store *store;
static struct buf seen;

static void open_store(struct fixture *f) {
    buf_init(&seen, 1 << 16);
    ck_assert(dust_document_rows_open(&f->d, SLICE_LITERAL("demo"), SLICE_LITERAL("notes"), &store,
                                      &f->status));
    ck_assert_ptr_nonnull(store);
}

static void end(struct fixture *f) {
    store->ops->close(store);
    buf_clean_up(&seen);
    tear_down(f);
}

/* `id|cell|cell|…`, a line each; `-` for null. */
static bool visit(void *context, const struct row *row, struct status *status) {
    (void)context;
    (void)status;
    buf_append_slice(&seen, row->id);
    for (size_t i = 0; i < store->table->n_columns; i++) {
        buf_append_char(&seen, '|');
        buf_append_slice(&seen,
                         row->cells[i].kind == CELL_TEXT ? row->cells[i].text : SLICE_LITERAL("-"));
    }
    buf_append_char(&seen, '\n');
    return true;
}

static const struct row_visitor visitor = {.visit = visit};

START_TEST(test_a_table_that_is_not_there_has_no_store) {
    static const struct scripted_answer script[] = {
        {"GET " MANIFEST_PATH, 400, MISSING},
        {"GET " MANIFEST_PATH, 401, DUST_ERROR("invalid_api_key_error", "no")}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(dust_document_rows_open(&f.d, SLICE_LITERAL("demo"), SLICE_LITERAL("notes"), &store,
                                      &f.status));
    ck_assert_ptr_null(store);
    ck_assert(!dust_document_rows_open(&f.d, SLICE_LITERAL("demo"), SLICE_LITERAL("notes"), &store,
                                       &f.status));
    ck_assert_ptr_null(store);
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_listing_shows_times_and_the_deleted_state) {
    static const struct scripted_answer script[] = {
        {"GET " MANIFEST_PATH, 200, MANIFEST},
        {"GET " SOURCE "/documents?limit=", 200,
         LIST(LISTED("demo__notes-1", "1704164645678", "") "," LISTED(
             "demo__notes-2", "1000", ",\"fivetran:deleted\"") "," LISTED("demo__notes-3",
                                                                          "253402300799999", ""))}};
    struct fixture f;
    SET_UP(&f, script);
    open_store(&f);
    ck_assert(store->ops->settle(store, &f.status));
    ck_assert_uint_eq(store->removals_per_minute, 0);
    ck_assert(store->ops->read(store, READ_SYNCED, &visitor, &f.status));
    ck_assert_str_eq(buf_cstr(&seen), "demo__notes-1|-|-|2024-01-02T03:04:05.678Z|false\n"
                                      "demo__notes-2|-|-|1970-01-01T00:00:01Z|true\n"
                                      "demo__notes-3|-|-|9999-12-31T23:59:59.999Z|false\n");
    end(&f);
}
END_TEST

START_TEST(test_reading_whole_gets_each_that_is_still_there) {
    static const struct scripted_answer script[] = {
        {"GET " MANIFEST_PATH, 200, MANIFEST},
        {"GET " SOURCE "/documents?limit=", 200,
         LIST(LISTED("demo__notes-1", "1", "") "," LISTED("demo__notes-2", "1", "") "," LISTED(
             "demo__notes-3", "1", ""))},
        {"GET " SOURCE "/documents/demo__notes-1 ", 200, NOTE("1", "a")},
        {"GET " SOURCE "/documents/demo__notes-2 ", 400, MISSING},
        {"GET " SOURCE "/documents/demo__notes-3 ", 200, NOTE("3", "c")}};
    struct fixture f;
    SET_UP(&f, script);
    open_store(&f);
    ck_assert(store->ops->read(store, READ_WHOLE, &visitor, &f.status));
    ck_assert_str_eq(buf_cstr(&seen), "demo__notes-1|1|a|-|false\ndemo__notes-3|3|c|-|false\n");
    end(&f);
}
END_TEST

START_TEST(test_finding_and_removing_by_id) {
    static const struct scripted_answer script[] = {
        {"GET " MANIFEST_PATH, 200, MANIFEST},
        {"GET " SOURCE "/documents/demo__notes-2 ", 400, MISSING},
        {"GET " SOURCE "/documents/demo__notes-1 ", 200, NOTE("1", "a")},
        {"DELETE " SOURCE "/documents/demo__notes-2 ", 400, MISSING},
        {"DELETE " SOURCE "/documents/demo__notes-1 ", 200, "{}"}};
    static const struct slice ids[] = {{"demo__notes-2", 13}, {"demo__notes-1", 13}};
    struct fixture f;
    SET_UP(&f, script);
    open_store(&f);
    ck_assert(store->ops->find(store, ids, 2, &visitor, &f.status));
    ck_assert_str_eq(buf_cstr(&seen), "demo__notes-1|1|a|-|false\n");
    ck_assert(store->ops->remove(store, ids, 2, &f.status));
    end(&f);
}
END_TEST

START_TEST(test_clearing_removes_what_a_listing_shows) {
    static const struct scripted_answer script[] = {
        {"GET " MANIFEST_PATH, 200, MANIFEST},
        {"GET ", 200, LIST(LISTED("demo__notes-1", "1", "") "," LISTED("demo__notes-2", "1", ""))},
        {"DELETE " SOURCE "/documents/demo__notes-1 ", 200, "{}"},
        {"DELETE " SOURCE "/documents/demo__notes-2 ", 403,
         DUST_ERROR("data_source_auth_error", "")}};
    struct fixture f;
    SET_UP(&f, script);
    open_store(&f);
    ck_assert(!store->ops->clear(store, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    end(&f);
}
END_TEST

START_TEST(test_ids_stand_in_the_order_of_the_table_at_dust) {
    static const struct scripted_answer script[] = {
        {"GET " MANIFEST_PATH, 200,
         MANIFEST_OF(MANIFEST_MARKS MANIFEST_COLUMN("0", "a", "INT", MANIFEST_KEY) MANIFEST_COLUMN(
             "1", "v", "STRING", "") MANIFEST_COLUMN("2", "b", "INT", MANIFEST_KEY))}};
    static const struct column columns[] = {
        {.name = "b", .type = COLUMN_INT, .primary_key = true},
        {.name = "new", .type = COLUMN_INT, .primary_key = true},
        {.name = "a", .type = COLUMN_INT, .primary_key = true},
        {.name = "v", .type = COLUMN_STRING}};
    static const struct table request = {"demo", "notes", columns, 4};
    static const struct table copy = {"demo", "copy", columns, 4};
    static const struct table keyless = {"demo", "notes", columns + 3, 1};
    static const struct cell cells[] = {TEXT("2"), TEXT("3"), TEXT("1"), TEXT("x")};
    struct fixture f;
    struct buf id;
    SET_UP(&f, script);
    open_store(&f);
    buf_init(&id, 1 << 10);
    ck_assert(store->ops->row_id(store, &request, cells, &id, &f.status));
    ck_assert_str_eq(buf_cstr(&id), "demo__notes-1-2-3");
    buf_reset(&id);
    ck_assert(store->ops->row_id(store, &copy, cells, &id, &f.status));
    ck_assert_str_eq(buf_cstr(&id), "demo__copy-1-2-3");
    ck_assert(!store->ops->row_id(store, &keyless, cells, &id, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_INVALID_ARGUMENT);
    buf_clean_up(&id);
    end(&f);
}
END_TEST

START_TEST(test_setting_columns_changes_the_store_s_table) {
    static const struct scripted_answer script[] = {
        {"GET " MANIFEST_PATH, 200, MANIFEST},
        {"POST " MANIFEST_PATH, 200, "{}"},
        {"POST " MANIFEST_PATH, 403, DUST_ERROR("data_source_auth_error", "no")}};
    static const struct table narrow = {"demo", "notes", notes_columns, 2};
    struct fixture f;
    SET_UP(&f, script);
    open_store(&f);
    ck_assert_uint_eq(store->table->n_columns, 4);
    ck_assert(store->ops->set_columns(store, &narrow, &f.status));
    ck_assert_uint_eq(store->table->n_columns, 2);
    ck_assert(!store->ops->set_columns(store, &notes, &f.status));
    ck_assert_uint_eq(store->table->n_columns, 2);
    end(&f);
}
END_TEST

/* Without documents the key is free; with them a Task says what to do. */
START_TEST(test_a_new_key_is_refused_once_there_are_documents) {
    static const struct scripted_answer script[] = {
        {"GET " MANIFEST_PATH, 200, MANIFEST},
        {"GET " SOURCE "/documents?limit=", 200, LIST("")},
        {"POST " MANIFEST_PATH, 200, "{}"},
        {"GET " SOURCE "/documents?limit=", 200, LIST(LISTED("demo__notes-1", "1", ""))}};
    struct column columns[4];
    memcpy(columns, notes_columns, sizeof columns);
    columns[1].primary_key = true;
    const struct table wider = {"demo", "notes", columns, 4};
    struct fixture f;
    SET_UP(&f, script);
    open_store(&f);
    ck_assert(store->ops->set_columns(store, &wider, &f.status));
    ck_assert(!store->ops->set_columns(store, &notes, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_says(f.status.message, "Table demo.notes gets another primary key");
    ck_assert(store->table->columns[1].primary_key);
    end(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_document_rows");
    TCase *tests = tcase_create("rows");
    tcase_add_test(tests, test_a_table_that_is_not_there_has_no_store);
    tcase_add_test(tests, test_a_listing_shows_times_and_the_deleted_state);
    tcase_add_test(tests, test_reading_whole_gets_each_that_is_still_there);
    tcase_add_test(tests, test_finding_and_removing_by_id);
    tcase_add_test(tests, test_clearing_removes_what_a_listing_shows);
    tcase_add_test(tests, test_ids_stand_in_the_order_of_the_table_at_dust);
    tcase_add_test(tests, test_setting_columns_changes_the_store_s_table);
    tcase_add_test(tests, test_a_new_key_is_refused_once_there_are_documents);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
