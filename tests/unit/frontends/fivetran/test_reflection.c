#include "descriptors.h"
#include "frontends/fivetran/descriptor_walk.h"
#include "frontends/fivetran/message_guard.h"
#include "frontends/fivetran/reflection.h"
#include "frontends/fivetran/wire.h"
#include "reflection.pb-c.h"
#include "support/suite.h"

#include <check.h>

typedef Grpc__Reflection__V1__ServerReflectionRequest request_message;
typedef Grpc__Reflection__V1__ServerReflectionResponse response_message;

#define REQUEST(name) GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_##name
#define RESPONSE(name) GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_##name

static struct reflection reflection;

static void set_up(void) {
    struct status status = STATUS_INIT;
    ck_assert(reflection_init(&reflection, slice_make(bigdust_descriptors, bigdust_descriptors_len),
                              &status));
}

static response_message *ask(const request_message *request) {
    struct buf bytes;
    struct buf answer;
    buf_init(&bytes, 4096);
    buf_init(&answer, 1 << 20);
    struct status status = STATUS_INIT;
    ck_assert(message_pack(&request->base, &bytes));
    ck_assert_msg(reflection_answer(&reflection, buf_slice(&bytes), &answer, &status), "%s",
                  status.message);
    ProtobufCMessage *response = message_unpack(
        &grpc__reflection__v1__server_reflection_response__descriptor, buf_slice(&answer), &status);
    ck_assert_msg(response != NULL, "%s", status.message);
    buf_clean_up(&bytes);
    buf_clean_up(&answer);
    return (response_message *)response;
}

static response_message *ask_symbol(const char *symbol) {
    request_message request = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__INIT;
    request.message_request_case = REQUEST(FILE_CONTAINING_SYMBOL);
    char text[256];
    snprintf(text, sizeof text, "%s", symbol);
    request.file_containing_symbol = text;
    return ask(&request);
}

static response_message *ask_file(const char *name) {
    request_message request = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__INIT;
    request.message_request_case = REQUEST(FILE_BY_FILENAME);
    char text[256];
    snprintf(text, sizeof text, "%s", name);
    request.file_by_filename = text;
    return ask(&request);
}

/* The names of the files in the answer, "a.proto b.proto", "" for an answer of NOT_FOUND. */
static void file_names(response_message *response, char names[512]) {
    names[0] = '\0';
    if (response->message_response_case == RESPONSE(ERROR_RESPONSE)) {
        ck_assert_int_eq(response->error_response->error_code, 5);
        return;
    }
    ck_assert_int_eq(response->message_response_case, RESPONSE(FILE_DESCRIPTOR_RESPONSE));
    const Grpc__Reflection__V1__FileDescriptorResponse *files = response->file_descriptor_response;
    size_t used = 0;
    for (size_t i = 0; i < files->n_file_descriptor_proto; i++) {
        ProtobufCBinaryData file = files->file_descriptor_proto[i];
        struct slice name = wire_find(slice_make(file.data, file.len), DESCRIPTOR_FILE_NAME);
        used += (size_t)snprintf(names + used, 512 - used, "%s%.*s", i ? " " : "", SLICE_ARG(name));
    }
}

static const char SDK[] = "destination_sdk.proto common.proto google/protobuf/timestamp.proto";
static const char COMMON[] = "common.proto google/protobuf/timestamp.proto";
static const char HEALTH[] = "grpc/health/v1/health.proto";

static const struct {
    const char *symbol;
    const char *files;
} symbols[] = {
    {"fivetran_sdk.v2.DestinationConnector", SDK},
    {"fivetran_sdk.v2.DestinationConnector.WriteBatch", SDK},
    {"fivetran_sdk.v2.WriteBatchRequest", SDK},
    {"fivetran_sdk.v2.WriteBatchRequest.keys", SDK},
    {"fivetran_sdk.v2.WriteBatchRequest.KeysEntry", SDK},
    {"fivetran_sdk.v2.WriteBatchRequest.KeysEntry.value", SDK},
    {"fivetran_sdk.v2.WriteBatchResponse.response", SDK}, /* a oneof */
    {"fivetran_sdk.v2.Compression", SDK},
    {"fivetran_sdk.v2.ZSTD", SDK}, /* an enum's values stand beside it */
    {"fivetran_sdk.v2.Table", COMMON},
    {"fivetran_sdk.v2.Table.columns", COMMON},
    {"fivetran_sdk.v2.NAIVE_TIME", COMMON},
    {"google.protobuf.Timestamp", "google/protobuf/timestamp.proto"},
    {"grpc.health.v1.Health.Watch", HEALTH},
    {"grpc.health.v1.HealthCheckResponse.ServingStatus", HEALTH},
    {"grpc.health.v1.HealthCheckResponse.SERVING", HEALTH},
    {"grpc.reflection.v1alpha.ServerReflection", "grpc/reflection/v1alpha/reflection.proto"},
    {"grpc.reflection.v1.ServerReflection", "grpc/reflection/v1/reflection.proto"},
    {"", ""},
    {".", ""},
    {"fivetran_sdk", ""},
    {"fivetran_sdk.v2", ""},
    {"fivetran_sdk.v2.", ""},
    {".fivetran_sdk.v2.Table", ""},
    {"fivetran_sdk.v2.Table.", ""},
    {"fivetran_sdk.v2.Tab", ""},
    {"fivetran_sdk.v2.Tables", ""},
    {"fivetran_sdk.v2.table", ""},
    {"fivetran_sdk.v2.Table.nothing", ""},
    {"fivetran_sdk.v2.Table.columns.name", ""},
    {"fivetran_sdk.v2..Table", ""},
    {"fivetran_sdk.v2.Compression.ZSTD", ""},
    {"Table", ""},
    {"grpc.health.v1.SERVING", ""},
    {"grpc.health.v2.Health", ""},
};

START_TEST(test_symbols) {
    response_message *response = ask_symbol(symbols[_i].symbol);
    char names[512];
    file_names(response, names);
    ck_assert_msg(strcmp(names, symbols[_i].files) == 0, "%s is in \"%s\"", symbols[_i].symbol,
                  names);
    message_free(&response->base);
}
END_TEST

START_TEST(test_files) {
    static const struct {
        const char *name;
        const char *files;
    } files[] = {
        {"destination_sdk.proto", SDK},
        {"common.proto", COMMON},
        {HEALTH, HEALTH},
        {"destination_sdk", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        response_message *response = ask_file(files[i].name);
        char names[512];
        file_names(response, names);
        ck_assert_str_eq(names, files[i].files);
        message_free(&response->base);
    }
}
END_TEST

START_TEST(test_lists_services) {
    request_message request = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__INIT;
    request.host = "here";
    request.message_request_case = REQUEST(LIST_SERVICES);
    request.list_services = "*";
    response_message *response = ask(&request);
    ck_assert_int_eq(response->message_response_case, RESPONSE(LIST_SERVICES_RESPONSE));
    ck_assert_str_eq(response->valid_host, "here");
    ck_assert_str_eq(response->original_request->list_services, "*");
    const Grpc__Reflection__V1__ListServiceResponse *list = response->list_services_response;
    ck_assert_uint_eq(list->n_service, 4);
    size_t found = 0;
    for (size_t i = 0; i < 4; i++) {
        found += strcmp(list->service[i]->name, "fivetran_sdk.v2.DestinationConnector") == 0;
        found += strcmp(list->service[i]->name, "grpc.health.v1.Health") == 0;
    }
    ck_assert_uint_eq(found, 2);
    message_free(&response->base);
}
END_TEST

static int error_of(const request_message *request) {
    response_message *response = ask(request);
    ck_assert_int_eq(response->message_response_case, RESPONSE(ERROR_RESPONSE));
    int code = response->error_response->error_code;
    message_free(&response->base);
    return code;
}

START_TEST(test_extensions_are_not_found) {
    Grpc__Reflection__V1__ExtensionRequest extension =
        GRPC__REFLECTION__V1__EXTENSION_REQUEST__INIT;
    request_message request = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__INIT;
    request.message_request_case = REQUEST(FILE_CONTAINING_EXTENSION);
    request.file_containing_extension = &extension;
    ck_assert_int_eq(error_of(&request), 5);
    request.message_request_case = REQUEST(ALL_EXTENSION_NUMBERS_OF_TYPE);
    request.all_extension_numbers_of_type = "fivetran_sdk.v2.Table";
    ck_assert_int_eq(error_of(&request), 5);
}
END_TEST

START_TEST(test_a_request_for_nothing_is_an_error) {
    request_message request = GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__INIT;
    ck_assert_int_eq(error_of(&request), 3);
}
END_TEST

START_TEST(test_broken_requests) {
    struct buf answer;
    buf_init(&answer, 4096);
    struct status status = STATUS_INIT;
    ck_assert(!reflection_answer(&reflection, SLICE_LITERAL("\x22\x7F"), &answer, &status));
    ck_assert_int_eq(status.code, STATUS_INVALID_ARGUMENT);
    ck_assert_uint_eq(answer.len, 0);
    buf_clean_up(&answer);
}
END_TEST

START_TEST(test_an_answer_that_does_not_fit_is_our_fault) {
    struct buf answer;
    buf_init(&answer, 8);
    struct status status = STATUS_INIT;
    ck_assert(!reflection_answer(&reflection, SLICE_LITERAL("\x3A\x01*"), &answer, &status));
    ck_assert_int_eq(status.code, STATUS_INTERNAL);
    buf_clean_up(&answer);
}
END_TEST

/* Every prefix of the set, in memory exactly as long: found broken or not, never read past. */
START_TEST(test_cut_sets) {
    size_t complete = 0;
    for (size_t len = 0; len < bigdust_descriptors_len; len += 7) {
        char *copy = malloc(len ? len : 1);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, bigdust_descriptors, len);
        struct status status = STATUS_INIT;
        if (reflection_init(&reflection, slice_make(copy, len), &status)) {
            complete++;
        } else {
            ck_assert_int_eq(status.code, STATUS_INTERNAL);
        }
        message_free(&ask_symbol("fivetran_sdk.v2.Table.columns")->base);
        free(copy);
    }
    ck_assert_uint_lt(complete, 8);
}
END_TEST

/* A file cut anywhere: its walk stays inside. */
START_TEST(test_cut_files) {
    struct slice file = reflection.files[0];
    for (size_t len = 0; len < file.len; len++) {
        char *copy = malloc(len ? len : 1);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, file.data, len);
        ck_assert(!descriptor_file_defines(slice_make(copy, len), SLICE_LITERAL("nothing.Here")));
        free(copy);
    }
}
END_TEST

START_TEST(test_too_many_files) {
    char set[2 * (REFLECTION_FILES_MAX + 1)];
    for (size_t i = 0; i < sizeof set; i += 2) {
        set[i] = 0x0A;
        set[i + 1] = 0;
    }
    struct status status = STATUS_INIT;
    ck_assert(reflection_init(&reflection, slice_make(set, sizeof set - 2), &status));
    ck_assert(!reflection_init(&reflection, slice_make(set, sizeof set), &status));
    ck_assert_int_eq(status.code, STATUS_INTERNAL);
}
END_TEST

/* Two files that import each other, and one that imports what is not there. */
START_TEST(test_circular_imports_end) {
    struct status status = STATUS_INIT;
    struct slice set = SLICE_LITERAL("\x0A\x09\x0A\x01"
                                     "a\x1A\x01"
                                     "b\x1A\x01"
                                     "x\x0A\x06\x0A\x01"
                                     "b\x1A\x01"
                                     "a");
    ck_assert(reflection_init(&reflection, set, &status));
    response_message *response = ask_file("b");
    char names[512];
    file_names(response, names);
    ck_assert_str_eq(names, "b a");
    message_free(&response->base);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("reflection");
    TCase *tests = tcase_create("reflection");
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_loop_test(tests, test_symbols, 0, (int)(sizeof symbols / sizeof symbols[0]));
    tcase_add_test(tests, test_files);
    tcase_add_test(tests, test_lists_services);
    tcase_add_test(tests, test_extensions_are_not_found);
    tcase_add_test(tests, test_a_request_for_nothing_is_an_error);
    tcase_add_test(tests, test_broken_requests);
    tcase_add_test(tests, test_an_answer_that_does_not_fit_is_our_fault);
    tcase_add_test(tests, test_cut_sets);
    tcase_add_test(tests, test_cut_files);
    tcase_add_test(tests, test_too_many_files);
    tcase_add_test(tests, test_circular_imports_end);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
