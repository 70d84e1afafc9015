/* Looks over a request's bytes before protobuf-c unpacks them, so that no message can cost more
 * memory or time than its size warrants (contracts/grpc_core.md section 7). Any thread. */
#ifndef FRONTENDS_FIVETRAN_MESSAGE_GUARD_H
#define FRONTENDS_FIVETRAN_MESSAGE_GUARD_H

#include "base/buf.h"
#include "base/status.h"

#include <protobuf-c/protobuf-c.h>

/* Unpacks bytes as a message of that type under a byte budget (64 MiB and twice the message, at
 * most 256 MiB). NULL with *status: INVALID_ARGUMENT (malformed, nested deeper than 16, a singular
 * message field given twice, text with a NUL or invalid UTF-8; the message names the field) or
 * EXHAUSTED (over budget). Free with message_free.
 * A map key given twice stays twice: the last one counts. */
ProtobufCMessage *message_unpack(const ProtobufCMessageDescriptor *type, struct slice bytes,
                                 struct status *status);

/* Overwrites every text and every bytes field (requests hold settings and keys), then frees.
 * Accepts NULL. Only for what message_unpack gave. */
void message_free(ProtobufCMessage *message);

/* Appends the message's wire bytes to out. False, out->failed set, when they do not fit. */
bool message_pack(const ProtobufCMessage *message, struct buf *out);

#endif
