#include "fake_store.h"
#include "support/suite.h"

#define COUNT(lines) (sizeof(lines) / sizeof(lines)[0])

static void set_up(struct fake_world *w) {
    world_init(w);
    world_table(w, "s", "t", "id:INT:key a:STRING b:STRING");
    world_row(w, "t", "1|a1|b1");
    world_row(w, "t", "2|a2|b2");
    world_row(w, "t", "3|a3|b3");
}

static bool write_table(struct fake_world *w, const struct table *table, const char *const *lines,
                        size_t n) {
    struct lines_source source;
    struct table *copy = table_copy(table); /* the stored one may change meanwhile */
    lines_init(&source, copy, lines, n);
    bool ok = rewrite_write(&w->rw, copy, &source.source, &w->status);
    table_copy_destroy(copy);
    return ok;
}

static bool write(struct fake_world *w, const char *const *lines, size_t n) {
    return write_table(w, world_shape(w, "t"), lines, n);
}

START_TEST(test_kinds_are_applied_one_after_another) {
    static const char *const lines[] = {"upsert 4|a4|b4", "upsert 1|A1|B1", "update 4|~|B4",
                                        "update 2|A2|~",  "delete 3|-|-",   "delete 1|-|-"};
    struct fake_world w;
    set_up(&w);
    ck_assert_msg(write(&w, lines, COUNT(lines)), "%s", w.status.message);
    ck_assert_str_eq(world_rows(&w, "t"), "2|A2|b2\n4|a4|B4\n");
    ck_assert_uint_eq(w.report.records, 2 + 2 + 2);
    ck_assert_uint_eq(w.report.batches, 2);
    ck_assert_uint_eq(w.n_settles, 1); /* upserts and updates confirm themselves */
    world_clean_up(&w);
}
END_TEST

START_TEST(test_nothing_is_read_for_upserts_alone) {
    static const char *const lines[] = {"upsert 4|a4|NULL", "upsert 5|a5|NULL", "upsert 4|x|NULL"};
    struct fake_world w;
    set_up(&w);
    ck_assert(write(&w, lines, COUNT(lines)));
    ck_assert_str_eq(world_rows(&w, "t"), "1|a1|b1\n2|a2|b2\n3|a3|b3\n4|x|NULL\n5|a5|NULL\n");
    ck_assert_uint_eq(w.n_reads + w.n_settles, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_an_empty_batch_does_nothing) {
    struct fake_world w;
    set_up(&w);
    ck_assert(write(&w, NULL, 0));
    ck_assert_uint_eq(w.n_requests + w.n_reads + w.n_settles, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_updates_alone_settle_before_they_read) {
    static const char *const lines[] = {"update 2|A2|~"};
    struct fake_world w;
    set_up(&w);
    w.settings.confirm_writes = false;
    ck_assert(write(&w, lines, COUNT(lines)));
    ck_assert(w.n_settles == 1);
    ck_assert_str_eq(world_rows(&w, "t"), "1|a1|b1\n2|A2|b2\n3|a3|b3\n");
    world_clean_up(&w);
}
END_TEST

/* Without confirm_writes the upserts of the same call are not to be read yet. */
START_TEST(test_updates_see_the_upserts_of_the_same_call) {
    static const char *const lines[] = {"upsert 1|new|new", "update 1|~|B1"};
    for (int confirm = 0; confirm < 2; confirm++) {
        struct fake_world w;
        set_up(&w);
        w.settings.confirm_writes = confirm;
        ck_assert(write(&w, lines, COUNT(lines)));
        ck_assert_uint_eq(w.n_settles, confirm ? 0 : 1);
        ck_assert_str_eq(world_rows(&w, "t"), "1|new|B1\n2|a2|b2\n3|a3|b3\n");
        world_clean_up(&w);
    }
}
END_TEST

START_TEST(test_later_updates_win_column_by_column_and_null_is_a_value) {
    static const char *const lines[] = {"update 1|x|~", "update 2|y|~", "update 1|~|NULL",
                                        "update 1|z|~", "update 2|NULL|q"};
    struct fake_world w;
    set_up(&w);
    w.restarts_once = true;
    ck_assert(write(&w, lines, COUNT(lines)));
    ck_assert_str_eq(world_rows(&w, "t"), "1|z|NULL\n2|NULL|q\n3|a3|b3\n");
    ck_assert_uint_eq(w.report.records, 2);
    ck_assert_uint_eq(w.n_reads, 1);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_22_updates_and_deletes_of_missing_rows_do_nothing) {
    static const char *const lines[] = {"update 9|x|y", "delete 8|-|-"};
    struct fake_world w;
    set_up(&w);
    ck_assert(write(&w, lines, COUNT(lines)));
    ck_assert_str_eq(world_rows(&w, "t"), "1|a1|b1\n2|a2|b2\n3|a3|b3\n");
    ck_assert_uint_eq(w.n_posts, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_table_that_is_not_there_is_made_by_upserts_alone) {
    static const char *const changes[] = {"update 1|x|y", "delete 2|-|-"};
    static const char *const all[] = {"upsert 1|a|b", "update 1|~|y", "update 2|~|y"};
    struct fake_world w;
    set_up(&w);
    struct table fresh = *world_shape(&w, "t");
    fresh.name = "fresh";
    ck_assert(write_table(&w, &fresh, changes, COUNT(changes)));
    ck_assert_uint_eq(w.n_requests, 0);
    ck_assert(write_table(&w, &fresh, all, COUNT(all)));
    ck_assert_str_eq(world_rows(&w, "fresh"), "1|a|y\n");
    world_clean_up(&w);
}
END_TEST

/* The request names a column that the table has not yet, and not one that it has. */
START_TEST(test_an_update_keeps_columns_that_the_request_does_not_name) {
    static const struct column columns[] = {
        {.name = "c", .type = COLUMN_STRING},
        {.name = "a", .type = COLUMN_STRING},
        {.name = "id", .type = COLUMN_INT, .primary_key = true}};
    static const struct table table = {"s", "t", columns, 3};
    static const char *const updates[] = {"update c1|~|1"};
    static const char *const lines[] = {"upsert c2|A2|2", "update c1|~|1", "update ~|AA|2"};
    struct fake_world w;
    set_up(&w);
    ck_assert(write_table(&w, &table, updates, COUNT(updates)));
    ck_assert_str_eq(world_rows(&w, "t"), "1|a1|b1|c1\n2|a2|b2|NULL\n3|a3|b3|NULL\n");
    world_clean_up(&w);
    set_up(&w);
    ck_assert(write_table(&w, &table, lines, COUNT(lines)));
    ck_assert_str_eq(world_rows(&w, "t"), "1|a1|b1|c1\n2|AA|NULL|c2\n3|a3|b3|NULL\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_deletes_are_removed_once_each_and_confirmed) {
    static const char *const lines[] = {"delete 1|-|-", "delete 2|NULL|NULL", "delete 1|-|-"};
    struct fake_world w;
    set_up(&w);
    ck_assert(write(&w, lines, COUNT(lines)));
    ck_assert_uint_eq(w.n_removed, 2);
    ck_assert_uint_eq(w.n_settles, 1);
    ck_assert_str_eq(world_rows(&w, "t"), "3|a3|b3\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_value_that_its_type_forbids_names_its_place) {
    static const char *const lines[] = {"upsert 4|a|b", "update 1|~|x", "update one|~|x"};
    struct fake_world w;
    set_up(&w);
    ck_assert(!write(&w, lines, COUNT(lines)));
    ck_assert_int_eq(w.status.code, STATUS_DATA_LOSS);
    ck_assert_ptr_nonnull(strstr(w.status.message, "table s.t: a part of this batch may have been "
                                                   "written"));
    ck_assert_ptr_nonnull(strstr(w.status.message, "file file.csv, line 3: column \"id\""));
    ck_assert_ptr_null(strstr(w.status.message, "one"));
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_table_without_a_key_cannot_be_updated) {
    static const struct column columns[] = {{.name = "a", .type = COLUMN_STRING}};
    static const struct table table = {"s", "t", columns, 1};
    static const char *const lines[] = {"update x"};
    struct fake_world w;
    set_up(&w);
    ck_assert(!write_table(&w, &table, lines, COUNT(lines)));
    ck_assert_int_eq(w.status.code, STATUS_INVALID_ARGUMENT);
    world_clean_up(&w);
}
END_TEST

/* A source without end, which cancels the call on its way. */
struct endless {
    struct record_source source;
    struct cancel *cancel;
    size_t n;
    struct cell cells[3];
};

static enum next endless_next(struct record_source *source, struct record *record,
                              struct status *status) {
    struct endless *e = (struct endless *)source;
    (void)status;
    if (++e->n == 10) {
        cancel_fire(e->cancel, CANCEL_CALLER);
    }
    e->cells[0] = (struct cell){CELL_TEXT, SLICE_LITERAL("1")};
    *record = (struct record){.operation = RECORD_DELETE, .cells = e->cells};
    return NEXT_RECORD;
}

START_TEST(test_a_cancelled_call_stops_reading) {
    struct fake_world w;
    set_up(&w);
    struct endless endless = {.source = {endless_next, NULL}, .cancel = &w.cancel};
    ck_assert(!rewrite_write(&w.rw, world_shape(&w, "t"), &endless.source, &w.status));
    ck_assert_int_eq(w.status.code, STATUS_CANCELLED);
    ck_assert_uint_lt(endless.n, 1000);
    ck_assert_uint_eq(w.n_requests, 0);
    world_clean_up(&w);
}
END_TEST

/* Lesson 8: cut at every request in turn and delivered again, it ends in the same rows. */
START_TEST(test_lesson_8_a_call_cut_anywhere_and_repeated_ends_in_the_same_rows) {
    static const char *const lines[] = {
        "upsert 4|a4|b4", "upsert 5|a5|b5", "upsert 1|A1|B1", "update 4|~|B4", "update 2|A2|~",
        "update 5|~|x",   "update 5|y|~",   "delete 3|-|-",   "delete 1|-|-",  "delete 9|-|-"};
    struct fake_world w;
    bool done = false;
    for (size_t cut = 0; !done; cut++) {
        ck_assert_uint_lt(cut, 20);
        set_up(&w);
        w.settings.confirm_writes = cut % 2;
        w.cut_after = cut;
        done = write(&w, lines, COUNT(lines));
        ck_assert(done || w.status.code == STATUS_UNAVAILABLE);
        world_next_call(&w);
        ck_assert_msg(write(&w, lines, COUNT(lines)), "%s", w.status.message);
        ck_assert_str_eq(world_rows(&w, "t"), "2|A2|b2\n4|a4|B4\n5|y|x\n");
        world_clean_up(&w);
    }
}
END_TEST

/* A destination that cannot read rows gets every record as it is. */
static size_t n_appended[4];

static bool append_encode(struct write_session *session, const struct record *record,
                          struct buf *body, struct status *status) {
    (void)session;
    (void)status;
    n_appended[record->operation]++;
    buf_append_char(body, 'x');
    return strcmp(record->file, "file.csv") == 0;
}

static bool append_call(struct api *api, const struct api_call *call,
                        struct http_response *response, struct verdict *verdict) {
    (void)api;
    (void)call;
    (void)response;
    verdict->kind = VERDICT_DELIVERED;
    return true;
}

static struct write_session *append_open_session(struct destination *d, const struct table *table,
                                                 struct notice *notice, struct status *status) {
    static struct write_session_ops ops;
    struct write_session *session = fake_open_session(d, table, notice, status);
    ops = *session->ops;
    ops.encode = append_encode;
    session->ops = &ops;
    return session;
}

START_TEST(test_sessions_are_told_how_many_records_of_their_kind_come) {
    static const char *const lines[] = {"upsert 4|a4|b4", "upsert 1|A1|B1", "update 4|~|B4",
                                        "upsert 5|a5|b5", "upsert 6|a6|b6", "upsert 7|a7|b7",
                                        "delete 6|-|-"};
    struct fake_world w;
    set_up(&w);
    ck_assert_msg(write(&w, lines, COUNT(lines)), "%s", w.status.message);
    ck_assert_uint_eq(w.n_expected, 3);
    ck_assert_uint_eq(w.expected[0], 2);
    ck_assert_uint_eq(w.expected[1], 1); /* the row that the update makes */
    ck_assert_uint_eq(w.expected[2], 3);
    ck_assert_str_eq(world_rows(&w, "t"), "1|A1|B1\n2|a2|b2\n3|a3|b3\n4|a4|B4\n5|a5|b5\n7|a7|b7\n");
    ck_assert_uint_eq(w.report.records, 2 + 1 + 3 + 1);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_destination_without_rows_gets_all_records_in_one_session) {
    static const char *const lines[] = {"upsert 1|a|b", "update 1|~|c", "delete 1|-|-",
                                        "delete 2|-|-"};
    struct fake_world w;
    set_up(&w);
    w.ops.open_rows = NULL;
    w.ops.open_session = append_open_session;
    w.attempt.api.call = append_call;
    memset(n_appended, 0, sizeof n_appended);
    ck_assert(write(&w, lines, COUNT(lines)));
    ck_assert_uint_eq(n_appended[RECORD_UPSERT], 1);
    ck_assert_uint_eq(n_appended[RECORD_UPDATE], 1);
    ck_assert_uint_eq(n_appended[RECORD_DELETE], 2);
    ck_assert_uint_eq(w.report.records, 4);
    world_clean_up(&w);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("write");
    TCase *tests = tcase_create("write");
    tcase_add_test(tests, test_kinds_are_applied_one_after_another);
    tcase_add_test(tests, test_nothing_is_read_for_upserts_alone);
    tcase_add_test(tests, test_an_empty_batch_does_nothing);
    tcase_add_test(tests, test_updates_alone_settle_before_they_read);
    tcase_add_test(tests, test_updates_see_the_upserts_of_the_same_call);
    tcase_add_test(tests, test_later_updates_win_column_by_column_and_null_is_a_value);
    tcase_add_test(tests, test_lesson_22_updates_and_deletes_of_missing_rows_do_nothing);
    tcase_add_test(tests, test_a_table_that_is_not_there_is_made_by_upserts_alone);
    tcase_add_test(tests, test_an_update_keeps_columns_that_the_request_does_not_name);
    tcase_add_test(tests, test_deletes_are_removed_once_each_and_confirmed);
    tcase_add_test(tests, test_a_value_that_its_type_forbids_names_its_place);
    tcase_add_test(tests, test_a_table_without_a_key_cannot_be_updated);
    tcase_add_test(tests, test_a_cancelled_call_stops_reading);
    tcase_add_test(tests, test_lesson_8_a_call_cut_anywhere_and_repeated_ends_in_the_same_rows);
    tcase_add_test(tests, test_sessions_are_told_how_many_records_of_their_kind_come);
    tcase_add_test(tests, test_a_destination_without_rows_gets_all_records_in_one_session);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
