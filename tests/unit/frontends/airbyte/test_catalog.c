#include "frontends/airbyte/catalog.h"
#include "support/suite.h"

#include <unistd.h>

static struct catalog catalog;
static struct status status;

static void set_up(void) {
    status = STATUS_INIT;
    catalog = (struct catalog){0};
}

static void tear_down(void) {
    catalog_clean_up(&catalog);
}

/* One stream "s" with these members besides its name. */
static bool parse_stream(const char *members) {
    struct buf text;
    catalog_clean_up(&catalog);
    status = STATUS_INIT;
    buf_init(&text, 4096);
    buf_printf(&text, "{\"streams\":[{\"stream\":{\"name\":\"s\"},%s}]}", members);
    bool ok = catalog_parse(&catalog, buf_slice(&text), &status);
    ck_assert_int_eq(ok, status.code == STATUS_OK);
    ck_assert(ok || status.code == STATUS_TASK);
    buf_clean_up(&text);
    return ok;
}

#define APPEND "\"destination_sync_mode\":\"append\""

START_TEST(test_streams_are_found_by_both_names) {
    static const char text[] =
        "{\"streams\":["
        "{\"stream\":{\"name\":\"a\"}," APPEND
        "},{\"stream\":{\"name\":\"a\",\"namespace\":\"n\"}," APPEND "},"
        "{\"stream\":{\"name\":\"\",\"namespace\":\"\"}," APPEND "},"
        "{\"stream\":{\"name\":\"\xC3\xBC\",\"namespace\":null}," APPEND "}]}";
    ck_assert(catalog_parse(&catalog, slice_of(text), &status));
    ck_assert_uint_eq(catalog.n_streams, 4);
    const struct slice none = {"", 0};
    ck_assert_ptr_eq(catalog_find(&catalog, none, slice_of("a")), &catalog.streams[0]);
    ck_assert_ptr_eq(catalog_find(&catalog, slice_of("n"), slice_of("a")), &catalog.streams[1]);
    ck_assert_ptr_eq(catalog_find(&catalog, none, none), &catalog.streams[2]);
    ck_assert_ptr_eq(catalog_find(&catalog, none, slice_of("\xC3\xBC")), &catalog.streams[3]);
    ck_assert_ptr_null(catalog_find(&catalog, slice_of("a"), slice_of("n")));
    ck_assert_ptr_null(catalog_find(&catalog, none, slice_of("b")));
}
END_TEST

START_TEST(test_thousands_of_streams) {
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_append_text(&text, "{\"streams\":[");
    for (int i = 0; i < 5000; i++) {
        buf_printf(&text, "%s{\"stream\":{\"name\":\"s%d\",\"namespace\":\"n%d\"}," APPEND "}",
                   i ? "," : "", i, i % 7);
    }
    buf_append_text(&text, "]}");
    ck_assert(catalog_parse(&catalog, buf_slice(&text), &status));
    for (int i = 0; i < 5000; i++) {
        char schema[16];
        char name[16];
        snprintf(schema, sizeof schema, "n%d", i % 7);
        snprintf(name, sizeof name, "s%d", i);
        ck_assert_ptr_eq(catalog_find(&catalog, slice_of(schema), slice_of(name)),
                         &catalog.streams[i]);
    }
    buf_clean_up(&text);
}
END_TEST

START_TEST(test_modes_and_generations) {
    ck_assert(parse_stream(APPEND));
    ck_assert_int_eq(catalog.streams[0].mode.mode, WRITE_APPEND);
    ck_assert(!catalog.streams[0].mode.replaces);
    ck_assert(parse_stream("\"destination_sync_mode\":\"overwrite\""));
    ck_assert_int_eq(catalog.streams[0].mode.mode, WRITE_OVERWRITE);
    ck_assert(catalog.streams[0].mode.replaces);
    ck_assert(parse_stream(APPEND ",\"generation_id\":5,\"minimum_generation_id\":0"));
    ck_assert_int_eq(catalog.streams[0].mode.generation_id, 5);
    ck_assert(!catalog.streams[0].mode.replaces);
    ck_assert(parse_stream(APPEND ",\"generation_id\":5,\"minimum_generation_id\":5"));
    ck_assert(catalog.streams[0].mode.replaces);
    ck_assert(!parse_stream(APPEND ",\"generation_id\":5,\"minimum_generation_id\":4"));
    ck_assert(!parse_stream(APPEND ",\"generation_id\":5,\"minimum_generation_id\":6"));
    ck_assert(!parse_stream(APPEND ",\"minimum_generation_id\":1"));
    ck_assert(!parse_stream("\"destination_sync_mode\":\"update\""));
    ck_assert_ptr_nonnull(strstr(status.message, "\"update\""));
    ck_assert(!parse_stream("\"sync_mode\":\"full_refresh\""));
}
END_TEST

START_TEST(test_primary_keys) {
    ck_assert(parse_stream("\"destination_sync_mode\":\"append_dedup\","
                           "\"primary_key\":[[\"id\"],[\"address\",\"zip\"]]"));
    const struct stream *stream = &catalog.streams[0];
    ck_assert_int_eq(stream->mode.mode, WRITE_APPEND_DEDUP);
    ck_assert_uint_eq(stream->mode.n_primary_key, 2);
    ck_assert_str_eq(stream->mode.primary_key[0].names[0], "id");
    ck_assert_uint_eq(stream->mode.primary_key[1].n_names, 2);
    ck_assert_str_eq(stream->mode.primary_key[1].names[1], "zip");
    ck_assert_uint_eq(stream->table.n_columns, 1); /* for error texts: only what stands outermost */
    ck_assert_str_eq(stream->table.columns[0].name, "id");
    ck_assert(stream->table.columns[0].primary_key);
    ck_assert(!parse_stream("\"destination_sync_mode\":\"append_dedup\",\"primary_key\":[]"));
    ck_assert_ptr_nonnull(strstr(status.message, "primary key"));
    ck_assert(!parse_stream(APPEND ",\"primary_key\":[[7]]"));
    ck_assert(!parse_stream(APPEND ",\"primary_key\":[\"id\"]"));
    ck_assert(!parse_stream(APPEND ",\"primary_key\":\"id\""));
}
END_TEST

/* Else every record would have the same key, and only one of them would stay. */
START_TEST(test_a_path_without_names_is_no_key) {
    ck_assert(!parse_stream("\"destination_sync_mode\":\"append_dedup\",\"primary_key\":[[]]"));
    ck_assert_ptr_nonnull(strstr(status.message, "no primary key"));
    ck_assert(parse_stream(APPEND ",\"primary_key\":[[],[\"id\"]]"));
    ck_assert_uint_eq(catalog.streams[0].mode.n_primary_key, 1);
    ck_assert_str_eq(catalog.streams[0].mode.primary_key[0].names[0], "id");
}
END_TEST

START_TEST(test_what_cannot_be_meant) {
    static const struct {
        const char *text;
        const char *word;
    } rows[] = {
        {"", "JSON"},
        {"[]", "no streams"},
        {"{\"streams\":{}}", "no streams"},
        {"{\"streams\":[{}]}", "without a name"},
        {"{\"streams\":[{\"stream\":{\"name\":\"a\"}," APPEND
         "},{\"stream\":{\"name\":\"a\",\"namespace\":\"\"}," APPEND "}]}",
         "twice"},
        {"{\"streams\":[{\"stream\":{\"name\":\"a__b\"}," APPEND
         "},{\"stream\":{\"name\":\"b\",\"namespace\":\"a\"}," APPEND "}]}",
         "table a__b"},
        {"{\"streams\":[{\"stream\":{\"name\":\"a\\u0000\"}," APPEND "}]}", "NUL"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        catalog_clean_up(&catalog);
        status = STATUS_INIT;
        ck_assert(!catalog_parse(&catalog, slice_of(rows[i].text), &status));
        ck_assert_int_eq(status.code, STATUS_TASK);
        ck_assert_msg(strstr(status.message, rows[i].word) != NULL, "%s", status.message);
    }
}
END_TEST

START_TEST(test_a_file) {
    char path[] = "/tmp/bigdust-catalog-XXXXXX";
    int fd = mkstemp(path);
    static const char text[] = "{\"streams\":[{\"stream\":{\"name\":\"a\"}," APPEND "}]}";
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    ck_assert(catalog_read(&catalog, path, &status));
    ck_assert_str_eq(catalog.streams[0].table.name, "a");
    unlink(path);
    catalog_clean_up(&catalog);
    ck_assert(!catalog_read(&catalog, path, &status));
    ck_assert_int_eq(status.code, STATUS_TASK);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("catalog");
    TCase *tests = tcase_create("catalog");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_streams_are_found_by_both_names);
    tcase_add_test(tests, test_thousands_of_streams);
    tcase_add_test(tests, test_modes_and_generations);
    tcase_add_test(tests, test_primary_keys);
    tcase_add_test(tests, test_a_path_without_names_is_no_key);
    tcase_add_test(tests, test_what_cannot_be_meant);
    tcase_add_test(tests, test_a_file);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
