#include "frontends/airbyte/config.h"

#include "base/arena.h"
#include "frontends/airbyte/text_file.h"
#include "json/json_value.h"

enum { MAX_CONFIG_BYTES = 1024 * 1024, ARENA_BYTES = 1024 * 1024, NUMBER_BYTES = 24 };

static bool is_key_of(const struct setting *setting, const char *key) {
    bool found = strcmp(setting->key, key) == 0;
    for (const char *const *alias = setting->aliases; alias && *alias && !found; alias++) {
        found = strcmp(*alias, key) == 0;
    }
    return found;
}

/* NULL: nothing of ours; configs may hold what other versions know. */
static const struct setting *find_setting(const char *key) {
    size_t count;
    const struct setting *table = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (is_key_of(&table[i], key)) {
            return &table[i];
        }
    }
    return NULL;
}

static const char *wanted_kind(enum setting_type type) {
    return type == SETTING_INT    ? "a whole number"
           : type == SETTING_BOOL ? "true or false (without quotes)"
                                  : "a text";
}

/* The value as the text that settings_parse takes. False: of another kind than the setting. */
static bool value_text(const struct setting *setting, const struct json_value *value,
                       struct arena *arena, struct slice *text) {
    int64_t number;
    bool flag;
    if (setting->type == SETTING_INT) {
        char *digits = arena_alloc(arena, NUMBER_BYTES);
        if (!digits || !json_int(value, &number)) {
            return false;
        }
        *text =
            slice_make(digits, (size_t)snprintf(digits, NUMBER_BYTES, "%lld", (long long)number));
        return true;
    }
    if (setting->type == SETTING_BOOL) {
        bool is = json_bool(value, &flag);
        *text = slice_of(is && flag ? "true" : "false");
        return is;
    }
    return json_text(value, text);
}

/* The destination of a config that names none. */
static struct setting_value implied_destination(const struct json_value *config) {
    struct slice id = {"", 0};
    json_text(json_get(config, "workspace_id"), &id);
    return (struct setting_value){SLICE_LITERAL("destination"),
                                  id.len > 0 ? SLICE_LITERAL("dust") : SLICE_LITERAL("biggeo")};
}

static size_t count_members(const struct json_value *object) {
    void *cursor = NULL;
    const char *key;
    const struct json_value *value;
    size_t n = 0;
    while (json_object_next(object, &cursor, &key, &value)) {
        n++;
    }
    return n;
}

static bool parse_object(struct settings *settings, const struct json_value *config,
                         struct arena *arena, struct status *status) {
    struct setting_value *values = arena_alloc(arena, (count_members(config) + 1) * sizeof *values);
    if (!values) {
        return status_no_memory(status, "reading the configuration");
    }
    size_t n = 0;
    struct slice named = {"", 0};
    json_text(json_get(config, "destination"), &named);
    if (named.len == 0) {
        values[n++] = implied_destination(config);
    }
    void *cursor = NULL;
    const char *key;
    const struct json_value *value;
    while (json_object_next(config, &cursor, &key, &value)) {
        const struct setting *setting = find_setting(key);
        if (!setting || !value) {
            continue;
        }
        values[n].key = slice_of(key);
        if (!value_text(setting, value, arena, &values[n].value)) {
            return status_fail(status, STATUS_TASK, "%s (%s) must be %s.", setting->label, key,
                               wanted_kind(setting->type));
        }
        if (values[n].value.len > 0) { /* an empty one must not hide the implied destination */
            n++;
        }
    }
    return settings_parse(settings, FRONT_END_AIRBYTE, values, n, status);
}

bool config_parse(struct settings *settings, struct slice text, struct status *status) {
    *settings = (struct settings){0};
    struct json_value *config = json_parse(text, status);
    if (!config) {
        const struct status reason = *status;
        return status_fail(status, STATUS_TASK, "The configuration %s.", reason.message);
    }
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    bool ok = json_is_object(config)
                  ? parse_object(settings, config, &arena, status)
                  : status_fail(status, STATUS_TASK, "The configuration is not a JSON object.");
    arena_clean_up(&arena);
    json_destroy(config);
    return ok;
}

bool config_read(struct settings *settings, const char *path, struct status *status) {
    struct buf text;
    *settings = (struct settings){0};
    buf_init(&text, MAX_CONFIG_BYTES);
    bool ok = text_file_read(path, "configuration", &text, status) &&
              config_parse(settings, buf_slice(&text), status);
    buf_wipe(&text);
    return ok;
}
