/* The settings: one table of data (settings_table.c) that the form, the spec, validation and the
 * README are made from. Values arrive as text; empty or blank means absent
 * (contracts/fivetran.md, "Messages"; contracts/airbyte.md, "The two connectors"). */
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
    SETTING_TEXT,     /* an id or a part of one: ASCII letters, digits, - and _ */
    SETTING_PASSWORD, /* visible ASCII without spaces */
    SETTING_URL,      /* settings/base_url.h */
    SETTING_INT,
    SETTING_BOOL, /* "true" or "false", any case */
    SETTING_CHOICE,
};

enum { SETTING_TEXT_MAX_BYTES = 2048 }; /* of any text */

enum destination_kind { DESTINATION_BIGGEO, DESTINATION_DUST };
enum { DESTINATION_COUNT = DESTINATION_DUST + 1 };

/* When records are made durable, and so when their states are acknowledged. */
enum commit_mode { COMMIT_END, COMMIT_STATE };

enum data_format { DATA_FORMAT_TABLES, DATA_FORMAT_DOCUMENTS };

/* Parsed and checked; owns its texts. Settings that the chosen destination does not show hold their
 * defaults: texts without a default are NULL then. */
struct settings {
    enum front_end front_end; /* that they were given to */
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
    int64_t batch_size;      /* records a request */
    int64_t max_batch_bytes; /* bytes of a request body */
    enum commit_mode commit;
    int64_t commit_interval_seconds; /* COMMIT_STATE: not more often than this */
};

struct choice {
    const char *value;
    const char *label; /* for a person */
    const char *help;  /* NULL: the value says it all */
};

struct setting {
    const char *key;
    const char *const *aliases; /* NULL-terminated; NULL: none. The key itself goes before them */
    const char *label;
    const char *help;
    enum setting_type type;
    bool required; /* where it is visible */
    bool secret;
    const char *fallback[FRONT_END_COUNT]; /* default; NULL: none, or one per destination */
    const char *destination_fallback[DESTINATION_COUNT]; /* defaults where the destination
                                                            decides; help names them */
    int64_t min, max;                                    /* SETTING_INT, both inclusive */
    const struct choice *choices; /* SETTING_CHOICE: ends with a NULL value; in enum order */
    unsigned front_ends;          /* bits 1 << enum front_end of those that have it; 0: all */
    const char *visible_when;     /* value of `destination` that shows it; NULL: always */
    const char *placeholder;      /* NULL: none */
    size_t offset;                /* of its field in struct settings */
};

/* The whole table, in the order a person should see it; `destination` comes first. */
const struct setting *settings_table(size_t *count);

/* Whether a front end has the setting. */
static inline bool setting_is_for(const struct setting *setting, enum front_end front_end) {
    return setting->front_ends == 0 || (setting->front_ends >> front_end & 1) != 0;
}

struct setting_value {
    struct slice key;
    struct slice value;
};

/* Strict: "13 GiB" is not 13. White space around a value is no part of it. On false *status is a
 * Task naming every wrong setting by its label and what is allowed, never a value. Later duplicates
 * of a key win; unknown keys, and settings that the destination does not show, are ignored.
 * settings_clean_up either way. Any thread. */
bool settings_parse(struct settings *settings, enum front_end front_end,
                    const struct setting_value *values, size_t n_values, struct status *status);
void settings_clean_up(struct settings *settings);

#endif
