#include "batch_file/csv_reader.h"
#include "fixture.h"

enum { FIELDS_MAX = 40 };

static struct csv_reader *open_csv(struct slice text, size_t step) {
    struct status status = STATUS_INIT;
    struct csv_reader *r = csv_reader_open(memory_source_new(text, step), FIELDS_MAX, &status);
    ck_assert_msg(r != NULL, "%s", status.message);
    return r;
}

/* The whole text as one: fields as <…>, rows as "line:<…><…>;", a failure as "!" and its text. */
static struct buf read_all(struct slice text, size_t step) {
    struct csv_reader *r = open_csv(text, step);
    struct csv_row row;
    struct status status = STATUS_INIT;
    struct buf all = bytes_new();
    enum next found;
    while ((found = csv_reader_next(r, &row, &status)) == NEXT_RECORD) {
        buf_printf(&all, "%llu:", (unsigned long long)row.line);
        for (size_t i = 0; i < row.n_fields; i++) {
            struct slice field = csv_row_field(&row, i);
            buf_append_char(&all, '<');
            buf_append_slice(&all, field);
            buf_append_char(&all, '>');
        }
        buf_append_char(&all, ';');
    }
    if (found == NEXT_FAILED) {
        ck_assert_int_eq(status.code, STATUS_DATA_LOSS);
        buf_printf(&all, "!%s", status.message);
    }
    csv_reader_close(r);
    return all;
}

static void assert_reads_slice(struct slice text, const char *expected) {
    const size_t steps[] = {1, 2, 3, 5, 7, 63, 64, 65, SIZE_MAX};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct buf all = read_all(text, steps[i]);
        ck_assert_msg(slice_equal_text(buf_slice(&all), expected), "step %zu: %.*s\n not %s",
                      steps[i], SLICE_ARG(buf_slice(&all)), expected);
        buf_clean_up(&all);
    }
}

static void assert_reads(const char *text, const char *expected) {
    assert_reads_slice(slice_of(text), expected);
}

START_TEST(test_plain_rows) {
    assert_reads("a,b\n1,2\n3,4\n", "1:<a><b>;2:<1><2>;3:<3><4>;");
    assert_reads("a,b\n1,2\n3,4", "1:<a><b>;2:<1><2>;3:<3><4>;");
    assert_reads("a,b\n,\n,4\n3,", "1:<a><b>;2:<><>;3:<><4>;4:<3><>;");
    assert_reads("a,b,c\n,,\n", "1:<a><b><c>;2:<><><>;");
    assert_reads("a\n \n", "1:<a>;2:< >;");
}
END_TEST

START_TEST(test_no_bytes_are_no_rows) {
    assert_reads("", "");
    assert_reads("\xEF\xBB\xBF", "");
    assert_reads("a,b", "1:<a><b>;");
    assert_reads("a,b\n", "1:<a><b>;");
}
END_TEST

START_TEST(test_a_byte_order_mark_is_skipped_at_the_start_only) {
    assert_reads("\xEF\xBB\xBF"
                 "a,b\n1,2\n",
                 "1:<a><b>;2:<1><2>;");
    assert_reads("\xEF\xBB\xBF\"a\",b\n1,2\n", "1:<a><b>;2:<1><2>;");
    assert_reads("a,b\n\xEF\xBB\xBF"
                 "1,2\n",
                 "1:<a><b>;2:<\xEF\xBB\xBF"
                 "1><2>;");
    assert_reads("\xEF\xBB", "1:<\xEF\xBB>;");
    assert_reads("\xEF\xBB\xBF\n1\n", "1:<>;2:<1>;");
}
END_TEST

START_TEST(test_quotes) {
    assert_reads("\"a\",\"b\"\n\"1\",2\n3,\"4\"\n", "1:<a><b>;2:<1><2>;3:<3><4>;");
    assert_reads("a,b\n\"\",\"\"\n", "1:<a><b>;2:<><>;");
    assert_reads("a,b\n\"x\",\"y\"", "1:<a><b>;2:<x><y>;");
    assert_reads("a,b\n\"x,y\",\",\"\n", "1:<a><b>;2:<x,y><,>;");
    assert_reads("a,b\n\"\"\"\",\"\"\"\"\"\"\n", "1:<a><b>;2:<\"><\"\">;");
    assert_reads("a,b\n\"x\"\"y\"\"\"\"z\",\"\"\"q\"\"\"\n", "1:<a><b>;2:<x\"y\"\"z><\"q\">;");
}
END_TEST

START_TEST(test_newlines_inside_quotes_are_text_and_lines) {
    assert_reads("a,b\n\"1\n2\r\n3\n\",\"\n\"\nx,y\n", "1:<a><b>;2:<1\n2\r\n3\n><\n>;7:<x><y>;");
    assert_reads("\"a\nb\"\n1\n", "1:<a\nb>;3:<1>;");
    assert_reads("a\n\"\n\n\n\"\"\n\"\nz\n", "1:<a>;2:<\n\n\n\"\n>;7:<z>;");
}
END_TEST

START_TEST(test_quotes_inside_an_unquoted_field_are_text) {
    assert_reads("a,b\nx\"y,\"1\"\n5\",z\"\n", "1:<a><b>;2:<x\"y><1>;3:<5\"><z\">;");
    assert_reads("a,b\n \"x\",1\n", "1:<a><b>;2:< \"x\"><1>;");
}
END_TEST

START_TEST(test_a_cr_before_lf_belongs_to_the_line_end) {
    assert_reads("a,b\r\n1,2\r\n\"3\",\"4\"\r\n5,6", "1:<a><b>;2:<1><2>;3:<3><4>;4:<5><6>;");
    assert_reads("a,b\n1\r,2\rx\r\r\n", "1:<a><b>;2:<1\r><2\rx\r>;");
    assert_reads("a,b\n1,2\r", "1:<a><b>;2:<1><2\r>;");
    assert_reads("a,b\n1,\r\n", "1:<a><b>;2:<1><>;");
    assert_reads("a\n\"x\r\"\r\n", "1:<a>;2:<x\r>;");
}
END_TEST

START_TEST(test_empty_lines_are_rows_of_one_column_only) {
    assert_reads("a,b\n\n1,2\n\n\r\n3,4\n\n", "1:<a><b>;3:<1><2>;6:<3><4>;");
    assert_reads("a\n\n1\n\r\n2\n\n", "1:<a>;2:<>;3:<1>;4:<>;5:<2>;6:<>;");
    assert_reads("a\n\"\"\n", "1:<a>;2:<>;");
    assert_reads("a,b\n\"\"\n", "1:<a><b>;!line 2: the row has 1 fields, and the header has 2");
    assert_reads("\na\n", "1:<>;2:<a>;");
}
END_TEST

START_TEST(test_rows_have_as_many_fields_as_the_header) {
    assert_reads("a,b\n1,2\n1,2,3\n",
                 "1:<a><b>;2:<1><2>;!line 3: the row has 3 fields, and the header has 2");
    assert_reads("a,b,c\n\"\n\",2,\n1,2\n",
                 "1:<a><b><c>;2:<\n><2><>;!line 4: the row has 2 fields, and the header has 3");
    assert_reads("a,b\n1\n", "1:<a><b>;!line 2: the row has 1 fields, and the header has 2");
    assert_reads("a\n1,\n", "1:<a>;!line 2: the row has 2 fields, and the header has 1");
}
END_TEST

START_TEST(test_text_behind_a_closing_quote_is_an_error) {
    assert_reads("a,b\n\"1\"x,2\n", "1:<a><b>;!line 2: text behind the closing quote of field 1");
    assert_reads("a,b\n1,\"2\" \n", "1:<a><b>;!line 2: text behind the closing quote of field 2");
    assert_reads("a,b\n1,\"\n2\"x", "1:<a><b>;!line 3: text behind the closing quote of field 2");
    assert_reads("a,b\n\"1\"\r,2\n", "1:<a><b>;!line 2: text behind the closing quote of field 1");
    assert_reads("a,b\n1,\"2\"\r", "1:<a><b>;!line 2: text behind the closing quote of field 2");
    assert_reads("a,b\n1,\"2\"\rx", "1:<a><b>;!line 2: text behind the closing quote of field 2");
}
END_TEST

START_TEST(test_lesson_15_an_end_inside_quotes_is_a_cut) {
    assert_reads("a,b\n1,\"2\n3",
                 "1:<a><b>;!is cut: it ends inside the quotes that open on line 2");
    assert_reads("a,b\n\"1\n\",\"",
                 "1:<a><b>;!is cut: it ends inside the quotes that open on line 3");
    assert_reads("a,b\n1,\"2\"\"",
                 "1:<a><b>;!is cut: it ends inside the quotes that open on line 2");
    assert_reads("\"", "!is cut: it ends inside the quotes that open on line 1");
}
END_TEST

START_TEST(test_a_nul_byte_in_the_header_is_no_csv) {
    for (size_t step = 1; step < 20; step++) {
        struct buf all = read_all(SLICE_LITERAL("a,b\0\n1,2\n"), step);
        ck_assert_ptr_nonnull(strstr(buf_cstr(&all), "!is not CSV: byte 4 of its text is NUL"));
        buf_clean_up(&all);
    }
}
END_TEST

START_TEST(test_a_nul_byte_in_a_value_comes_as_it_is) {
    static const char expected[] = "2:<1\0><\0>;";
    for (size_t step = 1; step < 20; step++) {
        struct buf all = read_all(SLICE_LITERAL("a,b\n1\0,\"\0\"\n"), step);
        ck_assert_ptr_nonnull(memmem(all.data, all.len, expected, sizeof expected - 1));
        buf_clean_up(&all);
    }
}
END_TEST

START_TEST(test_lesson_20_json_xml_backslashes_and_four_byte_characters_come_as_they_are) {
    assert_reads("a,b\n\"{\"\"k\"\":\n [1,\"\"\\n\"\"]}\",\"<x a=\"\"1\"\">\n</x>\"\n"
                 "\\,\\\\\n\"\\\",\xF0\x9F\x90\xA7\n",
                 "1:<a><b>;2:<{\"k\":\n [1,\"\\n\"]}><<x a=\"1\">\n</x>>;"
                 "5:<\\><\\\\>;6:<\\><\xF0\x9F\x90\xA7>;");
}
END_TEST

START_TEST(test_a_header_longer_than_the_room_is_counted_whole) {
    struct status status = STATUS_INIT;
    struct csv_reader *r =
        csv_reader_open(memory_source_new(SLICE_LITERAL("a,b,c,d,e\n1,2,3,4,5\n"), 3), 2, &status);
    struct csv_row row;
    ck_assert_int_eq(csv_reader_next(r, &row, &status), NEXT_RECORD);
    ck_assert_uint_eq(row.n_fields, 5);
    ck_assert(slice_equal_text(csv_row_field(&row, 1), "b"));
    csv_reader_close(r);
}
END_TEST

/* Appends a field as Jackson writes it: quoted when it must be, and now and then when it need not.
 */
static void append_csv_field(struct buf *b, struct slice text, bool quote) {
    for (size_t i = 0; i < text.len; i++) {
        quote = quote || strchr(",\"\n\r", text.data[i]) != NULL;
    }
    if (!quote) {
        buf_append_slice(b, text);
        return;
    }
    buf_append_char(b, '"');
    for (size_t i = 0; i < text.len; i++) {
        buf_append(b, "\"\"", text.data[i] == '"' ? 2 : 0);
        buf_append(b, text.data + i, text.data[i] == '"' ? 0 : 1);
    }
    buf_append_char(b, '"');
}

static void append_random_text(struct buf *b, uint64_t *seed, size_t pieces) {
    static const char *const bits[] = {"a",
                                       "bc",
                                       "\"",
                                       "\"\"",
                                       ",",
                                       "\n",
                                       "\r\n",
                                       "\r",
                                       "\\",
                                       "{\"",
                                       "\t",
                                       "xyz",
                                       "\xF0\x9F\x90\xA7",
                                       "é"};
    for (size_t i = 0; i < pieces; i++) {
        buf_append_text(b, bits[random_up_to(seed, sizeof bits / sizeof bits[0])]);
    }
}

struct sample {
    struct buf csv;
    struct buf expected; /* as read_all gives it */
};

static struct sample random_csv(uint64_t seed, size_t rows, size_t columns, size_t longest) {
    struct sample sample = {bytes_new(), bytes_new()};
    struct buf cell = bytes_new();
    uint64_t line = 1;
    for (size_t row = 0; row < rows; row++) {
        uint64_t lines = 1;
        buf_printf(&sample.expected, "%llu:", (unsigned long long)line);
        for (size_t i = 0; i < columns; i++) {
            buf_reset(&cell);
            append_random_text(&cell, &seed, random_up_to(&seed, longest));
            append_csv_field(&sample.csv, buf_slice(&cell),
                             columns == 1 || random_up_to(&seed, 3) == 0);
            buf_append_char(&sample.csv, i + 1 < columns ? ',' : '\n');
            buf_append_char(&sample.expected, '<');
            buf_append_slice(&sample.expected, buf_slice(&cell));
            buf_append_char(&sample.expected, '>');
            for (size_t at = 0; at < cell.len; at++) {
                lines += cell.data[at] == '\n';
            }
        }
        buf_append_char(&sample.expected, ';');
        line += lines;
    }
    ck_assert(!sample.csv.failed && !sample.expected.failed);
    buf_clean_up(&cell);
    return sample;
}

static void assert_sample(const struct sample *sample, size_t step) {
    struct buf all = read_all(buf_slice(&sample->csv), step);
    ck_assert_msg(slice_equal(buf_slice(&all), buf_slice(&sample->expected)), "step %zu", step);
    buf_clean_up(&all);
}

static void sample_clean_up(struct sample *sample) {
    buf_clean_up(&sample->csv);
    buf_clean_up(&sample->expected);
}

START_TEST(test_random_rows_come_back_whatever_the_step) {
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct sample sample = random_csv(seed, 40, 1 + seed % 12, 1 + seed % 23);
        const size_t steps[] = {1, 2, 3, 7, 61, 64, 1000, SIZE_MAX};
        for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
            assert_sample(&sample, steps[i]);
        }
        sample_clean_up(&sample);
    }
}
END_TEST

START_TEST(test_lesson_16_rows_past_every_buffer) {
    struct sample sample = random_csv(99, 40 * 1000, 9, 20); /* rows straddle the buffer's end */
    ck_assert_uint_gt(sample.csv.len, 4 * MIB);
    assert_sample(&sample, SIZE_MAX);
    assert_sample(&sample, 100 * 1000);
    assert_sample(&sample, 1);
    sample_clean_up(&sample);
    sample = random_csv(100, 12, 3, 400 * 1000); /* rows longer than the first buffer */
    ck_assert_uint_gt(sample.csv.len, 4 * MIB);
    assert_sample(&sample, SIZE_MAX);
    assert_sample(&sample, 4099);
    sample_clean_up(&sample);
}
END_TEST

START_TEST(test_a_row_cut_at_every_byte_is_never_another_row) {
    const char *text = "a,b\n\"x\"\"\n,\",y\n";
    for (size_t len = 4; len < strlen(text); len++) {
        for (size_t step = 1; step < 4; step++) {
            struct buf all = read_all(slice_make(text, len), step);
            const char *got = buf_cstr(&all);
            const char *rest = got + strlen("1:<a><b>;");
            bool whole = strcmp(rest, "2:<x\"\n,><y>;") == 0;
            bool empty_end = strcmp(rest, "2:<x\"\n,><>;") == 0; /* cut behind the comma */
            ck_assert_msg(*rest == '\0' || *rest == '!' || whole || empty_end, "%zu: %s", len, got);
            ck_assert(!whole || len >= strlen(text) - 1);
            ck_assert(!empty_end || text[len - 1] == ',');
            buf_clean_up(&all);
        }
    }
}
END_TEST

static struct buf row_of(size_t bytes, char fill) {
    struct buf text = bytes_of("a,b\n1,\"");
    ck_assert(buf_reserve(&text, bytes + 100));
    memset(text.data + text.len, fill, bytes);
    text.len += bytes;
    buf_append_text(&text, "\"\n2,z\n");
    return text;
}

START_TEST(test_lesson_21_a_row_of_20_mib_passes) {
    struct buf text = row_of(20 * MIB, '\n');
    const size_t steps[] = {SIZE_MAX, 65536};
    for (size_t i = 0; i < 2; i++) {
        struct csv_reader *r = open_csv(buf_slice(&text), steps[i]);
        struct csv_row row;
        struct status status = STATUS_INIT;
        ck_assert_int_eq(csv_reader_next(r, &row, &status), NEXT_RECORD);
        ck_assert_int_eq(csv_reader_next(r, &row, &status), NEXT_RECORD);
        ck_assert(slice_equal_text(csv_row_field(&row, 0), "1"));
        ck_assert(slice_equal(csv_row_field(&row, 1), slice_make(text.data + 7, 20 * MIB)));
        ck_assert_int_eq(csv_reader_next(r, &row, &status), NEXT_RECORD);
        ck_assert_uint_eq(row.line, 3 + 20 * MIB);
        ck_assert(slice_equal_text(csv_row_field(&row, 1), "z"));
        ck_assert_int_eq(csv_reader_next(r, &row, &status), NEXT_END);
        csv_reader_close(r);
    }
    buf_clean_up(&text);
}
END_TEST

START_TEST(test_lesson_21_a_row_above_64_mib_is_refused_with_its_line) {
    /* 1,"…"\n is 6 bytes longer than its text. */
    const struct {
        size_t bytes;
        bool passes;
    } rows[] = {{CSV_ROW_MAX_BYTES - 5, true},
                {CSV_ROW_MAX_BYTES - 4, false},
                {CSV_ROW_MAX_BYTES + MIB, false}};
    for (size_t i = 0; i < 3; i++) {
        struct buf text = row_of(rows[i].bytes, 'x');
        struct csv_reader *r = open_csv(buf_slice(&text), SIZE_MAX);
        struct csv_row row;
        struct status status = STATUS_INIT;
        ck_assert_int_eq(csv_reader_next(r, &row, &status), NEXT_RECORD);
        enum next found = csv_reader_next(r, &row, &status);
        ck_assert_int_eq(found, rows[i].passes ? NEXT_RECORD : NEXT_FAILED);
        if (found == NEXT_FAILED) {
            ck_assert_int_eq(status.code, STATUS_DATA_LOSS);
            ck_assert_ptr_nonnull(strstr(status.message, "line 2: the row is longer than 64 MiB"));
        }
        csv_reader_close(r);
        buf_clean_up(&text);
    }
}
END_TEST

START_TEST(test_the_inputs_failure_passes_through_and_closing_closes_it) {
    unsigned closed = 0;
    struct byte_source *input = memory_source_new(SLICE_LITERAL("a,b\n1,2\n3,4\n"), 1);
    ((struct memory_source *)input)->fail_at = 9;
    ((struct memory_source *)input)->closed = &closed;
    struct status status = STATUS_INIT;
    struct csv_reader *r = csv_reader_open(input, 5, &status);
    struct csv_row row;
    ck_assert_int_eq(csv_reader_next(r, &row, &status), NEXT_RECORD);
    ck_assert_int_eq(csv_reader_next(r, &row, &status), NEXT_RECORD);
    ck_assert_int_eq(csv_reader_next(r, &row, &status), NEXT_FAILED);
    ck_assert_str_eq(status.message, "the disk is gone");
    csv_reader_close(r);
    ck_assert_uint_eq(closed, 1);
    csv_reader_close(NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("csv_reader");
    TCase *c = tcase_create("csv_reader");
    tcase_add_test(c, test_plain_rows);
    tcase_add_test(c, test_no_bytes_are_no_rows);
    tcase_add_test(c, test_a_byte_order_mark_is_skipped_at_the_start_only);
    tcase_add_test(c, test_quotes);
    tcase_add_test(c, test_newlines_inside_quotes_are_text_and_lines);
    tcase_add_test(c, test_quotes_inside_an_unquoted_field_are_text);
    tcase_add_test(c, test_a_cr_before_lf_belongs_to_the_line_end);
    tcase_add_test(c, test_empty_lines_are_rows_of_one_column_only);
    tcase_add_test(c, test_rows_have_as_many_fields_as_the_header);
    tcase_add_test(c, test_text_behind_a_closing_quote_is_an_error);
    tcase_add_test(c, test_lesson_15_an_end_inside_quotes_is_a_cut);
    tcase_add_test(c, test_a_nul_byte_in_the_header_is_no_csv);
    tcase_add_test(c, test_a_nul_byte_in_a_value_comes_as_it_is);
    tcase_add_test(c,
                   test_lesson_20_json_xml_backslashes_and_four_byte_characters_come_as_they_are);
    tcase_add_test(c, test_a_header_longer_than_the_room_is_counted_whole);
    tcase_add_test(c, test_random_rows_come_back_whatever_the_step);
    tcase_add_test(c, test_lesson_16_rows_past_every_buffer);
    tcase_add_test(c, test_a_row_cut_at_every_byte_is_never_another_row);
    tcase_add_test(c, test_lesson_21_a_row_of_20_mib_passes);
    tcase_add_test(c, test_lesson_21_a_row_above_64_mib_is_refused_with_its_line);
    tcase_add_test(c, test_the_inputs_failure_passes_through_and_closing_closes_it);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
