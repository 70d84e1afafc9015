#include "batch_file/batch_file.h"
#include "fixture.h"
#include "table/cell_value.h"

enum { FILES_MAX = 8 };

static const struct column columns[] = {
    {.name = "id", .type = COLUMN_LONG, .primary_key = true},
    {.name = "name", .type = COLUMN_STRING},
    {.name = "note", .type = COLUMN_JSON},
};
static const struct table table = {"s", "t", columns, 3};

/* A request's files, written to disk. */
struct request {
    struct batch_files spec;
    struct batch_file files[FILES_MAX];
    char paths[FILES_MAX][FIXTURE_PATH_BYTES];
};

static struct request *request_new(enum batch_compression compression, bool aes) {
    struct request *q = calloc(1, sizeof *q);
    q->spec = (struct batch_files){.table = &table,
                                   .files = q->files,
                                   .compression = compression,
                                   .encrypted = aes,
                                   .null_string = SLICE_LITERAL("<null>"),
                                   .unmodified_string = SLICE_LITERAL("<same>")};
    return q;
}

static void request_destroy(struct request *q) {
    for (size_t i = 0; i < q->spec.n_files; i++) {
        unlink(q->paths[i]);
    }
    free(q);
}

/* A file of these very bytes. */
static void add_stored(struct request *q, enum record_operation operation, struct slice bytes) {
    size_t i = q->spec.n_files++;
    ck_assert_uint_lt(i, FILES_MAX);
    write_file(q->paths[i], bytes);
    q->files[i] = (struct batch_file){operation, q->paths[i], {0}};
    if (q->spec.encrypted) {
        q->files[i].key = key_slice();
    }
}

/* A CSV in the stored form that the request has. */
static void add_csv(struct request *q, enum record_operation operation, struct slice csv) {
    struct buf packed = bytes_new();
    if (q->spec.compression == BATCH_ZSTD) {
        packed = zstd_frame(csv);
    } else if (q->spec.compression == BATCH_GZIP) {
        packed = gzip_member(csv);
    } else {
        ck_assert(buf_append_slice(&packed, csv));
    }
    if (q->spec.encrypted) {
        struct buf locked = encrypted(buf_slice(&packed));
        add_stored(q, operation, buf_slice(&locked));
        buf_clean_up(&locked);
    } else {
        add_stored(q, operation, buf_slice(&packed));
    }
    buf_clean_up(&packed);
}

static struct batch_file_source *open_request(struct request *q) {
    struct status status = STATUS_INIT;
    struct batch_file_source *s = batch_file_source_open(&q->spec, &status);
    ck_assert_msg(s != NULL, "%s", status.message);
    return s;
}

/* The records as text: "operation line <text> NULL same -;". */
static enum next list_records(struct batch_file_source *s, struct buf *all, struct status *status) {
    static const char *const words[] = {
        [CELL_ABSENT] = " -", [CELL_UNMODIFIED] = " same", [CELL_NULL] = " NULL"};
    struct record record;
    enum next found;
    buf_reset(all);
    while ((found = record_source_next(batch_file_source_records(s), &record, status)) ==
           NEXT_RECORD) {
        buf_printf(all, "%s %llu", record_operation_name(record.operation),
                   (unsigned long long)record.line);
        for (size_t i = 0; i < table.n_columns; i++) {
            if (record.cells[i].kind == CELL_TEXT) {
                buf_printf(all, " <%.*s>", SLICE_ARG(record.cells[i].text));
            } else {
                buf_append_text(all, words[record.cells[i].kind]);
            }
        }
        buf_append_char(all, ';');
    }
    return found;
}

static void assert_records(struct request *q, const char *expected) {
    struct batch_file_source *s = open_request(q);
    struct status status = STATUS_INIT;
    struct buf all = bytes_new();
    for (int pass = 0; pass < 2; pass++) { /* and again after rewinding */
        ck_assert_msg(list_records(s, &all, &status) == NEXT_END, "%s", status.message);
        ck_assert_str_eq(buf_cstr(&all), expected);
        ck_assert(batch_file_source_records(s)->rewind(batch_file_source_records(s), &status));
    }
    batch_file_source_close(s);
    buf_clean_up(&all);
    request_destroy(q);
}

/* Opening or reading fails, with the words and the path of file number at_file. */
static void assert_fails(struct request *q, size_t at_file, const char *words) {
    struct status status = STATUS_INIT;
    struct buf all = bytes_new();
    struct batch_file_source *s = batch_file_source_open(&q->spec, &status);
    if (s) {
        ck_assert_msg(list_records(s, &all, &status) == NEXT_FAILED, "no failure: %s", words);
        struct status again = STATUS_INIT;
        ck_assert_msg(list_records(s, &all, &again) == NEXT_FAILED, "a failure must stay");
        ck_assert_str_eq(again.message, status.message);
    }
    ck_assert_int_eq(status.code, STATUS_DATA_LOSS);
    ck_assert_msg(strstr(status.message, words) != NULL, "%s: not \"%s\"", status.message, words);
    ck_assert_msg(strstr(status.message, q->files[at_file].path) != NULL, "%s", status.message);
    ck_assert_ptr_null(strstr(status.message, "SECRET"));
    batch_file_source_close(s);
    buf_clean_up(&all);
    request_destroy(q);
}

START_TEST(test_lesson_13_column_order_differs_per_file) {
    for (int form = 0; form < 6; form++) {
        struct request *q = request_new((enum batch_compression)(form % 3), form >= 3);
        add_csv(q, RECORD_UPSERT, SLICE_LITERAL("id,name,note\n1,a,x\n"));
        add_csv(q, RECORD_UPSERT, SLICE_LITERAL("note,id,name\ny,2,b\nz,3,c\n"));
        add_csv(q, RECORD_UPDATE, SLICE_LITERAL("name,note,id\nd,<same>,4\n"));
        add_csv(q, RECORD_DELETE, SLICE_LITERAL("id\n5\n"));
        assert_records(q, "upsert 2 <1> <a> <x>;upsert 2 <2> <b> <y>;upsert 3 <3> <c> <z>;"
                          "update 2 <4> <d> same;delete 2 <5> - -;");
    }
}
END_TEST

START_TEST(test_lesson_14_markers_are_compared_on_the_unquoted_text) {
    struct request *q = request_new(BATCH_PLAIN, false);
    add_csv(q, RECORD_UPSERT,
            SLICE_LITERAL("id,name,note\n<null>,\"<null>\",null\n1,<same>,\"x<null>\"\n,NULL,\n"));
    add_csv(q, RECORD_UPDATE,
            SLICE_LITERAL("id,name,note\n1,<same>,\"<same>\"\n2,<null>,\"\"\"<same>\"\"\"\n"));
    assert_records(q, "upsert 2 NULL NULL <null>;upsert 3 <1> <<same>> <x<null>>;"
                      "upsert 4 <> <NULL> <>;"
                      "update 2 <1> same same;update 3 <2> NULL <\"<same>\">;");
}
END_TEST

START_TEST(test_lesson_14_markers_change_per_request_and_may_hold_anything) {
    struct request *q = request_new(BATCH_PLAIN, false);
    q->spec.null_string = SLICE_LITERAL("a,\"b\"\n");
    q->spec.unmodified_string = SLICE_LITERAL("null");
    add_csv(q, RECORD_UPDATE, SLICE_LITERAL("id,name,note\n1,\"a,\"\"b\"\"\n\",null\n"));
    assert_records(q, "update 2 <1> NULL same;");
    q = request_new(BATCH_PLAIN, false);
    q->spec.null_string = SLICE_LITERAL("");
    q->spec.unmodified_string = SLICE_LITERAL("");
    add_csv(q, RECORD_UPDATE, SLICE_LITERAL("id,name,note\n1,\"\",\n"));
    assert_records(q, "update 2 <1> NULL NULL;"); /* NULL wins */
}
END_TEST

START_TEST(test_an_update_must_name_its_row) {
    struct status status = STATUS_INIT;
    struct buf all = bytes_new();
    struct request *q = request_new(BATCH_PLAIN, false);
    add_csv(q, RECORD_UPSERT, SLICE_LITERAL("id,name,note\n<same>,a,1\n"));
    add_csv(q, RECORD_UPDATE, SLICE_LITERAL("name,note,id\na,1,1\nb,2,<same>\nc,3,3\n"));
    struct batch_file_source *s = open_request(q);
    ck_assert_int_eq(list_records(s, &all, &status), NEXT_FAILED);
    ck_assert_str_eq(buf_cstr(&all), "upsert 2 <<same>> <a> <1>;update 2 <1> <a> <1>;");
    ck_assert_int_eq(status.code, STATUS_DATA_LOSS);
    ck_assert_ptr_nonnull(strstr(status.message, "line 3: the key column \"id\" is marked"));
    ck_assert_ptr_nonnull(strstr(status.message, q->paths[1]));
    batch_file_source_close(s);
    buf_clean_up(&all);
    request_destroy(q);
}
END_TEST

START_TEST(test_lesson_15_a_wrong_key_is_named_in_every_form) {
    char wrong[33] = "SECRET-wrong-SECRET-wrong-SECRET";
    for (int form = 0; form < 3; form++) {
        for (size_t rows = 1; rows < 100000; rows *= 60) {
            struct request *q = request_new((enum batch_compression)form, true);
            struct buf csv = bytes_of("id,name,note\n");
            for (size_t i = 0; i < rows; i++) {
                buf_printf(&csv, "%zu,n%zu,%zu\n", i, i * 7919, i * 104729);
            }
            add_csv(q, RECORD_UPSERT, SLICE_LITERAL("id,name,note\n1,a,x\n"));
            add_csv(q, RECORD_UPSERT, buf_slice(&csv));
            q->files[1].key = slice_make(wrong, 32);
            assert_fails(q, 1, "wrong key");
            buf_clean_up(&csv);
        }
    }
}
END_TEST

START_TEST(test_lesson_15_a_cut_file_is_an_error_in_every_form) {
    for (int form = 1; form < 6; form++) { /* a plain file may end anywhere */
        struct request *whole = request_new((enum batch_compression)(form % 3), form >= 3);
        add_csv(whole, RECORD_UPSERT, SLICE_LITERAL("id,name,note\n1,SECRET,x\n2,b,\"y\nz\"\n"));
        char stored[400];
        FILE *file = fopen(whole->paths[0], "rb");
        size_t len = fread(stored, 1, sizeof stored, file);
        fclose(file);
        for (size_t at = 0; at < len; at++) {
            struct request *q = request_new(whole->spec.compression, whole->spec.encrypted);
            add_stored(q, RECORD_UPSERT, slice_make(stored, at));
            assert_fails(q, 0, "batch file");
        }
        request_destroy(whole);
    }
}
END_TEST

START_TEST(test_lesson_17_keys_are_checked_before_anything_is_read) {
    for (size_t len = 0; len < 32; len += 31) {
        struct request *q = request_new(BATCH_ZSTD, true);
        add_csv(q, RECORD_UPSERT, SLICE_LITERAL("id,name,note\n1,a,x\n"));
        add_csv(q, RECORD_DELETE, SLICE_LITERAL("id\n5\n"));
        q->files[1].key = slice_make("SECRETSECRETSECRETSECRETSECRETSECRET", len);
        struct status status = STATUS_INIT;
        ck_assert_ptr_null(batch_file_source_open(&q->spec, &status));
        ck_assert_int_eq(status.code, STATUS_DATA_LOSS);
        assert_fails(q, 1, len ? "its key has 31 bytes, not 32" : "its key is missing");
    }
}
END_TEST

START_TEST(test_lesson_18_and_19_values_come_as_they_are_written) {
    struct request *q = request_new(BATCH_GZIP, true);
    add_csv(q, RECORD_UPSERT,
            SLICE_LITERAL("id,name,note\n9223372036854775807,9999-12-31T23:59:59.999999999Z,10:15\n"
                          "-1,0001-01-01T00:00:00Z,3.4028237E+38\n"
                          "0,99999999999999999999999999999999999.999,1970-01-01T00:00:00Z\n"));
    assert_records(q, "upsert 2 <9223372036854775807> <9999-12-31T23:59:59.999999999Z> <10:15>;"
                      "upsert 3 <-1> <0001-01-01T00:00:00Z> <3.4028237E+38>;"
                      "upsert 4 <0> <99999999999999999999999999999999999.999> "
                      "<1970-01-01T00:00:00Z>;");
}
END_TEST

START_TEST(test_lesson_20_json_of_several_lines_passes_the_whole_chain) {
    struct request *q = request_new(BATCH_ZSTD, true);
    add_csv(
        q, RECORD_UPSERT,
        SLICE_LITERAL("id,name,note\n1,\"<a b=\"\"c\"\">\n</a>\",\"[\n 1, \"\"\\u00e9\\\"\"\"\"\n"
                      "]\"\n2,\xF0\x9F\x90\xA7,\"\"\"scalar\"\"\"\n"));
    assert_records(q, "upsert 2 <1> <<a b=\"c\">\n</a>> <[\n 1, \"\\u00e9\\\"\"\n]>;"
                      "upsert 6 <2> <\xF0\x9F\x90\xA7> <\"scalar\">;");
}
END_TEST

START_TEST(test_lesson_21_a_record_of_20_mib_passes_the_whole_chain) {
    for (int form = 3; form < 6; form++) {
        struct request *q = request_new((enum batch_compression)(form % 3), true);
        struct buf text = random_bytes(20 * MIB, 21);
        struct buf csv = bytes_of("id,name,note\n1,a,\"");
        buf_append_slice(&csv, buf_slice(&text));
        buf_append_text(&csv, "\"\n2,b,c\n");
        add_csv(q, RECORD_UPSERT, buf_slice(&csv));
        struct batch_file_source *s = open_request(q);
        struct record_source *records = batch_file_source_records(s);
        struct record record;
        struct status status = STATUS_INIT;
        ck_assert_int_eq(record_source_next(records, &record, &status), NEXT_RECORD);
        ck_assert(slice_equal(record.cells[2].text, buf_slice(&text)));
        ck_assert_int_eq(record_source_next(records, &record, &status), NEXT_RECORD);
        ck_assert(slice_equal_text(record.cells[2].text, "c"));
        ck_assert_uint_eq(record.line, 3);
        ck_assert_int_eq(record_source_next(records, &record, &status), NEXT_END);
        batch_file_source_close(s);
        buf_clean_up(&text);
        buf_clean_up(&csv);
        request_destroy(q);
    }
}
END_TEST

START_TEST(test_lesson_22_header_rules_hold_per_kind_of_file) {
    struct request *q = request_new(BATCH_PLAIN, false);
    add_csv(q, RECORD_UPSERT, SLICE_LITERAL("id,name,note\n1,a,x\n"));
    add_csv(q, RECORD_UPSERT, SLICE_LITERAL("id,name\n1,a\n"));
    assert_fails(q, 1, "lacks the column \"note\"");
    q = request_new(BATCH_PLAIN, false);
    add_csv(q, RECORD_DELETE, SLICE_LITERAL("name\na\n"));
    assert_fails(q, 0, "lacks the key column \"id\"");
    q = request_new(BATCH_PLAIN, false);
    add_csv(q, RECORD_DELETE, SLICE_LITERAL("id,other\n1,a\n"));
    assert_fails(q, 0, "\"other\", is not in the table");
}
END_TEST

START_TEST(test_a_column_that_one_file_has_is_absent_in_the_next) {
    struct request *q = request_new(BATCH_PLAIN, false);
    add_csv(q, RECORD_DELETE, SLICE_LITERAL("id,name\n1,a\n"));
    add_csv(q, RECORD_DELETE, SLICE_LITERAL("note,id\nx,2\n"));
    assert_records(q, "delete 2 <1> <a> -;delete 2 <2> - <x>;");
}
END_TEST

START_TEST(test_empty_files) {
    struct request *q = request_new(BATCH_PLAIN, false);
    add_stored(q, RECORD_UPSERT, SLICE_LITERAL(""));
    add_csv(q, RECORD_UPSERT, SLICE_LITERAL("id,name,note\n"));
    add_csv(q, RECORD_UPSERT, SLICE_LITERAL("id,name,note\n1,a,x\n"));
    add_stored(q, RECORD_DELETE, SLICE_LITERAL(""));
    assert_records(q, "upsert 2 <1> <a> <x>;");
    assert_records(request_new(BATCH_ZSTD, true), ""); /* no files at all */
    for (int form = 1; form < 6; form++) {
        q = request_new((enum batch_compression)(form % 3), form >= 3);
        add_stored(q, RECORD_UPSERT, SLICE_LITERAL(""));
        assert_fails(q, 0, "is cut: ");
        q = request_new((enum batch_compression)(form % 3), form >= 3);
        add_csv(q, RECORD_UPSERT, SLICE_LITERAL("")); /* nothing, rightly packed */
        assert_records(q, "");
    }
}
END_TEST

START_TEST(test_a_broken_row_names_file_and_line_and_no_value) {
    for (int form = 0; form < 6; form++) {
        struct request *q = request_new((enum batch_compression)(form % 3), form >= 3);
        add_csv(q, RECORD_UPSERT, SLICE_LITERAL("id,name,note\n1,SECRET,\"x\n\"\n2,SECRET\n"));
        assert_fails(q, 0, "line 4: the row has 2 fields, and the header has 3");
        q = request_new((enum batch_compression)(form % 3), form >= 3);
        add_csv(q, RECORD_UPSERT, SLICE_LITERAL("id,name,note\n1,\"SECRET\"SECRET,\n"));
        assert_fails(q, 0, "line 2: text behind the closing quote of field 2");
    }
}
END_TEST

START_TEST(test_a_file_that_is_missing_or_no_file_is_named) {
    struct request *q = request_new(BATCH_PLAIN, false);
    add_csv(q, RECORD_UPSERT, SLICE_LITERAL("id,name,note\n1,a,x\n"));
    add_csv(q, RECORD_UPSERT, SLICE_LITERAL("id,name,note\n1,a,x\n"));
    q->files[1].path = "/tmp/no_such_batch_file.csv";
    assert_fails(q, 1, "No such file");
    q = request_new(BATCH_PLAIN, false);
    add_csv(q, RECORD_UPSERT, SLICE_LITERAL("id,name,note\n1,a,x\n"));
    q->files[0].path = "/tmp";
    assert_fails(q, 0, "is a directory");
}
END_TEST

START_TEST(test_a_file_that_vanishes_after_opening_is_named) {
    struct request *q = request_new(BATCH_PLAIN, false);
    add_csv(q, RECORD_UPSERT, SLICE_LITERAL("id,name,note\n1,a,x\n"));
    struct batch_file_source *s = open_request(q);
    unlink(q->paths[0]);
    struct record record;
    struct status status = STATUS_INIT;
    ck_assert_int_eq(record_source_next(batch_file_source_records(s), &record, &status),
                     NEXT_FAILED);
    ck_assert_ptr_nonnull(strstr(status.message, q->paths[0]));
    batch_file_source_close(s);
    request_destroy(q);
}
END_TEST

START_TEST(test_a_long_path_leaves_room_for_the_reason) {
    char path[3000];
    memset(path, 'p', sizeof path);
    memcpy(path, "/tmp/", 5);
    memcpy(path + sizeof path - 9, "/end.csv", 9);
    struct request *q = request_new(BATCH_PLAIN, false);
    q->spec.n_files = 1;
    q->files[0].path = path;
    struct status status = STATUS_INIT;
    ck_assert_ptr_null(batch_file_source_open(&q->spec, &status));
    ck_assert_ptr_nonnull(strstr(status.message, "/end.csv: cannot be opened: "));
    free(q);
}
END_TEST

START_TEST(test_closing_in_the_middle_and_closing_nothing) {
    struct request *q = request_new(BATCH_ZSTD, true);
    add_csv(q, RECORD_UPSERT, SLICE_LITERAL("id,name,note\n1,a,x\n2,b,y\n"));
    struct batch_file_source *s = open_request(q);
    struct record record;
    struct status status = STATUS_INIT;
    ck_assert_int_eq(record_source_next(batch_file_source_records(s), &record, &status),
                     NEXT_RECORD);
    ck_assert_str_eq(record.file, q->paths[0]);
    batch_file_source_close(s);
    batch_file_source_close(NULL);
    request_destroy(q);
}
END_TEST

/* Rewinding in the middle of a file, and after a failure, starts over. */
START_TEST(test_rewinding_starts_over) {
    struct request *q = request_new(BATCH_GZIP, true);
    add_csv(q, RECORD_UPSERT, SLICE_LITERAL("id,name,note\n1,a,x\n2,b\n"));
    struct batch_file_source *s = open_request(q);
    struct record_source *records = batch_file_source_records(s);
    struct record record;
    struct status status = STATUS_INIT;
    for (int pass = 0; pass < 2; pass++) {
        ck_assert_int_eq(record_source_next(records, &record, &status), NEXT_RECORD);
        ck_assert(records->rewind(records, &status));
        ck_assert_int_eq(record_source_next(records, &record, &status), NEXT_RECORD);
        ck_assert(slice_equal_text(record.cells[0].text, "1"));
        ck_assert_int_eq(record_source_next(records, &record, &status), NEXT_FAILED);
        ck_assert(records->rewind(records, &status));
    }
    batch_file_source_close(s);
    request_destroy(q);
}
END_TEST

static void append_random_cell(struct buf *csv, uint64_t *seed) {
    static const char *const bits[] = {"a",  "bcd", "\"\"", ",", "\n",
                                       "\\", "{",   "\r\n", "é", "\xF0\x9F\x90\xA7"};
    buf_append_char(csv, '"');
    for (size_t n = random_up_to(seed, 30); n > 0; n--) {
        buf_append_text(csv, bits[random_up_to(seed, 10)]);
    }
    buf_append_char(csv, '"');
}

START_TEST(test_random_files_of_several_megabytes_read_the_same_in_every_form) {
    struct buf csv = bytes_of("note,id,name\n");
    uint64_t seed = 77;
    while (csv.len < 4 * MIB) {
        append_random_cell(&csv, &seed);
        buf_printf(&csv, ",%zu,", random_up_to(&seed, SIZE_MAX));
        append_random_cell(&csv, &seed);
        buf_append_char(&csv, '\n');
    }
    struct buf first = bytes_new();
    struct buf all = bytes_new();
    for (int form = 0; form < 6; form++) {
        struct request *q = request_new((enum batch_compression)(form % 3), form >= 3);
        add_csv(q, RECORD_UPSERT, buf_slice(&csv));
        struct batch_file_source *s = open_request(q);
        struct status status = STATUS_INIT;
        ck_assert_int_eq(list_records(s, form ? &all : &first, &status), NEXT_END);
        ck_assert(form == 0 || slice_equal(buf_slice(&all), buf_slice(&first)));
        batch_file_source_close(s);
        request_destroy(q);
    }
    ck_assert_uint_gt(first.len, 3 * MIB);
    buf_clean_up(&first);
    buf_clean_up(&all);
    buf_clean_up(&csv);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("batch_file");
    TCase *c = tcase_create("batch_file");
    tcase_add_test(c, test_lesson_13_column_order_differs_per_file);
    tcase_add_test(c, test_lesson_14_markers_are_compared_on_the_unquoted_text);
    tcase_add_test(c, test_lesson_14_markers_change_per_request_and_may_hold_anything);
    tcase_add_test(c, test_an_update_must_name_its_row);
    tcase_add_test(c, test_lesson_15_a_wrong_key_is_named_in_every_form);
    tcase_add_test(c, test_lesson_15_a_cut_file_is_an_error_in_every_form);
    tcase_add_test(c, test_lesson_17_keys_are_checked_before_anything_is_read);
    tcase_add_test(c, test_lesson_18_and_19_values_come_as_they_are_written);
    tcase_add_test(c, test_lesson_20_json_of_several_lines_passes_the_whole_chain);
    tcase_add_test(c, test_lesson_21_a_record_of_20_mib_passes_the_whole_chain);
    tcase_add_test(c, test_lesson_22_header_rules_hold_per_kind_of_file);
    tcase_add_test(c, test_a_column_that_one_file_has_is_absent_in_the_next);
    tcase_add_test(c, test_empty_files);
    tcase_add_test(c, test_a_broken_row_names_file_and_line_and_no_value);
    tcase_add_test(c, test_a_file_that_is_missing_or_no_file_is_named);
    tcase_add_test(c, test_a_file_that_vanishes_after_opening_is_named);
    tcase_add_test(c, test_a_long_path_leaves_room_for_the_reason);
    tcase_add_test(c, test_closing_in_the_middle_and_closing_nothing);
    tcase_add_test(c, test_rewinding_starts_over);
    tcase_add_test(c, test_random_files_of_several_megabytes_read_the_same_in_every_form);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
