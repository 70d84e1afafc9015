#include "frontends/fivetran/reflection.h"

#include "frontends/fivetran/descriptor_walk.h"
#include "frontends/fivetran/message_guard.h"
#include "frontends/fivetran/wire.h"
#include "reflection.pb-c.h"

enum { SET_FILE = 1, SERVICE_NAME = 1, SERVICES_MAX = 32, NAME_BYTES = 512 };
enum { CODE_INVALID_ARGUMENT = 3, CODE_NOT_FOUND = 5 }; /* gRPC's, inside ErrorResponse */

typedef Grpc__Reflection__V1__ServerReflectionRequest request_message;
typedef Grpc__Reflection__V1__ServerReflectionResponse response_message;

bool reflection_init(struct reflection *r, struct slice descriptor_set, struct status *status) {
    *r = (struct reflection){0};
    struct wire w = wire_open(descriptor_set);
    struct wire_field field;
    while (wire_next(&w, &field)) {
        if (field.number != SET_FILE || field.type != WIRE_BYTES) {
            continue;
        }
        if (r->n_files == REFLECTION_FILES_MAX) {
            return status_fail(status, STATUS_INTERNAL, "more descriptor files than %d",
                               REFLECTION_FILES_MAX);
        }
        r->files[r->n_files++] = field.bytes;
    }
    return !w.broken || status_fail(status, STATUS_INTERNAL, "the descriptor set is broken");
}

/* The index of the file of that name, n_files when there is none. */
static size_t file_named(const struct reflection *r, struct slice name) {
    size_t i = 0;
    while (i < r->n_files && !slice_equal(wire_find(r->files[i], DESCRIPTOR_FILE_NAME), name)) {
        i++;
    }
    return i;
}

static size_t file_defining(const struct reflection *r, struct slice symbol) {
    size_t i = 0;
    while (i < r->n_files && !descriptor_file_defines(r->files[i], symbol)) {
        i++;
    }
    return i;
}

/* The file and, breadth first, everything it imports: indexes into r->files. Returns how many. */
static size_t with_imports(const struct reflection *r, size_t first,
                           size_t order[REFLECTION_FILES_MAX]) {
    bool taken[REFLECTION_FILES_MAX] = {false};
    size_t n = 0;
    order[n++] = first;
    taken[first] = true;
    for (size_t i = 0; i < n; i++) {
        struct wire w = wire_open(r->files[order[i]]);
        struct wire_field field;
        while (wire_next(&w, &field)) {
            if (field.number != DESCRIPTOR_FILE_DEPENDENCY || field.type != WIRE_BYTES) {
                continue;
            }
            size_t import = file_named(r, field.bytes);
            if (import < r->n_files && !taken[import]) {
                taken[import] = true;
                order[n++] = import;
            }
        }
    }
    return n;
}

static bool send(const request_message *request, response_message *response, struct buf *out,
                 struct status *status) {
    response->valid_host = request->host;
    response->original_request = (request_message *)request;
    return message_pack(&response->base, out) ||
           status_no_memory(status, "answering a reflection request");
}

static bool send_error(const request_message *request, int code, const char *text, struct buf *out,
                       struct status *status) {
    Grpc__Reflection__V1__ErrorResponse error = GRPC__REFLECTION__V1__ERROR_RESPONSE__INIT;
    char message[NAME_BYTES];
    snprintf(message, sizeof message, "%s", text);
    error.error_code = code;
    error.error_message = message;
    response_message response = GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__INIT;
    response.message_response_case =
        GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_ERROR_RESPONSE;
    response.error_response = &error;
    return send(request, &response, out, status);
}

/* The file of that index with its imports; n_files is "not found". */
static bool send_files(const struct reflection *r, const request_message *request, size_t file,
                       struct buf *out, struct status *status) {
    if (file == r->n_files) {
        return send_error(request, CODE_NOT_FOUND, "not served here", out, status);
    }
    size_t order[REFLECTION_FILES_MAX];
    ProtobufCBinaryData bytes[REFLECTION_FILES_MAX];
    Grpc__Reflection__V1__FileDescriptorResponse files =
        GRPC__REFLECTION__V1__FILE_DESCRIPTOR_RESPONSE__INIT;
    files.n_file_descriptor_proto = with_imports(r, file, order);
    files.file_descriptor_proto = bytes;
    for (size_t i = 0; i < files.n_file_descriptor_proto; i++) {
        struct slice one = r->files[order[i]];
        bytes[i] = (ProtobufCBinaryData){one.len, (uint8_t *)(uintptr_t)one.data};
    }
    response_message response = GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__INIT;
    response.message_response_case =
        GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_FILE_DESCRIPTOR_RESPONSE;
    response.file_descriptor_response = &files;
    return send(request, &response, out, status);
}

struct service_list {
    Grpc__Reflection__V1__ServiceResponse services[SERVICES_MAX];
    Grpc__Reflection__V1__ServiceResponse *pointers[SERVICES_MAX];
    char names[SERVICES_MAX][NAME_BYTES];
    size_t n;
};

static void list_services_of(struct slice file, struct service_list *list) {
    struct slice package = wire_find(file, DESCRIPTOR_FILE_PACKAGE);
    struct wire w = wire_open(file);
    struct wire_field field;
    while (wire_next(&w, &field)) {
        if (field.number != DESCRIPTOR_FILE_SERVICE || field.type != WIRE_BYTES ||
            list->n == SERVICES_MAX) {
            continue;
        }
        struct slice name = wire_find(field.bytes, SERVICE_NAME);
        size_t i = list->n++;
        snprintf(list->names[i], NAME_BYTES, "%.*s%s%.*s", SLICE_ARG(package),
                 package.len ? "." : "", SLICE_ARG(name));
        list->services[i] =
            (Grpc__Reflection__V1__ServiceResponse)GRPC__REFLECTION__V1__SERVICE_RESPONSE__INIT;
        list->services[i].name = list->names[i];
        list->pointers[i] = &list->services[i];
    }
}

static bool send_services(const struct reflection *r, const request_message *request,
                          struct buf *out, struct status *status) {
    struct service_list list;
    list.n = 0;
    for (size_t i = 0; i < r->n_files; i++) {
        list_services_of(r->files[i], &list);
    }
    Grpc__Reflection__V1__ListServiceResponse services =
        GRPC__REFLECTION__V1__LIST_SERVICE_RESPONSE__INIT;
    services.n_service = list.n;
    services.service = list.pointers;
    response_message response = GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__INIT;
    response.message_response_case =
        GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_LIST_SERVICES_RESPONSE;
    response.list_services_response = &services;
    return send(request, &response, out, status);
}

static bool answer(const struct reflection *r, const request_message *request, struct buf *out,
                   struct status *status) {
    switch (request->message_request_case) {
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_BY_FILENAME:
        return send_files(r, request, file_named(r, slice_of(request->file_by_filename)), out,
                          status);
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_SYMBOL:
        return send_files(r, request, file_defining(r, slice_of(request->file_containing_symbol)),
                          out, status);
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_LIST_SERVICES:
        return send_services(r, request, out, status);
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_EXTENSION:
    case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_ALL_EXTENSION_NUMBERS_OF_TYPE:
        return send_error(request, CODE_NOT_FOUND, "proto3: no extensions", out, status);
    default:
        return send_error(request, CODE_INVALID_ARGUMENT, "the request asks for nothing", out,
                          status);
    }
}

bool reflection_answer(const struct reflection *r, struct slice request, struct buf *response,
                       struct status *status) {
    ProtobufCMessage *message = message_unpack(
        &grpc__reflection__v1__server_reflection_request__descriptor, request, status);
    if (!message) {
        return false;
    }
    bool ok = answer(r, (const request_message *)message, response, status);
    message_free(message);
    return ok;
}
