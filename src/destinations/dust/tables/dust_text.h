/* Inside Dust: what becomes of a text. Every row passes through CSV there, and each cell's type is
 * found anew from its text on every reading (contracts/dust.md, 1.3). Pure. */
#ifndef DESTINATIONS_DUST_TEXT_H
#define DESTINATIONS_DUST_TEXT_H

#include "base/buf.h"

enum dust_text {
    DUST_TEXT_KEPT,
    DUST_TEXT_TRIMMED, /* white space around it (Unicode's White_Space) goes */
    DUST_TEXT_EMPTIED, /* empty or blank: becomes null */
    DUST_TEXT_RETYPED, /* reads as a number, a boolean or a date */
};

/* Numbers: i64 and f64 as Rust parses them (`+7`, `007`, `.5`, `1.5e3`), but an exponent needs a
 * decimal point, and what is too large for a double stays text. Booleans: t, true, f, false in any
 * case. Dates: whatever begins like one of the forms that Dust's date parser takes and has two
 * digits (`2007-12-03…`, `10:15`, `12/3/07`, `3.12.2007`, `Mon, 3 Dec…`, `December 3…`, `3-Dec-…`,
 * `2007年12月03日`): more than it really takes, never less. */
enum dust_text dust_text_fate(struct slice text);

/* The fraction of a second, with its point, in a text that Dust could read as a time before 1970:
 * it must not be sent, since Dust then fails on every merge of the whole table (milliseconds below
 * zero that are no whole seconds). Dust drops fractions of times in any case. Empty: none. */
struct slice dust_text_fatal_fraction(struct slice text);

/* Appends a decimal number (table/decimal.h) as text that Dust reads as that number: its canonical
 * digits, and `12.0e99` where these have an exponent. Failure sticks to out. */
void dust_text_append_number(struct buf *out, struct slice number);

#endif
