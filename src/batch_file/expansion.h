/* How much a compressed file may grow: a few kilobytes that swell to terabytes are an attack or a
 * fault, and nobody waits for their end. */
#ifndef BATCH_FILE_EXPANSION_H
#define BATCH_FILE_EXPANSION_H

#include "base/status.h"

#include <stdint.h>

#define EXPANSION_FREE_BYTES (UINT64_C(1) << 30)
#define EXPANSION_FACTOR UINT64_C(1000)

/* DATA_LOSS when made bytes out of stored ones pass 1 GiB and a thousandfold. */
static inline bool expansion_check(uint64_t stored, uint64_t made, struct status *status) {
    if (made <= EXPANSION_FREE_BYTES || made - EXPANSION_FREE_BYTES <= EXPANSION_FACTOR * stored) {
        return true;
    }
    return status_fail(status, STATUS_DATA_LOSS,
                       "expands beyond reason: %llu compressed bytes have become %llu",
                       (unsigned long long)stored, (unsigned long long)made);
}

#endif
