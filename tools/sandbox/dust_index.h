/* Finds texts again: a hash table from a text to the place where it was put. */
#ifndef SANDBOX_DUST_INDEX_H
#define SANDBOX_DUST_INDEX_H

#include "base/buf.h"

#include <stdint.h>

struct dust_index {
    struct dust_text *texts; /* borrowed, in the order of their arrival */
    size_t count;
    size_t cap;
    uint32_t *slots; /* place + 1; 0: free */
    size_t slot_count;
};

struct dust_text {
    struct slice text;
    uint64_t hash;
};

#define DUST_NOWHERE SIZE_MAX

/* The place of a text, DUST_NOWHERE when it is not there. */
size_t dust_index_find(const struct dust_index *index, struct slice text);

/* The place of a text that may be new; *fresh says whether it was. The text must outlive the index.
 * DUST_NOWHERE when memory is out. */
size_t dust_index_put(struct dust_index *index, struct slice text, bool *fresh);

/* Frees; a zeroed index is empty. */
void dust_index_clean_up(struct dust_index *index);

#endif
