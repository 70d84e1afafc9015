/* A client of the DestinationConnector service, as the official tester's: a plaintext channel,
 * requests compressed by gzip, response headers of about 10 KiB at most, messages of 128 MiB. */
#ifndef TESTER_CLIENT_H
#define TESTER_CLIENT_H

#include "base/status.h"

#include <protobuf-c/protobuf-c.h>
#include <stdint.h>

struct client;

struct client_call {
    const char *method; /* "CreateTable" */
    const ProtobufCMessage *request;
    int64_t timeout_ms;
    int64_t cancel_after_ms; /* cancels the call then; 0: never */
};

struct client_reply {
    int code;                  /* gRPC's status code; 0 is OK */
    char *details;             /* the status text; "" when there is none */
    ProtobufCMessage *message; /* the response; NULL unless the code is OK */
};

/* A channel to host:port, which is ready: waits for that at most wait_ms. NULL with *status
 * (UNAVAILABLE) otherwise. client_close frees it; it accepts NULL. */
struct client *client_open(const char *host, int port, int64_t wait_ms, struct status *status);
void client_close(struct client *client);

/* One call, from its beginning to its end. Any thread. client_reply_clean_up frees the reply. */
void client_run(struct client *client, const struct client_call *call, struct client_reply *reply);
void client_reply_clean_up(struct client_reply *reply);

/* "UNAVAILABLE", …; "status 99" is not worth a name: "UNKNOWN CODE". */
const char *client_code_name(int code);

#endif
