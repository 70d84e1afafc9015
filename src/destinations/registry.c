#include "destinations/biggeo/biggeo.h"
#include "destinations/destination.h"
#include "destinations/dust/dust.h"

const struct destination_ops *destination_find(const struct settings *settings) {
    if (settings->destination == DESTINATION_BIGGEO) {
        return &BIGGEO_DESTINATION;
    }
    return settings->data_format == DATA_FORMAT_TABLES ? &DUST_TABLES_DESTINATION
                                                       : &DUST_DOCUMENTS_DESTINATION;
}
