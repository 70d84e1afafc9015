#include "destinations/dust/documents/dust_document_raw.h"
#include "support/suite.h"

static const char *const a_name[] = {"a"};
static const char *const b_name[] = {"b"};
static const char *const deep_name[] = {"b", "a"};
static const struct key_path paths[] = {{a_name, 1}, {b_name, 1}, {deep_name, 2}};
static const struct table table = {"", "t", NULL, 0};

static struct buf id;

static const char *id_of(const struct key_path *path, size_t n, const char *json) {
    const struct stream_mode stream = {.primary_key = path, .n_primary_key = n};
    buf_reset(&id);
    ck_assert(dust_raw_id_append(&id, &table, &stream, slice_of(json)));
    return buf_cstr(&id);
}

static void set_up(void) {
    buf_init(&id, 1 << 16);
}

static void tear_down(void) {
    buf_clean_up(&id);
}

START_TEST(test_ids_are_made_of_the_key) {
    ck_assert_str_eq(id_of(paths, 1, "{\"a\":1}"), "t-1");
    ck_assert_str_eq(id_of(paths, 1, "{\"a\":\"x\"}"), "t-x");
    ck_assert_str_eq(id_of(paths, 1, "{\"a\":true}"), "t-true");
    ck_assert_str_eq(id_of(paths, 2, "{\"b\":\"\\u0079\",\"a\":1}"), "t-1-y");
    ck_assert_str_eq(id_of(paths, 1, "{\"a\":1e0}"), "t-1");
    ck_assert_str_eq(id_of(paths, 1, "{\"a\":1.0}"), "t-1");
}
END_TEST

/* Two fields of the same last name, two parts that are told apart. */
START_TEST(test_nested_fields_are_found) {
    static const struct key_path both[] = {{a_name, 1}, {deep_name, 2}};
    ck_assert_str_eq(id_of(both, 2, "{\"a\":1,\"b\":{\"a\":2}}"), "t-1-2");
    ck_assert_str_eq(id_of(both, 2, "{\"a\":2,\"b\":{\"a\":1}}"), "t-2-1");
}
END_TEST

START_TEST(test_two_keys_never_share_an_id) {
    static const char *const records[] = {
        "{\"a\":\"x-y\",\"b\":\"\"}",   "{\"a\":\"x\",\"b\":\"y-\"}",
        "{\"a\":\"x\",\"b\":null}",     "{\"a\":\"x\"}",
        "{\"a\":\"x\",\"b\":\"\"}",     "{\"a\":\"\",\"b\":\"x\"}",
        "{\"a\":\"null\",\"b\":\"x\"}", "{\"a\":[1],\"b\":{}}",
        "{\"a\":[1, 2],\"b\":{}}"};
    enum { N = sizeof records / sizeof records[0] };
    char ids[N][160];
    for (size_t i = 0; i < N; i++) {
        snprintf(ids[i], sizeof ids[i], "%s", id_of(paths, 2, records[i]));
        for (size_t j = 0; j < i; j++) {
            bool same_key = i == 3 && j == 2; /* missing and null are one */
            ck_assert_int_eq(strcmp(ids[i], ids[j]) == 0, same_key);
        }
    }
}
END_TEST

START_TEST(test_without_a_key_or_a_stream_the_record_is_hashed) {
    char first[64];
    snprintf(first, sizeof first, "%s", id_of(NULL, 0, "{\"a\":1}"));
    ck_assert_uint_eq(strlen(first), 18);
    buf_reset(&id);
    ck_assert(dust_raw_id_append(&id, &table, NULL, SLICE_LITERAL("{\"a\":1}")));
    ck_assert_str_eq(buf_cstr(&id), first);
}
END_TEST

START_TEST(test_texts_of_members) {
    static const struct {
        const char *json, *text;
    } rows[] = {{"{\"m\":\"a\\n\\u00e9\"}", "a\né"},
                {"{\"m\":-1.50}", "-1.50"},
                {"{\"m\":null}", ""},
                {"{\"m\":true}", ""},
                {"{\"m\":[]}", ""},
                {"{\"n\":1}", ""}};
    dust_raw_text_append(&id, slice_of(rows[_i].json), "m");
    ck_assert_str_eq(buf_cstr(&id), rows[_i].text);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_document_raw");
    TCase *tests = tcase_create("raw");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_ids_are_made_of_the_key);
    tcase_add_test(tests, test_nested_fields_are_found);
    tcase_add_test(tests, test_two_keys_never_share_an_id);
    tcase_add_test(tests, test_without_a_key_or_a_stream_the_record_is_hashed);
    tcase_add_loop_test(tests, test_texts_of_members, 0, 6);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
