#include "sandbox/fault.h"

#include <jansson.h>

/* What each action's word means, and what it is when its members are left out. */
static const struct action {
    const char *word;
    enum fault_action action;
    bool store;
    unsigned status;
    const char *text;
} fault_actions[] = {
    {"status", FAULT_STATUS, false, 500, "{\"message\":\"ordered fault\"}"},
    {"too_large", FAULT_STATUS, false, 413, "{\"message\":\"the body is too large\"}"},
    {"reset_before", FAULT_RESET, false, 0, ""},
    {"reset_after", FAULT_RESET, true, 0, ""},
    {"close_before", FAULT_CLOSE, false, 0, ""},
    {"close_after", FAULT_CLOSE, true, 0, ""},
    {"cut", FAULT_CUT, true, 0, ""},
    {"slow", FAULT_SLOW, true, 503, "{\"message\":\"ordered fault\"}"},
    {"hold", FAULT_HOLD, true, 503, "{\"message\":\"ordered fault\"}"},
    {"garbage", FAULT_GARBAGE, false, 200, "<html><body>Bad gateway</body></html>"},
    {"success_false", FAULT_REFUSE, false, 200, "ordered fault"},
};

void fault_clean_up(struct fault *fault) {
    free(fault->match);
    free(fault->table);
    fault_effect_clean_up(&fault->effect);
}

static bool fault_complain(struct buf *error, const char *text, const char *what) {
    buf_printf(error, "fault: %s%s", text, what);
    return false;
}

static bool fault_set_action(struct fault *fault, const char *word, struct buf *error) {
    for (size_t i = 0; word && i < sizeof(fault_actions) / sizeof(fault_actions[0]); i++) {
        const struct action *a = &fault_actions[i];
        if (strcmp(a->word, word) == 0) {
            fault->effect.action = a->action;
            fault->effect.name = a->word;
            fault->effect.store = a->store;
            fault->effect.status = a->status;
            snprintf(fault->effect.content_type, sizeof(fault->effect.content_type), "%s",
                     a->action == FAULT_GARBAGE ? "text/html" : "application/json");
            return buf_append_text(&fault->effect.text, a->text);
        }
    }
    return fault_complain(error, "unknown action: ", word ? word : "(none)");
}

static bool fault_set_text(struct fault *fault, const char *key, json_t *value) {
    struct fault_effect *effect = &fault->effect;
    struct slice text = slice_make(json_string_value(value), json_string_length(value));
    if (strcmp(key, "table") == 0) {
        fault->table = strdup(text.data);
    } else if (strcmp(key, "retry_after") == 0) {
        snprintf(effect->retry_after, sizeof(effect->retry_after), "%s", text.data);
    } else if (strcmp(key, "content_type") == 0) {
        snprintf(effect->content_type, sizeof(effect->content_type), "%s", text.data);
    } else if (strcmp(key, "body") == 0 || strcmp(key, "message") == 0) {
        buf_reset(&effect->text);
        buf_append_slice(&effect->text, text);
    } else {
        return strcmp(key, "match") == 0 || strcmp(key, "action") == 0;
    }
    return true;
}

static bool fault_set_number(struct fault *fault, const char *key, json_int_t value) {
    if (strcmp(key, "after") == 0) {
        fault->after = value;
    } else if (strcmp(key, "times") == 0) {
        fault->times = value;
    } else if (strcmp(key, "ms") == 0) {
        fault->effect.ms = value;
    } else if (strcmp(key, "status") == 0 && value >= 100 && value < 600) {
        fault->effect.status = (unsigned)value;
    } else {
        return false;
    }
    return true;
}

static bool fault_set(struct fault *fault, const char *key, json_t *value) {
    if (json_is_string(value)) {
        return fault_set_text(fault, key, value);
    }
    if (json_is_integer(value)) {
        return fault_set_number(fault, key, json_integer_value(value));
    }
    if (json_is_boolean(value) && strcmp(key, "store") == 0) {
        fault->effect.store = json_is_true(value);
        return true;
    }
    return false;
}

static bool fault_parse(json_t *order, struct fault *fault, struct buf *error) {
    buf_init(&fault->effect.text, SANDBOX_MAX_BODY);
    fault->times = 1;
    const char *match = json_string_value(json_object_get(order, "match"));
    if (!match) {
        return fault_complain(error, "match is missing", "");
    }
    fault->match = strdup(match);
    if (!fault_set_action(fault, json_string_value(json_object_get(order, "action")), error)) {
        return false;
    }
    const char *key;
    json_t *value;
    json_object_foreach(order, key, value) {
        if (!fault_set(fault, key, value)) {
            return fault_complain(error, "unknown member or wrong value: ", key);
        }
    }
    return true;
}

static bool fault_parse_all(json_t *orders, struct fault *list, size_t *count, struct buf *error) {
    size_t i;
    json_t *order;
    json_array_foreach(orders, i, order) {
        (*count)++;
        if (!fault_parse(order, &list[i], error)) {
            return false;
        }
    }
    return true;
}

bool fault_parse_list(struct slice json, struct fault **list, size_t *count, struct buf *error) {
    json_error_t where;
    json_t *orders = json_loadb(json.data, json.len, JSON_REJECT_DUPLICATES, &where);
    if (json_is_object(orders)) {
        orders = json_pack("[o]", orders);
    }
    bool good = json_is_array(orders);
    if (!good) {
        fault_complain(error, "not a list of objects: ", orders ? "" : where.text);
    }
    *list = calloc(json_array_size(orders) + 1, sizeof(**list));
    *count = 0;
    good = good && *list && fault_parse_all(orders, *list, count, error);
    if (!good) {
        for (size_t i = 0; *list && i < *count; i++) {
            fault_clean_up(&(*list)[i]);
        }
        free(*list);
        *list = NULL;
        *count = 0;
    }
    json_decref(orders);
    return good;
}
