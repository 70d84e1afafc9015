#include "destinations/dust/dust_columns.h"
#include "json/json_scan.h"
#include "support/suite.h"

static struct buf out;
static struct arena arena;
static struct status status;

static void set_up(void) {
    buf_init(&out, 1 << 20);
    arena_init(&arena, 1 << 20);
    status = STATUS_INIT;
}

static void tear_down(void) {
    buf_clean_up(&out);
    arena_clean_up(&arena);
}

static const struct column columns[] = {
    {.name = "id", .type = COLUMN_LONG, .primary_key = true},
    {.name = "Amount",
     .type = COLUMN_DECIMAL,
     .primary_key = true,
     .has_decimal = true,
     .precision = 10,
     .scale = 2},
    {.name = "say \"\xC3\xA9\"\n", .type = COLUMN_STRING},
    {.name = "free", .type = COLUMN_DECIMAL},
};
static const char *const names[] = {"id", "amount", "say_", "free"};
static const struct dust_table orders = {
    .table = {"sh\"op", "orders", columns, 4}, .names = names, .id = "fivetran_shop__orders"};

/* What a POST of our tags, and a GET, give. */
static struct json_value *written(const struct dust_table *table, enum front_end front_end) {
    buf_reset(&out);
    ck_assert(dust_tags_write(table, front_end, &out, &status));
    ck_assert(json_scan(buf_slice(&out), NULL));
    struct json_value *tags = json_parse(buf_slice(&out), &status);
    ck_assert_ptr_nonnull(tags);
    return tags;
}

static bool read_tags(const struct json_value *tags, enum front_end front_end, const char *schema,
                      const char *name, struct dust_table *result) {
    *result = (struct dust_table){.table = {.schema = schema, .name = name},
                                  .id = "fivetran_shop__orders"};
    status = STATUS_INIT;
    return dust_tags_read(tags, front_end, &arena, result, &status);
}

/* The tags of a JSON text, read as those of fivetran's s.t. */
static bool read_text(const char *text, struct dust_table *result) {
    struct status ignored = STATUS_INIT;
    struct json_value *tags = json_parse(slice_of(text), &ignored);
    ck_assert_msg(tags != NULL, "%s", text);
    bool ok = read_tags(tags, FRONT_END_FIVETRAN, "s", "t", result);
    json_destroy(tags);
    return ok;
}

static void assert_same_table(const struct dust_table *found) {
    ck_assert_uint_eq(found->table.n_columns, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct column *column = &found->table.columns[i];
        ck_assert_str_eq(found->names[i], names[i]);
        ck_assert_str_eq(column->name, columns[i].name);
        ck_assert_int_eq(column->type, columns[i].type);
        ck_assert_int_eq(column->primary_key, columns[i].primary_key);
        ck_assert_int_eq(column->has_decimal, columns[i].has_decimal);
        ck_assert_uint_eq(column->precision, columns[i].precision);
        ck_assert_uint_eq(column->scale, columns[i].scale);
    }
}

START_TEST(test_lesson_07_columns_come_back_exactly) {
    struct json_value *tags = written(&orders, FRONT_END_FIVETRAN);
    struct dust_table found;
    ck_assert_uint_eq(json_array_count(tags), 6);
    ck_assert_msg(read_tags(tags, FRONT_END_FIVETRAN, "sh\"op", "orders", &found), "%s",
                  status.message);
    json_destroy(tags);
    assert_same_table(&found);
    ck_assert_str_eq(found.table.schema, "sh\"op"); /* as the caller gave it */
    ck_assert_str_eq(found.id, "fivetran_shop__orders");
}
END_TEST

START_TEST(test_the_form_of_the_tags) {
    const struct dust_table small = {
        .table = {"s", "t", columns + 1, 1}, .names = names + 1, .id = "x"};
    json_destroy(written(&small, FRONT_END_AIRBYTE));
    ck_assert_str_eq(
        buf_cstr(&out),
        "[\"bigdust:v1\","
        "\"bigdust:source:{\\\"front_end\\\":\\\"airbyte\\\",\\\"schema\\\":\\\"s\\\","
        "\\\"table\\\":\\\"t\\\"}\","
        "\"bigdust:column:{\\\"at\\\":0,\\\"name\\\":\\\"amount\\\",\\\"original\\\":"
        "\\\"Amount\\\","
        "\\\"type\\\":\\\"DECIMAL\\\",\\\"precision\\\":10,\\\"scale\\\":2,\\\"key\\\":true}\"]");
}
END_TEST

START_TEST(test_a_generation_comes_back_where_it_is_known) {
    struct dust_table table = orders;
    struct dust_table found;
    for (int64_t generation = 0; generation < INT64_MAX / 3; generation = generation * 3 + 1) {
        table.generation = generation;
        struct json_value *tags = written(&table, FRONT_END_AIRBYTE);
        ck_assert((strstr(buf_cstr(&out), "bigdust:generation:") != NULL) == (generation != 0));
        ck_assert(read_tags(tags, FRONT_END_AIRBYTE, "sh\"op", "orders", &found));
        ck_assert_int_eq(found.generation, generation);
        json_destroy(tags);
    }
}
END_TEST

START_TEST(test_every_type_comes_back) {
    for (int type = COLUMN_UNSPECIFIED; type < COLUMN_TYPE_COUNT; type++) {
        const struct column column = {.name = "a", .type = (enum column_type)type};
        const char *name = "a";
        const struct dust_table table = {.table = {"s", "t", &column, 1}, .names = &name};
        struct dust_table found;
        struct json_value *tags = written(&table, FRONT_END_FIVETRAN);
        ck_assert(read_tags(tags, FRONT_END_FIVETRAN, "s", "t", &found));
        ck_assert_int_eq(found.table.columns[0].type, type);
        json_destroy(tags);
    }
}
END_TEST

#define MARK "\"bigdust:v1\""
#define SOURCE                                                                                     \
    "\"bigdust:source:{\\\"front_end\\\":\\\"fivetran\\\",\\\"schema\\\":\\\"s\\\","               \
    "\\\"table\\\":\\\"t\\\"}\""
#define COLUMN(at, name)                                                                           \
    "\"bigdust:column:{\\\"at\\\":" at ",\\\"name\\\":\\\"" name                                   \
    "\\\",\\\"original\\\":\\\"A\\\",\\\"type\\\":\\\"INT\\\"}\""

START_TEST(test_order_and_tags_of_others_do_not_matter) {
    struct dust_table found;
    ck_assert(read_text("[" COLUMN("1", "b") ",\"title:T\"," SOURCE ",null,5,\"bigdust\","
                                             "\"bigdust:note\"," COLUMN("0", "a") "," MARK "]",
                        &found));
    ck_assert_uint_eq(found.table.n_columns, 2);
    ck_assert_str_eq(found.names[0], "a");
    ck_assert_str_eq(found.names[1], "b");
    ck_assert_int_eq(found.table.columns[1].type, COLUMN_INT);
}
END_TEST

START_TEST(test_a_table_without_columns) {
    struct dust_table found;
    ck_assert(read_text("[" MARK "," SOURCE "]", &found));
    ck_assert_uint_eq(found.table.n_columns, 0);
}
END_TEST

static void assert_task(const char *part) {
    ck_assert_int_eq(status.code, STATUS_TASK);
    ck_assert_msg(strstr(status.message, part) != NULL, "%s", status.message);
    ck_assert_msg(strstr(status.message, "fivetran_shop__orders") != NULL, "%s", status.message);
}

START_TEST(test_a_table_of_somebody_else_is_a_task) {
    static const char *const others[] = {"[]", "[\"title:T\",\"bigdust\",\"x bigdust:v1\"]"};
    struct dust_table found;
    for (size_t i = 0; i < 2; i++) {
        ck_assert(!read_text(others[i], &found));
        assert_task("was not made by this connector");
        assert_task("choose another table ID prefix");
    }
    ck_assert(!read_tags(NULL, FRONT_END_FIVETRAN, "s", "t", &found));
    assert_task("was not made by this connector");
}
END_TEST

START_TEST(test_another_source_is_a_task_that_names_both) {
    struct dust_table found;
    struct json_value *tags = written(&orders, FRONT_END_FIVETRAN);
    ck_assert(!read_tags(tags, FRONT_END_AIRBYTE, "sh\"op", "orders", &found));
    assert_task("holds sh\"op.orders from fivetran, not sh\"op.orders from airbyte");
    ck_assert(!read_tags(tags, FRONT_END_FIVETRAN, "shop", "orders", &found));
    assert_task("holds sh\"op.orders from fivetran, not shop.orders from fivetran");
    ck_assert(!read_tags(tags, FRONT_END_FIVETRAN, "sh\"op", "Orders", &found));
    assert_task("holds sh\"op.orders from fivetran, not sh\"op.Orders from fivetran");
    json_destroy(tags);
}
END_TEST

static const char *const broken[] = {
    "[" MARK "]",
    "[" SOURCE "]",
    "[" MARK "," COLUMN("0", "a") "]",
    "[" SOURCE "," COLUMN("0", "a") "]",
    "[\"bigdust:v2\"," SOURCE "]",
    "[" MARK "," SOURCE ",\"bigdust:v2\"]",
    "[" MARK ",\"bigdust:source:{\"]",
    "[" MARK ",\"bigdust:source:[]\"]",
    "[" MARK "," SOURCE "," COLUMN("1", "a") "]",
    "[" MARK "," SOURCE "," COLUMN("0", "a") "," COLUMN("0", "b") "]",
    "[" MARK "," SOURCE "," COLUMN("0", "a") "," COLUMN("2", "b") "]",
    "[" MARK "," SOURCE "," COLUMN("-1", "a") "]",
    "[" MARK "," SOURCE "," COLUMN("4294967296", "a") "]",
    "[" MARK "," SOURCE "," COLUMN("null", "a") "]",
    "[" MARK "," SOURCE "," COLUMN("0", "") "]",
    "[" MARK "," SOURCE ",\"bigdust:column:{\"]",
    "[" MARK "," SOURCE ",\"bigdust:column:\"]",
};

START_TEST(test_broken_tags_are_a_task) {
    struct dust_table found;
    ck_assert(!read_text(broken[_i], &found));
    assert_task("cannot be read");
}
END_TEST

START_TEST(test_an_arena_that_is_full_fails) {
    struct json_value *tags = written(&orders, FRONT_END_FIVETRAN);
    size_t max = 0;
    for (bool ok = false; !ok; max++) {
        struct dust_table found = {.table = {.schema = "sh\"op", .name = "orders"}, .id = "x"};
        struct arena small;
        arena_init(&small, max);
        status = STATUS_INIT;
        ok = dust_tags_read(tags, FRONT_END_FIVETRAN, &small, &found, &status);
        ck_assert_int_eq(status.code, ok ? STATUS_OK : STATUS_INTERNAL);
        arena_clean_up(&small);
    }
    ck_assert_uint_gt(max, 100);
    json_destroy(tags);
}
END_TEST

START_TEST(test_more_columns_than_dust_takes_cannot_be_ours) {
    struct dust_table found;
    buf_append_text(&out, "[" MARK "," SOURCE);
    for (int i = 0; i <= DUST_MAX_COLUMNS; i++) {
        buf_printf(&out, ",\"bigdust:column:{\\\"at\\\":%d,\\\"name\\\":\\\"a%d\\\"}\"", i, i);
    }
    buf_append_char(&out, ']');
    ck_assert(!read_text(buf_cstr(&out), &found));
    assert_task("cannot be read");
}
END_TEST

START_TEST(test_a_name_too_long_for_a_tag_is_a_task) {
    char name[DUST_MAX_TAG_BYTES];
    memset(name, 'n', sizeof name);
    const char *dust_name = "n";
    for (size_t len = DUST_MAX_TAG_BYTES - 120; len < DUST_MAX_TAG_BYTES - 1; len++) {
        name[len] = '\0';
        const struct column column = {.name = name, .type = COLUMN_STRING};
        const struct dust_table table = {.table = {"s", "t", &column, 1}, .names = &dust_name};
        buf_reset(&out);
        buf_append_char(&out, '#');
        status = STATUS_INIT;
        bool fits = len <= DUST_MAX_TAG_BYTES - strlen("bigdust:column:{\"at\":0,\"name\":\"n\","
                                                       "\"original\":\"\",\"type\":\"STRING\"}");
        ck_assert_int_eq(dust_tags_write(&table, FRONT_END_FIVETRAN, &out, &status), fits);
        if (!fits) {
            ck_assert_str_eq(buf_cstr(&out), "#");
            ck_assert_int_eq(status.code, STATUS_TASK);
            ck_assert_ptr_nonnull(strstr(status.message, "the column \"nnn"));
            ck_assert_ptr_nonnull(strstr(status.message, "of the table s.t is too long"));
        }
        name[len] = 'n';
    }
}
END_TEST

START_TEST(test_a_source_too_long_for_a_tag_is_a_task) {
    char name[DUST_MAX_TAG_BYTES];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    const struct dust_table table = {.table = {"s", name, columns, 1}, .names = names};
    ck_assert(!dust_tags_write(&table, FRONT_END_FIVETRAN, &out, &status));
    ck_assert_int_eq(status.code, STATUS_TASK);
    ck_assert_uint_eq(out.len, 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_tags");
    TCase *tests = tcase_create("dust_tags");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_lesson_07_columns_come_back_exactly);
    tcase_add_test(tests, test_the_form_of_the_tags);
    tcase_add_test(tests, test_a_generation_comes_back_where_it_is_known);
    tcase_add_test(tests, test_every_type_comes_back);
    tcase_add_test(tests, test_order_and_tags_of_others_do_not_matter);
    tcase_add_test(tests, test_a_table_without_columns);
    tcase_add_test(tests, test_a_table_of_somebody_else_is_a_task);
    tcase_add_test(tests, test_another_source_is_a_task_that_names_both);
    tcase_add_loop_test(tests, test_broken_tags_are_a_task, 0, sizeof broken / sizeof broken[0]);
    tcase_add_test(tests, test_an_arena_that_is_full_fails);
    tcase_add_test(tests, test_more_columns_than_dust_takes_cannot_be_ours);
    tcase_add_test(tests, test_a_name_too_long_for_a_tag_is_a_task);
    tcase_add_test(tests, test_a_source_too_long_for_a_tag_is_a_task);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
