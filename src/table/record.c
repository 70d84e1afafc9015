#include "table/record.h"

const char *record_operation_name(enum record_operation operation) {
    switch (operation) {
    case RECORD_UPSERT:
        return "upsert";
    case RECORD_UPDATE:
        return "update";
    case RECORD_DELETE:
        return "delete";
    case RECORD_EARLIEST_START:
        return "earliest_start";
    case RECORD_TRUNCATE:
        return "truncate";
    case RECORD_SOFT_TRUNCATE:
        return "soft_truncate";
    }
    return "unknown";
}
