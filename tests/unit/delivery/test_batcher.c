#include "delivery/batcher.h"
#include "fake_session.h"
#include "support/log_capture.h"
#include "support/suite.h"

/* "<" and ">" around the records */
enum { FRAME = 2, MANY = 1000000, HARD = 1000 };

struct fixture {
    struct fake_session session;
    struct batcher batcher;
    struct batch batch;
    struct log_capture log;
    struct status status;
};

static void set_up(struct fixture *f, size_t max_records, size_t max_bytes) {
    *f = (struct fixture){0};
    log_capture_init(&f->log, LOG_DEBUG);
    fake_session_init(&f->session, max_records, max_bytes);
    batcher_init(&f->batcher, &f->session.base, &fake_table, &f->log.log);
    ck_assert(batch_init(&f->batch, &f->session.base.caps));
    ck_assert(batcher_start(&f->batcher, &f->batch, &f->status));
}

static void tear_down(struct fixture *f) {
    batch_clean_up(&f->batch);
    batcher_clean_up(&f->batcher);
    fake_session_clean_up(&f->session);
    log_capture_clean_up(&f->log);
}

static enum batcher_result add(struct fixture *f, const char *text) {
    const struct cell cell = {CELL_TEXT, slice_of(text)};
    const struct record record = {.operation = RECORD_UPSERT, .cells = &cell};
    return batcher_add(&f->batcher, &record, &f->status);
}

/* A text of len letters. */
static const char *letters(size_t len) {
    static char text[HARD + 100];
    memset(text, 'x', len);
    text[len] = '\0';
    return text;
}

static void assert_body(struct fixture *f, bool last, const char *expected) {
    batch_close(&f->batch, &f->session.base, last);
    ck_assert_str_eq(buf_cstr(&f->batch.body), expected);
}

START_TEST(test_no_record) {
    struct fixture f;
    set_up(&f, 3, MANY);
    ck_assert(batcher_is_empty(&f.batcher));
    assert_body(&f, true, "<LAST>");
    tear_down(&f);
}
END_TEST

START_TEST(test_one_record) {
    struct fixture f;
    set_up(&f, 1, MANY);
    ck_assert_int_eq(add(&f, "a"), BATCHER_ADDED);
    assert_body(&f, false, "<a>");
    tear_down(&f);
}
END_TEST

START_TEST(test_record_cap_alone) {
    struct fixture f;
    set_up(&f, 3, MANY);
    ck_assert_int_eq(add(&f, "a"), BATCHER_ADDED); /* cap - 2, cap - 1, cap */
    ck_assert_int_eq(add(&f, "b"), BATCHER_ADDED);
    ck_assert_int_eq(add(&f, "c"), BATCHER_ADDED);
    ck_assert_int_eq(add(&f, "d"), BATCHER_FULL); /* cap + 1 */
    assert_body(&f, false, "<a,b,c>");
    ck_assert(batcher_start(&f.batcher, &f.batch, &f.status));
    ck_assert(!batcher_is_empty(&f.batcher)); /* d was kept */
    ck_assert_int_eq(add(&f, "e"), BATCHER_ADDED);
    assert_body(&f, false, "<d,e>");
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_23_byte_cap_alone_is_exact_to_the_byte) {
    struct fixture f;
    set_up(&f, MANY / 1000, 20);
    ck_assert_int_eq(add(&f, letters(8)), BATCHER_ADDED);
    ck_assert_int_eq(add(&f, letters(9)), BATCHER_ADDED); /* 2 + 8 + 1 + 9 = the cap */
    batch_close(&f.batch, &f.session.base, false);
    ck_assert_uint_eq(f.batch.body.len, 20);
    tear_down(&f);

    set_up(&f, MANY / 1000, 20);
    ck_assert_int_eq(add(&f, letters(8)), BATCHER_ADDED);
    ck_assert_int_eq(add(&f, letters(10)), BATCHER_FULL); /* the cap + 1 */
    assert_body(&f, false, "<xxxxxxxx>");
    tear_down(&f);

    set_up(&f, MANY / 1000, 20);
    ck_assert_int_eq(add(&f, letters(8)), BATCHER_ADDED);
    ck_assert_int_eq(add(&f, letters(8)), BATCHER_ADDED); /* the cap - 1 */
    ck_assert_int_eq(add(&f, ""), BATCHER_ADDED);         /* its comma fills the cap */
    ck_assert_int_eq(add(&f, ""), BATCHER_FULL);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_record_over_the_cap_goes_alone_with_a_warning) {
    struct fixture f;
    set_up(&f, 100, 20);
    ck_assert_int_eq(add(&f, letters(20 - FRAME)), BATCHER_ADDED); /* fits exactly: no warning */
    ck_assert_uint_eq(log_capture_count(&f.log, "record_over_cap"), 0);
    ck_assert_int_eq(add(&f, letters(20 - FRAME + 1)), BATCHER_FULL);
    ck_assert_uint_eq(log_capture_count(&f.log, "record_over_cap"), 1);
    ck_assert(batcher_start(&f.batcher, &f.batch, &f.status));
    ck_assert_int_eq(add(&f, "a"), BATCHER_FULL); /* nothing joins it */
    batch_close(&f.batch, &f.session.base, false);
    ck_assert_uint_eq(f.batch.body.len, 21);
    ck_assert_uint_eq(f.batch.n_records, 1);
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_21_a_record_over_the_hard_limit_is_a_task) {
    struct fixture f;
    set_up(&f, 100, 20);
    ck_assert_int_eq(add(&f, letters(HARD - FRAME)), BATCHER_ADDED); /* the limit itself */
    tear_down(&f);
    set_up(&f, 100, 20);
    ck_assert_int_eq(add(&f, letters(HARD - FRAME + 1)), BATCHER_FAILED);
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(f.status.message, "s.t"));
    ck_assert_ptr_nonnull(strstr(f.status.message, "c=xxx")); /* the key */
    ck_assert_ptr_nonnull(strstr(f.status.message, "1000 bytes"));
    ck_assert(f.status.names_record); /* so it stays out of the log */
    ck_assert_uint_eq(log_capture_count(&f.log, "xxx"), 0);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_record_far_over_the_hard_limit_is_a_task_too) {
    struct fixture f;
    set_up(&f, 100, 20);
    size_t len = 4 * 1024 * 1024;
    char *text = malloc(len + 1);
    memset(text, 'y', len);
    text[len] = '\0';
    ck_assert_int_eq(add(&f, "a"), BATCHER_ADDED);
    ck_assert_int_eq(add(&f, text), BATCHER_FAILED);
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    free(text);
    tear_down(&f);
}
END_TEST

START_TEST(test_the_last_closing_gets_its_own_batch_when_it_does_not_fit) {
    struct fixture f;
    set_up(&f, 100, 20);
    ck_assert_int_eq(add(&f, letters(13)), BATCHER_ADDED); /* 1 + 13 + ",LAST>" = 20 */
    ck_assert(!batcher_last_needs_own_batch(&f.batcher));
    tear_down(&f);
    set_up(&f, 100, 20);
    ck_assert_int_eq(add(&f, letters(14)), BATCHER_ADDED);
    ck_assert(batcher_last_needs_own_batch(&f.batcher));
    tear_down(&f);
    set_up(&f, 100, 3);
    ck_assert(!batcher_last_needs_own_batch(&f.batcher)); /* an empty one would not get smaller */
    tear_down(&f);
}
END_TEST

START_TEST(test_a_bad_value_leaves_the_error) {
    struct fixture f;
    set_up(&f, 100, 20);
    ck_assert_int_eq(add(&f, "bad"), BATCHER_FAILED);
    ck_assert_int_eq(f.status.code, STATUS_DATA_LOSS);
    tear_down(&f);
}
END_TEST

START_TEST(test_ranges_of_a_batch_are_bodies_of_their_own) {
    struct fixture f;
    struct batch part;
    set_up(&f, 10, MANY);
    add(&f, "a");
    add(&f, "bb");
    add(&f, "");
    add(&f, "d");
    batch_close(&f.batch, &f.session.base, true);
    ck_assert(batch_init(&part, &f.session.base.caps));
    ck_assert(batch_copy_range(&f.batch, 0, 2, &f.session.base, false, &part, &f.status));
    ck_assert_str_eq(buf_cstr(&part.body), "<a,bb>");
    ck_assert(batch_copy_range(&f.batch, 2, 4, &f.session.base, true, &part, &f.status));
    ck_assert_str_eq(buf_cstr(&part.body), "<,d,LAST>");
    ck_assert(slice_equal_text(batch_record(&part, 1), "d"));
    batch_clean_up(&part);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("batcher");
    TCase *tests = tcase_create("caps");
    tcase_add_test(tests, test_no_record);
    tcase_add_test(tests, test_one_record);
    tcase_add_test(tests, test_record_cap_alone);
    tcase_add_test(tests, test_lesson_23_byte_cap_alone_is_exact_to_the_byte);
    tcase_add_test(tests, test_a_record_over_the_cap_goes_alone_with_a_warning);
    tcase_add_test(tests, test_lesson_21_a_record_over_the_hard_limit_is_a_task);
    tcase_add_test(tests, test_a_record_far_over_the_hard_limit_is_a_task_too);
    tcase_add_test(tests, test_the_last_closing_gets_its_own_batch_when_it_does_not_fit);
    tcase_add_test(tests, test_a_bad_value_leaves_the_error);
    tcase_add_test(tests, test_ranges_of_a_batch_are_bodies_of_their_own);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
