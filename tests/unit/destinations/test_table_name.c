#include "destinations/table_name.h"
#include "support/suite.h"

static const struct {
    const char *schema, *table, *name;
} names[] = {
    {"public", "places", "public__places"},
    {"", "places", "places"},
    {"a_b", "c_d", "a_b__c_d"},
    {"public", "a__b", "public__a__b"},
    /* The schema could be cut at another `__`: the digest tells the two apart. */
    {"a__b", "c", "a__b__c-92c52c85"},
    {"a_", "b", "a___b-5bde3c78"},
    {"a", "_b", "a___b"},
    {"Schéma", "名", "Schéma__名"},
};

START_TEST(test_names) {
    struct buf name;
    buf_init(&name, 1024);
    table_name_append(&name, slice_of(names[_i].schema), slice_of(names[_i].table));
    ck_assert_str_eq(buf_cstr(&name), names[_i].name);
    buf_clean_up(&name);
}
END_TEST

START_TEST(test_no_two_tables_share_a_name) {
    static const char *const parts[] = {"a", "a_", "_a", "a__", "__a", "a__a", "_", "__", "a_a"};
    enum { N = sizeof parts / sizeof parts[0] };
    struct buf all[N * N];
    for (size_t i = 0; i < N * N; i++) {
        buf_init(&all[i], 1024);
        table_name_append(&all[i], slice_of(parts[i / N]), slice_of(parts[i % N]));
        for (size_t j = 0; j < i; j++) {
            ck_assert_msg(!slice_equal(buf_slice(&all[i]), buf_slice(&all[j])), "%s",
                          buf_cstr(&all[i]));
        }
    }
    for (size_t i = 0; i < N * N; i++) {
        buf_clean_up(&all[i]);
    }
}
END_TEST

START_TEST(test_sha256_of_length_prefixed_parts) {
    const struct slice ab_c[] = {SLICE_LITERAL("ab"), SLICE_LITERAL("c")};
    const struct slice a_bc[] = {SLICE_LITERAL("a"), SLICE_LITERAL("bc")};
    struct buf one, two;
    buf_init(&one, 100);
    buf_init(&two, 100);
    sha256_hex_append(&one, ab_c, 2, 64);
    sha256_hex_append(&two, a_bc, 2, 16);
    ck_assert_uint_eq(one.len, 64);
    ck_assert_uint_eq(two.len, 16);
    ck_assert_int_ne(memcmp(one.data, two.data, 16), 0);
    buf_clean_up(&one);
    buf_clean_up(&two);
}
END_TEST

START_TEST(test_url_escape) {
    struct buf out;
    buf_init(&out, 100);
    url_escape_append(&out, SLICE_LITERAL("aZ0-._~ /%é?&"));
    ck_assert_str_eq(buf_cstr(&out), "aZ0-._~%20%2F%25%C3%A9%3F%26");
    buf_clean_up(&out);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("table_name");
    TCase *tests = tcase_create("names");
    tcase_add_loop_test(tests, test_names, 0, sizeof names / sizeof names[0]);
    tcase_add_test(tests, test_no_two_tables_share_a_name);
    tcase_add_test(tests, test_sha256_of_length_prefixed_parts);
    tcase_add_test(tests, test_url_escape);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
