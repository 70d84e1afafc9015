#include "settings/settings.h"

#define BIGGEO "biggeo"
#define DUST "dust"
#define SAME(text)                                                                                 \
    { [FRONT_END_FIVETRAN] = (text), [FRONT_END_AIRBYTE] = (text) }
#define FIELD(name) offsetof(struct settings, name)

static const struct choice destinations[] = {
    [DESTINATION_BIGGEO] = {BIGGEO, "BigGeo",
                            "A geospatial data platform. Every change arrives as a record that is "
                            "added to the table."},
    [DESTINATION_DUST] = {DUST, "Dust",
                          "A platform for AI agents. Rows or documents are kept up to date for "
                          "the agents to read."},
    {NULL, NULL, NULL},
};

static const struct choice data_formats[] = {
    [DATA_FORMAT_TABLES] = {"tables", "Tables", NULL},
    [DATA_FORMAT_DOCUMENTS] = {"documents", "Documents", NULL},
    {NULL, NULL, NULL},
};

static const struct choice commit_modes[] = {
    [COMMIT_END] = {"end", "At the end of the sync", NULL},
    [COMMIT_STATE] = {"state", "At the source's checkpoints", NULL},
    {NULL, NULL, NULL},
};

static const char *const batch_size_aliases[] = {"table_batch_size", NULL};

/* Keys, names and defaults: contracts/airbyte.md, "The two connectors"; BigGeo's limits:
 * contracts/biggeo.md; Dust's: contracts/dust.md, 3, 5 and 8. */
static const struct setting table[] = {
    {
        .key = "destination",
        .label = "Destination",
        .help = "Where your data is sent.",
        .type = SETTING_CHOICE,
        .required = true,
        .choices = destinations,
        .offset = FIELD(destination),
    },
    {
        .key = "api_key",
        .label = "API key",
        .help = "The key that BigGeo Studio or your Dust workspace gave you. A Dust key belongs "
                "to one region and needs the right to write in the space below.",
        .type = SETTING_PASSWORD,
        .required = true,
        .secret = true,
        .offset = FIELD(api_key),
    },
    {
        .key = "biggeo_base_url",
        .label = "BigGeo URL",
        .help = "Change this only if BigGeo gave you an address of your own.",
        .type = SETTING_URL,
        .fallback = SAME("https://studio.biggeo.com"),
        .visible_when = BIGGEO,
        .placeholder = "https://studio.biggeo.com",
        .offset = FIELD(biggeo_base_url),
    },
    {
        .key = "workspace_id",
        .label = "Workspace ID",
        .help = "The part behind /w/ in the address of your workspace: dust.tt/w/<workspace ID>.",
        .type = SETTING_TEXT,
        .required = true,
        .visible_when = DUST,
        .placeholder = "0ec9852c2f",
        .offset = FIELD(workspace_id),
    },
    {
        .key = "space_id",
        .label = "Space ID",
        .help = "The part behind /spaces/ in the address of the space that holds the data source.",
        .type = SETTING_TEXT,
        .required = true,
        .visible_when = DUST,
        .placeholder = "vlt_abc123",
        .offset = FIELD(space_id),
    },
    {
        .key = "data_source_id",
        .label = "Data source ID",
        .help = "The folder of that space that the data goes to. Make one first, under Folders; "
                "data sources that a Dust connection manages cannot be written to.",
        .type = SETTING_TEXT,
        .required = true,
        .visible_when = DUST,
        .placeholder = "dts_abc123",
        .offset = FIELD(data_source_id),
    },
    {
        .key = "base_url",
        .label = "Dust URL",
        .help = "https://dust.tt, or https://eu.dust.tt when your workspace is in Europe.",
        .type = SETTING_URL,
        .fallback = SAME("https://dust.tt"),
        .visible_when = DUST,
        .placeholder = "https://dust.tt",
        .offset = FIELD(base_url),
    },
    {
        .key = "data_format",
        .label = "Data format",
        .help = "What a row becomes in Dust. tables: a row of a table that agents can query. "
                "documents: a document that agents can search; Dust takes about 120 a minute.",
        .type = SETTING_CHOICE,
        .fallback = {[FRONT_END_FIVETRAN] = "tables", [FRONT_END_AIRBYTE] = "documents"},
        .choices = data_formats,
        .visible_when = DUST,
        .offset = FIELD(data_format),
    },
    {
        .key = "table_id_prefix",
        .label = "Table ID prefix",
        .help = "Put in front of the ID of every table, so that you can tell them from others. "
                "Changing it later makes new tables.",
        .type = SETTING_TEXT,
        .fallback = {[FRONT_END_FIVETRAN] = "fivetran_", [FRONT_END_AIRBYTE] = "airbyte_"},
        .visible_when = DUST,
        .placeholder = NULL,
        .offset = FIELD(table_id_prefix),
    },
    {
        .key = "confirm_writes",
        .label = "Wait until rows are readable",
        .help = "Dust accepts rows first and merges them into the table some seconds later. With "
                "this on, a sync succeeds only after its rows were seen in the table. For tables "
                "only.",
        .type = SETTING_BOOL,
        .fallback = SAME("true"),
        .visible_when = DUST,
        .offset = FIELD(confirm_writes),
    },
    {
        .key = "documents_per_minute",
        .label = "Documents per minute",
        .help = "The most documents to send in a minute, from 1 to 6000. Dust allows 120 for the "
                "whole workspace unless agreed otherwise; choose less when other programs write "
                "too. For documents only.",
        .type = SETTING_INT,
        .fallback = SAME("120"),
        .min = 1,
        .max = 6000,
        .visible_when = DUST,
        .offset = FIELD(documents_per_minute),
    },
    {
        .key = "batch_size",
        .aliases = batch_size_aliases,
        .label = "Batch size",
        .help = "The most records in one request, from 1 to 10000. Empty: 1000 for BigGeo, 500 "
                "for Dust.",
        .type = SETTING_INT,
        .destination_fallback = {[DESTINATION_BIGGEO] = "1000", [DESTINATION_DUST] = "500"},
        .min = 1,
        .max = 10000,
        .offset = FIELD(batch_size),
    },
    {
        .key = "max_batch_bytes",
        .label = "Request size limit in bytes",
        .help = "The largest request to send, from 16384 (16 KiB) to 16777216 (16 MiB) bytes.",
        .type = SETTING_INT,
        .fallback = SAME("1048576"),
        .min = 16384,
        .max = 16777216,
        .offset = FIELD(max_batch_bytes),
    },
    {
        .key = "commit",
        .label = "Commit",
        .help = "When records are made durable and checkpoints acknowledged. end: once, at the end "
                "of the sync. state: at the source's checkpoints, so that a sync that fails goes "
                "on from the last one. Empty: end for BigGeo, state for Dust.",
        .type = SETTING_CHOICE,
        .front_ends = 1U << FRONT_END_AIRBYTE,
        .destination_fallback = {[DESTINATION_BIGGEO] = "end", [DESTINATION_DUST] = "state"},
        .choices = commit_modes,
        .offset = FIELD(commit),
    },
    {
        .key = "commit_interval_seconds",
        .label = "Commit interval in seconds",
        .help = "With commit at checkpoints: the least time between two commits, from 0 to 900. A "
                "checkpoint that comes sooner is acknowledged with the next commit.",
        .type = SETTING_INT,
        .front_ends = 1U << FRONT_END_AIRBYTE,
        .fallback = SAME("60"),
        .min = 0,
        .max = 900,
        .offset = FIELD(commit_interval_seconds),
    },
};

const struct setting *settings_table(size_t *count) {
    *count = sizeof table / sizeof table[0];
    return table;
}
