#include "sandbox/dust_config.h"

#include "sandbox/scan.h"

#include <stdio.h>

enum setting_kind { SETTING_WORD, SETTING_NUMBER, SETTING_FLAG };

#define MEMBER(name) offsetof(struct dust_config, name)

/* Every setting: a word's text is its default; choices separated by `|` are all it may be, the
 * first the default. */
static const struct setting {
    const char *key;
    enum setting_kind kind;
    size_t at;
    const char *word;
    uint64_t number;
} settings[] = {
    {"workspace", SETTING_WORD, MEMBER(workspace), "ws1", 0},
    {"space", SETTING_WORD, MEMBER(space), "spc1", 0},
    {"other_space", SETTING_WORD, MEMBER(other_space), "spc_other", 0},
    {"data_source", SETTING_WORD, MEMBER(data_source), "ds1", 0},
    {"data_source_name", SETTING_WORD, MEMBER(data_source_name), "Test data", 0},
    {"other_data_source", SETTING_WORD, MEMBER(other), "ds_other", 0},
    {"managed_data_source", SETTING_WORD, MEMBER(managed), "ds_managed", 0},
    {"dust_key", SETTING_WORD, MEMBER(key), "sk-test-key", 0},
    {"read_only_key", SETTING_WORD, MEMBER(read_only_key), "sk-read-only", 0},
    {"no_product_key", SETTING_WORD, MEMBER(no_product_key), "sk-no-product", 0},
    {"foreign_key", SETTING_WORD, MEMBER(foreign_key), "sk-other-workspace", 0},
    {"region_key", SETTING_WORD, MEMBER(region_key), "sk-other-region", 0},
    {"disabled_key", SETTING_WORD, MEMBER(disabled_key), "sk-disabled", 0},
    {"dust_state", SETTING_WORD, MEMBER(state), "normal|maintenance|relocated", 0},
    {"body_limit_style", SETTING_WORD, MEMBER(body_limit_style), "json|text", 0},
    {"late_posts", SETTING_WORD, MEMBER(late_posts), "queue|wait", 0},
    {"documents_total", SETTING_WORD, MEMBER(documents_total), "exact|lagging|zero", 0},
    {"hyphens", SETTING_FLAG, MEMBER(hyphens), NULL, 0},
    {"merge_quiet_ms", SETTING_NUMBER, MEMBER(merge_quiet_ms), NULL, 0},
    {"merge_takes_ms", SETTING_NUMBER, MEMBER(merge_takes_ms), NULL, 0},
    {"merge_loop_ms", SETTING_NUMBER, MEMBER(merge_loop_ms), NULL, 5},
    {"merge_delay_max_ms", SETTING_NUMBER, MEMBER(merge_delay_max_ms), NULL, 0},
    {"merge_max_age_ms", SETTING_NUMBER, MEMBER(merge_max_age_ms), NULL, 3600000},
    {"max_pending", SETTING_NUMBER, MEMBER(max_pending), NULL, 200},
    {"max_table_rows", SETTING_NUMBER, MEMBER(max_table_rows), NULL, 500000},
    {"max_csv_bytes", SETTING_NUMBER, MEMBER(max_csv_bytes), NULL, UINT64_C(100) * 1024 * 1024},
    {"documents_per_minute", SETTING_NUMBER, MEMBER(documents_per_minute), NULL, 120},
    {"window_ms", SETTING_NUMBER, MEMBER(window_ms), NULL, 60000},
    {"document_size_mb", SETTING_NUMBER, MEMBER(document_size_mb), NULL, 2},
    {"document_quota_bytes", SETTING_NUMBER, MEMBER(document_quota_bytes), NULL, 0},
    {"seed", SETTING_NUMBER, MEMBER(seed), NULL, 1},
};

enum { SETTINGS = sizeof(settings) / sizeof(settings[0]) };

static const struct setting *setting_find(const char *key, enum setting_kind kind) {
    for (size_t i = 0; i < SETTINGS; i++) {
        if (settings[i].kind == kind && strcmp(settings[i].key, key) == 0) {
            return &settings[i];
        }
    }
    return NULL;
}

static void *setting_place(struct dust_config *config, const struct setting *setting) {
    return (char *)config + setting->at;
}

void dust_config_init(struct dust_config *config) {
    *config = (struct dust_config){0};
    for (size_t i = 0; i < SETTINGS; i++) {
        if (settings[i].kind == SETTING_WORD) {
            int first = (int)strcspn(settings[i].word, "|");
            snprintf(setting_place(config, &settings[i]), DUST_MAX_WORD, "%.*s", first,
                     settings[i].word);
        } else if (settings[i].kind == SETTING_NUMBER) {
            memcpy(setting_place(config, &settings[i]), &settings[i].number, sizeof(uint64_t));
        }
    }
}

/* Whether a word is one of `a|b|c`. */
static bool setting_is_choice(const char *choices, const char *word) {
    size_t len = strlen(word);
    for (const char *at = choices; *at;) {
        size_t choice = strcspn(at, "|");
        if (choice == len && memcmp(at, word, len) == 0) {
            return true;
        }
        at += choice + (at[choice] == '|');
    }
    return false;
}

bool dust_config_set_word(struct dust_config *config, const char *key, const char *word) {
    const struct setting *setting = setting_find(key, SETTING_WORD);
    if (!setting || strlen(word) >= DUST_MAX_WORD ||
        (strchr(setting->word, '|') && !setting_is_choice(setting->word, word))) {
        return false;
    }
    snprintf(setting_place(config, setting), DUST_MAX_WORD, "%s", word);
    return true;
}

bool dust_config_set_number(struct dust_config *config, const char *key, uint64_t number) {
    const struct setting *setting = setting_find(key, SETTING_NUMBER);
    if (setting) {
        memcpy(setting_place(config, setting), &number, sizeof(number));
    }
    return setting != NULL;
}

bool dust_config_set_flag(struct dust_config *config, const char *key, bool flag) {
    const struct setting *setting = setting_find(key, SETTING_FLAG);
    if (setting) {
        memcpy(setting_place(config, setting), &flag, sizeof(flag));
    }
    return setting != NULL;
}

void dust_config_show(const struct dust_config *config, struct buf *json) {
    for (size_t i = 0; i < SETTINGS; i++) {
        const char *place = (const char *)config + settings[i].at;
        buf_printf(json, ",\"%s\":", settings[i].key);
        if (settings[i].kind == SETTING_WORD) {
            scan_quote(json, slice_of(place));
        } else if (settings[i].kind == SETTING_FLAG) {
            buf_append_text(json, *place ? "true" : "false");
        } else {
            uint64_t number;
            memcpy(&number, place, sizeof(number));
            buf_printf(json, "%llu", (unsigned long long)number);
        }
    }
}
