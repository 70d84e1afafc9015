/* Numbers as the languages behind Dust's API read and print them. Pure. */
#ifndef SANDBOX_DUST_NUMBER_H
#define SANDBOX_DUST_NUMBER_H

#include "base/buf.h"

#include <stdint.h>

/* Rust's i64 parse: digits with an optional sign, within the range. */
bool dust_number_i64(struct slice text, int64_t *number);

/* Rust's f64 parse, finite results only; an exponent needs a decimal point (contract 1.3). */
bool dust_number_f64(struct slice text, double *number);

/* A finite double as JavaScript prints it: 1, 0.5, 1e+21, 5e-7. */
void dust_number_js(double number, struct buf *out);

/* A finite double as Rust's Display prints it: the same digits, never an exponent. */
void dust_number_rust(double number, struct buf *out);

#endif
