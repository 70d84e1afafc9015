/* An HTTPS server on 127.0.0.1 whose certificate nobody has reason to trust. */
#ifndef SUPPORT_TLS_PEER_H
#define SUPPORT_TLS_PEER_H

#include <stddef.h>

struct tls_peer;

/* Its certificate, for 127.0.0.1, is new and signed by itself. Answers 200 to everything. */
struct tls_peer *tls_peer_start(void);
void tls_peer_stop(struct tls_peer *peer);

/* "https://127.0.0.1:port/" */
const char *tls_peer_url(const struct tls_peer *peer);
/* Requests that came through the handshake. */
size_t tls_peer_requests(struct tls_peer *peer);

#endif
