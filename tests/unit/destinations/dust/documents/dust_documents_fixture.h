/* Answers about a table of documents, as Dust gives them, for scripts. */
#ifndef UNIT_DESTINATIONS_DUST_DOCUMENTS_FIXTURE_H
#define UNIT_DESTINATIONS_DUST_DOCUMENTS_FIXTURE_H

#include "unit/destinations/dust/dust_fixture.h"

/* The table demo.notes: id (INT, the key), v (STRING), _fivetran_synced, _fivetran_deleted. */
static const struct column notes_columns[] = {
    {.name = "id", .type = COLUMN_INT, .primary_key = true},
    {.name = "v", .type = COLUMN_STRING},
    {.name = "_fivetran_synced", .type = COLUMN_UTC_DATETIME},
    {.name = "_fivetran_deleted", .type = COLUMN_BOOLEAN},
};
static const struct table notes = {"demo", "notes", notes_columns, 4};

#define MANIFEST_ID "bigdust.table.fivetran_demo__notes"
#define MANIFEST_PATH SOURCE "/documents/" MANIFEST_ID " "

#define MANIFEST_MARKS                                                                             \
    "\"bigdust:v1\",\"bigdust:source:{\\\"front_end\\\":\\\"fivetran\\\",\\\"schema\\\":"          \
    "\\\"demo\\\",\\\"table\\\":\\\"notes\\\"}\""
#define MANIFEST_COLUMN(at, name, type, more)                                                      \
    ",\"bigdust:column:{\\\"at\\\":" at ",\\\"name\\\":\\\"-\\\",\\\"original\\\":\\\"" name       \
    "\\\",\\\"type\\\":\\\"" type "\\\"" more "}\""
#define MANIFEST_KEY ",\\\"key\\\":true"

#define MANIFEST_TAGS                                                                              \
    MANIFEST_MARKS MANIFEST_COLUMN("0", "id", "INT", MANIFEST_KEY)                                 \
        MANIFEST_COLUMN("1", "v", "STRING", "")                                                    \
            MANIFEST_COLUMN("2", "_fivetran_synced", "UTC_DATETIME", "")                           \
                MANIFEST_COLUMN("3", "_fivetran_deleted", "BOOLEAN", "")

#define MANIFEST_OF(tags) "{\"document\":{\"text\":\"\",\"tags\":[" tags ",\"title:x\"]}}"
#define MANIFEST MANIFEST_OF(MANIFEST_TAGS)

#define MISSING                                                                                    \
    "{\"error\":{\"type\":\"data_source_error\",\"message\":\"m\",\"data_source_error\":{"         \
    "\"code\":\"data_source_document_not_found\",\"message\":\"m\"}}}"

#endif
