#include "http/http_verdict.h"
#include "support/suite.h"

static struct verdict verdict_of(enum http_outcome outcome, int status, int64_t retry_after_ms) {
    struct http_response response;
    http_response_init(&response);
    response.outcome = outcome;
    response.status = status;
    response.retry_after_ms = retry_after_ms;
    struct verdict verdict;
    http_verdict(&response, "posting a batch", &verdict);
    http_response_clean_up(&response);
    return verdict;
}

#define D VERDICT_DELIVERED
#define R VERDICT_RETRY
#define T VERDICT_THROTTLED
#define U VERDICT_UNKNOWN
#define L VERDICT_TOO_LARGE
#define J VERDICT_REJECTED
#define F VERDICT_FATAL

/* A row per status code, ten to a line, from 100. */
/* clang-format off */
static const enum verdict_kind expected[500] = {
    /* 100 */ U, U, U, U, U, U, U, U, U, U,
    /* 110 */ U, U, U, U, U, U, U, U, U, U,
    /* 120 */ U, U, U, U, U, U, U, U, U, U,
    /* 130 */ U, U, U, U, U, U, U, U, U, U,
    /* 140 */ U, U, U, U, U, U, U, U, U, U,
    /* 150 */ U, U, U, U, U, U, U, U, U, U,
    /* 160 */ U, U, U, U, U, U, U, U, U, U,
    /* 170 */ U, U, U, U, U, U, U, U, U, U,
    /* 180 */ U, U, U, U, U, U, U, U, U, U,
    /* 190 */ U, U, U, U, U, U, U, U, U, U,
    /* 200 */ D, D, D, D, D, D, D, D, D, D,
    /* 210 */ D, D, D, D, D, D, D, D, D, D,
    /* 220 */ D, D, D, D, D, D, D, D, D, D,
    /* 230 */ D, D, D, D, D, D, D, D, D, D,
    /* 240 */ D, D, D, D, D, D, D, D, D, D,
    /* 250 */ D, D, D, D, D, D, D, D, D, D,
    /* 260 */ D, D, D, D, D, D, D, D, D, D,
    /* 270 */ D, D, D, D, D, D, D, D, D, D,
    /* 280 */ D, D, D, D, D, D, D, D, D, D,
    /* 290 */ D, D, D, D, D, D, D, D, D, D,
    /* 300 */ F, F, F, F, F, F, F, F, F, F,
    /* 310 */ F, F, F, F, F, F, F, F, F, F,
    /* 320 */ F, F, F, F, F, F, F, F, F, F,
    /* 330 */ F, F, F, F, F, F, F, F, F, F,
    /* 340 */ F, F, F, F, F, F, F, F, F, F,
    /* 350 */ F, F, F, F, F, F, F, F, F, F,
    /* 360 */ F, F, F, F, F, F, F, F, F, F,
    /* 370 */ F, F, F, F, F, F, F, F, F, F,
    /* 380 */ F, F, F, F, F, F, F, F, F, F,
    /* 390 */ F, F, F, F, F, F, F, F, F, F,
    /* 400 */ J, F, F, F, J, F, J, F, R, J,
    /* 410 */ J, J, J, L, J, J, J, J, J, J,
    /* 420 */ J, J, J, J, J, R, J, J, J, T,
    /* 430 */ J, J, J, J, J, J, J, J, J, J,
    /* 440 */ J, J, J, J, J, J, J, J, J, J,
    /* 450 */ J, J, J, J, J, J, J, J, J, J,
    /* 460 */ J, J, J, J, J, J, J, J, J, J,
    /* 470 */ J, J, J, J, J, J, J, J, J, J,
    /* 480 */ J, J, J, J, J, J, J, J, J, J,
    /* 490 */ J, J, J, J, J, J, J, J, J, J,
    /* 500 */ U, F, U, R, U, F, U, J, U, U,
    /* 510 */ U, U, U, U, U, U, U, U, U, U,
    /* 520 */ U, U, U, U, U, U, U, U, U, U,
    /* 530 */ U, U, U, U, U, U, U, U, U, U,
    /* 540 */ U, U, U, U, U, U, U, U, U, U,
    /* 550 */ U, U, U, U, U, U, U, U, U, U,
    /* 560 */ U, U, U, U, U, U, U, U, U, U,
    /* 570 */ U, U, U, U, U, U, U, U, U, U,
    /* 580 */ U, U, U, U, U, U, U, U, U, U,
    /* 590 */ U, U, U, U, U, U, U, U, U, U,
};
/* clang-format on */

static enum status_code code_for(enum verdict_kind kind) {
    switch (kind) {
    case VERDICT_DELIVERED:
        return STATUS_OK;
    case VERDICT_TOO_LARGE:
    case VERDICT_REJECTED:
    case VERDICT_FATAL:
        return STATUS_TASK;
    default:
        return STATUS_UNAVAILABLE;
    }
}

START_TEST(test_every_status_has_its_verdict) {
    for (int status = 100; status <= 599; status++) {
        struct verdict verdict = verdict_of(HTTP_ANSWERED, status, -1);
        ck_assert_msg(verdict.kind == expected[status - 100], "%d: %s", status,
                      verdict_kind_name(verdict.kind));
        ck_assert_msg(verdict.status.code == code_for(verdict.kind), "%d", status);
        ck_assert_int_eq(verdict.after_ms, -1);
        ck_assert_str_eq(verdict.scope, "");
        char number[16];
        snprintf(number, sizeof number, "HTTP %d", status);
        bool named = strstr(verdict.status.message, number) != NULL &&
                     strstr(verdict.status.message, "posting a batch") != NULL;
        ck_assert_msg(named == (verdict.kind != VERDICT_DELIVERED), "%d: %s", status,
                      verdict.status.message);
    }
}
END_TEST

START_TEST(test_a_status_that_is_none_is_unknown) {
    const int strange[] = {-1, 0, 1, 99, 600, 999, 1000000};
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        ck_assert_int_eq(verdict_of(HTTP_ANSWERED, strange[i], -1).kind, VERDICT_UNKNOWN);
    }
}
END_TEST

START_TEST(test_retry_after_is_passed_on) {
    struct verdict verdict = verdict_of(HTTP_ANSWERED, 429, 7000);
    ck_assert_int_eq(verdict.kind, VERDICT_THROTTLED);
    ck_assert_int_eq(verdict.after_ms, 7000);
    verdict = verdict_of(HTTP_ANSWERED, 503, 0);
    ck_assert_int_eq(verdict.kind, VERDICT_THROTTLED);
    ck_assert_int_eq(verdict.after_ms, 0);
    ck_assert_int_eq(verdict_of(HTTP_ANSWERED, 500, 7000).kind, VERDICT_UNKNOWN);
}
END_TEST

START_TEST(test_an_exchange_without_answer) {
    ck_assert_int_eq(verdict_of(HTTP_NOT_SENT, 0, -1).kind, VERDICT_RETRY);
    ck_assert_int_eq(verdict_of(HTTP_BAD_PEER, 0, -1).kind, VERDICT_FATAL);
    ck_assert_int_eq(verdict_of(HTTP_BAD_PEER, 0, -1).status.code, STATUS_TASK);
    ck_assert_int_eq(verdict_of(HTTP_STOPPED, 0, -1).kind, VERDICT_CANCELLED);
    ck_assert_int_eq(verdict_of(HTTP_STOPPED, 0, -1).status.code, STATUS_CANCELLED);
}
END_TEST

START_TEST(test_what_did_not_reach_the_api_says_what_to_check) {
    struct verdict verdict = verdict_of(HTTP_NOT_SENT, 0, -1);
    ck_assert_ptr_nonnull(strstr(verdict.status.message, "check the base URL, or try again later"));
    verdict = verdict_of(HTTP_BAD_PEER, 0, -1);
    ck_assert_ptr_nonnull(strstr(verdict.status.message, "check the base URL, and that this"));
    ck_assert_ptr_nonnull(strstr(verdict.status.message, "ca-certificates"));
}
END_TEST

START_TEST(test_lesson_33_a_lost_answer_is_unknown_not_failed) {
    const int seen[] = {0, 100, 200, 204, 302, 500, 503};
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++) {
        struct verdict verdict = verdict_of(HTTP_SENT_NO_ANSWER, seen[i], -1);
        ck_assert_msg(verdict.kind == VERDICT_UNKNOWN, "%d", seen[i]);
        ck_assert_int_eq(verdict.status.code, STATUS_UNAVAILABLE);
    }
    /* The status line said no; that its explanation was cut changes nothing. */
    ck_assert_int_eq(verdict_of(HTTP_SENT_NO_ANSWER, 413, -1).kind, VERDICT_TOO_LARGE);
    ck_assert_int_eq(verdict_of(HTTP_SENT_NO_ANSWER, 401, -1).kind, VERDICT_FATAL);
    ck_assert_int_eq(verdict_of(HTTP_SENT_NO_ANSWER, 429, -1).kind, VERDICT_THROTTLED);
}
END_TEST

/* "No such table" is no refusal: the body says which it is. */
START_TEST(test_a_404_that_was_cut_is_unknown) {
    static const int seen[] = {400, 404, 409, 410, 422};
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++) {
        struct verdict verdict = verdict_of(HTTP_SENT_NO_ANSWER, seen[i], -1);
        ck_assert_msg(verdict.kind == VERDICT_UNKNOWN, "%d", seen[i]);
        ck_assert_int_eq(verdict.status.code, STATUS_UNAVAILABLE);
    }
}
END_TEST

START_TEST(test_texts_say_what_to_do) {
    static const struct {
        int status;
        const char *words;
    } texts[] = {
        {302, "check it"},   {401, "check the API key"}, {403, "rights"},     {404, "names"},
        {405, "base URL"},   {413, "batch size"},        {429, "rate limit"}, {500, "not known"},
        {503, "overloaded"}, {507, "raise the quota"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct verdict verdict = verdict_of(HTTP_ANSWERED, texts[i].status, -1);
        ck_assert_msg(strstr(verdict.status.message, texts[i].words) != NULL, "%s",
                      verdict.status.message);
    }
}
END_TEST

START_TEST(test_lesson_37_a_body_is_never_in_the_text) {
    struct http_response response;
    http_response_init(&response);
    response.outcome = HTTP_ANSWERED;
    response.status = 422;
    buf_append_text(&response.body, "customer@example.com");
    struct verdict verdict;
    http_verdict(&response, "x", &verdict);
    ck_assert_ptr_null(strstr(verdict.status.message, "customer"));
    http_response_clean_up(&response);
}
END_TEST

static struct verdict with_detail(struct slice detail) {
    struct verdict verdict = verdict_of(HTTP_ANSWERED, 400, -1);
    verdict_add_detail(&verdict, detail);
    return verdict;
}

START_TEST(test_detail_is_short_and_clean) {
    struct verdict plain = verdict_of(HTTP_ANSWERED, 400, -1);
    struct verdict verdict = with_detail(SLICE_LITERAL("no\tsuch\r\ntable \"\xC3\xA9\x7F\""));
    ck_assert_ptr_nonnull(strstr(verdict.status.message, "no such  table \"\xC3\xA9 \""));
    ck_assert_ptr_nonnull(strstr(verdict.status.message, "HTTP 400"));
    ck_assert_int_eq(verdict.status.code, STATUS_TASK);
    ck_assert_str_eq(with_detail(SLICE_LITERAL("")).status.message, plain.status.message);

    verdict = with_detail(SLICE_LITERAL("a\xFF\xC3(\xED\xA0\x80\xF0\x9F\x98\x80"));
    ck_assert_ptr_nonnull(strstr(verdict.status.message, "a?\?(?\?\?\xF0\x9F\x98\x80"));
}
END_TEST

START_TEST(test_detail_is_cut_at_a_character) {
    char text[600];
    for (size_t i = 0; i < sizeof text; i += 3) {
        memcpy(text + i, "\xE2\x82\xAC", 3);
    }
    struct verdict plain = verdict_of(HTTP_ANSWERED, 400, -1);
    struct verdict verdict = with_detail(slice_make(text, sizeof text));
    const char *detail = strstr(verdict.status.message, "\xE2\x82\xAC");
    ck_assert_ptr_nonnull(detail);
    ck_assert_uint_eq(strlen(detail), 198); /* 66 euro signs; 67 would be 201 bytes */
    ck_assert_uint_lt(strlen(verdict.status.message), strlen(plain.status.message) + 230);
    /* A sequence that the end of the bytes cuts is not one. */
    verdict = with_detail(slice_make(text, 5));
    ck_assert_ptr_nonnull(strstr(verdict.status.message, "says: \xE2\x82\xAC?"));
}
END_TEST

START_TEST(test_kinds_have_names) {
    ck_assert_str_eq(verdict_kind_name(VERDICT_DELIVERED), "delivered");
    ck_assert_str_eq(verdict_kind_name(VERDICT_TOO_LARGE), "too_large");
    ck_assert_str_eq(verdict_kind_name(VERDICT_CANCELLED), "cancelled");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("http_verdict");
    TCase *tests = tcase_create("http_verdict");
    tcase_add_test(tests, test_every_status_has_its_verdict);
    tcase_add_test(tests, test_a_status_that_is_none_is_unknown);
    tcase_add_test(tests, test_retry_after_is_passed_on);
    tcase_add_test(tests, test_an_exchange_without_answer);
    tcase_add_test(tests, test_what_did_not_reach_the_api_says_what_to_check);
    tcase_add_test(tests, test_a_404_that_was_cut_is_unknown);
    tcase_add_test(tests, test_lesson_33_a_lost_answer_is_unknown_not_failed);
    tcase_add_test(tests, test_texts_say_what_to_do);
    tcase_add_test(tests, test_lesson_37_a_body_is_never_in_the_text);
    tcase_add_test(tests, test_detail_is_short_and_clean);
    tcase_add_test(tests, test_detail_is_cut_at_a_character);
    tcase_add_test(tests, test_kinds_have_names);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
