#include "base/buf.h"
#include "batch_file/csv_scan.h"
#include "support/suite.h"

enum { MAX_FIELDS = 8, ROOM = 4096 };

/* Splits text, of which the scan sees step more bytes whenever it has come to the end of those
 * before, moving the row to the front first. Rows are written as `line:field|field;`, and what the
 * end was. */
static const char *split(struct slice text, size_t step) {
    static const char *const ends[] = {
        [CSV_JUNK] = "JUNK", [CSV_CUT] = "CUT", [CSV_NO_ROW] = "END"};
    static struct buf out;
    static char data[ROOM + CSV_SCAN_SLACK];
    struct csv_field fields[MAX_FIELDS];
    struct csv_scan scan;
    size_t seen = 0;
    buf_clean_up(&out);
    buf_init(&out, ROOM);
    csv_scan_init(&scan, fields, MAX_FIELDS);
    csv_scan_set_data(&scan, data, 0);
    for (;;) {
        csv_scan_begin_row(&scan);
        enum csv_found found = csv_scan_row(&scan);
        while (found == CSV_DATA_END && seen < text.len) {
            size_t more = text.len - seen < step ? text.len - seen : step;
            csv_scan_move_row(&scan);
            memcpy(data + scan.len, text.data + seen, more);
            csv_scan_set_data(&scan, data, scan.len + more);
            seen += more;
            found = csv_scan_row(&scan);
        }
        if (found == CSV_DATA_END) {
            found = csv_scan_end(&scan);
        }
        if (found != CSV_ROW) {
            buf_append_text(&out, ends[found]);
            return buf_cstr(&out);
        }
        buf_printf(&out, "%d:", (int)scan.line);
        for (size_t i = 0; i < scan.n_fields && i < MAX_FIELDS; i++) {
            buf_append(&out, data + scan.row + fields[i].start, fields[i].len);
            buf_append_char(&out, i + 1 < scan.n_fields ? '|' : ';');
        }
    }
}

#define LONG_TEXT "a text that is longer than the sixty-four bytes which are looked at in one step"

static const struct {
    const char *text;
    const char *rows;
} cases[] = {
    {"", "END"},
    {"a,b\nc,d\n", "1:a|b;2:c|d;END"},
    {"a,b\r\nc,", "1:a|b;2:c|;END"},
    {",\n", "1:|;END"},
    {"\"a\",\"b\"\n\"c\"", "1:a|b;2:c;END"},
    {"\"a\"\"b\"\"\",c\n", "1:a\"b\"|c;END"},
    {"\"\"\"\",\"\"\n", "1:\"|;END"},
    {"\"1\n2\n\",3\n4\n", "1:1\n2\n|3;4:4;END"},
    {"\"a\"\r\nb\n", "1:a;2:b;END"},
    {"a\"b,c\n", "1:a\"b|c;END"},
    {"\"a\"b\n", "JUNK"},
    {"\"a\"\rb", "JUNK"},
    {"\"a\"\r", "JUNK"},
    {"x\n\"a,\n", "1:x;CUT"},
    {LONG_TEXT "," LONG_TEXT "\nx\n", "1:" LONG_TEXT "|" LONG_TEXT ";2:x;END"},
    {"\"" LONG_TEXT "\"\"" LONG_TEXT "\",x\n", "1:" LONG_TEXT "\"" LONG_TEXT "|x;END"},
    {"1,2,3,4,5,6,7,8,9,10\n", "1:1|2|3|4|5|6|7|8|END"}, /* counted, but not kept */
};

START_TEST(test_rows_whatever_the_step) {
    for (size_t step = 1; step <= 200; step++) {
        ck_assert_str_eq(split(slice_of(cases[_i].text), step), cases[_i].rows);
    }
}
END_TEST

START_TEST(test_moving_a_row_says_what_it_drops) {
    static char data[ROOM + CSV_SCAN_SLACK] = "a,b\nc,d";
    struct csv_field fields[MAX_FIELDS];
    struct csv_scan scan;
    csv_scan_init(&scan, fields, MAX_FIELDS);
    csv_scan_set_data(&scan, data, strlen(data));
    csv_scan_begin_row(&scan);
    ck_assert_int_eq(csv_scan_row(&scan), CSV_ROW);
    csv_scan_begin_row(&scan);
    ck_assert_int_eq(csv_scan_row(&scan), CSV_DATA_END);
    ck_assert_uint_eq(csv_scan_move_row(&scan), 4);
    ck_assert_uint_eq(csv_scan_move_row(&scan), 0);
    ck_assert_uint_eq(scan.len, 3);
    ck_assert(memcmp(data, "c,d", 3) == 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("csv_scan");
    TCase *c = tcase_create("csv_scan");
    tcase_add_loop_test(c, test_rows_whatever_the_step, 0, sizeof cases / sizeof cases[0]);
    tcase_add_test(c, test_moving_a_row_says_what_it_drops);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
