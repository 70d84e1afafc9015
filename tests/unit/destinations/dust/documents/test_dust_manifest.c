#include "destinations/dust/documents/dust_manifest.h"
#include "dust_documents_fixture.h"
#include "support/suite.h"

static struct arena arena;
static struct dust_table found;
static bool there;

static void set_up_arena(void) {
    arena_init(&arena, 1 << 20);
    there = false;
}

static void clean_up_arena(void) {
    arena_clean_up(&arena);
}

static bool get(struct fixture *f) {
    return dust_manifest_get(&f->api, SLICE_LITERAL("demo"), SLICE_LITERAL("notes"), &arena, &found,
                             &there, &f->status);
}

static void assert_columns(const struct table *table, const struct table *expected) {
    ck_assert_uint_eq(table->n_columns, expected->n_columns);
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct column *a = &table->columns[i];
        const struct column *b = &expected->columns[i];
        ck_assert_str_eq(a->name, b->name);
        ck_assert_int_eq(a->type, b->type);
        ck_assert_int_eq(a->primary_key, b->primary_key);
        ck_assert_int_eq(a->has_decimal, b->has_decimal);
    }
}

START_TEST(test_a_manifest_is_read_from_its_tags) {
    static const struct scripted_answer script[] = {{"GET " MANIFEST_PATH, 200, MANIFEST}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(get(&f));
    ck_assert(there);
    assert_columns(&found.table, &notes);
    ck_assert_str_eq(found.id, "fivetran_demo__notes");
    tear_down(&f);
}
END_TEST

START_TEST(test_a_missing_manifest_is_an_answer) {
    static const struct scripted_answer script[] = {{"GET " MANIFEST_PATH, 400, MISSING}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(get(&f));
    ck_assert(!there);
    ck_assert_uint_eq(found.table.n_columns, 0);
    ck_assert_str_eq(found.table.schema, "demo");
    ck_assert_str_eq(found.id, "fivetran_demo__notes");
    ck_assert_int_eq(f.status.code, STATUS_OK);
    tear_down(&f);
}
END_TEST

START_TEST(test_another_s_document_is_a_task) {
    static const struct scripted_answer script[] = {
        {"GET ", 200, MANIFEST_OF("\"mine\"")},
        {"GET ", 404, DUST_ERROR("data_source_not_found", "none")}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(!get(&f));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert(!there);
    ck_assert(!get(&f));
    ck_assert_says(f.status.message, "Data source ID");
    tear_down(&f);
}
END_TEST

START_TEST(test_what_is_posted_has_no_text_and_can_be_read) {
    static const struct scripted_answer script[] = {
        {"POST " MANIFEST_PATH "{\"title\":\"fivetran_demo__notes\",\"text\":\"\","
         "\"light_document_output\":true,\"tags\":[" MANIFEST_TAGS "]}",
         200, "{}"}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(dust_manifest_post(&f.api, &notes, "fivetran_demo__notes", &f.status));
    tear_down(&f);
}
END_TEST

START_TEST(test_too_many_columns_are_a_task) {
    static struct column many[DUST_MAX_COLUMNS + 1];
    static char names[DUST_MAX_COLUMNS + 1][8];
    struct table table = {"demo", "wide", many, DUST_MAX_COLUMNS + 1};
    static const struct scripted_answer script[] = {
        {"POST " SOURCE "/documents/bigdust.table.x ", 200, "{}"}};
    struct fixture f;
    for (int i = 0; i <= DUST_MAX_COLUMNS; i++) {
        snprintf(names[i], sizeof names[i], "c%d", i);
        many[i] = (struct column){.name = names[i], .type = COLUMN_STRING};
    }
    SET_UP(&f, script);
    ck_assert(!dust_manifest_post(&f.api, &table, "x", &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_says(f.status.message, "demo.wide has 512 columns");
    table.n_columns--;
    f.status = STATUS_INIT;
    ck_assert(dust_manifest_post(&f.api, &table, "x", &f.status));
    tear_down(&f);
}
END_TEST

/* --- ensuring --- */

static bool ensure(struct fixture *f, const struct table *table) {
    return dust_manifest_ensure(&f->api, table, &arena, &found, &f->status);
}

START_TEST(test_a_table_that_has_all_columns_is_not_posted) {
    static const struct scripted_answer script[] = {{"GET " MANIFEST_PATH, 200, MANIFEST}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(ensure(&f, &notes));
    assert_columns(&found.table, &notes);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_missing_table_is_made) {
    static const struct scripted_answer script[] = {{"GET " MANIFEST_PATH, 400, MISSING},
                                                    {"POST " MANIFEST_PATH, 200, "{}"}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(ensure(&f, &notes));
    assert_columns(&found.table, &notes);
    ck_assert_str_eq(found.id, "fivetran_demo__notes");
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_13_columns_keep_their_places_and_newcomers_come_last) {
    static const struct scripted_answer script[] = {
        {"GET ", 200, MANIFEST},
        {"POST " MANIFEST_PATH "{\"title\":\"fivetran_demo__notes\",\"text\":\"\","
         "\"light_document_output\":true,\"tags\":[" MANIFEST_MARKS MANIFEST_COLUMN(
             "0", "id", "LONG", MANIFEST_KEY) MANIFEST_COLUMN("1", "v", "STRING", "")
             MANIFEST_COLUMN("2", "_fivetran_synced", "UTC_DATETIME", "")
                 MANIFEST_COLUMN("3", "_fivetran_deleted", "BOOLEAN", "")
                     MANIFEST_COLUMN("4", "new", "JSON", "") "]}",
         200, "{}"}};
    static const struct column columns[] = {
        {.name = "new", .type = COLUMN_JSON},
        {.name = "_fivetran_synced", .type = COLUMN_UTC_DATETIME},
        {.name = "id", .type = COLUMN_LONG, .primary_key = true},
    };
    static const struct table wanted = {"demo", "notes", columns, 3};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(ensure(&f, &wanted));
    ck_assert_uint_eq(found.table.n_columns, 5);
    ck_assert_str_eq(found.table.columns[0].name, "id");
    ck_assert_int_eq(found.table.columns[0].type, COLUMN_LONG); /* as the request says */
    ck_assert_str_eq(found.table.columns[4].name, "new");
    ck_assert_ptr_ne(found.table.columns[4].name, columns[0].name); /* a copy */
    tear_down(&f);
}
END_TEST

START_TEST(test_changing_drops_what_is_not_wanted) {
    static const struct scripted_answer script[] = {{"GET ", 200, MANIFEST},
                                                    {"POST " MANIFEST_PATH, 200, "{}"}};
    static const struct column columns[] = {
        {.name = "_fivetran_synced", .type = COLUMN_UTC_DATETIME},
        {.name = "new", .type = COLUMN_JSON},
        {.name = "id", .type = COLUMN_INT, .primary_key = true},
    };
    static const struct table wanted = {"demo", "notes", columns, 3};
    struct dust_table changed;
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(get(&f));
    ck_assert(dust_manifest_change(&f.api, &found, &wanted, &arena, &changed, &f.status));
    ck_assert_uint_eq(changed.table.n_columns, 3);
    ck_assert_str_eq(changed.table.columns[0].name, "id");
    ck_assert_str_eq(changed.table.columns[1].name, "_fivetran_synced");
    ck_assert_str_eq(changed.table.columns[2].name, "new");
    ck_assert_str_eq(changed.id, found.id);
    tear_down(&f);
}
END_TEST

START_TEST(test_deleting) {
    static const struct scripted_answer script[] = {{"DELETE " MANIFEST_PATH, 200, "{}"},
                                                    {"DELETE " MANIFEST_PATH, 400, MISSING}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(dust_manifest_delete(&f.api, "fivetran_demo__notes", &f.status));
    ck_assert(dust_manifest_delete(&f.api, "fivetran_demo__notes", &f.status));
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_manifest");
    TCase *tests = tcase_create("manifest");
    tcase_add_checked_fixture(tests, set_up_arena, clean_up_arena);
    tcase_add_test(tests, test_a_manifest_is_read_from_its_tags);
    tcase_add_test(tests, test_a_missing_manifest_is_an_answer);
    tcase_add_test(tests, test_another_s_document_is_a_task);
    tcase_add_test(tests, test_what_is_posted_has_no_text_and_can_be_read);
    tcase_add_test(tests, test_too_many_columns_are_a_task);
    tcase_add_test(tests, test_a_table_that_has_all_columns_is_not_posted);
    tcase_add_test(tests, test_a_missing_table_is_made);
    tcase_add_test(tests, test_lesson_13_columns_keep_their_places_and_newcomers_come_last);
    tcase_add_test(tests, test_changing_drops_what_is_not_wanted);
    tcase_add_test(tests, test_deleting);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
