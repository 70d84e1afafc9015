/* Inside Dust: what writing rows of cells (dust_session.h) and of JSON (dust_stream_session.h) have
 * in common: the request around them, the table's limits, and seeing that they were merged. */
#ifndef DESTINATIONS_DUST_ROW_SESSION_H
#define DESTINATIONS_DUST_ROW_SESSION_H

#include "destinations/dust/tables/dust_capacity.h"
#include "destinations/dust/tables/dust_fence.h"

enum {
    DUST_ROW_HARD_BYTES = 64 * 1024 * 1024
}; /* Dust names no limit; a table takes 100 MB in all */

struct dust_row_session {
    struct write_session base; /* first */
    struct destination d;
    struct dust_api api; /* of the sending thread; of the other one while that is idle */
    struct dust_capacity capacity;
    struct dust_line line; /* of the newest row */
    struct buf path;
    /* The newest row, for the fence. */
    struct buf last_id;
    struct buf last_row;
    bool last_has_exact;
    struct dust_fence fence; /* n_posts 0: none is posted behind the newest row */
};

/* *d is copied. Nothing can fail yet. */
void dust_row_session_init(struct dust_row_session *session, const struct destination *d,
                           const struct write_session_ops *ops);
void dust_row_session_clean_up(struct dust_row_session *session);

/* Whose rows they are; the id outlives the session. */
void dust_row_session_set_table(struct dust_row_session *session, const char *table_id);

/* Of write_session_ops. */
void dust_row_session_open_body(struct write_session *session, struct buf *body);
void dust_row_session_close_body(struct write_session *session, bool has_records, bool last,
                                 struct buf *body);
bool dust_row_session_check_batch(struct write_session *session, struct status *status);
/* The row id: Dust knows no other key. */
void dust_row_session_key_text(struct write_session *session, struct slice record, char *text,
                               size_t cap);
/* Posts the newest row once more, to be waited for, if there is one and unless the settings say
 * otherwise. */
bool dust_row_session_begin_finish(struct write_session *session, struct status *status);

/* Keeps and counts a row that was just encoded. False with *status, a Task: it does not fit. */
bool dust_row_session_keep(struct dust_row_session *session, struct slice id, struct slice row,
                           bool has_exact, const struct dust_line *line, struct status *status);

/* Fills *call with the request of a finished body. */
void dust_row_session_post(struct dust_row_session *session, struct slice body,
                           struct api_call *call);

/* Tells what Dust makes of the values (columns: of which, "" when not known), and forgets it; then
 * waits until the newest row can be read, having begun to if nobody did. */
bool dust_row_session_confirm(struct dust_row_session *session, struct dust_changes *changes,
                              const char *columns, struct status *status);

#endif
