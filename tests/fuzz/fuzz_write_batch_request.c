/* Any bytes as a WriteBatchRequest, and as requests of reflection and health: unpacked or refused
 * with a reason, within bounds, without a leak. */
#include "descriptors.h"
#include "destination_sdk.pb-c.h"
#include "frontends/fivetran/health.h"
#include "frontends/fivetran/message_guard.h"
#include "frontends/fivetran/reflection.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_type(const ProtobufCMessageDescriptor *type, struct slice bytes) {
    struct status status = STATUS_INIT;
    ProtobufCMessage *message = message_unpack(type, bytes, &status);
    if (!message && status.code != STATUS_INVALID_ARGUMENT && status.code != STATUS_EXHAUSTED) {
        abort();
    }
    if (message) { /* what was taken packs again, and is taken again */
        struct buf again;
        buf_init(&again, SIZE_MAX / 2);
        struct status same = STATUS_INIT;
        ProtobufCMessage *twin =
            message_pack(message, &again) ? message_unpack(type, buf_slice(&again), &same) : NULL;
        if (!twin && same.code != STATUS_EXHAUSTED) {
            abort();
        }
        message_free(twin);
        buf_clean_up(&again);
    }
    message_free(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct slice bytes = slice_make(data, size);
    try_type(&fivetran_sdk__v2__write_batch_request__descriptor, bytes);
    try_type(&fivetran_sdk__v2__migrate_request__descriptor, bytes);

    static const struct rpc_method methods[] = {{.path = "/a.B/C"}};
    struct status status = STATUS_INIT;
    struct reflection reflection;
    struct buf response;
    buf_init(&response, 1 << 20);
    bool known = false;
    if (reflection_init(&reflection, slice_make(bigdust_descriptors, bigdust_descriptors_len),
                        &status)) {
        reflection_answer(&reflection, bytes, &response, &status);
    }
    if (reflection_init(&reflection, bytes, &status)) { /* the walkers, on any bytes */
        reflection_answer(&reflection, SLICE_LITERAL("\x3A\x01*"), &response, &status);
        reflection_answer(&reflection,
                          SLICE_LITERAL("\x22\x03"
                                        "a.b"),
                          &response, &status);
    }
    health_read_request(bytes, methods, 1, &known, &status);
    buf_clean_up(&response);
    return 0;
}
