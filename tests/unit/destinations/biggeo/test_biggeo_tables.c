/* The tables of biggeo.c: describe, create, alter and drop. */
#include "biggeo_fixture.h"
#include "support/suite.h"

#define NAME SLICE_LITERAL("s"), SLICE_LITERAL("t")
#define TABLE_OF(columns)                                                                          \
    ((struct table){"s", "t", (columns), sizeof(columns) / sizeof(columns)[0]})

static const struct column before[] = {
    {.name = "id", .type = COLUMN_INT, .primary_key = true},
    {.name = "old", .type = COLUMN_STRING, .primary_key = true},
    {.name = "price", .type = COLUMN_DECIMAL, .has_decimal = true, .precision = 10, .scale = 2},
};

/* The table as describe gives it, as text: "name type key precision,scale;…"; "none". */
static const char *described(struct fixture *f) {
    static char text[1024];
    struct table *found = NULL;
    size_t used = 0;
    ck_assert(BIGGEO_DESTINATION.describe(&f->d, NAME, &found, &f->status));
    if (!found) {
        return "none";
    }
    ck_assert_str_eq(found->schema, "s");
    ck_assert_str_eq(found->name, "t");
    text[0] = '\0';
    for (size_t i = 0; i < found->n_columns; i++) {
        const struct column *c = &found->columns[i];
        used += (size_t)snprintf(text + used, sizeof text - used, "%s %s%s", c->name,
                                 column_type_name(c->type), c->primary_key ? " key" : "");
        if (c->has_decimal) {
            used +=
                (size_t)snprintf(text + used, sizeof text - used, " %u,%u", c->precision, c->scale);
        }
        used += (size_t)snprintf(text + used, sizeof text - used, ";");
    }
    table_copy_destroy(found);
    return text;
}

static void set_up_with_table(struct fixture *f) {
    const struct table table = TABLE_OF(before);
    set_up(f, NULL, 0);
    ck_assert(BIGGEO_DESTINATION.create(&f->d, &table, &f->status));
}

static void alter(struct fixture *f, const struct table *wanted, bool drop_columns) {
    ck_assert(BIGGEO_DESTINATION.alter(&f->d, wanted, drop_columns, &f->notice, &f->status));
    ck_assert_str_eq(f->notice.text, "");
}

START_TEST(test_a_table_nobody_made_is_not_found) {
    struct fixture f;
    set_up(&f, NULL, 0);
    ck_assert_str_eq(described(&f), "none");
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_7_describe_gives_back_what_was_created) {
    struct fixture f;
    set_up_with_table(&f);
    ck_assert_str_eq(described(&f), "id INT key;old STRING key;price DECIMAL 10,2;");
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_5_creating_a_table_that_exists_fails) {
    struct fixture f;
    const struct table table = TABLE_OF(before);
    set_up_with_table(&f);
    ck_assert(!BIGGEO_DESTINATION.create(&f.d, &table, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    tear_down(&f);
}
END_TEST

START_TEST(test_another_account_has_tables_of_its_own) {
    struct fixture f;
    set_up_with_table(&f);
    f.settings.api_key = (char *)"another key";
    ck_assert_str_eq(described(&f), "none");
    tear_down(&f);
}
END_TEST

START_TEST(test_alter_adds_columns_and_changes_types) {
    static const struct column wanted[] = {
        {.name = "id", .type = COLUMN_LONG, .primary_key = true},
        {.name = "old", .type = COLUMN_STRING, .primary_key = true},
        {.name = "price", .type = COLUMN_DECIMAL, .has_decimal = true, .precision = 12, .scale = 4},
        {.name = "new", .type = COLUMN_JSON},
    };
    struct fixture f;
    const struct table table = TABLE_OF(wanted);
    set_up_with_table(&f);
    alter(&f, &table, false);
    ck_assert_str_eq(described(&f), "id LONG key;old STRING key;price DECIMAL 12,4;new JSON;");
    tear_down(&f);
}
END_TEST

static const struct column fewer[] = {
    {.name = "new", .type = COLUMN_BOOLEAN, .primary_key = true},
    {.name = "id", .type = COLUMN_INT},
};

START_TEST(test_lesson_5_alter_keeps_columns_that_are_not_named_but_not_in_the_key) {
    struct fixture f;
    const struct table table = TABLE_OF(fewer);
    set_up_with_table(&f);
    alter(&f, &table, false);
    ck_assert_str_eq(described(&f), "id INT;old STRING;price DECIMAL 10,2;new BOOLEAN key;");
    tear_down(&f);
}
END_TEST

START_TEST(test_alter_drops_columns_when_it_is_told_to) {
    struct fixture f;
    const struct table table = TABLE_OF(fewer);
    set_up_with_table(&f);
    alter(&f, &table, true);
    ck_assert_str_eq(described(&f), "new BOOLEAN key;id INT;");
    tear_down(&f);
}
END_TEST

/* Lesson 9: another process made it, and its catalogue is gone. */
START_TEST(test_alter_takes_a_table_the_catalogue_does_not_know_as_it_is_wanted) {
    struct fixture f;
    const struct table table = TABLE_OF(fewer);
    set_up(&f, NULL, 0);
    alter(&f, &table, false);
    ck_assert_str_eq(described(&f), "new BOOLEAN key;id INT;");
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_8_altering_twice_changes_nothing_more) {
    struct fixture f;
    const struct table table = TABLE_OF(fewer);
    set_up_with_table(&f);
    alter(&f, &table, false);
    alter(&f, &table, false);
    ck_assert_str_eq(described(&f), "id INT;old STRING;price DECIMAL 10,2;new BOOLEAN key;");
    tear_down(&f);
}
END_TEST

START_TEST(test_drop_forgets_the_table_and_says_that_biggeo_keeps_the_data) {
    struct fixture f;
    set_up_with_table(&f);
    ck_assert(BIGGEO_DESTINATION.drop(&f.d, NAME, &f.notice, &f.status));
    ck_assert_str_eq(described(&f), "none");
    ck_assert_ptr_nonnull(strstr(f.notice.text, "Table s.t is no longer synced"));
    ck_assert_ptr_nonnull(strstr(f.notice.text, "BigGeo keeps the data"));
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_8_dropping_a_table_that_is_gone_succeeds) {
    struct fixture f;
    set_up(&f, NULL, 0);
    ck_assert(BIGGEO_DESTINATION.drop(&f.d, NAME, &f.notice, &f.status));
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("biggeo_tables");
    TCase *tests = tcase_create("biggeo_tables");
    tcase_add_test(tests, test_a_table_nobody_made_is_not_found);
    tcase_add_test(tests, test_lesson_7_describe_gives_back_what_was_created);
    tcase_add_test(tests, test_lesson_5_creating_a_table_that_exists_fails);
    tcase_add_test(tests, test_another_account_has_tables_of_its_own);
    tcase_add_test(tests, test_alter_adds_columns_and_changes_types);
    tcase_add_test(tests, test_lesson_5_alter_keeps_columns_that_are_not_named_but_not_in_the_key);
    tcase_add_test(tests, test_alter_drops_columns_when_it_is_told_to);
    tcase_add_test(tests, test_alter_takes_a_table_the_catalogue_does_not_know_as_it_is_wanted);
    tcase_add_test(tests, test_lesson_8_altering_twice_changes_nothing_more);
    tcase_add_test(tests, test_drop_forgets_the_table_and_says_that_biggeo_keeps_the_data);
    tcase_add_test(tests, test_lesson_8_dropping_a_table_that_is_gone_succeeds);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
