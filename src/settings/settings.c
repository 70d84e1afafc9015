#include "settings/settings.h"

#include "settings/setting_value.h"

#include <stdlib.h>

enum { MORE_BYTES = 32 }; /* room for "And N more." */

struct parse {
    struct settings *settings;
    enum front_end front_end;
    const struct setting_value *values;
    size_t n_values;
    bool destination_known;
    struct buf problems; /* sentences */
    size_t n_unsaid;     /* problems that found no room */
    bool no_memory;
};

/* The value under a key, trimmed; empty when there is none. */
static struct slice value_of_key(const struct parse *p, const char *key) {
    for (size_t i = p->n_values; i-- > 0;) {
        if (slice_equal_text(p->values[i].key, key)) {
            return setting_value_trim(p->values[i].value);
        }
    }
    return slice_of("");
}

static struct slice given_value(const struct parse *p, const struct setting *setting) {
    struct slice value = value_of_key(p, setting->key);
    for (const char *const *alias = setting->aliases; alias && *alias && value.len == 0; alias++) {
        value = value_of_key(p, *alias);
    }
    return value;
}

static struct slice default_value(const struct parse *p, const struct setting *setting) {
    const char *fallback = setting->fallback[p->front_end];
    if (!fallback && p->destination_known) {
        fallback = setting->destination_fallback[p->settings->destination];
    }
    return slice_of(fallback);
}

static void add_problem(struct parse *p, struct slice sentence) {
    bool fits =
        p->n_unsaid == 0 && p->problems.len + 1 + sentence.len + MORE_BYTES < STATUS_MESSAGE_BYTES;
    if (!fits) {
        p->n_unsaid++;
        return;
    }
    if (p->problems.len) {
        buf_append_char(&p->problems, ' ');
    }
    buf_append_slice(&p->problems, sentence);
}

/* False when the setting is wrong or missing. */
static bool parse_setting(struct parse *p, const struct setting *setting, bool visible) {
    struct buf problem;
    struct slice value = visible ? given_value(p, setting) : slice_of("");
    enum setting_stored stored = SETTING_STORED;
    buf_init(&problem, STATUS_MESSAGE_BYTES);
    if (value.len == 0) {
        value = default_value(p, setting);
    }
    if (value.len > 0) {
        stored = setting_value_store(setting, value, p->settings, &problem);
    } else if (visible && setting->required) {
        stored = SETTING_WRONG;
        buf_printf(&problem, "%s is missing.", setting->label);
    }
    p->no_memory = p->no_memory || problem.failed || stored == SETTING_NO_MEMORY;
    if (stored == SETTING_WRONG) {
        add_problem(p, buf_slice(&problem));
    }
    buf_clean_up(&problem);
    return stored == SETTING_STORED;
}

static bool is_visible(const struct parse *p, const struct setting *setting,
                       const struct setting *destination) {
    return setting_is_for(setting, p->front_end) &&
           (!setting->visible_when ||
            (p->destination_known &&
             strcmp(setting->visible_when, destination->choices[p->settings->destination].value) ==
                 0));
}

static bool parse_finish(struct parse *p, struct status *status) {
    if (p->no_memory || p->problems.failed) {
        return status_no_memory(status, "reading the settings");
    }
    if (p->problems.len == 0) {
        return true;
    }
    if (p->n_unsaid) {
        return status_fail(status, STATUS_TASK, "%.*s And %zu more.",
                           SLICE_ARG(buf_slice(&p->problems)), p->n_unsaid);
    }
    return status_fail(status, STATUS_TASK, "%.*s", SLICE_ARG(buf_slice(&p->problems)));
}

bool settings_parse(struct settings *settings, enum front_end front_end,
                    const struct setting_value *values, size_t n_values, struct status *status) {
    size_t count;
    const struct setting *table = settings_table(&count);
    struct parse p = {
        .settings = settings, .front_end = front_end, .values = values, .n_values = n_values};
    *settings = (struct settings){.front_end = front_end};
    buf_init(&p.problems, STATUS_MESSAGE_BYTES);
    p.destination_known = parse_setting(&p, &table[0], true);
    for (size_t i = 1; i < count; i++) {
        parse_setting(&p, &table[i], is_visible(&p, &table[i], &table[0]));
    }
    bool ok = parse_finish(&p, status);
    buf_clean_up(&p.problems);
    return ok;
}

void settings_clean_up(struct settings *settings) {
    if (settings->api_key) {
        secure_wipe(settings->api_key, strlen(settings->api_key));
    }
    char *const texts[] = {
        settings->api_key,         settings->biggeo_base_url, settings->workspace_id,
        settings->space_id,        settings->data_source_id,  settings->base_url,
        settings->table_id_prefix,
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        free(texts[i]);
    }
    *settings = (struct settings){0};
}
