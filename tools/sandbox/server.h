/* The HTTP side: listens, gathers requests, finds the API that a request is for, and carries out
 * faults. A thread per connection, since an answer may have to wait long. */
#ifndef SANDBOX_SERVER_H
#define SANDBOX_SERVER_H

#include "sandbox/sandbox.h"

struct server;

/* Listens on 127.0.0.1 and, where there is one, on ::1; port 0: one that is free. The sandbox
 * outlives the server. NULL with a line on stderr. */
struct server *server_start(struct sandbox *sandbox, uint16_t port);

uint16_t server_port(const struct server *server);

/* Answers what is under way, then ends all connections. NULL does nothing. */
void server_stop(struct server *server);

#endif
