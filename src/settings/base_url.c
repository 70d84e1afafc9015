#include "settings/base_url.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <strings.h>

enum {
    MAX_HOST_BYTES = 253,
    MAX_LABEL_BYTES = 63,
    MAX_PORT = 65535,
    LOOPBACK_NET = 127,
};

struct host {
    char text[MAX_HOST_BYTES + 1]; /* without the brackets of an IPv6 address */
    bool is_ipv6;
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_alphanumeric(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static struct slice behind(struct slice text, size_t n) {
    return slice_make(text.data + n, text.len - n);
}

static bool take_prefix(struct slice *text, const char *prefix) {
    size_t len = strlen(prefix);
    if (text->len < len || strncasecmp(text->data, prefix, len) != 0) {
        return false;
    }
    *text = behind(*text, len);
    return true;
}

/* How many bytes come before the first of the stops, or all. */
static size_t length_before(struct slice text, const char *stops) {
    size_t len = 0;
    while (len < text.len && (text.data[len] == '\0' || !strchr(stops, text.data[len]))) {
        len++;
    }
    return len;
}

static bool is_label(struct slice label) {
    for (size_t i = 0; i < label.len; i++) {
        if (!is_alphanumeric(label.data[i]) && label.data[i] != '-' && label.data[i] != '_') {
            return false;
        }
    }
    return label.len > 0 && label.len <= MAX_LABEL_BYTES && label.data[0] != '-' &&
           label.data[label.len - 1] != '-';
}

/* A host whose last label is a number is an IPv4 address, in one of several spellings. */
static bool is_number(struct slice label) {
    if (take_prefix(&label, "0x")) {
        while (label.len && is_hex(label.data[0])) {
            label = behind(label, 1);
        }
        return label.len == 0;
    }
    while (label.len && is_digit(label.data[0])) {
        label = behind(label, 1);
    }
    return label.len == 0;
}

/* A host name, or an IPv4 address as four decimal numbers. */
static bool is_name_or_ipv4(const char *host) {
    struct slice rest = slice_of(host);
    struct slice label;
    struct in_addr address;
    for (;;) {
        label = slice_make(rest.data, length_before(rest, "."));
        if (!is_label(label)) {
            return false;
        }
        if (label.len == rest.len) {
            break;
        }
        rest = behind(rest, label.len + 1);
    }
    return !is_number(label) || inet_pton(AF_INET, host, &address) == 1;
}

/* Moves over the host. */
static bool take_host(struct slice *authority, struct host *host) {
    struct in6_addr address;
    host->is_ipv6 = take_prefix(authority, "[");
    size_t len = length_before(*authority, host->is_ipv6 ? "]" : ":");
    if (len == 0 || len > MAX_HOST_BYTES || memchr(authority->data, '\0', len)) {
        return false;
    }
    memcpy(host->text, authority->data, len);
    host->text[len] = '\0';
    *authority = behind(*authority, len);
    if (host->is_ipv6) {
        return take_prefix(authority, "]") && inet_pton(AF_INET6, host->text, &address) == 1;
    }
    return is_name_or_ipv4(host->text);
}

/* What is behind the host: nothing, or a colon and a port. */
static bool is_port(struct slice text) {
    if (text.len == 0) {
        return true;
    }
    if (!take_prefix(&text, ":") || text.len == 0 || text.len > strlen("65535") ||
        text.data[0] == '0') {
        return false;
    }
    uint32_t port = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.data[i])) {
            return false;
        }
        port = port * 10 + (uint32_t)(text.data[i] - '0');
    }
    return port <= MAX_PORT;
}

static bool is_path(struct slice path) {
    for (size_t i = 0; i < path.len; i++) {
        char c = path.data[i];
        bool escaped =
            c == '%' && path.len - i > 2 && is_hex(path.data[i + 1]) && is_hex(path.data[i + 2]);
        if (!escaped && !is_alphanumeric(c) && (c == '\0' || !strchr("/-._~!$&'()*+,;=:@", c))) {
            return false;
        }
    }
    return true;
}

/* Whether requests to it never leave this machine. */
static bool is_loopback(const struct host *host) {
    struct in_addr v4;
    struct in6_addr v6;
    if (host->is_ipv6) {
        return inet_pton(AF_INET6, host->text, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
    }
    return strcasecmp(host->text, "localhost") == 0 ||
           (inet_pton(AF_INET, host->text, &v4) == 1 && ntohl(v4.s_addr) >> 24 == LOOPBACK_NET);
}

const char *base_url_check(struct slice text, struct slice *url) {
    struct slice rest = text;
    bool plain = take_prefix(&rest, "http://");
    if (!plain && !take_prefix(&rest, "https://")) {
        return "must begin with https://";
    }
    struct slice authority = slice_make(rest.data, length_before(rest, "/?#"));
    struct slice path = behind(rest, authority.len);
    struct host host;
    if (length_before(authority, "@") < authority.len) {
        return "must not hold a user name or password";
    }
    if (!take_host(&authority, &host)) {
        return "must name a host behind https://, in plain letters, digits, hyphens and dots";
    }
    if (!is_port(authority)) {
        return "has a port that is not a whole number from 1 to 65535";
    }
    if (plain && !is_loopback(&host)) {
        return "must begin with https:// (http:// is only for addresses of this machine)";
    }
    if (length_before(path, "?#") < path.len) {
        return "must not have a query (?) or a fragment (#)";
    }
    if (!is_path(path)) {
        return "has a character in its path that cannot stand in a URL";
    }
    *url = text;
    while (url->data[url->len - 1] == '/') {
        url->len--;
    }
    return NULL;
}
