/* The answers of the calls: success, or what the customer should read (contracts/fivetran.md,
 * "Answers"). Inside the room. */
#ifndef FRONTENDS_FIVETRAN_ANSWER_H
#define FRONTENDS_FIVETRAN_ANSWER_H

#include "base/buf.h"
#include "table/table.h"

/* The first that is set counts, in this order; none set: success. Texts are borrowed. */
struct answer {
    const char *task;
    const char *warning;
    bool unsupported;          /* Migrate */
    bool not_found;            /* DescribeTable */
    const struct table *table; /* DescribeTable */
};

/* Append the packed message; failure sticks to response. */
void answer_pack_test(const struct answer *answer, struct buf *response);
void answer_pack_outcome(const struct answer *answer, struct buf *response); /* Create, Alter,
                                              Truncate, WriteBatch: their responses are equal */
void answer_pack_describe(const struct answer *answer, struct buf *response);
void answer_pack_migrate(const struct answer *answer, struct buf *response);

#endif
