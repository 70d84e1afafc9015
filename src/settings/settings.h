/* The settings: one table of data (settings_table.c) that the form, the spec, validation and the
 * README are made from. Values arrive as text; empty means absent. */
#ifndef SETTINGS_SETTINGS_H
#define SETTINGS_SETTINGS_H

#include "base/slice.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum front_end { FRONT_END_FIVETRAN, FRONT_END_AIRBYTE };
enum { FRONT_END_COUNT = FRONT_END_AIRBYTE + 1 };

enum setting_type {
    SETTING_TEXT,
    SETTING_PASSWORD,
    SETTING_URL,
    SETTING_INT,
    SETTING_BOOL,
    SETTING_CHOICE
};

enum destination_kind { DESTINATION_BIGGEO, DESTINATION_DUST };
enum data_format { DATA_FORMAT_TABLES, DATA_FORMAT_DOCUMENTS };

/* Parsed and checked; owns its texts. */
struct settings {
    enum destination_kind destination;
    char *api_key;         /* secret; wiped */
    char *biggeo_base_url; /* without a trailing slash */
    char *workspace_id;
    char *space_id;
    char *data_source_id;
    char *base_url; /* Dust's, without a trailing slash */
    enum data_format data_format;
    char *table_id_prefix;
    bool confirm_writes;
    int64_t documents_per_minute;
    int64_t parallel_requests;
    int64_t batch_size;      /* records a request */
    int64_t max_batch_bytes; /* bytes of a request body */
};

struct setting {
    const char *key;
    const char *label;
    const char *help;
    enum setting_type type;
    bool required; /* where it is visible */
    bool secret;
    const char
        *fallback[FRONT_END_COUNT];   /* default, NULL: none or several (then help names them) */
    int64_t min, max;                 /* SETTING_INT */
    const char *const *choices;       /* SETTING_CHOICE: NULL-terminated */
    const char *const *choice_labels; /* in step with choices */
    const char *visible_when;         /* value of `destination` that shows it; NULL: always */
    const char *placeholder;          /* NULL: none */
};

/* The whole table, in the order a person should see it. */
const struct setting *settings_table(size_t *count);

struct setting_value {
    struct slice key;
    struct slice value;
};

/* Strict: "13 GiB" is not 13. On false *status is a Task naming the setting by its label and what
 * is allowed, never a secret's value. Later duplicates of a key win; unknown keys are ignored.
 * settings_clean_up either way. */
bool settings_parse(struct settings *settings, enum front_end front_end,
                    const struct setting_value *values, size_t n_values, struct status *status);
void settings_clean_up(struct settings *settings);

#endif
