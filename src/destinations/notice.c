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

void notice_not_finite(struct notice *notice, const struct table *table, uint64_t n_values) {
    if (n_values > 0) {
        notice_add(notice,
                   "Table %s%s%s: %llu values that are not finite numbers (NaN or infinity) were "
                   "stored as null, since JSON has no such numbers.",
                   TABLE_ARGS(table), (unsigned long long)n_values);
    }
}
