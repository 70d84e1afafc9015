#include "destinations/biggeo.h"
#include "destinations/destination.h"

const struct destination_ops *destination_find(const struct settings *settings,
                                               struct status *status) {
    if (settings->destination == DESTINATION_BIGGEO) {
        return &BIGGEO_DESTINATION;
    }
    status_fail(status, STATUS_TASK,
                "Dust is not available as a destination in this version of bigdust (%s). Choose "
                "BigGeo in the setting \"Destination\", or update bigdust.",
                BIGDUST_VERSION);
    return NULL;
}
