#include "destinations/dust/dust_ids.h"
#include "destinations/dust/tables/dust_fence.h"
#include "support/scripted_random.h"
#include "support/suite.h"
#include "unit/destinations/dust/dust_fixture.h"

#define TABLE SOURCE "/tables/t/rows"
#define DRAW UINT64_C(0x0123456789abcdef)

struct fence_fixture {
    struct fixture f;
    struct scripted_random random;
    char nonce[UUID_TEXT_BYTES];
};

static void set_up_fence(struct fence_fixture *x, struct scripted_answer *lines, size_t n_lines) {
    set_up(&x->f, lines, n_lines);
    scripted_random_init(&x->random, DRAW);
    x->f.shared.random = &x->random.random;
    random_uuid(&x->random.random, x->nonce);
}

/* A script whose every "%s" is the nonce. */
static void put_nonce(struct fence_fixture *x, struct scripted_answer *lines, size_t n_lines,
                      char texts[][512]) {
    for (size_t i = 0; i < n_lines; i++) {
        const char **places[] = {&lines[i].expects, &lines[i].body};
        for (size_t k = 0; k < 2; k++) {
            const char *at = *places[k] ? strstr(*places[k], "%s") : NULL;
            if (at) {
                char *text = texts[2 * i + k];
                snprintf(text, 512, "%.*s%s%s", (int)(at - *places[k]), *places[k], x->nonce,
                         at + 2);
                *places[k] = text;
            }
        }
    }
}

START_TEST(the_last_row_is_posted_again_with_a_nonce_and_looked_for) {
    struct scripted_answer lines[] = {
        {"POST " TABLE " {\"rows\":[{\"row_id\":\"7\",\"value\":{\"a\":1,"
         "\"_fivetran_exact\":\"{\\\"~\\\":\\\"%s\\\"}\"}}]}",
         200, "{}"},
        {"GET " TABLE "/7", 500, "{\"error\":{\"type\":\"internal_server_error\"}}"},
        {"GET " TABLE "/7", 200, "{\"row\":{\"row_id\":\"7\",\"value\":{\"a\":1}}}"},
        {"GET " TABLE "/7", 200, "{\"row\":{\"value\":{\"_fivetran_exact\":\"%s\"}}}"},
    };
    struct fence_fixture x;
    char texts[8][512];
    const struct dust_fence_row row = {
        SLICE_LITERAL("7"), SLICE_LITERAL("{\"row_id\":\"7\",\"value\":{\"a\":1}}"), false};
    set_up_fence(&x, lines, 4);
    put_nonce(&x, lines, 4, texts);
    ck_assert(dust_fence(&x.f.api, "t", &row, &x.f.status));
    tear_down(&x.f);
}
END_TEST

START_TEST(a_row_without_values_gets_the_nonce_alone) {
    struct scripted_answer lines[] = {
        {"POST " TABLE " {\"rows\":[{\"row_id\":\"7\",\"value\":{"
         "\"_fivetran_exact\":\"{\\\"~\\\":\\\"%s\\\"}\"}}]}",
         200, "{}"},
        {"GET " TABLE "/7", 200, "{\"row\":{\"value\":{\"_fivetran_exact\":\"%s\"}}}"},
    };
    struct fence_fixture x;
    char texts[4][512];
    const struct dust_fence_row row = {SLICE_LITERAL("7"),
                                       SLICE_LITERAL("{\"row_id\":\"7\",\"value\":{}}"), false};
    set_up_fence(&x, lines, 2);
    put_nonce(&x, lines, 2, texts);
    ck_assert(dust_fence(&x.f.api, "t", &row, &x.f.status));
    tear_down(&x.f);
}
END_TEST

START_TEST(a_nonce_joins_the_exact_texts_that_a_row_has) {
    struct scripted_answer lines[] = {
        {"\"_fivetran_exact\":\"{\\\"a\\\":\\\"01\\\",\\\"~\\\":\\\"%s\\\"}\"}}]}", 200, "{}"},
        {"GET " TABLE "/7", 200, "%s"},
    };
    struct fence_fixture x;
    char texts[4][512];
    const struct dust_fence_row row = {
        SLICE_LITERAL("7"),
        SLICE_LITERAL("{\"row_id\":\"7\",\"value\":{\"a\":\"01\",\"_fivetran_exact\":\"{\\\"a\\\":"
                      "\\\"01\\\"}\"}}"),
        true};
    set_up_fence(&x, lines, 2);
    put_nonce(&x, lines, 2, texts);
    ck_assert(dust_fence(&x.f.api, "t", &row, &x.f.status));
    tear_down(&x.f);
}
END_TEST

START_TEST(without_a_row_one_of_ours_is_posted_and_removed) {
    struct scripted_answer lines[] = {
        {"POST " TABLE " {\"rows\":[{\"row_id\":\"" DUST_FENCE_ROW_ID "\"", 200, "{}"},
        {"GET " TABLE "/" DUST_FENCE_ROW_ID, 200, "%s"},
        {"DELETE " TABLE "/" DUST_FENCE_ROW_ID, 200, "{\"success\":true}"},
    };
    struct fence_fixture x;
    char texts[6][512];
    set_up_fence(&x, lines, 3);
    put_nonce(&x, lines, 3, texts);
    ck_assert(dust_fence(&x.f.api, "t", NULL, &x.f.status));
    tear_down(&x.f);
}
END_TEST

/* A file posted during a merge stays where it is until the table's next activity: 30 s of looking
 * (250 ms, doubled up to 5 s), then the row is posted once more. */
START_TEST(a_row_that_is_not_seen_is_posted_again) {
    enum { LOOKS = 11, LINES = 1 + LOOKS + 2 };
    struct scripted_answer lines[LINES] = {{"POST " TABLE, 200, "{}"}};
    struct fence_fixture x;
    char texts[2 * LINES][512];
    const struct dust_fence_row row = {
        SLICE_LITERAL("7"), SLICE_LITERAL("{\"row_id\":\"7\",\"value\":{\"a\":1}}"), false};
    for (int i = 1; i <= LOOKS; i++) {
        lines[i] = (struct scripted_answer){"GET " TABLE "/7", 500, "{}"};
    }
    lines[1 + LOOKS] = (struct scripted_answer){"POST " TABLE, 200, "{}"};
    lines[2 + LOOKS] = (struct scripted_answer){"GET " TABLE "/7", 200, "%s"};
    set_up_fence(&x, lines, LINES);
    put_nonce(&x, lines, LINES, texts);
    ck_assert(dust_fence(&x.f.api, "t", &row, &x.f.status));
    ck_assert_uint_eq(log_capture_count(&x.f.log, "merge_awaited"), 1);
    tear_down(&x.f);
}
END_TEST

START_TEST(a_fence_is_posted_long_before_it_is_looked_for) {
    struct scripted_answer lines[] = {
        {"POST " TABLE, 200, "{}"},
        {"GET " TABLE "/7", 200, "%s"},
    };
    struct fence_fixture x;
    struct dust_fence fence;
    char texts[4][512];
    const struct dust_fence_row row = {
        SLICE_LITERAL("7"), SLICE_LITERAL("{\"row_id\":\"7\",\"value\":{\"a\":1}}"), false};
    set_up_fence(&x, lines, 2);
    put_nonce(&x, lines, 2, texts);
    ck_assert(dust_fence_post(&fence, &x.f.api, "t", &row, &x.f.status));
    ck_assert_uint_eq(x.f.scripted.n_calls, 1);
    fake_clock_advance(&x.f.clock, 3600000); /* it was seen meanwhile: not posted again */
    ck_assert(dust_fence_wait(&fence, &x.f.status));
    tear_down(&x.f);
}
END_TEST

START_TEST(a_failure_of_the_api_ends_the_waiting) {
    struct scripted_answer lines[] = {
        {"POST " TABLE, 200, "{}"},
        {"GET " TABLE "/" DUST_FENCE_ROW_ID, 401, DUST_ERROR("invalid_api_key_error", "no")},
    };
    struct fence_fixture x;
    set_up_fence(&x, lines, 2);
    ck_assert(!dust_fence(&x.f.api, "t", NULL, &x.f.status));
    ck_assert_int_eq(x.f.status.code, STATUS_TASK);
    tear_down(&x.f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_fence");
    TCase *tests = tcase_create("fences");
    tcase_add_test(tests, the_last_row_is_posted_again_with_a_nonce_and_looked_for);
    tcase_add_test(tests, a_row_without_values_gets_the_nonce_alone);
    tcase_add_test(tests, a_nonce_joins_the_exact_texts_that_a_row_has);
    tcase_add_test(tests, without_a_row_one_of_ours_is_posted_and_removed);
    tcase_add_test(tests, a_row_that_is_not_seen_is_posted_again);
    tcase_add_test(tests, a_fence_is_posted_long_before_it_is_looked_for);
    tcase_add_test(tests, a_failure_of_the_api_ends_the_waiting);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
