#include "base/utf8.h"
#include "support/suite.h"
#include "table/record.h"

static const struct column columns[] = {
    {.name = "id", .type = COLUMN_LONG, .primary_key = true},
    {.name = "note", .type = COLUMN_STRING},
    {.name = "region", .type = COLUMN_STRING, .primary_key = true},
};
static const struct table table = {"s", "t", columns, 3};

static const char *key_text(struct cell id, struct cell region, size_t cap) {
    static char text[200];
    struct cell cells[3] = {id, {CELL_TEXT, SLICE_LITERAL("not the key")}, region};
    struct record record = {.operation = RECORD_UPSERT, .cells = cells};
    record_key_text(&table, &record, text, cap);
    return text;
}

static struct cell text_cell(const char *text) {
    return (struct cell){CELL_TEXT, slice_of(text)};
}

START_TEST(test_key_columns_with_their_values) {
    ck_assert_str_eq(key_text(text_cell("42"), text_cell("eu"), 200), "id=42, region=eu");
    ck_assert_str_eq(key_text((struct cell){.kind = CELL_NULL}, text_cell(""), 200),
                     "id=NULL, region=");
}
END_TEST

START_TEST(test_a_record_without_cells_or_key) {
    char text[20];
    struct record record = {.operation = RECORD_TRUNCATE};
    record_key_text(&table, &record, text, sizeof text);
    ck_assert_str_eq(text, "(no key)");
}
END_TEST

START_TEST(test_the_text_is_utf8_whatever_the_value_and_wherever_it_is_cut) {
    const char *const values[] = {"\xF0\x9F\x90\xA7\xC3\xA9\xE2\x82\xAC", "xy\xFFyz", "\xC3"};
    for (size_t i = 0; i < 3; i++) {
        for (size_t cap = 1; cap < 60; cap++) {
            const char *text = key_text(text_cell(values[i]), text_cell(values[i]), cap);
            ck_assert_uint_lt(strlen(text), cap);
            ck_assert_msg(utf8_is_valid(slice_of(text)), "%zu %zu", i, cap);
        }
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("record_key");
    TCase *c = tcase_create("record_key");
    tcase_add_test(c, test_key_columns_with_their_values);
    tcase_add_test(c, test_a_record_without_cells_or_key);
    tcase_add_test(c, test_the_text_is_utf8_whatever_the_value_and_wherever_it_is_cut);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
