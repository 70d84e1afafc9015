/* A decimal number as its digits: of any length, nothing is rounded. Pure. */
#ifndef TABLE_DECIMAL_H
#define TABLE_DECIMAL_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* The pieces of [+-]whole.fraction[e[+-]digits]; the slices are the text's. */
struct decimal {
    bool plus; /* begins with a + */
    bool negative;
    bool point;
    struct slice whole;    /* digits in front of the point; one of the two may be empty */
    struct slice fraction; /* and behind it */
    struct slice exponent; /* with its letter and sign; empty: none */
};

/* False when the text is anything else, or there is anything around it. */
bool decimal_parse(struct slice text, struct decimal *number);

/* The number as an integer without trailing zeros times a power of ten; 0 has no digits. */
struct significant {
    size_t digits; /* how many */
    size_t skip;   /* digits of whole and fraction together that stand in front of them */
    int64_t power;
};

enum { DECIMAL_MAX_POWER = 1000000000 };

/* False when the exponent passes DECIMAL_MAX_POWER, either way. */
bool decimal_significant(const struct decimal *number, struct significant *s);

/* Appends the one text of the value: no `+`, no leading or trailing zeros, no exponent where the
 * digits are at most 80, else all of them and an exponent (`12e499`); legal JSON. -0 is 0. False,
 * with nothing appended, as decimal_significant. Failure sticks to out. */
bool decimal_append(struct buf *out, const struct decimal *number);

/* The nearest double, within one unit of the last place; infinite when the number is out of range.
 */
double decimal_double(const struct decimal *number);

#endif
