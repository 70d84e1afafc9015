#include "base/utf8.h"
#include "destinations/destination.h"

#include <stdarg.h>

void notice_add(struct notice *notice, const char *format, ...) {
    size_t used = strlen(notice->text);
    if (used > 0 && used + 1 < sizeof notice->text) {
        notice->text[used++] = ' ';
    }
    va_list args;
    va_start(args, format);
    int len = vsnprintf(notice->text + used, sizeof notice->text - used, format, args);
    va_end(args);
    if (len > 0 &&
        (size_t)len >= sizeof notice->text - used) { /* cut, perhaps within a character */
        notice->text[utf8_valid_prefix(slice_of(notice->text))] = '\0';
    }
}
