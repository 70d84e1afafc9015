/* Rows kept in memory, up to a stated size: what an operation read and is about to write. Inside
 * the room. */
#ifndef REWRITE_ROWS_H
#define REWRITE_ROWS_H

#include "base/arena.h"
#include "destinations/row_store.h"

enum { ROWS_MAX_BYTES = 512 * 1024 * 1024 }; /* above what Dust's 100 MB tables need */

struct kept_row {
    struct slice id;    /* "" : none yet */
    struct cell *cells; /* the keeper may change them; texts from the same arena */
};

struct rows {
    struct arena arena; /* its maximum: of cells, texts and ids together */
    size_t n_columns;   /* of the table whose rows these are */
    struct kept_row *rows;
    size_t n_rows;
    size_t capacity;
};

void rows_init(struct rows *rows, size_t n_columns, size_t max_bytes);
void rows_clean_up(struct rows *rows);
void rows_reset(struct rows *rows);

/* Keeps a copy, valid until the next one is added (its cells until the reset). NULL with *status, a
 * Task that says what does not fit, when it is too much. */
struct kept_row *rows_add(struct rows *rows, const struct row *row, struct status *status);

/* Keeps every row of the store for which keep (NULL: all) is true, and forgets what was kept
 * before. keep sees rows again when the reading starts over. */
bool rows_load(struct rows *rows, struct row_store *store,
               bool (*keep)(void *context, const struct row *row), void *context,
               struct status *status);

/* Gives every row, and those to come, so many columns in all: not fewer than before, NULL in the
 * new ones. */
bool rows_widen(struct rows *rows, size_t n_columns, struct status *status);

/* A source of RECORD_UPSERT records with the cells of these rows, which it borrows. */
struct rows_source {
    struct record_source source; /* first */
    const struct rows *rows;
    size_t next;
};
void rows_source_init(struct rows_source *source, const struct rows *rows);

#endif
