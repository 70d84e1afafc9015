#include "destinations/dust/dust_ids.h"
#include "support/suite.h"

static struct buf out;

static void set_up(void) {
    buf_init(&out, 4096);
}

static void tear_down(void) {
    buf_clean_up(&out);
}

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X64 X50 "xxxxxxxxxxxxxx"

static const struct column columns[] = {
    {.name = "b", .type = COLUMN_STRING, .primary_key = true},
    {.name = "other", .type = COLUMN_STRING},
    {.name = "a", .type = COLUMN_LONG, .primary_key = true},
};

static struct cell text_cell(const char *text) {
    return text ? (struct cell){CELL_TEXT, slice_of(text)} : (struct cell){.kind = CELL_NULL};
}

/* The id for a table whose key is the column b, or b and a. */
static const char *id_of(const char *schema, const char *name, const char *b, const char *a,
                         bool document) {
    const struct table table = {schema, name, columns, a ? 3 : 2};
    const struct cell cells[] = {text_cell(b), text_cell("y"), text_cell(a)};
    buf_reset(&out);
    ck_assert(document ? dust_document_id_append(&out, &table, cells, NULL)
                       : dust_row_id_append(&out, &table, cells, NULL));
    return buf_cstr(&out);
}

/* The digests are as `printf … | sha256sum` gives them. */
static const struct {
    const char *schema, *table, *b, *a;
    const char *row, *document;
} ids[] = {
    {"demo", "notes", "42", NULL, "42", "demo__notes-42"},
    {"", "notes", "42", NULL, "42", "notes-42"},
    {"demo", "notes", "x_Y", "+007", "x_Y-7", "demo__notes-x_Y-7"},
    {"demo", "notes", X64, NULL, X64, "demo__notes-" X64},
    {"demo", "notes", X64, "123456789012345678", X64 "-123456789012345678",
     "demo__notes-" X64 "-123456789012345678"},
};

START_TEST(test_plain_ids) {
    ck_assert_str_eq(id_of(ids[_i].schema, ids[_i].table, ids[_i].b, ids[_i].a, false),
                     ids[_i].row);
    ck_assert_str_eq(id_of(ids[_i].schema, ids[_i].table, ids[_i].b, ids[_i].a, true),
                     ids[_i].document);
}
END_TEST

static const struct {
    const char *schema, *table, *b, *a;
    const char *row, *document; /* without the digest */
} reduced[] = {
    {"demo", "notes", "a b", NULL, "a_b", "demo__notes-a_b"},
    {"demo", "notes", "a-b", NULL, "a-b", "demo__notes-a-b"},
    {"demo", "notes", "", NULL, "", "demo__notes-"},
    {"demo", "notes", NULL, NULL, "", "demo__notes-"},
    {"demo", "notes", "x", "-7", "x--7", "demo__notes-x--7"},
    {"demo", "notes", "\xC3\xA9!", "7", "___-7", "demo__notes-___-7"},
    {"demo", "notes 2", "42", NULL, "42", "demo__notes_2-42"},
    {"a__b", "c", "42", NULL, "42", "a__b__c-92c52c85-42"},
    {"", X64 "x", "42", NULL, "42", X64 "x-42"},
    {"demo", "notes", X64 "x", NULL, X64 "x", "demo__notes-" X64 "x"},
    {"demo", "notes", X64, "-123456789012345678", X64 "--123456789012345678",
     "demo__notes-" X64 "--123456789012345678"},
    {"demo", "notes", X64 X64, "7", X50 X50, "demo__notes-" X64 "xxxxxxxxxxxxxxxxxxxxxxxx"},
};

static void assert_reduced(const char *id, const char *text) {
    size_t len = strlen(text);
    len = len < 100 ? len : 100;
    ck_assert_msg(strncmp(id, text, len) == 0, "%s, not %s", id, text);
    ck_assert_uint_eq(strlen(id), len + 17);
    ck_assert_int_eq(id[len], '-');
    ck_assert_uint_eq(strspn(id + len + 1, "0123456789abcdef"), 16);
}

START_TEST(test_reduced_ids) {
    assert_reduced(
        id_of(reduced[_i].schema, reduced[_i].table, reduced[_i].b, reduced[_i].a, false),
        reduced[_i].row);
    assert_reduced(id_of(reduced[_i].schema, reduced[_i].table, reduced[_i].b, reduced[_i].a, true),
                   reduced[_i].document);
}
END_TEST

START_TEST(test_the_digest_is_over_schema_table_and_key) {
    /* SHA-256 of 00…04 demo 00…05 notes 00…0b 00…03 "a b", lengths as eight bytes. */
    ck_assert_str_eq(id_of("demo", "notes", "a b", NULL, false), "a_b-2b8f27c0ea280d20");
}
END_TEST

START_TEST(test_one_key_never_has_two_ids) {
    char first[256];
    snprintf(first, sizeof first, "%s", id_of("s", "t", "a b", "7", false));
    ck_assert_str_eq(id_of("s", "t", "a b", "+07", false), first);
    const struct table table = {"s", "t", columns, 3};
    const struct cell cells[] = {text_cell("a b"), text_cell("another"), text_cell("7")};
    buf_reset(&out);
    ck_assert(dust_row_id_append(&out, &table, cells, NULL));
    ck_assert_str_eq(buf_cstr(&out), first); /* what is no key does not count */
}
END_TEST

/* Keys made to be taken for one another. */
static const char *const parts[] = {
    NULL,  "",    "_",   "-",    "a", "a-",    "-a",    "a_",        "_a",       "aa",      "a b",
    "a/b", "a_b", "a-b", "a--b", X64, X64 "x", X64 X64, X64 X64 "x", "\xC3\xA9", "\xC3\xA8"};

START_TEST(test_no_two_keys_share_an_id) {
    enum { N = sizeof parts / sizeof parts[0] };
    static char rows[N * N][256];
    const struct column two[] = {{.name = "b", .type = COLUMN_STRING, .primary_key = true},
                                 {.name = "a", .type = COLUMN_STRING, .primary_key = true}};
    const struct table table = {"s", "t", two, 2};
    for (size_t i = 0; i < N * N; i++) {
        const struct cell cells[] = {text_cell(parts[i / N]), text_cell(parts[i % N])};
        buf_reset(&out);
        ck_assert(dust_row_id_append(&out, &table, cells, NULL));
        snprintf(rows[i], sizeof rows[i], "%s", buf_cstr(&out));
        ck_assert_str_ne(rows[i], DUST_FENCE_ROW_ID);
        for (size_t j = 0; j < i; j++) {
            ck_assert_msg(strcmp(rows[i], rows[j]) != 0, "%zu and %zu: %s", i, j, rows[i]);
        }
    }
}
END_TEST

/* A key of three parts whose reduced id, cut, has the shape of a plain one. */
START_TEST(test_a_cut_id_is_longer_than_any_plain_one) {
    const struct column three[] = {{.name = "a", .type = COLUMN_STRING, .primary_key = true},
                                   {.name = "b", .type = COLUMN_STRING, .primary_key = true},
                                   {.name = "c", .type = COLUMN_STRING, .primary_key = true}};
    const struct table table = {"s", "t", three, 3};
    const struct cell cut[] = {text_cell(X50), text_cell(X64), text_cell("\xC3\xA9")};
    ck_assert(dust_row_id_append(&out, &table, cut, NULL));
    ck_assert_uint_eq(out.len, 117);
    char hash[17];
    snprintf(hash, sizeof hash, "%.16s", out.data + 101);
    struct buf plain;
    buf_init(&plain, 4096);
    const struct cell same[] = {text_cell(X50), {CELL_TEXT, slice_make(X50, 49)}, text_cell(hash)};
    ck_assert(dust_row_id_append(&plain, &table, same, NULL));
    ck_assert(!slice_equal(buf_slice(&out), buf_slice(&plain)));
    buf_clean_up(&plain);
}
END_TEST

START_TEST(test_a_table_without_a_key_has_no_ids) {
    const struct table table = {"s", "t", columns + 1, 1};
    const struct cell cell = text_cell("x");
    ck_assert(!dust_row_id_append(&out, &table, &cell, NULL));
    ck_assert(!dust_document_id_append(&out, &table, &cell, NULL));
    ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(test_a_long_key_fits_a_short_buffer) {
    struct buf small;
    char *key = malloc(1 << 20);
    ck_assert_ptr_nonnull(key);
    memset(key, 'k', 1 << 20);
    const struct table table = {"s", "t", columns, 2};
    const struct cell cells[] = {{CELL_TEXT, slice_make(key, 1 << 20)}, text_cell("y")};
    buf_init(&small, 117);
    ck_assert(dust_row_id_append(&small, &table, cells, NULL));
    ck_assert(!small.failed);
    ck_assert_uint_eq(small.len, 117);
    buf_clean_up(&small);
    buf_init(&small, 116);
    dust_row_id_append(&small, &table, cells, NULL);
    ck_assert(small.failed);
    buf_clean_up(&small);
    free(key);
}
END_TEST

/* A request may name its columns in another order than the one that made the table. */
START_TEST(parts_stand_in_the_order_of_the_stored_table) {
    static const struct column made[] = {
        {.name = "b", .type = COLUMN_STRING, .primary_key = true},
        {.name = "other", .type = COLUMN_STRING},
        {.name = "a", .type = COLUMN_STRING, .primary_key = true},
    };
    static const struct column asked[] = {
        {.name = "new", .type = COLUMN_STRING, .primary_key = true},
        {.name = "a", .type = COLUMN_STRING, .primary_key = true},
        {.name = "b", .type = COLUMN_STRING, .primary_key = true},
    };
    static const struct table stored = {"s", "t", made, 3};
    static const struct table table = {"s", "t", asked, 3};
    const struct cell cells[] = {{CELL_TEXT, SLICE_LITERAL("N")},
                                 {CELL_TEXT, SLICE_LITERAL("A")},
                                 {CELL_TEXT, SLICE_LITERAL("B")}};
    struct buf id;
    buf_init(&id, 100);
    ck_assert(dust_row_id_append(&id, &table, cells, &stored));
    ck_assert_str_eq(buf_cstr(&id), "B-A-N");
    buf_reset(&id);
    ck_assert(dust_document_id_append(&id, &table, cells, NULL));
    ck_assert_str_eq(buf_cstr(&id), "s__t-N-A-B");
    buf_clean_up(&id);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_ids");
    TCase *tests = tcase_create("dust_ids");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, test_plain_ids, 0, sizeof ids / sizeof ids[0]);
    tcase_add_loop_test(tests, test_reduced_ids, 0, sizeof reduced / sizeof reduced[0]);
    tcase_add_test(tests, parts_stand_in_the_order_of_the_stored_table);
    tcase_add_test(tests, test_the_digest_is_over_schema_table_and_key);
    tcase_add_test(tests, test_one_key_never_has_two_ids);
    tcase_add_test(tests, test_no_two_keys_share_an_id);
    tcase_add_test(tests, test_a_cut_id_is_longer_than_any_plain_one);
    tcase_add_test(tests, test_a_table_without_a_key_has_no_ids);
    tcase_add_test(tests, test_a_long_key_fits_a_short_buffer);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
