/* What delivery did, for a closing line. */
#ifndef DELIVERY_REPORT_H
#define DELIVERY_REPORT_H

#include <stdbool.h>
#include <stdint.h>

struct delivery_report {
    uint64_t records; /* acknowledged, in the session that counts */
    uint64_t batches;
    uint64_t bytes; /* of acknowledged request bodies */
    uint64_t restarts;
    bool finishing; /* every record was acknowledged: of a failure after that the session says
                       itself what was kept */
};

#endif
