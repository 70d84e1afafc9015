/* Inside BigGeo: the final post of a session, which alone makes its records durable, and finding
 * out what became of it (contracts/biggeo.md; architecture, rule 4). */
#ifndef DESTINATIONS_BIGGEO_FINAL_H
#define DESTINATIONS_BIGGEO_FINAL_H

#include "base/random.h"
#include "destinations/destination.h"
#include "json/json_value.h"

struct biggeo_final {
    char sync_id[UUID_TEXT_BYTES];
    struct buf name;     /* the table's name on BigGeo */
    struct buf scope;    /* account and table: where the process remembers finals */
    int64_t first_op_at; /* of the session's records; 0: none yet, or none of them has one */
    int64_t last_op_at;
    uint64_t n_rows; /* of the session, acknowledged; to tell rows apart that have no op_at */
};

/* Refuses (Task) a table to which a final post is known to replace older rows.
 * biggeo_final_clean_up either way. */
bool biggeo_final_init(struct biggeo_final *final, struct destination *d, const struct table *table,
                       struct status *status);
void biggeo_final_clean_up(struct biggeo_final *final);

/* `{"sync_id":"…","table_name":"…","is_final":…,"chunks":[` */
void biggeo_final_opening(const struct biggeo_final *final, bool is_final, struct buf *out);

/* Sends the final post, repeats it when its outcome is unknown, reads back when it is then
 * refused; after a second final looks whether BigGeo appended. True: the records are durable. */
bool biggeo_final_run(struct biggeo_final *final, struct destination *d, const struct table *table,
                      struct notice *notice, struct status *status);

/* What an answer to post-data-source says beyond its HTTP status: a 200 can be a failure. The
 * answer is returned to be freed, NULL when there is none. */
struct json_value *biggeo_final_judge_answer(const struct http_response *response,
                                             struct verdict *verdict);

#endif
