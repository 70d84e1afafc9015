#include "handlers_fixture.h"
#include "support/suite.h"

#include <unistd.h>

static const struct peer_step accepting[] = {FIXTURE_ACCEPTED};

enum { MAX_FILES = 4, MAX_KEYS = 3, PATH_BYTES = 256 };

static char paths[MAX_FILES][PATH_BYTES];
static char *path_pointers[MAX_FILES] = {paths[0], paths[1], paths[2], paths[3]};

static FivetranSdk__V2__Column id_column;
static FivetranSdk__V2__Column *columns[] = {&id_column};
static FivetranSdk__V2__Table table;

struct request {
    FivetranSdk__V2__WriteBatchRequest message;
    FivetranSdk__V2__FileParams params;
    FivetranSdk__V2__WriteBatchRequest__KeysEntry keys[MAX_KEYS];
    FivetranSdk__V2__WriteBatchRequest__KeysEntry *key_pointers[MAX_KEYS];
};

static void describe_table(void) {
    fivetran_sdk__v2__column__init(&id_column);
    id_column.name = (char *)"id";
    id_column.type = FIVETRAN_SDK__V2__DATA_TYPE__INT;
    id_column.primary_key = 1;
    fivetran_sdk__v2__table__init(&table);
    table.name = (char *)"t";
    table.columns = columns;
    table.n_columns = 1;
}

static void request_init(struct request *r, struct fixture *f) {
    describe_table();
    fivetran_sdk__v2__write_batch_request__init(&r->message);
    fivetran_sdk__v2__file_params__init(&r->params);
    CONFIGURE(f, &r->message);
    r->message.schema_name = (char *)"s";
    r->message.table = &table;
    r->message.file_params = &r->params;
    r->message.keys = r->key_pointers;
    r->params.null_string = (char *)"null";
}

static void add_key(struct request *r, const char *path, const char *key, size_t len) {
    size_t i = r->message.n_keys++;
    fivetran_sdk__v2__write_batch_request__keys_entry__init(&r->keys[i]);
    r->keys[i].key = (char *)path;
    r->keys[i].value = (ProtobufCBinaryData){len, (uint8_t *)(uintptr_t)key};
    r->key_pointers[i] = &r->keys[i];
}

/* Writes paths[i]; removed by remove_files. */
static void write_file(int i, const char *text) {
    const char *root = getenv("TMPDIR");
    snprintf(paths[i], PATH_BYTES, "%s/write_batch_XXXXXX", root ? root : "/tmp");
    int fd = mkstemp(paths[i]);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
    close(fd);
}

static void remove_files(void) {
    for (int i = 0; i < MAX_FILES; i++) {
        if (paths[i][0]) {
            unlink(paths[i]);
        }
        paths[i][0] = '\0';
    }
}

/* Where the record of that operation and id stands in a body. */
static size_t place_of(const char *body, const char *operation, int id) {
    char text[64];
    for (const char *at = body; (at = strstr(at, "\"type\":\"RECORD\"")) != NULL; at++) {
        const char *end = strstr(at + 1, "\"type\":");
        size_t len = end ? (size_t)(end - at) : strlen(at);
        snprintf(text, sizeof text, "\"id\":%d", id);
        const char *has_id = memmem(at, len, text, strlen(text));
        snprintf(text, sizeof text, "\"_fivetran_op\":\"%s\"", operation);
        if (has_id && memmem(at, len, text, strlen(text))) {
            return (size_t)(at - body);
        }
    }
    ck_abort_msg("no %s of %d in %s", operation, id, body);
}

START_TEST(test_no_files_are_a_success_without_a_request) {
    struct fixture f;
    struct request r;
    SET_UP(&f, accepting);
    request_init(&r, &f);
    fixture_call(&f, "WriteBatch", &r.message.base);
    ck_assert_str_eq(fixture_outcome(&f), "success");
    r.message.file_params = NULL;
    fixture_call(&f, "WriteBatch", &r.message.base);
    ck_assert_str_eq(fixture_outcome(&f), "success");
    ck_assert_uint_eq(http_peer_requests(f.peer), 0);
    tear_down(&f);
}
END_TEST

START_TEST(test_kinds_go_in_order_replace_update_delete) {
    struct fixture f;
    struct request r;
    SET_UP(&f, accepting);
    request_init(&r, &f);
    write_file(0, "id\n4\n");
    write_file(1, "id\n1\n");
    write_file(2, "id\n2\n");
    write_file(3, "id\n3\n");
    r.message.delete_files = &path_pointers[0];
    r.message.n_delete_files = 1;
    r.message.replace_files = &path_pointers[1];
    r.message.n_replace_files = 2;
    r.message.update_files = &path_pointers[3];
    r.message.n_update_files = 1;
    fixture_call(&f, "WriteBatch", &r.message.base);
    remove_files();
    ck_assert_str_eq(fixture_outcome(&f), "success");
    ck_assert_uint_eq(http_peer_requests(f.peer), 2);
    const char *body = fixture_body(&f, 0);
    ck_assert_uint_lt(place_of(body, "upsert", 1), place_of(body, "upsert", 2));
    ck_assert_uint_lt(place_of(body, "upsert", 2), place_of(body, "update", 3));
    ck_assert_uint_lt(place_of(body, "update", 3), place_of(body, "delete", 4));
    ck_assert_uint_eq(log_capture_count(&f.log, "outcome=ok rows=4 batches=1"), 1);
    tear_down(&f);
}
END_TEST

START_TEST(test_history_begins_with_earliest_start) {
    struct fixture f;
    FivetranSdk__V2__WriteHistoryBatchRequest m =
        FIVETRAN_SDK__V2__WRITE_HISTORY_BATCH_REQUEST__INIT;
    SET_UP(&f, accepting);
    describe_table();
    CONFIGURE(&f, &m);
    m.schema_name = (char *)"s";
    m.table = &table;
    write_file(0, "id\n1\n");
    write_file(1, "id\n2\n");
    m.replace_files = &path_pointers[0];
    m.n_replace_files = 1;
    m.earliest_start_files = &path_pointers[1];
    m.n_earliest_start_files = 1;
    fixture_call(&f, "WriteHistoryBatch", &m.base);
    remove_files();
    ck_assert_str_eq(fixture_outcome(&f), "success");
    const char *body = fixture_body(&f, 0);
    ck_assert_uint_lt(place_of(body, "earliest_start", 2), place_of(body, "upsert", 1));
    tear_down(&f);
}
END_TEST

START_TEST(test_unknown_compression_and_encryption_are_refused) {
    struct fixture f;
    struct request r;
    set_up(&f, NULL, 0);
    request_init(&r, &f);
    r.params.compression = (FivetranSdk__V2__Compression)3;
    fixture_call(&f, "WriteBatch", &r.message.base);
    fixture_expect(&f, "status invalid_argument: unknown compression number 3");
    request_init(&r, &f);
    r.params.compression = (FivetranSdk__V2__Compression)-1;
    fixture_call(&f, "WriteBatch", &r.message.base);
    fixture_expect(&f, "status invalid_argument: unknown compression number -1");
    request_init(&r, &f);
    r.params.encryption = (FivetranSdk__V2__Encryption)2;
    fixture_call(&f, "WriteBatch", &r.message.base);
    fixture_expect(&f, "status invalid_argument: unknown encryption number 2");
    tear_down(&f);
}
END_TEST

/* An encrypted file whose key is wrong in length is refused for that; one that is right gets as
 * far as the file's bytes, which are no AES. */
static void call_with_keys(struct fixture *f, struct request *r, size_t first, size_t last) {
    static const char key[32] = "0123456789abcdef0123456789abcde";
    set_up(f, NULL, 0);
    request_init(r, f);
    write_file(0, "short");
    r->params.encryption = FIVETRAN_SDK__V2__ENCRYPTION__AES;
    r->message.replace_files = path_pointers;
    r->message.n_replace_files = 1;
    add_key(r, paths[0], key, first);
    add_key(r, "/another", key, 32);
    add_key(r, paths[0], key, last);
    fixture_call(f, "WriteBatch", &r->message.base);
    remove_files();
}

START_TEST(test_of_two_keys_of_a_file_the_last_counts) {
    struct fixture f;
    struct request r;
    call_with_keys(&f, &r, 32, 7);
    fixture_expect(&f, "status data_loss: table s.t: nothing of this batch was kept: ");
    ck_assert_ptr_nonnull(strstr(f.status.message, "its key has 7 bytes"));
    tear_down(&f);
    call_with_keys(&f, &r, 7, 32);
    fixture_expect(&f, "status data_loss: ");
    ck_assert_ptr_null(strstr(f.status.message, "its key"));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_missing_file_is_data_loss_that_names_table_and_file) {
    struct fixture f;
    struct request r;
    set_up(&f, NULL, 0);
    request_init(&r, &f);
    snprintf(paths[0], PATH_BYTES, "/nowhere/batch.csv");
    r.message.replace_files = path_pointers;
    r.message.n_replace_files = 1;
    fixture_call(&f, "WriteBatch", &r.message.base);
    paths[0][0] = '\0';
    fixture_expect(&f, "status data_loss: table s.t: nothing of this batch was kept: ");
    ck_assert_ptr_nonnull(strstr(f.status.message, "/nowhere/batch.csv"));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_request_without_a_table_is_refused) {
    struct fixture f;
    struct request r;
    set_up(&f, NULL, 0);
    request_init(&r, &f);
    r.message.table = NULL;
    fixture_call(&f, "WriteBatch", &r.message.base);
    fixture_expect(&f, "status invalid_argument: the request names no table");
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("write_batch");
    TCase *tests = tcase_create("write_batch");
    tcase_add_test(tests, test_no_files_are_a_success_without_a_request);
    tcase_add_test(tests, test_kinds_go_in_order_replace_update_delete);
    tcase_add_test(tests, test_history_begins_with_earliest_start);
    tcase_add_test(tests, test_unknown_compression_and_encryption_are_refused);
    tcase_add_test(tests, test_of_two_keys_of_a_file_the_last_counts);
    tcase_add_test(tests, test_a_missing_file_is_data_loss_that_names_table_and_file);
    tcase_add_test(tests, test_a_request_without_a_table_is_refused);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
