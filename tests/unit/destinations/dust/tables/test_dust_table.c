#include "destinations/dust/tables/dust_table.h"
#include "dust_table_fixture.h"
#include "support/suite.h"

static struct arena arena;

static void open_arena(void) {
    arena_init(&arena, 1 << 20);
}

static void close_arena(void) {
    arena_clean_up(&arena);
}

/* Reading */

static bool get(struct fixture *f, struct dust_table *found, bool *there) {
    return dust_table_get(&f->api, NAME, &arena, found, there, &f->status);
}

START_TEST(test_a_table_comes_back_from_its_tags) {
    struct buf answer = orders_answer("shop", FRONT_END_FIVETRAN);
    const struct scripted_answer script[] = {{GET_TABLE, 200, buf_cstr(&answer)}};
    struct fixture f;
    struct dust_table found;
    bool there;
    SET_UP(&f, script);
    ck_assert(get(&f, &found, &there));
    ck_assert(there);
    assert_is_orders(&found.table);
    ck_assert_str_eq(found.id, TABLE_ID);
    ck_assert_str_eq(found.names[0], "order_id");
    ck_assert_str_eq(found.names[2], "col_1");
    tear_down(&f);
    buf_clean_up(&answer);
}
END_TEST

START_TEST(test_a_table_that_is_missing_is_no_error) {
    static const struct scripted_answer script[] = {{GET_TABLE, 404, NO_TABLE}};
    struct fixture f;
    struct dust_table found;
    bool there = true;
    SET_UP(&f, script);
    ck_assert(get(&f, &found, &there));
    ck_assert(!there);
    ck_assert_uint_eq(found.table.n_columns, 0);
    ck_assert_str_eq(found.id, TABLE_ID);
    ck_assert_int_eq(f.status.code, STATUS_OK);
    tear_down(&f);
}
END_TEST

/* A 404 about something else, and a fault, must not make a table look new. */
START_TEST(test_only_table_not_found_says_that_a_table_is_missing) {
    static const struct {
        int status;
        const char *body;
    } rows[] = {
        {404, DUST_ERROR("data_source_not_found", "m")},
        {404, "404 Not Found"},
        {401, DUST_ERROR("table_not_found", "m")},
        {403, "{}"},
        {502, ""},
        {0, NULL},
        {200, ""},
        {200, "{\"table\":{}}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct scripted_answer script[] = {{GET_TABLE, rows[i].status, rows[i].body}};
        struct fixture f;
        struct dust_table found;
        bool there = true;
        SET_UP(&f, script);
        f.scripted.retries = false;
        ck_assert(!get(&f, &found, &there));
        ck_assert(!there);
        ck_assert_int_ne(f.status.code, STATUS_OK);
        tear_down(&f);
    }
}
END_TEST

START_TEST(test_a_table_of_anothers_is_a_task) {
    struct buf answers[] = {orders_answer("other", FRONT_END_FIVETRAN),
                            orders_answer("shop", FRONT_END_AIRBYTE)};
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        const struct scripted_answer script[] = {{GET_TABLE, 200, buf_cstr(&answers[i])}};
        struct fixture f;
        struct dust_table found;
        bool there;
        SET_UP(&f, script);
        ck_assert(!get(&f, &found, &there));
        ck_assert_int_eq(f.status.code, STATUS_TASK);
        tear_down(&f);
        buf_clean_up(&answers[i]);
    }
}
END_TEST

/* Making and changing */

static bool post(struct fixture *f) {
    struct dust_table table = dust_orders(&arena);
    return dust_table_post(&f->api, &table, &f->status);
}

/* contracts/dust.md, 2: always all of name, title, description, table_id; and all tags. */
START_TEST(test_every_post_carries_everything) {
    static const char *const members[] = {
        "\"table_id\":\"" TABLE_ID "\"", "\"name\":\"" TABLE_ID "\"", "\"title\":\"shop.orders\"",
        "\"description\":\"Table shop.orders, loaded by Fivetran\"", "\"tags\":["};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const struct scripted_answer script[] = {{members[i], 200, "{\"table\":{}}"}};
        struct fixture f;
        SET_UP(&f, script);
        ck_assert(post(&f));
        tear_down(&f);
    }
}
END_TEST

/* What is posted is JSON, whatever the names hold, and its tags are read back. */
static bool posted_comes_back(struct api *api, const struct api_call *call,
                              struct http_response *response, struct verdict *verdict) {
    struct status status = STATUS_INIT;
    struct json_value *body = json_parse(call->request.body, &status);
    struct slice title;
    struct dust_table found = {.table = {.schema = "s\"\\\n", .name = "t\xC3\xA4\""}, .id = "id"};
    (void)api;
    (void)response;
    ck_assert_msg(body != NULL, "%s", status.message);
    ck_assert(json_text(json_get(body, "title"), &title));
    ck_assert(slice_equal_text(title, "s\"\\\n.t\xC3\xA4\""));
    ck_assert_msg(
        dust_tags_read(json_get(body, "tags"), FRONT_END_FIVETRAN, &arena, &found, &status), "%s",
        status.message);
    ck_assert_uint_eq(found.table.n_columns, 3);
    json_destroy(body);
    verdict->kind = VERDICT_DELIVERED;
    return true;
}

START_TEST(test_any_name_makes_a_good_body) {
    struct fixture f;
    set_up(&f, NULL, 0);
    f.scripted.api.call = posted_comes_back;
    struct table table = orders;
    struct dust_table made;
    table.schema = "s\"\\\n";
    table.name = "t\xC3\xA4\"";
    ck_assert(dust_table_name_columns(&table, NULL, "fivetran_", &arena, &made, &f.status));
    ck_assert(dust_table_post(&f.api, &made, &f.status));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_table_without_a_schema_is_called_by_its_name) {
    static const struct scripted_answer script[] = {{"\"title\":\"orders\",", 200, "{}"}};
    struct fixture f;
    SET_UP(&f, script);
    struct dust_table table = dust_orders(&arena);
    table.table.schema = "";
    ck_assert(dust_table_post(&f.api, &table, &f.status));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_name_that_another_table_has_is_a_task) {
    static const struct scripted_answer script[] = {
        {POST_TABLE, 500, FAULT},
        {POST_TABLE, 500, FAULT},
        {POST_TABLE, 500, FAULT},
        {GET_TABLES, 200,
         "{\"tables\":[null,{\"name\":\"x\",\"table_id\":\"y\"},"
         "{\"name\":\"" TABLE_ID "\",\"table_id\":\"tbl_5\"}]}"},
    };
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(!post(&f));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_says(f.status.message, "tbl_5");
    ck_assert_says(f.status.message, "shop.orders");
    tear_down(&f);
}
END_TEST

/* The same 500 comes from every fault. */
START_TEST(test_a_500_that_nothing_explains_stays_a_fault) {
    static const char *const lists[] = {"{\"tables\":[]}", "{}",
                                        "{\"tables\":[{\"name\":\"" TABLE_ID
                                        "\",\"table_id\":\"" TABLE_ID "\"}]}"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const struct scripted_answer script[] = {{POST_TABLE, 500, FAULT},
                                                 {POST_TABLE, 500, FAULT},
                                                 {POST_TABLE, 500, FAULT},
                                                 {GET_TABLES, 200, lists[i]}};
        struct fixture f;
        SET_UP(&f, script);
        ck_assert(!post(&f));
        ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
        ck_assert_says(f.status.message, "post-table");
        tear_down(&f);
    }
}
END_TEST

START_TEST(test_a_refusal_that_speaks_is_not_looked_into) {
    static const struct scripted_answer script[] = {
        {POST_TABLE, 400, DUST_ERROR("invalid_request_error", "no tags, please")}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(!post(&f));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_says(f.status.message, "no tags, please");
    tear_down(&f);
}
END_TEST

static bool make(struct fixture *f) {
    struct dust_table table = dust_orders(&arena);
    return dust_table_make(&f->api, &table, &f->status);
}

/* contracts/dust.md, 1.2: queued rows outlive their table. */
START_TEST(test_a_new_table_begins_without_rows_of_a_former_one) {
    static const struct scripted_answer script[] = {
        {POST_TABLE, 200, "{}"}, {CLEAR_TABLE "\"truncate\":true,\"rows\":[]}", 200, "{}"}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(make(&f));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_table_that_cannot_be_cleared_does_not_stay) {
    static const struct scripted_answer script[] = {
        {POST_TABLE, 200, "{}"}, {CLEAR_TABLE, 403, "{}"}, {DELETE_TABLE, 200, ""}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(!make(&f));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_says(f.status.message, "clear-table");
    tear_down(&f);
}
END_TEST

/* Removing */

static bool delete (struct fixture *f) {
    return dust_table_delete(&f->api, TABLE_ID, &f->status);
}

START_TEST(test_rows_go_before_their_table) {
    static const struct scripted_answer script[] = {{CLEAR_TABLE, 200, "{}"},
                                                    {DELETE_TABLE, 200, ""}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(delete (&f));
    tear_down(&f);
}
END_TEST

START_TEST(test_what_is_gone_already_is_no_error) {
    static const struct scripted_answer cleared[] = {{CLEAR_TABLE, 200, "{}"},
                                                     {DELETE_TABLE, 404, NO_TABLE}};
    static const struct scripted_answer missing[] = {{CLEAR_TABLE, 500, FAULT},
                                                     {CLEAR_TABLE, 500, FAULT},
                                                     {CLEAR_TABLE, 500, FAULT},
                                                     {GET_TABLE, 404, NO_TABLE}};
    struct fixture f;
    SET_UP(&f, cleared);
    ck_assert(delete (&f));
    ck_assert_int_eq(f.status.code, STATUS_OK);
    tear_down(&f);
    SET_UP(&f, missing);
    ck_assert(delete (&f));
    ck_assert_int_eq(f.status.code, STATUS_OK);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_table_whose_rows_stay_is_not_removed) {
    static const struct scripted_answer fault[] = {{CLEAR_TABLE, 500, FAULT},
                                                   {CLEAR_TABLE, 500, FAULT},
                                                   {CLEAR_TABLE, 500, FAULT},
                                                   {GET_TABLE, 200, "{}"}};
    static const struct scripted_answer refused[] = {{CLEAR_TABLE, 403, "{}"}};
    struct fixture f;
    SET_UP(&f, fault);
    ck_assert(!delete (&f));
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    ck_assert_says(f.status.message, "clear-table");
    tear_down(&f);
    SET_UP(&f, refused);
    ck_assert(!delete (&f));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    tear_down(&f);
}
END_TEST

/* contracts/dust.md, 2: who lacks the role is told that there is no data source. */
START_TEST(test_a_key_that_may_not_remove_tables_is_told_so) {
    static const struct scripted_answer script[] = {
        {CLEAR_TABLE, 200, "{}"}, {DELETE_TABLE, 404, DUST_ERROR("data_source_not_found", "m")}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(!delete (&f));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_says(f.status.message, "builder");
    tear_down(&f);
}
END_TEST

/* Explaining */

static void explain(struct fixture *f, size_t n_columns) {
    struct dust_table table = dust_orders(&arena);
    struct column columns[DUST_MAX_COLUMNS] = {{0}};
    const char *names[DUST_MAX_COLUMNS];
    char texts[DUST_MAX_COLUMNS][8];
    for (size_t i = 0; i < n_columns; i++) {
        snprintf(texts[i], sizeof texts[i], "c_%zu", i);
        names[i] = columns[i].name = texts[i];
    }
    table.table.columns = columns;
    table.table.n_columns = n_columns;
    table.names = names;
    status_fail(&f->status, STATUS_UNAVAILABLE, "as it was");
    dust_table_explain(&f->api, &table, &f->status);
}

START_TEST(test_a_table_that_is_gone_explains_a_500) {
    static const struct scripted_answer script[] = {{GET_TABLE, 404, NO_TABLE}};
    struct fixture f;
    SET_UP(&f, script);
    explain(&f, 3);
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_says(f.status.message, "removed at Dust");
    ck_assert_says(f.status.message, "shop.orders");
    tear_down(&f);
}
END_TEST

/* Those at Dust and ours are counted together, each once, and _fivetran_exact. */
START_TEST(test_columns_beyond_the_limit_explain_a_500) {
    static const char answer[] =
        "{\"table\":{\"schema\":[null,{\"name\":\"c_0\"},{\"name\":\"old\"},"
        "{\"name\":\"_fivetran_exact\"}]}}";
    static const struct scripted_answer script[] = {{GET_TABLE, 200, answer}};
    static const struct scripted_answer full[] = {{GET_TABLE, 200, answer},
                                                  {"/rows?limit=0", 200, "{}"}};
    struct fixture f;
    SET_UP(&f, script);
    explain(&f, DUST_MAX_COLUMNS - 1); /* and `old`, and _fivetran_exact */
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_says(f.status.message, "512 columns");
    tear_down(&f);
    SET_UP(&f, full);
    explain(&f, DUST_MAX_COLUMNS - 2);
    ck_assert_str_eq(f.status.message, "as it was");
    tear_down(&f);
}
END_TEST

START_TEST(test_a_table_that_cannot_be_read_is_mentioned) {
    static const struct scripted_answer script[] = {
        {GET_TABLE, 200, "{\"table\":{\"schema\":null}}"},
        {"/rows?limit=0", 500, FAULT},
        {"/rows?limit=0", 500, FAULT},
        {"/rows?limit=0", 500, FAULT}};
    struct fixture f;
    SET_UP(&f, script);
    explain(&f, 3);
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    ck_assert_says(f.status.message, "500000 rows");
    ck_assert_says(f.status.message, "as it was");
    tear_down(&f);
}
END_TEST

START_TEST(test_what_cannot_be_explained_is_left_alone) {
    static const struct scripted_answer faults[] = {
        {GET_TABLE, 500, FAULT}, {GET_TABLE, 500, FAULT}, {GET_TABLE, 500, FAULT}};
    static const struct scripted_answer other_404[] = {
        {GET_TABLE, 404, DUST_ERROR("data_source_not_found", "m")}};
    static const struct scripted_answer well[] = {{GET_TABLE, 200, "{\"table\":{}}"},
                                                  {"/rows?limit=0", 403, "{}"}};
    static const struct {
        const struct scripted_answer *script;
        size_t n;
    } rows[] = {{faults, 3}, {other_404, 1}, {well, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture f;
        set_up(&f, rows[i].script, rows[i].n);
        explain(&f, 3);
        ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
        ck_assert_str_eq(f.status.message, "as it was");
        tear_down(&f);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_table");
    TCase *tests = tcase_create("dust_table");
    tcase_add_checked_fixture(tests, open_arena, close_arena);
    tcase_add_test(tests, test_a_table_comes_back_from_its_tags);
    tcase_add_test(tests, test_a_table_that_is_missing_is_no_error);
    tcase_add_test(tests, test_only_table_not_found_says_that_a_table_is_missing);
    tcase_add_test(tests, test_a_table_of_anothers_is_a_task);
    tcase_add_test(tests, test_every_post_carries_everything);
    tcase_add_test(tests, test_any_name_makes_a_good_body);
    tcase_add_test(tests, test_a_table_without_a_schema_is_called_by_its_name);
    tcase_add_test(tests, test_a_name_that_another_table_has_is_a_task);
    tcase_add_test(tests, test_a_500_that_nothing_explains_stays_a_fault);
    tcase_add_test(tests, test_a_refusal_that_speaks_is_not_looked_into);
    tcase_add_test(tests, test_a_new_table_begins_without_rows_of_a_former_one);
    tcase_add_test(tests, test_a_table_that_cannot_be_cleared_does_not_stay);
    tcase_add_test(tests, test_rows_go_before_their_table);
    tcase_add_test(tests, test_what_is_gone_already_is_no_error);
    tcase_add_test(tests, test_a_table_whose_rows_stay_is_not_removed);
    tcase_add_test(tests, test_a_key_that_may_not_remove_tables_is_told_so);
    tcase_add_test(tests, test_a_table_that_is_gone_explains_a_500);
    tcase_add_test(tests, test_columns_beyond_the_limit_explain_a_500);
    tcase_add_test(tests, test_a_table_that_cannot_be_read_is_mentioned);
    tcase_add_test(tests, test_what_cannot_be_explained_is_left_alone);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
