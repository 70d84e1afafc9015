#include "destinations/dust/dust.h"
#include "dust_documents_fixture.h"
#include "support/suite.h"
#include "table/table_copy.h"

static const struct destination_ops *const ops = &DUST_DOCUMENTS_DESTINATION;
#define NOTES SLICE_LITERAL("demo"), SLICE_LITERAL("notes")
#define LIST(documents) "{\"documents\":[" documents "]}"
#define LISTED(id)                                                                                 \
    "{\"document_id\":\"" id "\",\"timestamp\":1,\"tags\":[\"bigdust:table:fivetran_demo__"        \
    "notes\"]}"

START_TEST(test_lesson_7_describe_gives_back_the_columns) {
    static const struct scripted_answer script[] = {{"GET " MANIFEST_PATH, 200, MANIFEST},
                                                    {"GET " MANIFEST_PATH, 400, MISSING}};
    struct fixture f;
    struct table *found = NULL;
    SET_UP(&f, script);
    f.settings.data_format = DATA_FORMAT_DOCUMENTS;
    ck_assert(ops->describe(&f.d, NOTES, &found, &f.status));
    ck_assert_ptr_nonnull(found);
    ck_assert_uint_eq(found->n_columns, 4);
    ck_assert_str_eq(found->columns[0].name, "id");
    ck_assert(found->columns[0].primary_key);
    table_copy_destroy(found);
    ck_assert(ops->describe(&f.d, NOTES, &found, &f.status));
    ck_assert_ptr_null(found);
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_5_create_fails_on_a_table_that_exists) {
    static const struct scripted_answer script[] = {{"GET " MANIFEST_PATH, 400, MISSING},
                                                    {"POST " MANIFEST_PATH, 200, "{}"},
                                                    {"GET " MANIFEST_PATH, 200, MANIFEST}};
    struct fixture f;
    SET_UP(&f, script);
    f.settings.data_format = DATA_FORMAT_DOCUMENTS;
    ck_assert(ops->create(&f.d, &notes, &f.status));
    ck_assert(!ops->create(&f.d, &notes, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_says(f.status.message, "table demo.notes exists already");
    ck_assert_says(f.status.message, MANIFEST_ID);
    tear_down(&f);
}
END_TEST

START_TEST(test_exists) {
    static const struct scripted_answer script[] = {{"GET " MANIFEST_PATH, 400, MISSING},
                                                    {"GET " MANIFEST_PATH, 200, MANIFEST}};
    struct fixture f;
    enum table_presence presence;
    SET_UP(&f, script);
    f.settings.data_format = DATA_FORMAT_DOCUMENTS;
    ck_assert(ops->exists(&f.d, NOTES, &presence, &f.status));
    ck_assert_int_eq(presence, TABLE_ABSENT);
    ck_assert(ops->exists(&f.d, NOTES, &presence, &f.status));
    ck_assert_int_eq(presence, TABLE_PRESENT);
    tear_down(&f);
}
END_TEST

START_TEST(test_drop_removes_documents_first_and_the_manifest_last) {
    static const struct scripted_answer script[] = {
        {"GET " MANIFEST_PATH, 200, MANIFEST},
        {"GET " SOURCE "/documents?limit=", 200, LIST(LISTED("demo__notes-1"))},
        {"DELETE " SOURCE "/documents/demo__notes-1 ", 200, "{}"},
        {"GET " MANIFEST_PATH, 200, MANIFEST},
        {"DELETE " MANIFEST_PATH, 200, "{}"},
        {"GET " MANIFEST_PATH, 400, MISSING}};
    struct fixture f;
    SET_UP(&f, script);
    f.settings.data_format = DATA_FORMAT_DOCUMENTS;
    ck_assert(ops->drop(&f.d, NOTES, &f.notice, &f.status));
    ck_assert(ops->drop(&f.d, NOTES, &f.notice, &f.status)); /* lesson 8: again is no error */
    ck_assert_str_eq(f.notice.text, "");
    tear_down(&f);
}
END_TEST

START_TEST(test_a_drop_that_fails_leaves_the_table_to_be_dropped) {
    static const struct scripted_answer script[] = {
        {"GET " MANIFEST_PATH, 200, MANIFEST},
        {"GET ", 200, LIST(LISTED("demo__notes-1"))},
        {"DELETE ", 403, DUST_ERROR("data_source_auth_error", "no")},
        {"GET " MANIFEST_PATH, 200, MANIFEST_OF("\"mine\"")}};
    struct fixture f;
    SET_UP(&f, script);
    f.settings.data_format = DATA_FORMAT_DOCUMENTS;
    ck_assert(!ops->drop(&f.d, NOTES, &f.notice, &f.status));
    ck_assert(!ops->drop(&f.d, NOTES, &f.notice, &f.status)); /* another's */
    tear_down(&f);
}
END_TEST

START_TEST(test_history_mode_says_what_to_choose) {
    ck_assert_ptr_nonnull(ops->history_refusal);
    ck_assert_says(ops->history_refusal, "Choose tables");
    ck_assert_ptr_nonnull(ops->open_rows);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_documents");
    TCase *tests = tcase_create("documents");
    tcase_add_test(tests, test_lesson_7_describe_gives_back_the_columns);
    tcase_add_test(tests, test_lesson_5_create_fails_on_a_table_that_exists);
    tcase_add_test(tests, test_exists);
    tcase_add_test(tests, test_drop_removes_documents_first_and_the_manifest_last);
    tcase_add_test(tests, test_a_drop_that_fails_leaves_the_table_to_be_dropped);
    tcase_add_test(tests, test_history_mode_says_what_to_choose);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
