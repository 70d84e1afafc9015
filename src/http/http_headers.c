#include "http/http_headers.h"

#include <strings.h>

static const int64_t MAX_RETRY_AFTER_S = 86400; /* a day */

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct slice trimmed(struct slice s) {
    while (s.len && is_blank(s.data[0])) {
        s.data++;
        s.len--;
    }
    while (s.len && is_blank(s.data[s.len - 1])) {
        s.len--;
    }
    return s;
}

bool http_header_value(struct slice line, const char *name, struct slice *value) {
    size_t len = strlen(name);
    if (line.len <= len || line.data[len] != ':' || strncasecmp(line.data, name, len) != 0) {
        return false;
    }
    *value = trimmed(slice_make(line.data + len + 1, line.len - len - 1));
    return true;
}

static bool equals_any_case(struct slice s, struct slice other) {
    return s.len == other.len && strncasecmp(s.data, other.data, s.len) == 0;
}

bool http_type_is_json(struct slice media_type) {
    const struct slice suffix = SLICE_LITERAL("+json");
    const char *parameters = memchr(media_type.data, ';', media_type.len);
    if (parameters) {
        media_type.len = (size_t)(parameters - media_type.data);
    }
    struct slice type = trimmed(media_type);
    if (equals_any_case(type, SLICE_LITERAL("application/json"))) {
        return true;
    }
    return type.len > suffix.len &&
           equals_any_case(slice_make(type.data + type.len - suffix.len, suffix.len), suffix);
}

static int64_t clamped_ms(int64_t seconds) {
    if (seconds < 0) {
        return 0;
    }
    return (seconds < MAX_RETRY_AFTER_S ? seconds : MAX_RETRY_AFTER_S) * 1000;
}

int64_t http_retry_after_ms(const char *value, time_t date, int64_t now_s) {
    const char *digits = value[0] == '-' || value[0] == '+' ? value + 1 : value;
    size_t n = strspn(digits, "0123456789");
    if (n > 0 && digits[n] == '\0') {
        int64_t seconds = 0;
        for (size_t i = 0; i < n && seconds <= MAX_RETRY_AFTER_S; i++) {
            seconds = seconds * 10 + (digits[i] - '0');
        }
        return clamped_ms(value[0] == '-' ? -seconds : seconds);
    }
    return date == (time_t)-1 ? -1 : clamped_ms((int64_t)date - now_s);
}

static bool is_token_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

bool http_header_is_clean(const char *name, const char *value) {
    if (!name || !name[0] || !value) {
        return false;
    }
    for (const char *c = name; *c; c++) {
        if (!is_token_char(*c)) {
            return false;
        }
    }
    for (const char *c = value; *c; c++) {
        if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7F) {
            return false;
        }
    }
    return true;
}
