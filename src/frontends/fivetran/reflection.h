/* grpc.reflection.v1 (and v1alpha, the same on the wire) without the transport: request bytes in,
 * response bytes out, from a serialized FileDescriptorSet. No descriptor library: the descriptors
 * are walked as bytes. Pure; any thread. */
#ifndef FRONTENDS_FIVETRAN_REFLECTION_H
#define FRONTENDS_FIVETRAN_REFLECTION_H

#include "base/buf.h"
#include "base/status.h"

enum { REFLECTION_FILES_MAX = 32 };

struct reflection {
    struct slice files[REFLECTION_FILES_MAX]; /* FileDescriptorProto each; point into the set */
    size_t n_files;
};

/* Borrows the set's bytes. False with *status (INTERNAL) when they are no FileDescriptorSet or hold
 * more files than fit. */
bool reflection_init(struct reflection *r, struct slice descriptor_set, struct status *status);

/* Appends the ServerReflectionResponse to one ServerReflectionRequest. What is asked for and not
 * there is an error_response (NOT_FOUND) inside it. False with *status: INVALID_ARGUMENT when the
 * bytes are no such request, INTERNAL without memory. */
bool reflection_answer(const struct reflection *r, struct slice request, struct buf *response,
                       struct status *status);

#endif
