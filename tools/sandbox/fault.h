/* One fault as it was ordered. */
#ifndef SANDBOX_FAULT_H
#define SANDBOX_FAULT_H

#include "sandbox/faults.h"

struct fault {
    char *match;   /* a call's name or kind, or "any" */
    char *table;   /* NULL: every table */
    int64_t after; /* this many matches pass first */
    int64_t times; /* then this many are hit; below 0: all */
    struct fault_effect effect;
    int64_t matched;
    int64_t fired;
};

/* Faults from a JSON list or a single object; *list is malloced. Strict: an unknown member is an
 * error, since a misspelt fault would make a test pass that should not. */
bool fault_parse_list(struct slice json, struct fault **list, size_t *count, struct buf *error);

void fault_clean_up(struct fault *fault);

#endif
