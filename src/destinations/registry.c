#include "destinations/biggeo.h"
#include "destinations/destination.h"
#include "destinations/dust.h"

const struct destination_ops *destination_find(const struct settings *settings,
                                               struct status *status) {
    if (settings->destination == DESTINATION_BIGGEO) {
        return &BIGGEO_DESTINATION;
    }
    if (settings->data_format == DATA_FORMAT_TABLES) {
        return &DUST_TABLES_DESTINATION;
    }
    status_fail(status, STATUS_TASK,
                "Dust documents are not available in this version of bigdust (%s). Choose tables "
                "in the setting \"Data format\", or update bigdust.",
                BIGDUST_VERSION);
    return NULL;
}
