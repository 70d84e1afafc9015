/* The body of POST rows (contract 1.1): checked, and made into the file that Dust would write. */
#ifndef SANDBOX_DUST_ROWS_H
#define SANDBOX_DUST_ROWS_H

#include "sandbox/dust_cell.h"
#include "sandbox/dust_index.h"
#include "sandbox/dust_schema.h"

struct dust_row_value {
    size_t key;
    struct dust_cell cell;
};

struct dust_posted_row {
    struct slice id;
    size_t first; /* of its values */
    size_t count;
};

struct dust_rows {
    bool truncate;
    struct dust_index keys; /* of all rows, in the order in which they first came */
    struct dust_row_value *values;
    size_t value_count;
    size_t value_cap;
    struct dust_posted_row *rows;
    size_t count;
    size_t cap;
    struct buf text; /* texts whose escapes had to be undone */
};

/* Reads a body, from which it borrows. False with *error filled: what the 400 says. */
bool dust_rows_parse(struct slice body, struct dust_rows *rows, struct buf *error);

/* Whether all keys are as Dust wants them; else the request is a 400. */
bool dust_rows_keys_are_slugs(const struct dust_rows *rows);

/* The file and the schema of the rows. False for what makes Dust's core fail: the request is a 500.
 */
bool dust_rows_write(const struct dust_rows *rows, struct dust_schema *schema, struct buf *csv);

void dust_rows_clean_up(struct dust_rows *rows);

#endif
