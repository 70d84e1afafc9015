#include "handlers_fixture.h"
#include "support/suite.h"

/* The table is there, then the marker and the final are taken. */
static const struct peer_step there[] = {{.body = "{\"data\":[]}"}, FIXTURE_ACCEPTED};
static const struct peer_step missing[] = {{.status = 404, .body = "{}"}};

struct request {
    FivetranSdk__V2__TruncateRequest message;
    Google__Protobuf__Timestamp before;
    FivetranSdk__V2__SoftTruncate soft;
};

static void request_init(struct request *r, struct fixture *f, int64_t seconds, int32_t nanos) {
    fivetran_sdk__v2__truncate_request__init(&r->message);
    google__protobuf__timestamp__init(&r->before);
    fivetran_sdk__v2__soft_truncate__init(&r->soft);
    CONFIGURE(f, &r->message);
    r->message.schema_name = (char *)"s";
    r->message.table_name = (char *)"t";
    r->message.synced_column = (char *)"_fivetran_synced";
    r->message.utc_delete_before = &r->before;
    r->before.seconds = seconds;
    r->before.nanos = nanos;
}

static void soften(struct request *r, const char *column) {
    r->soft.deleted_column = (char *)column;
    r->message._soft_case = FIVETRAN_SDK__V2__TRUNCATE_REQUEST___SOFT_SOFT;
    r->message.soft = &r->soft;
}

/* What stands behind _fivetran_truncate_before in the marker for that time (microseconds); static.
 */
static const char *marker_before(int64_t seconds, int32_t nanos) {
    static char text[64];
    struct fixture f;
    struct request r;
    SET_UP(&f, there);
    request_init(&r, &f, seconds, nanos);
    fixture_call(&f, "Truncate", &r.message.base);
    fixture_expect(&f, "warning: ");
    ck_assert_uint_eq(http_peer_requests(f.peer), 3);
    const char *at = strstr(fixture_body(&f, 1), "\"_fivetran_truncate_before\":");
    ck_assert_ptr_nonnull(at);
    at += strlen("\"_fivetran_truncate_before\":");
    snprintf(text, sizeof text, "%.*s", (int)strcspn(at, ",}"), at);
    tear_down(&f);
    return text;
}

/* Lesson 6: milliseconds, strictly before: finer digits are dropped, towards the past. */
START_TEST(test_lesson_6_the_time_is_floored_to_milliseconds) {
    ck_assert_str_eq(marker_before(1700000000, 123999999), "1700000000123000");
    ck_assert_str_eq(marker_before(0, 999999), "0");
    ck_assert_str_eq(marker_before(-1, 1), "-1000000");
}
END_TEST

START_TEST(test_a_hard_truncate_is_a_marker_and_a_warning) {
    struct fixture f;
    struct request r;
    SET_UP(&f, there);
    request_init(&r, &f, 1, 0);
    fixture_call(&f, "Truncate", &r.message.base);
    fixture_expect(&f, "warning: BigGeo keeps every record");
    const char *body = fixture_body(&f, 1);
    ck_assert_ptr_nonnull(strstr(body, "\"_fivetran_op\":\"truncate\""));
    ck_assert_ptr_nonnull(strstr(body, "\"_fivetran_synced_column\":\"_fivetran_synced\""));
    ck_assert_ptr_null(strstr(body, "_fivetran_deleted_column"));
    ck_assert_ptr_nonnull(strstr(fixture_body(&f, 2), "\"is_final\":true"));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_soft_truncate_names_the_column_to_set) {
    struct fixture f;
    struct request r;
    SET_UP(&f, there);
    request_init(&r, &f, 1, 0);
    soften(&r, "gone");
    fixture_call(&f, "Truncate", &r.message.base);
    fixture_expect(&f, "warning: ");
    ck_assert_ptr_nonnull(strstr(fixture_body(&f, 1), "\"_fivetran_op\":\"soft_truncate\""));
    ck_assert_ptr_nonnull(strstr(fixture_body(&f, 1), "\"_fivetran_deleted_column\":\"gone\""));
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_6_a_table_that_was_never_written_is_a_success) {
    struct fixture f;
    struct request r;
    SET_UP(&f, missing);
    request_init(&r, &f, 1, 0);
    fixture_call(&f, "Truncate", &r.message.base);
    ck_assert_str_eq(fixture_outcome(&f), "success");
    ck_assert_uint_eq(http_peer_requests(f.peer), 1);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_refused_key_is_a_task_and_sends_no_marker) {
    static const struct peer_step refused[] = {{.status = 401, .body = "{}"}};
    struct fixture f;
    struct request r;
    SET_UP(&f, refused);
    request_init(&r, &f, 1, 0);
    fixture_call(&f, "Truncate", &r.message.base);
    fixture_expect(&f, "task: ");
    ck_assert_uint_eq(http_peer_requests(f.peer), 1);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_time_that_is_none_is_refused) {
    static const struct {
        int64_t seconds;
        int32_t nanos;
    } rows[] = {{253402300800, 0}, {-62135596801, 0}, {0, -1},
                {0, 1000000000},   {INT64_MAX, 0},    {INT64_MIN, 0}};
    struct fixture f;
    struct request r;
    set_up(&f, NULL, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        request_init(&r, &f, rows[i].seconds, rows[i].nanos);
        fixture_call(&f, "Truncate", &r.message.base);
        fixture_expect(&f, "status invalid_argument: utc_delete_before of table s.t");
    }
    r.message.utc_delete_before = NULL;
    fixture_call(&f, "Truncate", &r.message.base);
    fixture_expect(&f, "status invalid_argument: utc_delete_before of table s.t");
    tear_down(&f);
}
END_TEST

START_TEST(test_a_request_that_names_too_little_is_refused) {
    struct fixture f;
    struct request r;
    set_up(&f, NULL, 0);
    request_init(&r, &f, 1, 0);
    r.message.synced_column = (char *)"";
    fixture_call(&f, "Truncate", &r.message.base);
    fixture_expect(
        &f,
        "status invalid_argument: the request names no synced column, by which rows of table s.t");
    request_init(&r, &f, 1, 0);
    r.message.table_name = (char *)"";
    fixture_call(&f, "Truncate", &r.message.base);
    fixture_expect(&f, "status invalid_argument: the request names no table");
    request_init(&r, &f, 1, 0);
    soften(&r, "");
    fixture_call(&f, "Truncate", &r.message.base);
    fixture_expect(&f, "status invalid_argument: the request names no column to set");
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("truncate");
    TCase *tests = tcase_create("truncate");
    tcase_add_test(tests, test_lesson_6_the_time_is_floored_to_milliseconds);
    tcase_add_test(tests, test_a_hard_truncate_is_a_marker_and_a_warning);
    tcase_add_test(tests, test_a_soft_truncate_names_the_column_to_set);
    tcase_add_test(tests, test_lesson_6_a_table_that_was_never_written_is_a_success);
    tcase_add_test(tests, test_a_refused_key_is_a_task_and_sends_no_marker);
    tcase_add_test(tests, test_a_time_that_is_none_is_refused);
    tcase_add_test(tests, test_a_request_that_names_too_little_is_refused);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
