/* A table's columns while they change: what they are to be is drafted first and set afterwards.
 * Inside the room. */
#ifndef REWRITE_TABLE_DRAFT_H
#define REWRITE_TABLE_DRAFT_H

#include "base/arena.h"
#include "base/status.h"
#include "table/table.h"

struct table_draft {
    struct table table;     /* as drafted so far; its texts live as long as the draft */
    struct column *columns; /* table.columns, to be changed */
    size_t capacity;
    struct arena arena;
};

/* A copy of table, with room for so many columns more. False with *status. table_draft_clean_up
 * either way. */
bool table_draft_init(struct table_draft *draft, const struct table *table, size_t n_more,
                      struct status *status);
void table_draft_clean_up(struct table_draft *draft);

/* Appends a column; its name is copied. At most n_more times. */
bool table_draft_add(struct table_draft *draft, const struct column *column, struct status *status);

/* Takes a column out; one that is not there is no error. */
void table_draft_remove(struct table_draft *draft, const char *name);

/* A column to be changed; NULL: there is none of that name. Valid until the next removal. */
struct column *table_draft_find(struct table_draft *draft, const char *name);

/* The table under another name. */
bool table_draft_rename(struct table_draft *draft, const char *name, struct status *status);

/* Whether both have the same columns, in whatever order: names, types, parameters and key. */
bool table_columns_equal(const struct table *a, const struct table *b);

#endif
