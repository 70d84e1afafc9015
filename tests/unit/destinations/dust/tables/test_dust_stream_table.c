#include "destinations/dust/tables/dust_stream_table.h"
#include "dust_stream_fixture.h"
#include "support/suite.h"

static size_t find(struct dust_stream_table *t, const char *key, size_t hint) {
    return dust_stream_table_find(t, slice_of(key), hint);
}

static void assert_name(const struct dust_stream_table *t, size_t at, const char *original,
                        const char *name) {
    ck_assert_str_eq(t->columns[at].name, original);
    ck_assert_str_eq(t->names[at], name);
}

START_TEST(a_missing_table_is_made) {
    const struct scripted_answer lines[] = {
        {GET_STREAM, 404, NO_STREAM}, {POST_TAGS, 200, "{}"}, {CLEAR_STREAM, 200, "{}"}};
    struct fixture f;
    struct dust_stream_table t;
    bool is_new = false;
    SET_UP(&f, lines);
    f.settings.front_end = FRONT_END_AIRBYTE;
    dust_stream_table_init(&t, FRONT_END_AIRBYTE);
    ck_assert(dust_stream_table_load(&t, &f.api, &users, &is_new, &f.status));
    ck_assert(is_new);
    ck_assert_str_eq(t.table.id, STREAM_ID);
    ck_assert_uint_eq(dust_stream_table_version(&t), 0);
    dust_stream_table_clean_up(&t);
    tear_down(&f);
}
END_TEST

START_TEST(columns_that_dust_knows_are_found_however_they_are_written) {
    const struct scripted_answer lines[] = {
        {GET_STREAM, 200, STREAM_ANSWER(COLUMN_TAG(1, "name", "Name") COLUMN_TAG(0, "id", "id"))}};
    struct fixture f;
    struct dust_stream_table t;
    SET_UP(&f, lines);
    ck_assert(load_stream(&f, &t));
    for (size_t hint = 0; hint < 4; hint++) {
        ck_assert_uint_eq(find(&t, "\"id\"", hint), 0);
        ck_assert_uint_eq(find(&t, "\"Name\"", hint), 1);
        ck_assert_uint_eq(find(&t, "\"\\u004eame\"", hint), 1);
        ck_assert(find(&t, "\"name\"", hint) == DUST_STREAM_TABLE_NONE);
    }
    dust_stream_table_clean_up(&t);
    tear_down(&f);
}
END_TEST

START_TEST(newcomers_stand_in_their_order_and_those_that_need_no_renaming_choose_first) {
    const struct scripted_answer lines[] = {
        {GET_STREAM, 200, STREAM_ANSWER(COLUMN_TAG(0, "a_b", "a__b"))}};
    struct fixture f;
    struct dust_stream_table t;
    struct buf body;
    SET_UP(&f, lines);
    ck_assert(load_stream(&f, &t));
    ck_assert(dust_stream_table_learn(
        &t, SLICE_LITERAL("{\"Name\":1,\"a__b\":2,\"name\":{\"x\":3},\"a_b\":4,\"Name\":5}"),
        &f.status));
    ck_assert_uint_eq(dust_stream_table_now(&t).table.n_columns, 4);
    assert_name(&t, 1, "Name", "name_2");
    assert_name(&t, 2, "name", "name");
    assert_name(&t, 3, "a_b", "a_b_2");
    ck_assert(dust_stream_table_learn(&t, SLICE_LITERAL("{\"n\\u0061me 2\":1}"), &f.status));
    assert_name(&t, 4, "name 2", "name_2_2");
    ck_assert_uint_eq(dust_stream_table_version(&t), 2);
    buf_init(&body, 1 << 20);
    ck_assert_uint_eq(dust_stream_table_copy_description(&t, &body), 2);
    ck_assert_says(buf_cstr(&body), "{\\\"at\\\":4,\\\"name\\\":\\\"name_2_2\\\"");
    ck_assert_says(buf_cstr(&body), "{\\\"at\\\":0,\\\"name\\\":\\\"a_b\\\"");
    buf_clean_up(&body);
    dust_stream_table_clean_up(&t);
    tear_down(&f);
}
END_TEST

START_TEST(a_generation_is_read_kept_and_changed) {
    const struct scripted_answer lines[] = {
        {GET_STREAM, 200, STREAM_ANSWER(",\"bigdust:generation:7\"" COLUMN_TAG(0, "a", "a"))}};
    struct fixture f;
    struct dust_stream_table t;
    struct buf body;
    SET_UP(&f, lines);
    buf_init(&body, 1 << 20);
    ck_assert(load_stream(&f, &t));
    ck_assert_int_eq(t.table.generation, 7);
    ck_assert(dust_stream_table_set_generation(&t, 7, &f.status));
    ck_assert_uint_eq(dust_stream_table_version(&t), 0);
    ck_assert_uint_eq(dust_stream_table_copy_description(&t, &body), 1);
    ck_assert_says(buf_cstr(&body), "\"bigdust:generation:7\"");
    ck_assert(dust_stream_table_set_generation(&t, 9007199254740993, &f.status));
    ck_assert_uint_eq(dust_stream_table_copy_description(&t, &body), 2);
    ck_assert_says(buf_cstr(&body), "\"bigdust:generation:9007199254740993\"");
    ck_assert(dust_stream_table_set_generation(&t, 0, &f.status));
    ck_assert_uint_eq(dust_stream_table_copy_description(&t, &body), 3);
    ck_assert_ptr_null(strstr(buf_cstr(&body), "generation"));
    buf_clean_up(&body);
    dust_stream_table_clean_up(&t);
    tear_down(&f);
}
END_TEST

START_TEST(the_column_after_the_last_that_dust_takes_is_a_task) {
    const struct scripted_answer lines[] = {{GET_STREAM, 200, STREAM_ANSWER("")}};
    struct fixture f;
    struct dust_stream_table t;
    char json[32];
    SET_UP(&f, lines);
    ck_assert(load_stream(&f, &t));
    for (int i = 0; i < DUST_MAX_COLUMNS - 1; i++) {
        snprintf(json, sizeof json, "{\"c%d\":1}", i);
        ck_assert(dust_stream_table_learn(&t, slice_of(json), &f.status));
    }
    ck_assert(!dust_stream_table_learn(&t, SLICE_LITERAL("{\"one\":1}"), &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_says(f.status.message, "510 columns");
    dust_stream_table_clean_up(&t);
    tear_down(&f);
}
END_TEST

START_TEST(a_name_that_no_tag_takes_is_a_task_before_anything_is_sent) {
    const struct scripted_answer lines[] = {{GET_STREAM, 200, STREAM_ANSWER("")}};
    struct fixture f;
    struct dust_stream_table t;
    struct buf json;
    SET_UP(&f, lines);
    ck_assert(load_stream(&f, &t));
    buf_init(&json, 10000);
    buf_printf(&json, "{\"%0*d\":1}", _i, 0);
    ck_assert(dust_stream_table_learn(&t, buf_slice(&json), &f.status) == (_i < 700));
    ck_assert_int_eq(f.status.code, _i < 700 ? STATUS_OK : STATUS_TASK);
    buf_clean_up(&json);
    dust_stream_table_clean_up(&t);
    tear_down(&f);
}
END_TEST

START_TEST(a_name_with_a_nul_is_a_task) {
    const struct scripted_answer lines[] = {{GET_STREAM, 200, STREAM_ANSWER("")}};
    struct fixture f;
    struct dust_stream_table t;
    SET_UP(&f, lines);
    ck_assert(load_stream(&f, &t));
    ck_assert(!dust_stream_table_learn(&t, SLICE_LITERAL("{\"a\\u0000b\":1}"), &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    dust_stream_table_clean_up(&t);
    tear_down(&f);
}
END_TEST

START_TEST(tags_that_name_a_column_twice_are_a_task) {
    const struct scripted_answer lines[] = {
        {GET_STREAM, 200, STREAM_ANSWER(COLUMN_TAG(0, "a", "a") COLUMN_TAG(1, "b", "a"))}};
    struct fixture f;
    struct dust_stream_table t;
    SET_UP(&f, lines);
    ck_assert(!load_stream(&f, &t));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    dust_stream_table_clean_up(&t);
    tear_down(&f);
}
END_TEST

static const int lengths[] = {600, 1000, 2000};

int main(void) {
    Suite *suite = suite_create("dust_stream_table");
    TCase *tests = tcase_create("columns");
    tcase_add_test(tests, a_missing_table_is_made);
    tcase_add_test(tests, columns_that_dust_knows_are_found_however_they_are_written);
    tcase_add_test(tests,
                   newcomers_stand_in_their_order_and_those_that_need_no_renaming_choose_first);
    tcase_add_test(tests, a_generation_is_read_kept_and_changed);
    tcase_add_test(tests, the_column_after_the_last_that_dust_takes_is_a_task);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        tcase_add_loop_test(tests, a_name_that_no_tag_takes_is_a_task_before_anything_is_sent,
                            lengths[i], lengths[i] + 1);
    }
    tcase_add_test(tests, a_name_with_a_nul_is_a_task);
    tcase_add_test(tests, tags_that_name_a_column_twice_are_a_task);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
