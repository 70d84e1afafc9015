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
    vsnprintf(notice->text + used, sizeof notice->text - used, format, args);
    va_end(args);
    utf8_repair(notice->text + used); /* it may quote names that were cut */
}
