/* What a sync does to a table as a whole, for front ends that send whole streams (contracts/
 * airbyte.md, rules 6 and 7). A destination refuses, in open_session, what it cannot do. */
#ifndef TABLE_STREAM_MODE_H
#define TABLE_STREAM_MODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A field of a JSON record: the names that lead to it, from the outermost. */
struct key_path {
    const char *const *names;
    size_t n_names;
};

enum write_mode {
    WRITE_APPEND,       /* adds to what is there */
    WRITE_APPEND_DEDUP, /* replaces the rows of the same key */
    WRITE_OVERWRITE,    /* replaces everything that is there */
};

struct stream_mode {
    enum write_mode mode;
    bool replaces; /* rows of older generations go: OVERWRITE, or a minimum generation above 0 */
    int64_t generation_id;              /* of this sync's records; 0: the source names none */
    const struct key_path *primary_key; /* in order; may be empty */
    size_t n_primary_key;
    /* The source has said that the stream is whole; set before the last finish(). A stream that
     * replaces and brought no records begins and finishes an empty session then (WRITE_OVERWRITE:
     * always), so that the older rows can go. */
    bool complete;
};

/* "append", "append_dedup", "overwrite". */
static inline const char *write_mode_name(enum write_mode mode) {
    static const char *const names[] = {[WRITE_APPEND] = "append",
                                        [WRITE_APPEND_DEDUP] = "append_dedup",
                                        [WRITE_OVERWRITE] = "overwrite"};
    return names[mode];
}

#endif
