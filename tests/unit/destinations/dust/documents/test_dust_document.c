#include "destinations/dust/documents/dust_document.h"
#include "json/json_scan.h"
#include "json/json_value.h"
#include "support/suite.h"

enum { ROOM = 1 << 20 };

#define TEXT(value)                                                                                \
    {                                                                                              \
        .kind = CELL_TEXT, .text = {(value), sizeof(value) - 1 }                                   \
    }
#define NONE                                                                                       \
    { .kind = CELL_NULL }

static const struct column columns[] = {
    {.name = "id", .type = COLUMN_INT, .primary_key = true},
    {.name = "name", .type = COLUMN_STRING},
    {.name = "title", .type = COLUMN_STRING},
    {.name = "data", .type = COLUMN_JSON},
    {.name = "_fivetran_synced", .type = COLUMN_UTC_DATETIME},
    {.name = "_fivetran_deleted", .type = COLUMN_BOOLEAN},
};
static const struct table notes = {"demo", "notes", columns, 6};

static struct dust_document_encoder encoder;
static struct buf out;
static struct status status;
static struct json_value *document;

static void init_kind(struct dust_document_kind kind) {
    ck_assert(dust_document_encoder_init(&encoder, &kind));
}

static void init(enum front_end front_end, const struct table *table, const char *table_id) {
    init_kind(
        (struct dust_document_kind){.front_end = front_end, .table = table, .table_id = table_id});
}

static void set_up(void) {
    buf_init(&out, ROOM);
    status = STATUS_INIT;
    document = NULL;
    init(FRONT_END_FIVETRAN, &notes, "fivetran_demo__notes");
}

static void tear_down(void) {
    json_destroy(document);
    dust_document_encoder_clean_up(&encoder);
    buf_clean_up(&out);
}

/* Encodes the cells of a row of notes; what came of it is in document. */
static bool encode(const struct cell *cells) {
    const struct record record = {.operation = RECORD_UPSERT, .cells = cells};
    buf_reset(&out);
    bool ok = dust_document_append(&encoder, &record, &out, &status);
    ck_assert_int_eq(ok, status.code == STATUS_OK);
    json_destroy(document);
    document = NULL;
    if (ok && !out.failed) {
        ck_assert(json_scan(buf_slice(&out), NULL));
        document = json_parse(buf_slice(&out), &status);
    }
    return ok;
}

static struct slice text_of(const struct json_value *value) {
    struct slice text = slice_of("(not a text)");
    json_text(value, &text);
    return text;
}

static const struct json_value *member(const char *key) {
    return json_get(json_array_at(document, 2), key);
}

#define ck_assert_text(value, expected) ck_assert_str_eq(text_of(value).data, expected)

static bool has_tag(const char *tag) {
    bool found = false;
    for (size_t i = 0; i < json_array_count(member("tags")); i++) {
        found = found || slice_equal_text(text_of(json_array_at(member("tags"), i)), tag);
    }
    return found;
}

START_TEST(test_a_record_as_a_document) {
    const struct cell cells[] = {TEXT("42"),
                                 TEXT("a name"),
                                 TEXT("A \"title\""),
                                 TEXT("{\"b\":[1.50,{}]}"),
                                 TEXT("2024-01-02T03:04:05.678901Z"),
                                 TEXT("false")};
    ck_assert(encode(cells));
    ck_assert_uint_eq(json_array_count(document), 3);
    ck_assert_text(json_array_at(document, 0), "demo__notes-42");
    ck_assert_uint_eq(text_of(json_array_at(document, 1)).len, 16);
    ck_assert_text(member("title"), "A \"title\"");
    ck_assert_text(member("mime_type"), "application/json");
    ck_assert_text(member("text"), "{\n"
                                   "  \"id\": 42,\n"
                                   "  \"name\": \"a name\",\n"
                                   "  \"title\": \"A \\\"title\\\"\",\n"
                                   "  \"data\": {\n"
                                   "    \"b\": [\n"
                                   "      1.50,\n"
                                   "      {}\n"
                                   "    ]\n"
                                   "  },\n"
                                   "  \"_fivetran_synced\": \"2024-01-02T03:04:05.678901Z\",\n"
                                   "  \"_fivetran_deleted\": false\n"
                                   "}");
    int64_t timestamp = 0;
    ck_assert(json_int(member("timestamp"), &timestamp));
    ck_assert_int_eq(timestamp, 1704164645678);
    ck_assert_uint_eq(json_array_count(member("tags")), 3);
    ck_assert(has_tag("fivetran:table:demo.notes"));
    ck_assert(has_tag("bigdust:table:fivetran_demo__notes"));
    char hash[64];
    snprintf(hash, sizeof hash, DUST_HASH_TAG "%s", text_of(json_array_at(document, 1)).data);
    ck_assert(has_tag(hash));
}
END_TEST

START_TEST(test_an_airbyte_stream_has_its_old_tag) {
    const struct cell cells[] = {TEXT("42"), NONE, NONE, NONE, NONE, NONE};
    dust_document_encoder_clean_up(&encoder);
    init(FRONT_END_AIRBYTE, &notes, "airbyte_notes");
    ck_assert(encode(cells));
    ck_assert(has_tag("airbyte:stream:notes"));
    ck_assert(has_tag("bigdust:table:airbyte_notes"));
    ck_assert(!has_tag("fivetran:table:demo.notes"));
}
END_TEST

START_TEST(test_the_deleted_state_is_a_tag_too) {
    const struct cell cells[] = {TEXT("42"), NONE, NONE, NONE, NONE, TEXT("true")};
    ck_assert(encode(cells));
    ck_assert(has_tag("fivetran:deleted"));
}
END_TEST

START_TEST(test_without_an_instant_there_is_no_timestamp) {
    const struct cell cells[] = {TEXT("42"), NONE, NONE, NONE, NONE, NONE};
    ck_assert(encode(cells));
    ck_assert_ptr_null(member("timestamp"));
}
END_TEST

static const char *hash_of(const struct cell *cells) {
    static char hashes[16][17];
    static int next;
    ck_assert(encode(cells));
    char *hash = hashes[next++ % 16];
    snprintf(hash, 17, "%s", text_of(json_array_at(document, 1)).data);
    return hash;
}

START_TEST(test_the_hash_covers_all_that_is_sent) {
    struct cell cells[] = {TEXT("42"),   TEXT("n"), NONE, NONE, TEXT("2024-01-02T03:04:05Z"),
                           TEXT("false")};
    const char *first = hash_of(cells);
    ck_assert_str_eq(hash_of(cells), first);
    cells[1] = (struct cell)TEXT("m"); /* title and text */
    ck_assert_str_ne(hash_of(cells), first);
    cells[1] = (struct cell)TEXT("n");
    cells[4] = (struct cell)TEXT("2024-01-02T03:04:05.000001Z"); /* text alone */
    ck_assert_str_ne(hash_of(cells), first);
    cells[4] = (struct cell)TEXT("2024-01-02T03:04:05Z");
    cells[5] = (struct cell)TEXT("true");
    ck_assert_str_ne(hash_of(cells), first);
    cells[5] = (struct cell)TEXT("false");
    ck_assert_str_eq(hash_of(cells), first);
    dust_document_encoder_clean_up(&encoder); /* tags alone */
    init(FRONT_END_FIVETRAN, &notes, "other_id");
    ck_assert_str_ne(hash_of(cells), first);
}
END_TEST

/* --- titles --- */

START_TEST(test_the_first_text_of_five_columns_is_the_title) {
    static const struct column five[] = {
        {.name = "id", .type = COLUMN_INT, .primary_key = true},
        {.name = "label", .type = COLUMN_STRING},
        {.name = "headline", .type = COLUMN_STRING},
        {.name = "subject", .type = COLUMN_INT},
        {.name = "name", .type = COLUMN_STRING},
        {.name = "title", .type = COLUMN_STRING},
        {.name = "Title", .type = COLUMN_STRING},
    };
    static const struct table table = {"s", "papers", five, 7};
    struct cell cells[] = {TEXT("1"),        TEXT("the label"), TEXT("the headline"), TEXT("77"),
                           TEXT("the name"), TEXT("the title"), TEXT("not this")};
    static const char *const expected[] = {"the title",    "the name",  "77",
                                           "the headline", "the label", "papers record"};
    dust_document_encoder_clean_up(&encoder);
    init(FRONT_END_FIVETRAN, &table, "x");
    for (int i = 0; i < 6; i++) {
        ck_assert(encode(cells));
        ck_assert_text(member("title"), expected[i]);
        if (i < 5) { /* either is nothing */
            cells[5 - i] = i % 2 ? (struct cell)TEXT(" \n") : (struct cell)NONE;
        }
    }
}
END_TEST

/* n times the text. */
static struct slice repeat(const char *text, size_t n) {
    static struct buf repeated;
    buf_clean_up(&repeated);
    buf_init(&repeated, ROOM);
    for (size_t i = 0; i < n; i++) {
        buf_append_text(&repeated, text);
    }
    return buf_slice(&repeated);
}

START_TEST(test_lesson_20_titles_are_cut_between_characters) {
    static const struct {
        const char *character;
        size_t units, kept; /* what 512 units take of it */
    } rows[] = {
        {"a", 1, 512}, {"é", 1, 512}, {"€", 1, 512}, {"😀", 2, 256}, {"\xff", 1, 512},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t bytes = strlen(rows[i].character);
        buf_reset(&out);
        dust_title_append(&out, repeat(rows[i].character, rows[i].kept));
        ck_assert_uint_eq(out.len, bytes * rows[i].kept);
        buf_reset(&out);
        dust_title_append(&out, repeat(rows[i].character, rows[i].kept + 1));
        ck_assert_uint_eq(out.len, bytes * rows[i].kept);
    }
    buf_reset(&out);
    struct buf odd; /* the pair does not fit into the one unit that is left */
    buf_init(&odd, ROOM);
    buf_append_slice(&odd, repeat("a", 511));
    buf_append_text(&odd, "😀b");
    dust_title_append(&out, buf_slice(&odd));
    ck_assert_uint_eq(out.len, 511);
    buf_clean_up(&odd);
}
END_TEST

START_TEST(test_a_long_title_of_broken_utf8_fits) {
    struct cell cells[] = {TEXT("1"), NONE, NONE, NONE, NONE, NONE};
    cells[2] = (struct cell){CELL_TEXT, repeat("\xf0\x9f\x98", 600)};
    ck_assert(encode(cells));
    struct slice title = text_of(member("title"));
    ck_assert_uint_eq(title.len, 512 * strlen("\xef\xbf\xbd"));
}
END_TEST

/* --- timestamps --- */

START_TEST(test_no_timestamp_is_misread) {
    static const struct {
        int64_t ms, sent;
    } rows[] = {
        {1704164645678, 1704164645678},
        {10000000000, 10000000000}, /* the first that Dust takes for milliseconds */
        {9999999999, 9999999},      /* seconds */
        {86400123, 86400},
        {1000, 1},
        {999, 1},
        {0, 1},
        {-1, 1},
        {-62135596800000, 1},
        {253402300799999, 253402300799999},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_int_eq(dust_timestamp(rows[i].ms), rows[i].sent);
        int64_t read = rows[i].sent < 10000000000 ? rows[i].sent * 1000 : rows[i].sent;
        ck_assert(rows[i].ms < 1000 || (read <= rows[i].ms && rows[i].ms - read < 1000));
    }
}
END_TEST

/* --- records that came as JSON --- */

static const char *const id_name[] = {"id"};
static const char *const nested_name[] = {"meta", "region"};
static const struct key_path paths[] = {{id_name, 1}, {nested_name, 2}};
static const struct stream_mode keyed = {
    .mode = WRITE_APPEND_DEDUP, .primary_key = paths, .n_primary_key = 2};
static const struct stream_mode unkeyed = {.mode = WRITE_APPEND};
static const struct table stream_table = {"", "users", NULL, 0};

static void init_stream(const struct stream_mode *stream, const char *generation) {
    dust_document_encoder_clean_up(&encoder);
    init_kind((struct dust_document_kind){.front_end = FRONT_END_AIRBYTE,
                                          .table = &stream_table,
                                          .table_id = "airbyte_users",
                                          .stream = stream,
                                          .generation = generation});
}

static void encode_json(const char *json, int64_t emitted_at_ms) {
    const struct record record = {.json = slice_of(json), .emitted_at_ms = emitted_at_ms};
    buf_reset(&out);
    ck_assert(dust_document_append(&encoder, &record, &out, &status));
    json_destroy(document);
    document = json_parse(buf_slice(&out), &status);
    ck_assert_ptr_nonnull(document);
}

START_TEST(test_a_record_that_came_as_json_keeps_its_digits) {
    init_stream(&keyed, NULL);
    encode_json("{\"id\":7,\"meta\":{\"region\":\"eu\"},\"n\":12345678901234567890.10,\"title\":\" "
                "A t\\u00e9st \"}",
                1704164645678);
    ck_assert_text(json_array_at(document, 0), "users-7-eu");
    ck_assert_text(member("title"), "A tést");
    ck_assert_text(member("text"), "{\n"
                                   "  \"id\": 7,\n"
                                   "  \"meta\": {\n"
                                   "    \"region\": \"eu\"\n"
                                   "  },\n"
                                   "  \"n\": 12345678901234567890.10,\n"
                                   "  \"title\": \" A t\\u00e9st \"\n"
                                   "}");
    int64_t timestamp = 0;
    ck_assert(json_int(member("timestamp"), &timestamp));
    ck_assert_int_eq(timestamp, 1704164645678);
    ck_assert(has_tag("airbyte:stream:users"));
    ck_assert_uint_eq(json_array_count(member("tags")), 3);
}
END_TEST

START_TEST(test_titles_of_json_are_texts_or_numbers) {
    static const struct {
        const char *json, *title;
    } rows[] = {
        {"{\"title\":\"\",\"name\":\"n\"}", "n"},
        {"{\"title\":null,\"name\":{\"a\":1},\"subject\":[1],\"headline\":true,\"label\":-1.50}",
         "-1.50"},
        {"{\"Title\":\"no\"}", "users record"},
        {"{}", "users record"},
    };
    init_stream(&unkeyed, NULL);
    encode_json(rows[_i].json, EMITTED_AT_UNKNOWN);
    ck_assert_text(member("title"), rows[_i].title);
    ck_assert_ptr_null(member("timestamp"));
}
END_TEST

START_TEST(test_without_a_key_the_record_names_its_document) {
    char first[64];
    init_stream(&unkeyed, NULL);
    encode_json("{\"a\":1}", 1);
    snprintf(first, sizeof first, "%s", text_of(json_array_at(document, 0)).data);
    ck_assert_uint_eq(strlen(first), strlen("users-") + 16);
    ck_assert_int_eq(strncmp(first, "users-", 6), 0);
    encode_json("{\"a\":1}", 2);
    ck_assert_text(json_array_at(document, 0), first);
    encode_json("{\"a\":2}", 2);
    ck_assert_str_ne(text_of(json_array_at(document, 0)).data, first);
}
END_TEST

START_TEST(test_a_generation_is_a_tag) {
    init_stream(&unkeyed, NULL);
    encode_json("{}", 1);
    char without[32];
    snprintf(without, sizeof without, "%s", text_of(json_array_at(document, 1)).data);
    init_stream(&unkeyed, "17");
    encode_json("{}", 1);
    ck_assert(has_tag(DUST_GENERATION_TAG "17"));
    ck_assert_str_ne(text_of(json_array_at(document, 1)).data, without);
}
END_TEST

/* --- what cannot be a document --- */

START_TEST(test_a_value_that_its_type_forbids_appends_nothing) {
    const struct cell cells[] = {TEXT("forty-two"), NONE, NONE, NONE, NONE, NONE};
    const struct record record = {.operation = RECORD_UPSERT, .cells = cells};
    buf_append_text(&out, "before");
    ck_assert(!dust_document_append(&encoder, &record, &out, &status));
    ck_assert_int_eq(status.code, STATUS_DATA_LOSS);
    ck_assert_ptr_nonnull(strstr(status.message, "column \"id\" (INT)"));
    ck_assert_str_eq(buf_cstr(&out), "before");
}
END_TEST

START_TEST(test_a_table_without_a_key_is_a_task) {
    static const struct column keyless[] = {{.name = "v", .type = COLUMN_STRING}};
    static const struct table table = {"s", "t", keyless, 1};
    const struct cell cells[] = {TEXT("x")};
    dust_document_encoder_clean_up(&encoder);
    init(FRONT_END_FIVETRAN, &table, "x");
    ck_assert(!encode(cells));
    ck_assert_int_eq(status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(status.message, "Table s.t has no primary key"));
    ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(test_changes_are_counted) {
    const struct cell cells[] = {TEXT("1"), TEXT("a\xff"), NONE, TEXT("{"), NONE, NONE};
    ck_assert(encode(cells));
    ck_assert_uint_eq(encoder.counts.invalid_utf8, 1);
    ck_assert_uint_eq(encoder.counts.not_json, 1);
    ck_assert_uint_eq(encoder.counts.not_finite, 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_document");
    TCase *tests = tcase_create("dust_document");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_a_record_as_a_document);
    tcase_add_test(tests, test_an_airbyte_stream_has_its_old_tag);
    tcase_add_test(tests, test_the_deleted_state_is_a_tag_too);
    tcase_add_test(tests, test_without_an_instant_there_is_no_timestamp);
    tcase_add_test(tests, test_the_hash_covers_all_that_is_sent);
    tcase_add_test(tests, test_the_first_text_of_five_columns_is_the_title);
    tcase_add_test(tests, test_lesson_20_titles_are_cut_between_characters);
    tcase_add_test(tests, test_a_long_title_of_broken_utf8_fits);
    tcase_add_test(tests, test_no_timestamp_is_misread);
    tcase_add_test(tests, test_a_record_that_came_as_json_keeps_its_digits);
    tcase_add_loop_test(tests, test_titles_of_json_are_texts_or_numbers, 0, 4);
    tcase_add_test(tests, test_without_a_key_the_record_names_its_document);
    tcase_add_test(tests, test_a_generation_is_a_tag);
    tcase_add_test(tests, test_a_value_that_its_type_forbids_appends_nothing);
    tcase_add_test(tests, test_a_table_without_a_key_is_a_task);
    tcase_add_test(tests, test_changes_are_counted);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
