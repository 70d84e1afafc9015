#include "destinations/dust/dust_columns.h"
#include "destinations/dust/tables/dust_session.h"
#include "support/suite.h"
#include "unit/destinations/dust/dust_fixture.h"

#define TABLE SOURCE "/tables/fivetran_s__places"
#define MISSING DUST_ERROR("table_not_found", "Failed to get table.")

static const struct column columns[] = {
    {.name = "id", .type = COLUMN_INT, .primary_key = true},
    {.name = "Name", .type = COLUMN_STRING},
};
static const struct table places = {"s", "places", columns, 2};

static const struct cell cells[] = {{CELL_TEXT, SLICE_LITERAL("7")},
                                    {CELL_TEXT, SLICE_LITERAL("x")}};
static const struct record record = {.operation = RECORD_UPSERT, .cells = cells};

/* {"table":{"tags":[…]}} of a table with the first n_columns of places. */
static struct buf table_answer(size_t n_columns) {
    struct buf answer;
    struct arena arena;
    struct dust_table named;
    struct status status = STATUS_INIT;
    const struct table part = {"s", "places", columns, n_columns};
    arena_init(&arena, 1 << 20);
    buf_init(&answer, 1 << 20);
    buf_append_text(&answer, "{\"table\":{\"tags\":");
    ck_assert(dust_table_name_columns(&part, NULL, "fivetran_", &arena, &named, &status));
    ck_assert(dust_tags_write(&named, FRONT_END_FIVETRAN, &answer, &status));
    buf_append_text(&answer, "}}");
    arena_clean_up(&arena);
    return answer;
}

static struct write_session *open_session(struct fixture *f) {
    return dust_session_open(&f->d, &places, &f->notice, &f->status);
}

START_TEST(a_missing_table_is_made_and_emptied) {
    const struct scripted_answer lines[] = {
        {"GET " TABLE " ", 404, MISSING},
        {"POST " SOURCE "/tables {\"table_id\":\"fivetran_s__places\"", 200, "{}"},
        {"POST " TABLE "/rows {\"truncate\":true,\"rows\":[]}", 200, "{}"},
    };
    struct fixture f;
    SET_UP(&f, lines);
    struct write_session *session = open_session(&f);
    ck_assert_ptr_nonnull(session);
    ck_assert_uint_eq(session->caps.max_records, 500);
    ck_assert_uint_eq(session->caps.max_bytes, 1 << 20);
    ck_assert_int_eq(session->on_unknown, ON_UNKNOWN_REPEAT);
    session->ops->destroy(session);
    tear_down(&f);
}
END_TEST

START_TEST(columns_that_are_new_join_those_that_are_there) {
    struct buf one = table_answer(1);
    const struct scripted_answer lines[] = {
        {"GET " TABLE " ", 200, buf_cstr(&one)},
        {"POST " SOURCE "/tables {", 200, "{}"},
    };
    struct fixture f;
    SET_UP(&f, lines);
    struct write_session *session = open_session(&f);
    ck_assert_ptr_nonnull(session);
    session->ops->destroy(session);
    tear_down(&f);
    buf_clean_up(&one);
}
END_TEST

START_TEST(a_batch_is_posted_and_the_last_row_confirmed) {
    struct buf both = table_answer(2);
    const struct scripted_answer lines[] = {
        {"GET " TABLE " ", 200, buf_cstr(&both)},
        {"GET " TABLE "/rows?limit=100&offset=0", 200, "{\"rows\":[],\"total\":0}"},
        {"POST " TABLE "/rows {\"rows\":[{\"row_id\":\"7\",\"value\":{\"id\":7,\"name\":\"x\"}}]}",
         200, "{}"},
        {"POST " TABLE "/rows {\"rows\":[{\"row_id\":\"7\",\"value\":{\"id\":7,\"name\":\"x\","
         "\"_fivetran_exact\":\"{\\\"~\\\":",
         200, "{}"},
        {"GET " TABLE "/rows/7 ", 401, DUST_ERROR("invalid_api_key_error", "no")},
    };
    struct fixture f;
    struct api_call call;
    struct verdict verdict;
    struct buf body;
    SET_UP(&f, lines);
    struct write_session *session = open_session(&f);
    ck_assert_ptr_nonnull(session);
    buf_init(&body, 10000);
    ck_assert(session->ops->begin(session, &f.status));
    session->ops->open_body(session, &body);
    ck_assert(session->ops->encode(session, &record, &body, &f.status));
    ck_assert(session->ops->check_batch(session, &f.status));
    session->ops->close_body(session, true, true, &body);
    session->ops->post(session, buf_slice(&body), 1, &call);
    ck_assert(call.repeatable);
    ck_assert(api_perform(f.d.api, &call, NULL, &verdict));
    ck_assert(!session->ops->finish(session, &f.notice, &f.status)); /* the script ends here */
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    session->ops->destroy(session);
    buf_clean_up(&body);
    buf_clean_up(&both);
    tear_down(&f);
}
END_TEST

START_TEST(without_confirming_nothing_is_waited_for) {
    struct buf both = table_answer(2);
    const struct scripted_answer lines[] = {
        {"GET " TABLE " ", 200, buf_cstr(&both)},
        {"GET " TABLE "/rows?limit=100&offset=0", 200, "{\"rows\":[],\"total\":0}"},
    };
    struct fixture f;
    struct buf body;
    SET_UP(&f, lines);
    f.settings.confirm_writes = false;
    struct write_session *session = open_session(&f);
    ck_assert_ptr_nonnull(session);
    buf_init(&body, 10000);
    ck_assert(session->ops->begin(session, &f.status));
    ck_assert(session->ops->encode(session, &record, &body, &f.status));
    ck_assert(session->ops->finish(session, &f.notice, &f.status));
    session->ops->destroy(session);
    buf_clean_up(&body);
    buf_clean_up(&both);
    tear_down(&f);
}
END_TEST

START_TEST(a_table_of_somebody_else_is_a_task) {
    const struct scripted_answer lines[] = {
        {"GET " TABLE " ", 200, "{\"table\":{\"tags\":[\"mine\"]}}"}};
    struct fixture f;
    SET_UP(&f, lines);
    ck_assert_ptr_null(open_session(&f));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    tear_down(&f);
}
END_TEST

START_TEST(the_key_of_a_row_is_its_id) {
    const struct scripted_answer lines[] = {
        {"GET " TABLE " ", 404, MISSING},
        {"POST " SOURCE "/tables", 200, "{}"},
        {"POST " TABLE "/rows", 200, "{}"},
    };
    struct fixture f;
    char text[32];
    SET_UP(&f, lines);
    struct write_session *session = open_session(&f);
    session->ops->key_text(session, SLICE_LITERAL("{\"row_id\":\"7\",\"value\":{}}"), text,
                           sizeof text);
    ck_assert_str_eq(text, "row id \"7\"");
    session->ops->destroy(session);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_session");
    TCase *tests = tcase_create("sessions");
    tcase_add_test(tests, a_missing_table_is_made_and_emptied);
    tcase_add_test(tests, columns_that_are_new_join_those_that_are_there);
    tcase_add_test(tests, a_batch_is_posted_and_the_last_row_confirmed);
    tcase_add_test(tests, without_confirming_nothing_is_waited_for);
    tcase_add_test(tests, a_table_of_somebody_else_is_a_task);
    tcase_add_test(tests, the_key_of_a_row_is_its_id);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
