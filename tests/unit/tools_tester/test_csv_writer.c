#include "support/suite.h"
#include "tester/csv_writer.h"

static const struct column COLUMNS[] = {
    {.name = "id", .type = COLUMN_INT}, {.name = "a,b", .type = COLUMN_STRING}, {.name = "c"}};
static const struct table TABLE = {"s", "t", COLUMNS, 3};
static const size_t ORDER[] = {2, 0, 1};

static struct csv_layout layout(size_t n_columns, enum cell_kind missing) {
    return (struct csv_layout){&TABLE,
                               ORDER,
                               n_columns,
                               missing,
                               {SLICE_LITERAL("a null string longer than 24 bytes"),
                                SLICE_LITERAL("an unmodified string of 34 bytes.")}};
}

static struct cell text(const char *value) {
    return (struct cell){CELL_TEXT, slice_of(value)};
}

static void row_is(const struct cell *cells, size_t n_columns, enum cell_kind missing,
                   const char *expected) {
    struct buf out;
    struct csv_layout l = layout(n_columns, missing);
    buf_init(&out, 1 << 20);
    csv_write_row(&out, &l, cells);
    ck_assert_str_eq(buf_cstr(&out), expected);
    buf_clean_up(&out);
}

/* One field alone, in column c. */
static void field_is(const char *value, const char *expected) {
    const struct cell cells[3] = {[2] = text(value)};
    row_is(cells, 1, CELL_NULL, expected);
}

START_TEST(test_header_in_the_order_of_the_file) {
    struct buf out;
    struct csv_layout l = layout(3, CELL_NULL);
    buf_init(&out, 1 << 20);
    csv_write_header(&out, &l);
    ck_assert_str_eq(buf_cstr(&out), "c,id,\"a,b\"\n");
    buf_clean_up(&out);
}
END_TEST

START_TEST(test_quotes_what_needs_them) {
    field_is("plain", "plain\n");
    field_is("", "\"\"\n");
    field_is("a,b", "\"a,b\"\n");
    field_is("a\"b\"", "\"a\"\"b\"\"\"\n");
    field_is("\"", "\"\"\"\"\n");
    field_is("a\nb", "\"a\nb\"\n");
    field_is("a\rb", "\"a\rb\"\n");
    field_is(" a", "\" a\"\n");
    field_is("a ", "\"a \"\n");
    field_is("back\\slash", "back\\slash\n");
    field_is("123456789012345678901234", "123456789012345678901234\n");
    field_is("1234567890123456789012345", "\"1234567890123456789012345\"\n");
}
END_TEST

START_TEST(test_markers) {
    const struct cell cells[3] = {text("1"), {.kind = CELL_ABSENT}, {.kind = CELL_NULL}};
    row_is(cells, 3, CELL_NULL,
           "a null string longer than 24 bytes,1,a null string longer than 24 bytes\n");
    row_is(cells, 3, CELL_UNMODIFIED,
           "a null string longer than 24 bytes,1,\"an unmodified string of 34 bytes.\"\n");
}
END_TEST

START_TEST(test_nul_bytes_are_kept) {
    const struct cell cells[3] = {[2] = {CELL_TEXT, slice_make("a\0b", 3)}};
    struct buf out;
    struct csv_layout l = layout(1, CELL_NULL);
    buf_init(&out, 1 << 20);
    csv_write_row(&out, &l, cells);
    ck_assert(slice_equal(buf_slice(&out), slice_make("\"a\0b\"\n", 6)));
    buf_clean_up(&out);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("csv_writer");
    TCase *tests = tcase_create("csv_writer");
    tcase_add_test(tests, test_header_in_the_order_of_the_file);
    tcase_add_test(tests, test_quotes_what_needs_them);
    tcase_add_test(tests, test_markers);
    tcase_add_test(tests, test_nul_bytes_are_kept);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
