#include "delivery/writer.h"
#include "support/fake_clock.h"
#include "support/log_capture.h"
#include "support/suite.h"

#include <sched.h>
#include <stdatomic.h>

/* A destination whose bodies are `table:record,record` with `!` behind the last of a session, kept
 * in the order they were posted; `table.` for a finish, `table?` where one begins. */
enum { MAX_JOURNAL = 1 << 22, HARD_BYTES = 1 << 20 };

struct fixture {
    struct fake_clock clock;
    struct log_capture log;
    struct cancel cancel;
    struct notice notice;
    struct attempt attempt;
    struct settings settings;
    struct destination_shared shared;
    struct destination destination;
    struct batch_caps caps;
    struct status status;
    struct writer *writer;
    struct buf journal; /* the sending thread's, until the writer is waited for */
    atomic_int n_begins;
    atomic_bool sending;
    bool forbid_batches;     /* check_batch says no */
    const char *refuse;      /* posts that hold this text are refused */
    const char *fail_finish; /* of this table */
    const char *fail_begin;  /* begin_finish of this table */
    bool waits;              /* sessions opened from now on have a begin_finish */
    int n_destroyed;
};

static struct fixture *fixture; /* the session's ops have nowhere else to look */

struct journal_session {
    struct write_session base;
    const struct table *table;
    const struct stream_mode *stream;
    struct slice body;
};

static bool journal_begin(struct write_session *session, struct status *status) {
    (void)session;
    (void)status;
    ck_assert(!atomic_load(&fixture->sending)); /* the connection is free */
    atomic_fetch_add(&fixture->n_begins, 1);
    return true;
}

static void journal_open(struct write_session *session, struct buf *body) {
    buf_printf(body, "%s:", ((struct journal_session *)session)->table->name);
}

static void journal_close(struct write_session *session, bool has_records, bool last,
                          struct buf *body) {
    (void)session;
    (void)has_records;
    buf_append_text(body, last ? "!" : "");
}

static bool journal_check(struct write_session *session, struct status *status) {
    (void)session;
    return !fixture->forbid_batches || status_fail(status, STATUS_TASK, "not that batch");
}

static bool journal_encode(struct write_session *session, const struct record *record,
                           struct buf *body, struct status *status) {
    (void)session;
    (void)status;
    buf_append_slice(body, record->json);
    return true;
}

static void journal_post(struct write_session *session, struct slice body, size_t n_records,
                         struct api_call *call) {
    (void)n_records;
    ((struct journal_session *)session)->body = body;
    *call = (struct api_call){.context = session};
}

static bool journal_finish(struct write_session *session, struct notice *notice,
                           struct status *status) {
    const struct table *table = ((struct journal_session *)session)->table;
    (void)notice;
    if (fixture->fail_finish && strcmp(table->name, fixture->fail_finish) == 0) {
        return status_fail(status, STATUS_UNAVAILABLE, "the final was lost");
    }
    buf_printf(&fixture->journal, "%s. ", table->name);
    return true;
}

static bool journal_begin_finish(struct write_session *session, struct status *status) {
    const struct table *table = ((struct journal_session *)session)->table;
    if (fixture->fail_begin && strcmp(table->name, fixture->fail_begin) == 0) {
        return status_fail(status, STATUS_TASK, "no wait begins");
    }
    buf_printf(&fixture->journal, "%s? ", table->name);
    return true;
}

static void journal_destroy(struct write_session *session) {
    fixture->n_destroyed++;
    free(session);
}

static bool journal_call(struct api *api, const struct api_call *call,
                         struct http_response *response, struct verdict *verdict) {
    struct journal_session *s = call->context;
    (void)api;
    (void)response;
    atomic_store(&fixture->sending, true);
    for (int i = 0; i < 100; i++) {
        sched_yield(); /* what must not happen meanwhile has its chance */
    }
    atomic_store(&fixture->sending, false);
    const char *refuse = fixture->refuse;
    bool refused = refuse && memmem(s->body.data, s->body.len, refuse, strlen(refuse));
    *verdict = (struct verdict){.kind = refused ? VERDICT_REJECTED : VERDICT_DELIVERED};
    if (refused) {
        status_fail(&verdict->status, STATUS_TASK, "refused");
    } else {
        buf_append_slice(&fixture->journal, s->body);
        buf_append_char(&fixture->journal, ' ');
    }
    return !refused;
}

static struct write_session *journal_open_session(struct destination *d, const struct table *table,
                                                  struct notice *notice, struct status *status) {
    static const struct write_session_ops ops = {
        .begin = journal_begin,
        .open_body = journal_open,
        .close_body = journal_close,
        .check_batch = journal_check,
        .encode = journal_encode,
        .post = journal_post,
        .finish = journal_finish,
        .destroy = journal_destroy,
    };
    static struct write_session_ops waiting_ops;
    (void)notice;
    waiting_ops = ops;
    waiting_ops.begin_finish = journal_begin_finish;
    if (d->stream && d->stream->mode != WRITE_APPEND) {
        status_fail(status, STATUS_TASK, "cannot %s", write_mode_name(d->stream->mode));
        return NULL;
    }
    struct journal_session *s = calloc(1, sizeof *s);
    ck_assert_ptr_nonnull(s);
    *s = (struct journal_session){
        .base = {.ops = fixture->waits ? &waiting_ops : &ops,
                 .caps = fixture->caps,
                 .on_unknown = ON_UNKNOWN_REPEAT},
        .table = table,
        .stream = d->stream,
    };
    return &s->base;
}

static const struct destination_ops journal_destination = {.name = "journal",
                                                           .open_session = journal_open_session};

static void set_up(struct fixture *f, size_t max_records, size_t max_bytes, size_t max_open) {
    memset(f, 0, sizeof *f);
    fixture = f;
    fake_clock_init(&f->clock);
    log_capture_init(&f->log, LOG_DEBUG);
    cancel_init(&f->cancel, &f->clock.clock, CANCEL_NO_DEADLINE);
    buf_init(&f->journal, MAX_JOURNAL);
    f->caps = (struct batch_caps){max_records, max_bytes, HARD_BYTES};
    f->attempt.api.call = journal_call;
    f->shared.clock = &f->clock.clock;
    f->destination = (struct destination){.ops = &journal_destination,
                                          .settings = &f->settings,
                                          .shared = &f->shared,
                                          .log = &f->log.log,
                                          .api = &f->attempt.api};
    const struct writer_options options = {.destination = &f->destination,
                                           .attempt = &f->attempt,
                                           .cancel = &f->cancel,
                                           .clock = &f->clock.clock,
                                           .log = &f->log.log,
                                           .notice = &f->notice,
                                           .max_open_bytes = max_open};
    f->writer = writer_new(&options, &f->status);
    ck_assert_ptr_nonnull(f->writer);
}

static void tear_down(struct fixture *f) {
    writer_destroy(f->writer);
    buf_clean_up(&f->journal);
    cancel_clean_up(&f->cancel);
    log_capture_clean_up(&f->log);
    fake_clock_clean_up(&f->clock);
}

static const struct table one = {"", "one", NULL, 0};
static const struct table two = {"", "two", NULL, 0};
static const struct stream_mode appends = {.mode = WRITE_APPEND};

static struct writer_table *open_table(struct fixture *f, const struct table *table) {
    struct writer_table *opened = writer_open(f->writer, table, &appends, &f->status);
    ck_assert_ptr_nonnull(opened);
    return opened;
}

static bool add(struct fixture *f, struct writer_table *table, const char *text) {
    const struct record record = {.operation = RECORD_UPSERT, .json = slice_of(text)};
    return writer_add(f->writer, table, &record, &f->status);
}

/* Finishes the table and waits. */
static bool finish(struct fixture *f, struct writer_table *table) {
    return writer_finish(f->writer, table, false, &f->status) && writer_wait(f->writer, &f->status);
}

START_TEST(test_interleaved_tables_keep_their_records_apart_and_in_order) {
    struct fixture f;
    set_up(&f, 2, 1000, 1 << 20);
    struct writer_table *a = open_table(&f, &one);
    struct writer_table *b = open_table(&f, &two);
    static const char *const texts[] = {"1", "2", "3", "4", "5"};
    for (size_t i = 0; i < 5; i++) {
        ck_assert(add(&f, a, texts[i]));
        ck_assert(i % 2 || add(&f, b, texts[i]));
    }
    ck_assert(finish(&f, a) && finish(&f, b));
    ck_assert_str_eq(buf_cstr(&f.journal), "one:1,2 one:3,4 two:1,3 one:5! one. two:5! two. ");
    const struct delivery_report report = writer_report(f.writer);
    ck_assert_uint_eq(report.records, 8);
    ck_assert_uint_eq(report.batches, 5);
    tear_down(&f);
    ck_assert_int_eq(f.n_destroyed, 2);
}
END_TEST

START_TEST(test_batches_are_cut_by_bytes_too) {
    struct fixture f;
    set_up(&f, 100, strlen("one:aaaa,bbbb"), 1 << 20);
    struct writer_table *a = open_table(&f, &one);
    ck_assert(add(&f, a, "aaaa") && add(&f, a, "bbbb") && add(&f, a, "c") && finish(&f, a));
    ck_assert_str_eq(buf_cstr(&f.journal), "one:aaaa,bbbb one:c! one. ");
    tear_down(&f);
}
END_TEST

START_TEST(test_durable_is_what_was_finished_and_not_added_to_since) {
    struct fixture f;
    set_up(&f, 10, 1000, 1 << 20);
    struct writer_table *a = open_table(&f, &one);
    ck_assert(writer_is_durable(f.writer, a)); /* nothing was added */
    ck_assert(add(&f, a, "1"));
    ck_assert(!writer_is_durable(f.writer, a));
    ck_assert(finish(&f, a));
    ck_assert(writer_is_durable(f.writer, a));
    ck_assert(add(&f, a, "2"));
    ck_assert(!writer_is_durable(f.writer, a));
    ck_assert(finish(&f, a));
    ck_assert_int_eq(f.n_begins, 2); /* a session each */
    ck_assert_str_eq(buf_cstr(&f.journal), "one:1! one. one:2! one. ");
    tear_down(&f);
}
END_TEST

START_TEST(test_a_batch_that_was_sent_does_not_make_its_records_durable) {
    struct fixture f;
    set_up(&f, 1, 1000, 1 << 20);
    struct writer_table *a = open_table(&f, &one);
    ck_assert(add(&f, a, "1") && add(&f, a, "2") && add(&f, a, "3"));
    ck_assert(writer_wait(f.writer, &f.status));
    ck_assert(!writer_is_durable(f.writer, a));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_table_without_records_is_finished_only_when_asked) {
    struct fixture f;
    set_up(&f, 10, 1000, 1 << 20);
    struct writer_table *a = open_table(&f, &one);
    ck_assert(finish(&f, a));
    ck_assert_str_eq(buf_cstr(&f.journal), "");
    ck_assert(writer_finish(f.writer, a, true, &f.status) && writer_wait(f.writer, &f.status));
    ck_assert_str_eq(buf_cstr(&f.journal), "one:! one. ");
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_35_open_batches_stay_within_the_budget) {
    enum { TABLES = 50, BUDGET = 20000 };
    struct fixture f;
    struct table tables[TABLES];
    struct writer_table *opened[TABLES];
    char names[TABLES][16];
    char text[1001];
    memset(text, 'x', 1000);
    text[1000] = '\0';
    set_up(&f, 10, 100000, BUDGET);
    for (int i = 0; i < TABLES; i++) {
        snprintf(names[i], sizeof names[i], "t%d", i);
        tables[i] = (struct table){"", names[i], NULL, 0};
        opened[i] = open_table(&f, &tables[i]);
    }
    for (int turn = 0; turn < 3; turn++) {
        for (int i = 0; i < TABLES; i++) {
            ck_assert(add(&f, opened[i], text));
        }
    }
    /* What is not in the journal is open: it must fit the budget, and two batches on their way. */
    ck_assert(writer_wait(f.writer, &f.status));
    ck_assert_uint_ge(f.journal.len, (size_t)3 * TABLES * 1000 - BUDGET);
    for (int i = 0; i < TABLES; i++) {
        ck_assert(finish(&f, opened[i]));
    }
    ck_assert_uint_eq(writer_report(f.writer).records, 3 * TABLES);
    tear_down(&f);
}
END_TEST

START_TEST(test_the_largest_batch_is_the_one_sent_early) {
    struct fixture f;
    char large[5001];
    memset(large, 'x', 5000);
    large[5000] = '\0';
    set_up(&f, 10, 100000, 6000);
    struct writer_table *a = open_table(&f, &one);
    struct writer_table *b = open_table(&f, &two);
    ck_assert(add(&f, b, large)); /* alone it may pass the budget: something must be open */
    ck_assert(add(&f, a, "small") && writer_wait(f.writer, &f.status));
    ck_assert_ptr_eq(strstr(buf_cstr(&f.journal), "two:"), f.journal.data);
    ck_assert_ptr_null(strstr(buf_cstr(&f.journal), "one:"));
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_29_after_a_failure_nothing_more_is_sent) {
    struct fixture f;
    set_up(&f, 1, 1000, 1 << 20);
    f.refuse = "bad";
    struct writer_table *a = open_table(&f, &one);
    struct writer_table *b = open_table(&f, &two);
    bool ok = add(&f, a, "good") && add(&f, a, "bad") && add(&f, a, "next");
    for (int i = 0; ok && i < 100; i++) {
        ok = add(&f, b, "more");
    }
    ck_assert(!ok);
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert(!finish(&f, a) && !finish(&f, b));
    ck_assert(!writer_is_durable(f.writer, a));
    ck_assert_ptr_null(strchr(buf_cstr(&f.journal), '.'));
    tear_down(&f);
}
END_TEST

START_TEST(test_what_was_finished_before_a_failure_stays_durable) {
    struct fixture f;
    set_up(&f, 10, 1000, 1 << 20);
    f.fail_finish = "two";
    struct writer_table *a = open_table(&f, &one);
    struct writer_table *b = open_table(&f, &two);
    ck_assert(add(&f, a, "1") && add(&f, b, "2"));
    ck_assert(writer_finish(f.writer, a, false, &f.status) &&
              writer_finish(f.writer, b, false, &f.status));
    ck_assert(!writer_wait(f.writer, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    ck_assert(writer_is_durable(f.writer, a));
    ck_assert(!writer_is_durable(f.writer, b));
    tear_down(&f);
}
END_TEST

/* Two tables whose finish is a wait, with a record each: text's and "good". */
static void set_up_waiting(struct fixture *f, struct writer_table **a, struct writer_table **b,
                           const char *text) {
    set_up(f, 10, 1000, 1 << 20);
    f->waits = true;
    *a = open_table(f, &one);
    *b = open_table(f, &two);
    ck_assert(add(f, *a, "good") && add(f, *b, text));
}

static bool finish_both(struct fixture *f, struct writer_table *a, struct writer_table *b) {
    struct status later = STATUS_INIT;
    bool ordered = writer_finish(f->writer, a, false, &f->status) &&
                   writer_finish(f->writer, b, false, &f->status);
    ck_assert(!writer_is_durable(f->writer, a)); /* not before it is waited for */
    bool waited = writer_wait(f->writer, ordered ? &f->status : &later);
    return ordered && waited;
}

START_TEST(test_every_wait_begins_before_the_first_is_waited_for) {
    struct fixture f;
    struct writer_table *a;
    struct writer_table *b;
    set_up_waiting(&f, &a, &b, "2");
    ck_assert(finish_both(&f, a, b));
    ck_assert_str_eq(buf_cstr(&f.journal), "one:good! one? two:2! two? one. two. ");
    ck_assert(writer_is_durable(f.writer, a) && writer_is_durable(f.writer, b));
    ck_assert(writer_wait(f.writer, &f.status)); /* each is finished once */
    ck_assert(add(&f, b, "3") && finish(&f, b));
    ck_assert_str_eq(buf_cstr(&f.journal),
                     "one:good! one? two:2! two? one. two. two:3! two? two. ");
    tear_down(&f);
}
END_TEST

START_TEST(test_a_wait_that_began_before_a_failure_is_waited_for) {
    struct fixture f;
    struct writer_table *a;
    struct writer_table *b;
    set_up_waiting(&f, &a, &b, "bad");
    f.refuse = "bad";
    ck_assert(!finish_both(&f, a, b));
    ck_assert_str_eq(f.status.message, "table two: refused");
    ck_assert_str_eq(buf_cstr(&f.journal), "one:good! one? one. ");
    ck_assert(writer_is_durable(f.writer, a) && !writer_is_durable(f.writer, b));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_wait_that_does_not_begin_makes_nothing_durable) {
    struct fixture f;
    struct writer_table *a;
    struct writer_table *b;
    set_up_waiting(&f, &a, &b, "2");
    f.fail_begin = "two";
    ck_assert(!finish_both(&f, a, b));
    ck_assert_str_eq(f.status.message, "table two: no wait begins");
    ck_assert(writer_is_durable(f.writer, a) && !writer_is_durable(f.writer, b));
    tear_down(&f);
}
END_TEST

START_TEST(test_the_first_wait_that_fails_ends_the_waiting) {
    struct fixture f;
    struct writer_table *a;
    struct writer_table *b;
    set_up_waiting(&f, &a, &b, "2");
    f.fail_finish = "one";
    ck_assert(!finish_both(&f, a, b));
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    ck_assert_str_eq(buf_cstr(&f.journal), "one:good! one? two:2! two? ");
    ck_assert(!writer_is_durable(f.writer, a) && !writer_is_durable(f.writer, b));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_batch_that_must_not_be_sent_is_not) {
    struct fixture f;
    set_up(&f, 10, 1000, 1 << 20);
    struct writer_table *a = open_table(&f, &one);
    ck_assert(add(&f, a, "1"));
    f.forbid_batches = true;
    ck_assert(!finish(&f, a));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_str_eq(buf_cstr(&f.journal), "");
    tear_down(&f);
}
END_TEST

START_TEST(test_a_mode_that_cannot_be_done_is_known_at_once) {
    static const struct stream_mode overwrite = {.mode = WRITE_OVERWRITE, .replaces = true};
    struct fixture f;
    set_up(&f, 10, 1000, 1 << 20);
    ck_assert_ptr_null(writer_open(f.writer, &one, &overwrite, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_cancel_is_noticed) {
    struct fixture f;
    set_up(&f, 10000, 1 << 19, 1 << 20);
    struct writer_table *a = open_table(&f, &one);
    cancel_fire(&f.cancel, CANCEL_SHUTDOWN);
    int added = 0;
    while (added < 1000 && add(&f, a, "1")) {
        added++;
    }
    ck_assert_int_lt(added, 1000);
    tear_down(&f);
}
END_TEST

START_TEST(test_log_lines_name_the_table) {
    static const struct table shop = {"shop", "orders", NULL, 0};
    struct fixture f;
    set_up(&f, 10, 1000, 1 << 20);
    struct writer_table *a = open_table(&f, &shop);
    ck_assert(add(&f, a, "1") && finish(&f, a));
    ck_assert_uint_eq(log_capture_count(&f.log, "table=\"shop.orders\""), 1);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("writer");
    TCase *tests = tcase_create("writer");
    tcase_add_test(tests, test_interleaved_tables_keep_their_records_apart_and_in_order);
    tcase_add_test(tests, test_batches_are_cut_by_bytes_too);
    tcase_add_test(tests, test_durable_is_what_was_finished_and_not_added_to_since);
    tcase_add_test(tests, test_a_batch_that_was_sent_does_not_make_its_records_durable);
    tcase_add_test(tests, test_a_table_without_records_is_finished_only_when_asked);
    tcase_add_test(tests, test_lesson_35_open_batches_stay_within_the_budget);
    tcase_add_test(tests, test_the_largest_batch_is_the_one_sent_early);
    tcase_add_test(tests, test_lesson_29_after_a_failure_nothing_more_is_sent);
    tcase_add_test(tests, test_what_was_finished_before_a_failure_stays_durable);
    tcase_add_test(tests, test_every_wait_begins_before_the_first_is_waited_for);
    tcase_add_test(tests, test_a_wait_that_began_before_a_failure_is_waited_for);
    tcase_add_test(tests, test_a_wait_that_does_not_begin_makes_nothing_durable);
    tcase_add_test(tests, test_the_first_wait_that_fails_ends_the_waiting);
    tcase_add_test(tests, test_a_batch_that_must_not_be_sent_is_not);
    tcase_add_test(tests, test_a_mode_that_cannot_be_done_is_known_at_once);
    tcase_add_test(tests, test_a_cancel_is_noticed);
    tcase_add_test(tests, test_log_lines_name_the_table);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
