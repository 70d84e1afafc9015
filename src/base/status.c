#include "base/status.h"

#include "base/utf8.h"

#include <stdarg.h>

/* A message goes into answers that only hold UTF-8: what it quotes may be cut anywhere, or be no
 * UTF-8 to begin with. */
static void make_text(char *text, size_t cap) {
    size_t len = strnlen(text, cap);
    if (len + 1 >= cap) { /* cut: without the character that may be incomplete */
        while (len > 0 && ((unsigned char)text[len - 1] & 0xC0) == 0x80) {
            len--;
        }
        if (len > 0 && ((unsigned char)text[len - 1] & 0x80)) {
            len--;
        }
        text[len] = '\0';
    }
    utf8_repair(text);
}

bool status_fail(struct status *status, enum status_code code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(status->message, sizeof status->message, format, args);
    va_end(args);
    status->code = code;
    status->names_record = false;
    make_text(status->message, sizeof status->message);
    return false;
}

bool status_context(struct status *status, const char *format, ...) {
    char text[STATUS_MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t used = len < 0 ? 0 : (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
    snprintf(text + used, sizeof text - used, ": %s", status->message);
    memcpy(status->message, text, sizeof text);
    make_text(status->message, sizeof status->message);
    return false;
}

bool status_no_memory(struct status *status, const char *doing) {
    return status_fail(status, STATUS_INTERNAL, "out of memory while %s", doing);
}

const char *status_code_name(enum status_code code) {
    static const char *const names[] = {
        [STATUS_OK] = "ok",
        [STATUS_TASK] = "task",
        [STATUS_DATA_LOSS] = "data_loss",
        [STATUS_UNAVAILABLE] = "unavailable",
        [STATUS_CANCELLED] = "cancelled",
        [STATUS_DEADLINE] = "deadline_exceeded",
        [STATUS_INVALID_ARGUMENT] = "invalid_argument",
        [STATUS_EXHAUSTED] = "resource_exhausted",
        [STATUS_INTERNAL] = "internal",
    };
    return (size_t)code < sizeof names / sizeof names[0] ? names[code] : "unknown";
}
