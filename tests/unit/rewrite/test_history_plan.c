#include "rewrite/history_plan.h"
#include "rewrite/packed_cells.h"
#include "support/suite.h"

#include <stdio.h>

/* Columns: id, start, end, active, synced, a. Starts are seconds since 1970. */
static const struct column columns[] = {
    {.name = "id", .type = COLUMN_INT, .primary_key = true},
    {.name = "_fivetran_start", .type = COLUMN_UTC_DATETIME, .primary_key = true},
    {.name = "_fivetran_end", .type = COLUMN_UTC_DATETIME},
    {.name = "_fivetran_active", .type = COLUMN_BOOLEAN},
    {.name = "_fivetran_synced", .type = COLUMN_UTC_DATETIME},
    {.name = "a", .type = COLUMN_STRING},
};
static const struct table table = {"s", "h", columns, 6};

enum { MAX_VERSIONS = 16 };

struct fixture {
    struct history_index index;
    struct history_plan plan;
    struct history_key key;
    struct version versions[MAX_VERSIONS];
    size_t n_versions;
    struct arena arena;
    struct status status;
};

static void set_up(struct fixture *f) {
    memset(f, 0, sizeof *f);
    arena_init(&f->arena, 1 << 20);
    ck_assert(history_index_init(&f->index, &table, &table, &f->status));
    ck_assert(history_plan_init(&f->plan, &f->index, &f->status));
}

static void tear_down(struct fixture *f) {
    history_plan_clean_up(&f->plan);
    history_index_clean_up(&f->index);
    arena_clean_up(&f->arena);
}

/* A version; its id, and its a where that is "", is the start's number. NULL for a: unmodified. */
static void add(struct fixture *f, enum version_kind kind, int64_t start, bool active,
                const char *a) {
    struct version *version = &f->versions[f->n_versions++];
    struct version **list = kind == VERSION_STORED ? &f->key.stored : &f->key.given;
    char number[24];
    snprintf(number, sizeof number, "%lld", (long long)start);
    const struct cell cells[] = {
        {CELL_TEXT, SLICE_LITERAL("1")},
        {CELL_TEXT, slice_of(number)},
        {CELL_TEXT, SLICE_LITERAL("end")},
        {CELL_TEXT, slice_of(active ? "true" : "false")},
        {CELL_TEXT, SLICE_LITERAL("synced")},
        {a ? CELL_TEXT : CELL_UNMODIFIED, slice_of(a && a[0] ? a : number)},
    };
    *version = (struct version){
        .next = *list,
        .kind = kind,
        .number = f->n_versions,
        .start = {.seconds = start},
        .id = slice_of(arena_copy_text(&f->arena, slice_of(number))),
        .cells = packed_cells(&f->arena, cells, 6),
    };
    *list = version;
    *(kind == VERSION_STORED ? &f->key.n_stored : &f->key.n_given) += 1;
}

static void set_earliest(struct fixture *f, int64_t start) {
    f->key.has_earliest = true;
    f->key.earliest = (struct instant){.seconds = start};
}

static void set_delete(struct fixture *f) {
    f->key.has_delete = true;
    f->key.end = slice_of("deleted");
}

/* The plan as text: "start:a:active:end …  -gone …". Static. */
static const char *plan(struct fixture *f) {
    static char text[1024];
    size_t used = 0;
    ck_assert(history_plan_key(&f->plan, &f->key, &f->status));
    text[0] = '\0';
    for (size_t i = 0; i < f->plan.rows.n_rows; i++) {
        const struct cell *cells = f->plan.rows.rows[i].cells;
        used += (size_t)snprintf(text + used, sizeof text - used, "%.*s:%.*s:%.*s:%.*s ",
                                 SLICE_ARG(cells[1].text), SLICE_ARG(cells[5].text),
                                 SLICE_ARG(cells[3].text), SLICE_ARG(cells[2].text));
    }
    for (size_t i = 0; i < f->plan.n_gone; i++) {
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "-%.*s ", SLICE_ARG(f->plan.gone[i]));
    }
    return text;
}

START_TEST(test_a_key_of_which_nothing_is_said_stays_as_it_is) {
    struct fixture f;
    set_up(&f);
    ck_assert_str_eq(plan(&f), "");
    add(&f, VERSION_STORED, 5, true, "");
    ck_assert_str_eq(plan(&f), "");
    tear_down(&f);
}
END_TEST

START_TEST(test_given_versions_come_in_the_order_of_their_starts) {
    struct fixture f;
    set_up(&f);
    add(&f, VERSION_REPLACE, 7, true, "");
    add(&f, VERSION_REPLACE, 3, false, "");
    add(&f, VERSION_REPLACE, -5, false, "");
    ck_assert_str_eq(plan(&f), "-5:-5:false:end 3:3:false:end 7:7:true:end ");
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_24_the_base_is_the_version_before_whoever_has_it) {
    struct fixture f;
    set_up(&f);
    add(&f, VERSION_STORED, 2, false, "");
    add(&f, VERSION_STORED, 4, true, "");
    add(&f, VERSION_UPDATE, 3, false, NULL);
    add(&f, VERSION_UPDATE, 5, false, NULL);
    add(&f, VERSION_UPDATE, 7, true, NULL);
    add(&f, VERSION_REPLACE, 6, false, "");
    add(&f, VERSION_UPDATE, 1, false, NULL); /* nothing before it */
    ck_assert_str_eq(plan(&f), "3:2:false:end 5:4:false:end 6:6:false:end 7:6:true:end ");
    tear_down(&f);
}
END_TEST

START_TEST(test_a_stored_version_that_is_taken_away_is_no_base_while_there_is_another) {
    struct fixture f;
    set_up(&f);
    set_earliest(&f, 4);
    add(&f, VERSION_STORED, 2, true, "");
    add(&f, VERSION_STORED, 5, true, "");
    add(&f, VERSION_UPDATE, 6, true, NULL);
    ck_assert_str_eq(plan(&f), "6:2:true:end 2:2:false:1970-01-01T00:00:03.999Z -2 -5 ");
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_25_a_version_that_is_taken_away_is_the_base_when_it_is_the_only_one) {
    struct fixture f;
    set_up(&f);
    set_earliest(&f, 4);
    add(&f, VERSION_STORED, 5, false, "");
    add(&f, VERSION_STORED, 6, true, "");
    add(&f, VERSION_UPDATE, 6, true, NULL); /* the version itself, given again */
    ck_assert_str_eq(plan(&f), "6:6:true:end -5 -6 ");
    tear_down(&f);
}
END_TEST

START_TEST(test_rows_of_one_start_are_one_version_of_which_the_later_rows_win) {
    struct fixture f;
    set_up(&f);
    add(&f, VERSION_REPLACE, 3, true, "first");
    add(&f, VERSION_REPLACE, 3, true, "second");
    add(&f, VERSION_UPDATE, 3, false, NULL);
    add(&f, VERSION_UPDATE, 4, true, "third");
    add(&f, VERSION_UPDATE, 4, true, NULL);
    ck_assert_str_eq(plan(&f), "3:second:false:end 4:third:true:end ");
    tear_down(&f);
}
END_TEST

START_TEST(test_a_delete_ends_what_is_active_once_the_rest_was_done) {
    struct fixture f;
    set_up(&f);
    set_delete(&f);
    add(&f, VERSION_STORED, 1, false, "");
    add(&f, VERSION_STORED, 2, true, "");
    ck_assert_str_eq(plan(&f), "2:2:false:deleted -2 ");
    add(&f, VERSION_REPLACE, 4, true, "");
    set_earliest(&f, 4);
    ck_assert_str_eq(plan(&f), "4:4:false:deleted 2:2:false:1970-01-01T00:00:03.999Z -2 ");
    tear_down(&f);
}
END_TEST

START_TEST(test_a_stored_version_that_is_given_again_is_not_closed_too) {
    struct fixture f;
    set_up(&f);
    set_earliest(&f, 9);
    add(&f, VERSION_STORED, 2, true, "old");
    add(&f, VERSION_REPLACE, 2, true, "new");
    ck_assert_str_eq(plan(&f), "2:new:true:end -2 ");
    tear_down(&f);
}
END_TEST

/* An update that says neither whether it is active nor when it ends. */
START_TEST(test_active_and_end_are_not_taken_from_the_base) {
    struct fixture f;
    set_up(&f);
    add(&f, VERSION_STORED, 2, false, "old");
    add(&f, VERSION_UPDATE, 3, true, NULL);
    struct cell cells[6];
    packed_cells_read(f.key.given->cells, cells, 6);
    cells[2].kind = cells[3].kind = CELL_UNMODIFIED;
    f.key.given->cells = packed_cells(&f.arena, cells, 6);
    ck_assert_str_eq(plan(&f), "3:old:true:9999-12-31T23:59:59.999Z ");
    tear_down(&f);
}
END_TEST

START_TEST(test_a_plan_forgets_the_key_before) {
    struct fixture f;
    set_up(&f);
    for (int start = 1; start <= MAX_VERSIONS / 2; start++) {
        add(&f, VERSION_STORED, start, true, "");
        add(&f, VERSION_REPLACE, start, true, "");
    }
    plan(&f);
    ck_assert_uint_eq(f.plan.rows.n_rows, MAX_VERSIONS / 2);
    ck_assert_uint_eq(f.plan.n_gone, MAX_VERSIONS / 2);
    f.key = (struct history_key){0};
    f.n_versions = 0;
    add(&f, VERSION_REPLACE, 3, true, "");
    ck_assert_str_eq(plan(&f), "3:3:true:end ");
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("history_plan");
    TCase *tests = tcase_create("history_plan");
    tcase_add_test(tests, test_a_key_of_which_nothing_is_said_stays_as_it_is);
    tcase_add_test(tests, test_given_versions_come_in_the_order_of_their_starts);
    tcase_add_test(tests, test_lesson_24_the_base_is_the_version_before_whoever_has_it);
    tcase_add_test(tests,
                   test_a_stored_version_that_is_taken_away_is_no_base_while_there_is_another);
    tcase_add_test(tests,
                   test_lesson_25_a_version_that_is_taken_away_is_the_base_when_it_is_the_only_one);
    tcase_add_test(tests, test_rows_of_one_start_are_one_version_of_which_the_later_rows_win);
    tcase_add_test(tests, test_a_delete_ends_what_is_active_once_the_rest_was_done);
    tcase_add_test(tests, test_a_stored_version_that_is_given_again_is_not_closed_too);
    tcase_add_test(tests, test_active_and_end_are_not_taken_from_the_base);
    tcase_add_test(tests, test_a_plan_forgets_the_key_before);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
