/* Inside BigGeo: reading a table back to see what became of a final post. */
#ifndef DESTINATIONS_BIGGEO_READ_H
#define DESTINATIONS_BIGGEO_READ_H

#include "destinations/destination.h"

/* What to look for among the rows of a table. */
struct biggeo_look {
    int64_t first_op_at; /* of the session */
    int64_t last_op_at;
    int64_t earlier_row; /* op_at of a row that an earlier final exported; 0: none is known */
    uint64_t want_rows;  /* not 0: rows have no op_at; look for so many rows instead */
    bool want_older;     /* look on until an older row is found as well */
    int64_t patience_ms; /* exports may lag: look again for so long */
    int64_t budget_ms;   /* a large table takes long: stop reading pages after this */
};

struct biggeo_seen {
    bool last;     /* the row with last_op_at */
    bool older;    /* earlier_row, or a row with a smaller _fivetran_op_at than first_op_at, or
                    * without one */
    bool complete; /* every row was looked at */
    uint64_t n_rows;
};

/* Reads the table's rows page by page until what is wanted was seen or the patience is over. False
 * with *status when the rows cannot be read. name is the table's on BigGeo. */
bool biggeo_read_back(struct destination *d, struct slice name, const struct biggeo_look *look,
                      struct biggeo_seen *seen, struct status *status);

/* Whether BigGeo knows a table of that name: contracts/biggeo.md, a 404 says never written. */
bool biggeo_read_exists(struct destination *d, struct slice name, enum table_presence *presence,
                        struct status *status);

#endif
