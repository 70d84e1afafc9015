#include "destinations/dust/documents/dust_document_list.h"
#include "support/suite.h"
#include "unit/destinations/dust/dust_fixture.h"

enum { ROOM = 1 << 22 };

#define TAG "bigdust:table:fivetran_demo__notes"
#define LISTED(id, timestamp, tags)                                                                \
    "{\"document_id\":\"" id "\",\"timestamp\":" timestamp ",\"tags\":[" tags "]}"
#define LIST(documents) "{\"documents\":[" documents "],\"total\":0}"

static struct buf seen; /* `id@timestamp` and `!` when deleted, a line each */
static const char *stop_at;

static bool visit(void *context, const struct dust_listed *document, struct status *status) {
    ck_assert_ptr_eq(context, &seen);
    buf_printf(&seen, "%.*s@%lld%s\n", SLICE_ARG(document->id), (long long)document->timestamp,
               document->deleted ? "!" : "");
    return !stop_at || !slice_equal_text(document->id, stop_at) ||
           status_fail(status, STATUS_INTERNAL, "stopped");
}

static bool list(struct fixture *f) {
    return dust_document_list(&f->api, "fivetran_demo__notes", visit, &seen, &f->status);
}

static void set_up_seen(void) {
    buf_init(&seen, ROOM);
    stop_at = NULL;
}

static void clean_up_seen(void) {
    buf_clean_up(&seen);
}

START_TEST(test_only_the_table_s_documents_are_visited) {
    static const struct scripted_answer script[] = {
        {"GET " SOURCE "/documents?limit=1000&offset=0 ", 200,
         LIST(LISTED("c", "30", "\"x\",\"" TAG "\"") "," LISTED(
             "other", "25",
             "\"" TAG
             "2\",\"fivetran:table:demo.notes\"") "," LISTED("bigdust.table.fivetran_demo__notes",
                                                             "22",
                                                             "\"bigdust:v1\"") "," LISTED("a", "20",
                                                                                          "\"" TAG
                                                                                          "\","
                                                                                          "\"fivetr"
                                                                                          "an:"
                                                                                          "deleted"
                                                                                          "\"") ",n"
                                                                                                "ul"
                                                                                                "l,"
                                                                                                "{"
                                                                                                "\""
                                                                                                "ta"
                                                                                                "gs"
                                                                                                "\""
                                                                                                ":["
                                                                                                "\"" TAG
                                                                                                "\""
                                                                                                "]"
                                                                                                "}")}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(list(&f));
    ck_assert_str_eq(buf_cstr(&seen), "c@30\na@20!\n");
    tear_down(&f);
}
END_TEST

/* Documents first to last - 1 of the table as one page; the caller frees it. */
static char *page(int first, int last) {
    struct buf text;
    buf_init(&text, ROOM);
    buf_append_text(&text, "{\"documents\":[");
    for (int i = first; i < last; i++) {
        buf_printf(&text, "%s{\"document_id\":\"d%d\",\"timestamp\":5,\"tags\":[\"" TAG "\"]}",
                   i > first ? "," : "", i);
    }
    buf_append_text(&text, "]}");
    ck_assert(!text.failed);
    buf_cstr(&text);
    return text.data;
}

static size_t count_lines(void) {
    size_t n = 0;
    for (size_t i = 0; i < seen.len; i++) {
        n += seen.data[i] == '\n';
    }
    return n;
}

START_TEST(test_more_than_a_page_is_listed_until_nothing_is_new) {
    char *pages[] = {page(0, 1000),    page(1000, 1500), page(1, 1138),
                     page(1138, 1501), page(0, 1274),    page(1274, 1501)};
    const struct scripted_answer script[] = {
        {"limit=1000&offset=0 ", 200, pages[0]}, {"limit=1000&offset=1000 ", 200, pages[1]},
        {"limit=1137&offset=0 ", 200, pages[2]}, {"limit=1137&offset=1137 ", 200, pages[3]},
        {"limit=1274&offset=0 ", 200, pages[4]}, {"limit=1274&offset=1274 ", 200, pages[5]},
    };
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(list(&f));
    ck_assert_uint_eq(count_lines(), 1501); /* each once, the one that the first pass skipped too */
    for (size_t i = 0; i < 6; i++) {
        free(pages[i]);
    }
    tear_down(&f);
}
END_TEST

START_TEST(test_a_page_that_is_just_full_is_not_the_last) {
    char *full = page(0, 1000);
    char *rest = page(0, 1000);
    const struct scripted_answer script[] = {
        {"limit=1000&offset=0 ", 200, full},
        {"limit=1000&offset=1000 ", 200, LIST("")},
        {"limit=1137&offset=0 ", 200, rest},
    };
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(list(&f));
    ck_assert_uint_eq(count_lines(), 1000);
    free(full);
    free(rest);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_listing_that_never_ends_fails) {
    static struct scripted_answer script[16];
    char *pages[16];
    for (int pass = 0; pass < 8; pass++) { /* every pass shows some that none has shown */
        int full = 1000 + 137 * pass;
        pages[2 * pass] = page(pass * 10000, pass * 10000 + full);
        pages[2 * pass + 1] = page(0, 1);
        script[2 * pass] = (struct scripted_answer){"GET ", 200, pages[2 * pass]};
        script[2 * pass + 1] = (struct scripted_answer){"GET ", 200, pages[2 * pass + 1]};
    }
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(!list(&f));
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    ck_assert_says(f.status.message, "8 times");
    for (size_t i = 0; i < 16; i++) {
        free(pages[i]);
    }
    tear_down(&f);
}
END_TEST

START_TEST(test_a_failure_or_a_visitor_ends_it) {
    static const struct scripted_answer script[] = {
        {"GET ", 200, LIST(LISTED("a", "1", "\"" TAG "\"") "," LISTED("b", "1", "\"" TAG "\""))},
        {"GET ", 403, DUST_ERROR("data_source_auth_error", "no")}};
    struct fixture f;
    SET_UP(&f, script);
    stop_at = "a";
    ck_assert(!list(&f));
    ck_assert_str_eq(f.status.message, "stopped");
    ck_assert_str_eq(buf_cstr(&seen), "a@1\n");
    f.status = STATUS_INIT;
    ck_assert(!list(&f));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_document_list");
    TCase *tests = tcase_create("list");
    tcase_add_checked_fixture(tests, set_up_seen, clean_up_seen);
    tcase_add_test(tests, test_only_the_table_s_documents_are_visited);
    tcase_add_test(tests, test_more_than_a_page_is_listed_until_nothing_is_new);
    tcase_add_test(tests, test_a_page_that_is_just_full_is_not_the_last);
    tcase_add_test(tests, test_a_listing_that_never_ends_fails);
    tcase_add_test(tests, test_a_failure_or_a_visitor_ends_it);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
