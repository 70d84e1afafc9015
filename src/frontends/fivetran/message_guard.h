/* Looks over a request's bytes before protobuf-c unpacks them, so that no message can cost more
 * memory or time than its size warrants (contracts/grpc_core.md section 7). */
#ifndef FRONTENDS_FIVETRAN_MESSAGE_GUARD_H
#define FRONTENDS_FIVETRAN_MESSAGE_GUARD_H

#include "base/status.h"

#include <protobuf-c/protobuf-c.h>

/* Unpacks bytes as a message of that type under a byte budget. NULL with *status: INVALID_ARGUMENT
 * (malformed, a singular message field given twice at the top level or one below, text with a NUL
 * or invalid UTF-8) or EXHAUSTED (over budget). Free with message_free. */
ProtobufCMessage *message_unpack(const ProtobufCMessageDescriptor *type, struct slice bytes,
                                 struct status *status);
void message_free(ProtobufCMessage *message);

#endif
