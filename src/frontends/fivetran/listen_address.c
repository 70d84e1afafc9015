#include "frontends/fivetran/listen_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PORT_MAX = 65535 };

struct listen_address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } socket;
    socklen_t len;
};

static bool parse_v6(const char *host, struct in6_addr *address) {
    size_t len = strlen(host);
    char inner[INET6_ADDRSTRLEN];
    if (len < 2 || host[0] != '[' || host[len - 1] != ']' || len - 2 >= sizeof inner) {
        return false;
    }
    memcpy(inner, host + 1, len - 2);
    inner[len - 2] = '\0';
    return inet_pton(AF_INET6, inner, address) == 1;
}

static bool parse(const char *host, int port, struct listen_address *address) {
    *address = (struct listen_address){0};
    in_port_t network_port = htons((uint16_t)port);
    if (strcmp(host, "localhost") == 0) {
        host = "127.0.0.1";
    }
    if (inet_pton(AF_INET, host, &address->socket.v4.sin_addr) == 1) {
        address->socket.v4.sin_family = AF_INET;
        address->socket.v4.sin_port = network_port;
        address->len = sizeof address->socket.v4;
        return true;
    }
    if (parse_v6(host, &address->socket.v6.sin6_addr)) {
        address->socket.v6.sin6_family = AF_INET6;
        address->socket.v6.sin6_port = network_port;
        address->len = sizeof address->socket.v6;
        return true;
    }
    return false;
}

bool listen_address_format(const char *host, int port, char text[LISTEN_ADDRESS_BYTES],
                           struct status *status) {
    struct listen_address address;
    if (port < 0 || port > PORT_MAX) {
        return status_fail(status, STATUS_INVALID_ARGUMENT, "port %d is not between 0 and %d", port,
                           PORT_MAX);
    }
    if (!host || !parse(host, port, &address)) {
        return status_fail(status, STATUS_INVALID_ARGUMENT,
                           "cannot listen on \"%.100s\": give [::] (IPv4 and IPv6), localhost, an "
                           "IPv4 address, or an IPv6 address in brackets",
                           host ? host : "");
    }
    snprintf(text, LISTEN_ADDRESS_BYTES, "%s:%d", host, port);
    return true;
}

/* errno of binding the address, 0 when it works. */
static int bind_error(const struct listen_address *address) {
    int fd = socket(address->socket.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return errno;
    }
    int on = 1;
    int error = 0;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, &address->socket.any, address->len) != 0 || listen(fd, 1) != 0) {
        error = errno;
    }
    close(fd);
    return error;
}

bool listen_address_explain(const char *host, int port, struct status *status) {
    struct listen_address address;
    int error = parse(host, port, &address) ? bind_error(&address) : EINVAL;
    const char *advice = "";
    if (error == EADDRINUSE || error == 0) { /* 0: free again by now */
        error = EADDRINUSE;
        advice = "; stop the process that uses it, or choose another port";
    } else if (error == EACCES) {
        advice = "; ports below 1024 need a privilege: choose a higher one";
    } else if (error == EADDRNOTAVAIL) {
        advice = "; this machine has no such address";
    }
    char reason[128];
    return status_fail(status, STATUS_UNAVAILABLE, "cannot listen on %s:%d: %s%s", host, port,
                       strerror_r(error, reason, sizeof reason), advice);
}
