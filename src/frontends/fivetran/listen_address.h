/* The address a server listens on, checked by ourselves: the gRPC core takes port 99999 for 34463
 * and an address without a port for port 443 (contracts/grpc_core.md, "Addresses"). */
#ifndef FRONTENDS_FIVETRAN_LISTEN_ADDRESS_H
#define FRONTENDS_FIVETRAN_LISTEN_ADDRESS_H

#include "base/status.h"

enum { LISTEN_ADDRESS_BYTES = 80 };

/* Writes "host:port". host: an IPv4 address, "localhost", or an IPv6 address in brackets; port: 0
 * (the kernel chooses) to 65535. False with *status, INVALID_ARGUMENT. */
bool listen_address_format(const char *host, int port, char text[LISTEN_ADDRESS_BYTES],
                           struct status *status);

/* Fills *status (UNAVAILABLE) for an address that could not be bound: tries a plain socket on it to
 * learn why, and says what to do. Returns false. */
bool listen_address_explain(const char *host, int port, struct status *status);

#endif
