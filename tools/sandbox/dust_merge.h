/* Lays files that wait over a table (contract 1.2). Pure but for the random order. */
#ifndef SANDBOX_DUST_MERGE_H
#define SANDBOX_DUST_MERGE_H

#include "sandbox/dust_image.h"
#include "sandbox/dust_schema.h"

/* A file that waits. */
struct dust_file {
    struct dust_image *image;
    bool is_delete; /* its rows are to go */
};

struct dust_merge {
    /* In: */
    struct dust_image *old; /* NULL: the table has no file yet */
    const struct dust_file *files;
    size_t file_count;
    struct dust_limits limits;
    uint64_t seed; /* of the order of the rows */
    /* Both: the schema that the table has, and the one that it gets */
    struct dust_schema schema;
    /* Out: */
    size_t taken;             /* how many files, from the first on, this pass took */
    struct dust_image *fresh; /* NULL: the table stays as it is */
};

/* NULL, or what upstream's worker says went wrong: nothing is merged then. */
const char *dust_merge_run(struct dust_merge *merge);

/* Whether upstream's worker drops the files after this error. */
bool dust_merge_gives_up(const char *error);

#endif
