#include "destination_sdk.pb-c.h"
#include "frontends/fivetran/message_guard.h"
#include "support/suite.h"

#include <check.h>

typedef FivetranSdk__V2__WriteBatchRequest write_batch_request;

static const ProtobufCMessageDescriptor *const WRITE_BATCH =
    &fivetran_sdk__v2__write_batch_request__descriptor;

static ProtobufCMessage *unpack(struct slice bytes, struct status *status) {
    *status = STATUS_INIT;
    return message_unpack(WRITE_BATCH, bytes, status);
}

START_TEST(test_unpacks_a_real_request) {
    FivetranSdk__V2__Column column = FIVETRAN_SDK__V2__COLUMN__INIT;
    FivetranSdk__V2__Column *columns[] = {&column, &column};
    column.name = "größe";
    column.type = FIVETRAN_SDK__V2__DATA_TYPE__DECIMAL;
    FivetranSdk__V2__Table table = FIVETRAN_SDK__V2__TABLE__INIT;
    table.name = "t";
    table.columns = columns;
    table.n_columns = 2;
    FivetranSdk__V2__WriteBatchRequest__KeysEntry entry =
        FIVETRAN_SDK__V2__WRITE_BATCH_REQUEST__KEYS_ENTRY__INIT;
    FivetranSdk__V2__WriteBatchRequest__KeysEntry *entries[] = {&entry};
    entry.key = "/data/1.csv";
    entry.value = (ProtobufCBinaryData){4, (uint8_t[]){0, 255, 0, 1}}; /* bytes may hold anything */
    char *files[] = {"/data/1.csv", ""};
    write_batch_request request = FIVETRAN_SDK__V2__WRITE_BATCH_REQUEST__INIT;
    request.table = &table;
    request.keys = entries;
    request.n_keys = 1;
    request.replace_files = files;
    request.n_replace_files = 2;
    struct buf bytes;
    buf_init(&bytes, 4096);
    ck_assert(message_pack(&request.base, &bytes));

    struct status status;
    write_batch_request *got = (write_batch_request *)unpack(buf_slice(&bytes), &status);
    ck_assert_msg(got != NULL, "%s", status.message);
    ck_assert_str_eq(got->table->columns[1]->name, "größe");
    ck_assert_uint_eq(got->keys[0]->value.len, 4);
    ck_assert_str_eq(got->replace_files[0], "/data/1.csv");
    ck_assert_ptr_null(got->file_params);
    message_free(&got->base);
    buf_clean_up(&bytes);
}
END_TEST

/* Messages that are refused, and what the refusal says. */
static const struct {
    const char *bytes;
    size_t len;
    const char *message;
} refused[] = {
    {"\x1A\x00\x1A\x00", 4, "WriteBatchRequest.table is given twice"},
    {"\x42\x00\x1A\x00\x42\x00", 6, "WriteBatchRequest.file_params is given twice"},
    /* table { columns { params {} params {} } }: two levels down */
    {"\x1A\x06\x12\x04\x22\x00\x22\x00", 8, "Column.params is given twice"},
    {"\x12\x03"
     "a\0b",
     5, "WriteBatchRequest.schema_name contains a NUL character"},
    {"\x1A\x03\x0A\x01\0", 5, "Table.name contains a NUL character"},
    {"\x2A\x02\xC3\x28", 4, "WriteBatchRequest.replace_files is not valid UTF-8"},
    {"\x0A\x03\x0A\x01\xFF", 5, "ConfigurationEntry.key is not valid UTF-8"},
    {"\x0A\x03\x12\x01\0", 5, "ConfigurationEntry.value contains a NUL character"},
    {"\x22\x03\x0A\x01\xED", 5, "KeysEntry.key is not valid UTF-8"},
    {"\xFF", 1, "the bytes are not a WriteBatchRequest"},
    {"\x1B\x1C", 2, "the bytes are not a WriteBatchRequest"},
    {"\x1A\x02\x12\x05", 4, "the bytes are not a Table"},
    {"\x18\x01", 2, "the bytes are not a WriteBatchRequest"}, /* table as a number */
};

START_TEST(test_refuses) {
    struct status status;
    ck_assert_ptr_null(unpack(slice_make(refused[_i].bytes, refused[_i].len), &status));
    ck_assert_int_eq(status.code, STATUS_INVALID_ARGUMENT);
    ck_assert_str_eq(status.message, refused[_i].message);
}
END_TEST

/* Messages that look odd and are none the worse. */
static const struct {
    const char *bytes;
    size_t len;
} taken[] = {
    {"", 0},
    {"\x12\x01"
     "a\x12\x01"
     "b",
     6},                                     /* a text given twice: the last counts */
    {"\x1A\x04\x12\x00\x12\x00", 6},         /* two empty columns */
    {"\xFA\x07\x02\xFF\0", 5},               /* an unknown field of any bytes */
    {"\x0A\x00\x0A\x00", 4},                 /* map entries without key and value */
    {"\x22\x05\x12\x03\0\xFF\0", 7},         /* a map's bytes */
    {"\x42\x06\x08\x63\x10\x01\x08\x01", 8}, /* enum values that nobody knows */
};

START_TEST(test_takes) {
    struct status status;
    ProtobufCMessage *message = unpack(slice_make(taken[_i].bytes, taken[_i].len), &status);
    ck_assert_msg(message != NULL, "%s", status.message);
    message_free(message);
}
END_TEST

START_TEST(test_a_map_key_given_twice_stays_twice) {
    struct status status;
    struct slice bytes = SLICE_LITERAL("\x0A\x06\x0A\x01k\x12\x01"
                                       "1\x0A\x06\x0A\x01k\x12\x01"
                                       "2");
    write_batch_request *request = (write_batch_request *)unpack(bytes, &status);
    ck_assert_ptr_nonnull(request);
    ck_assert_uint_eq(request->n_configuration, 2);
    ck_assert_str_eq(request->configuration[1]->value, "2");
    message_free(&request->base);
}
END_TEST

static struct buf repeated(struct slice piece, size_t times) {
    struct buf bytes;
    buf_init(&bytes, (size_t)64 << 20);
    for (size_t i = 0; i < times; i++) {
        buf_append_slice(&bytes, piece);
    }
    ck_assert(!bytes.failed);
    return bytes;
}

/* Small pieces that unpack to much more than they weigh. */
static const struct {
    const char *what;
    struct slice piece;
} amplified[] = {
    {"empty settings", {"\x0A\x00", 2}},
    {"empty keys", {"\x22\x00", 2}},
    {"unknown fields", {"\xFA\x07\x00", 3}},
    {"empty file names", {"\x2A\x00", 2}},
};

START_TEST(test_memory_is_bounded) {
    struct buf bytes = repeated(amplified[_i].piece, 8 << 20);
    struct status status;
    ck_assert_msg(!unpack(buf_slice(&bytes), &status), "%s", amplified[_i].what);
    ck_assert_int_eq(status.code, STATUS_EXHAUSTED);
    buf_clean_up(&bytes);
}
END_TEST

START_TEST(test_empty_columns_are_bounded) {
    struct buf inner = repeated(SLICE_LITERAL("\x12\x00"), 2 << 20); /* 4 MiB: 80 80 80 02 */
    struct buf bytes;
    buf_init(&bytes, (size_t)8 << 20);
    buf_append(&bytes, "\x1A\x80\x80\x80\x02", 5);
    buf_append_slice(&bytes, buf_slice(&inner));
    struct status status;
    ck_assert_ptr_null(unpack(buf_slice(&bytes), &status));
    ck_assert_int_eq(status.code, STATUS_EXHAUSTED);
    buf_clean_up(&inner);
    buf_clean_up(&bytes);
}
END_TEST

START_TEST(test_many_real_file_names_fit) {
    struct buf bytes;
    buf_init(&bytes, (size_t)32 << 20);
    for (int i = 0; i < 100000; i++) {
        buf_append(&bytes, "\x2A\x64", 2);
        buf_printf(&bytes, "%0100d", i);
    }
    struct status status;
    write_batch_request *request = (write_batch_request *)unpack(buf_slice(&bytes), &status);
    ck_assert_msg(request != NULL, "%s", status.message);
    ck_assert_uint_eq(request->n_replace_files, 100000);
    message_free(&request->base);
    buf_clean_up(&bytes);
}
END_TEST

START_TEST(test_nesting_is_bounded) {
    /* FormField { conditional_fields { fields { conditional_fields { … */
    struct buf bytes;
    buf_init(&bytes, 1 << 20);
    for (int i = 0; i < 40; i++) {
        struct buf outer;
        buf_init(&outer, 1 << 20);
        buf_append(&outer, i % 2 ? "\x52" : "\x12", 1);
        size_t len = bytes.len;
        if (len >= 128) {
            buf_append_char(&outer, (char)((len & 0x7F) | 0x80));
            len >>= 7;
        }
        buf_append_char(&outer, (char)len);
        buf_append_slice(&outer, buf_slice(&bytes));
        buf_clean_up(&bytes);
        bytes = outer;
    }
    struct status status = STATUS_INIT;
    ck_assert_ptr_null(
        message_unpack(&fivetran_sdk__v2__form_field__descriptor, buf_slice(&bytes), &status));
    ck_assert_int_eq(status.code, STATUS_INVALID_ARGUMENT);
    ck_assert_str_eq(status.message, "the message is nested too deeply");
    buf_clean_up(&bytes);
}
END_TEST

START_TEST(test_free_accepts_null_and_oneofs) {
    message_free(NULL);
    struct status status = STATUS_INIT;
    /* response: { warning { message: "w" } }, and none at all */
    ProtobufCMessage *message = message_unpack(&fivetran_sdk__v2__write_batch_response__descriptor,
                                               SLICE_LITERAL("\x12\x03\x0A\x01w"), &status);
    ck_assert_ptr_nonnull(message);
    message_free(message);
    message = message_unpack(&fivetran_sdk__v2__write_batch_response__descriptor,
                             slice_make("\x08\x01", 2), &status);
    ck_assert_ptr_nonnull(message);
    message_free(message);
    /* a oneof of texts and numbers, set to the number */
    message = message_unpack(&fivetran_sdk__v2__value_type__descriptor, slice_make("\x28\x7F", 2),
                             &status);
    ck_assert_ptr_nonnull(message);
    message_free(message);
}
END_TEST

START_TEST(test_pack_keeps_within_the_maximum) {
    FivetranSdk__V2__Warning warning = FIVETRAN_SDK__V2__WARNING__INIT;
    warning.message = "0123456789";
    struct buf out;
    buf_init(&out, 16);
    ck_assert(message_pack(&warning.base, &out));
    ck_assert_uint_eq(out.len, 12);
    ck_assert(!message_pack(&warning.base, &out));
    ck_assert(out.failed);
    ck_assert_uint_eq(out.len, 12);
    buf_clean_up(&out);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("message_guard");
    TCase *tests = tcase_create("message_guard");
    tcase_add_test(tests, test_unpacks_a_real_request);
    tcase_add_loop_test(tests, test_refuses, 0, (int)(sizeof refused / sizeof refused[0]));
    tcase_add_loop_test(tests, test_takes, 0, (int)(sizeof taken / sizeof taken[0]));
    tcase_add_test(tests, test_a_map_key_given_twice_stays_twice);
    tcase_add_loop_test(tests, test_memory_is_bounded, 0,
                        (int)(sizeof amplified / sizeof amplified[0]));
    tcase_add_test(tests, test_empty_columns_are_bounded);
    tcase_add_test(tests, test_many_real_file_names_fit);
    tcase_add_test(tests, test_nesting_is_bounded);
    tcase_add_test(tests, test_free_accepts_null_and_oneofs);
    tcase_add_test(tests, test_pack_keeps_within_the_maximum);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
