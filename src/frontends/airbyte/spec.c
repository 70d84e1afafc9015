#include "frontends/airbyte/spec.h"

#include "json/json_writer.h"
#include "settings/settings.h"

#define DOCUMENTATION "https://docs.airbyte.com/integrations/destinations"

/* What each destination can do with a stream (contracts/airbyte.md, rule 7). */
static const char *const sync_modes[DESTINATION_COUNT] = {
    [DESTINATION_BIGGEO] = "[\"append\"]",
    [DESTINATION_DUST] = "[\"append\",\"overwrite\",\"append_dedup\"]",
};

static const char *const titles[DESTINATION_COUNT] = {
    [DESTINATION_BIGGEO] = "BigGeo Destination",
    [DESTINATION_DUST] = "Dust Destination",
};

struct spec {
    struct buf *out;
    const struct choice *destination; /* NULL: all */
    int kind;                         /* enum destination_kind; -1: all */
};

static void write_member(struct buf *out, const char *key, const char *text) {
    buf_append_char(out, ',');
    json_write_key(out, slice_of(key));
    json_write_string(out, slice_of(text));
}

/* A default or example, in the setting's own kind. */
static void write_typed(struct buf *out, const struct setting *setting, const char *key,
                        const char *value) {
    if (setting->type == SETTING_INT || setting->type == SETTING_BOOL) {
        buf_printf(out, ",\"%s\":%s", key, value);
    } else {
        write_member(out, key, value);
    }
}

static void write_choices(struct buf *out, const struct setting *setting) {
    buf_append_text(out, ",\"enum\":[");
    for (const struct choice *c = setting->choices; c->value; c++) {
        buf_append_text(out, c == setting->choices ? "" : ",");
        json_write_string(out, slice_of(c->value));
    }
    buf_append_char(out, ']');
}

static const char *label_of_destination(const char *value) {
    size_t count;
    for (const struct choice *c = settings_table(&count)[0].choices; c->value; c++) {
        if (strcmp(c->value, value) == 0) {
            return c->label;
        }
    }
    return value;
}

static void write_description(const struct spec *s, const struct setting *setting, bool first) {
    struct buf text;
    buf_init(&text, SETTING_TEXT_MAX_BYTES);
    buf_append_text(&text, setting->help);
    if (first) {
        buf_append_text(&text, " Empty: Dust when a workspace ID is given, else BigGeo.");
    } else if (s->kind < 0 && setting->visible_when) {
        buf_printf(&text, " For %s only%s.", label_of_destination(setting->visible_when),
                   setting->required ? ", which requires it" : "");
    }
    write_member(s->out, "description", buf_cstr(&text));
    buf_clean_up(&text);
}

static const char *default_of(const struct spec *s, const struct setting *setting) {
    const char *fallback = setting->fallback[FRONT_END_AIRBYTE];
    return fallback || s->kind < 0 ? fallback : setting->destination_fallback[s->kind];
}

static void write_property(const struct spec *s, const struct setting *setting, int order) {
    struct buf *out = s->out;
    static const char *const types[] = {
        [SETTING_TEXT] = "string", [SETTING_PASSWORD] = "string", [SETTING_URL] = "string",
        [SETTING_INT] = "integer", [SETTING_BOOL] = "boolean",    [SETTING_CHOICE] = "string",
    };
    json_write_key(out, slice_of(setting->key));
    buf_printf(out, "{\"type\":\"%s\"", types[setting->type]);
    write_member(out, "title", setting->label);
    write_description(s, setting, setting->offset == offsetof(struct settings, destination));
    if (setting->secret) {
        buf_append_text(out, ",\"airbyte_secret\":true");
    }
    if (setting->type == SETTING_CHOICE) {
        write_choices(out, setting);
    }
    if (setting->type == SETTING_INT) {
        buf_printf(out, ",\"minimum\":%lld,\"maximum\":%lld", (long long)setting->min,
                   (long long)setting->max);
    }
    if (default_of(s, setting)) {
        write_typed(out, setting, "default", default_of(s, setting));
    }
    if (setting->placeholder) {
        buf_append_text(out, ",\"examples\":[");
        json_write_string(out, slice_of(setting->placeholder));
        buf_append_char(out, ']');
    }
    buf_printf(out, ",\"order\":%d}", order);
}

static bool is_shown(const struct spec *s, const struct setting *setting) {
    if (!setting_is_for(setting, FRONT_END_AIRBYTE)) {
        return false;
    }
    if (s->kind < 0) {
        return true;
    }
    return setting->offset != offsetof(struct settings, destination) &&
           (!setting->visible_when || strcmp(setting->visible_when, s->destination->value) == 0);
}

static bool is_required(const struct spec *s, const struct setting *setting) {
    bool always =
        !setting->visible_when && setting->offset != offsetof(struct settings, destination);
    return setting->required && (always || s->kind >= 0);
}

static void write_schema(const struct spec *s) {
    size_t count;
    const struct setting *table = settings_table(&count);
    const char *between = "";
    buf_append_text(s->out, "{\"$schema\":\"http://json-schema.org/draft-07/schema#\"");
    write_member(s->out, "title", s->kind < 0 ? "BigGeo or Dust Destination" : titles[s->kind]);
    buf_append_text(s->out, ",\"type\":\"object\",\"additionalProperties\":true,\"required\":[");
    for (size_t i = 0; i < count; i++) {
        if (is_shown(s, &table[i]) && is_required(s, &table[i])) {
            buf_append_text(s->out, between);
            json_write_string(s->out, slice_of(table[i].key));
            between = ",";
        }
    }
    buf_append_text(s->out, "],\"properties\":{");
    between = "";
    for (size_t i = 0; i < count; i++) {
        if (is_shown(s, &table[i])) {
            buf_append_text(s->out, between);
            write_property(s, &table[i], (int)i);
            between = ",";
        }
    }
    buf_append_text(s->out, "}}");
}

bool spec_append(struct buf *out, const char *destination) {
    struct spec s = {.out = out, .kind = -1};
    size_t count;
    const struct choice *choices = settings_table(&count)[0].choices;
    for (int i = 0; destination && i < DESTINATION_COUNT; i++) {
        if (strcmp(choices[i].value, destination) == 0) {
            s.destination = &choices[i];
            s.kind = i;
        }
    }
    if (destination && !s.destination) {
        return false;
    }
    buf_append_text(out, "{\"type\":\"SPEC\",\"spec\":{\"documentationUrl\":\"" DOCUMENTATION);
    if (s.destination) {
        buf_printf(out, "/%s", s.destination->value);
    }
    buf_append_text(out, "\",\"connectionSpecification\":");
    write_schema(&s);
    buf_printf(out,
               ",\"supportsIncremental\":true,\"supportsNormalization\":false,"
               "\"supportsDBT\":false,\"supported_destination_sync_modes\":%s,"
               "\"protocol_version\":\"0.2.0\"}}",
               sync_modes[s.kind < 0 ? DESTINATION_DUST : s.kind]);
    return true;
}
