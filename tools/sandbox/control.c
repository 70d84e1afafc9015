/* The control API: what tests and demos order and look at. README.md tells it in full. */
#include "sandbox/dust_documents.h"
#include "sandbox/dust_store.h"
#include "sandbox/sandbox.h"
#include "sandbox/scan.h"

#include <jansson.h>

enum { CONTROL_WAIT_MS = 30000 };

struct config sandbox_config(struct sandbox *sandbox) {
    pthread_mutex_lock(&sandbox->mutex);
    struct config config = sandbox->config;
    pthread_mutex_unlock(&sandbox->mutex);
    return config;
}

static void control_set_config(struct sandbox *sandbox, const struct config *config) {
    pthread_mutex_lock(&sandbox->mutex);
    sandbox->config = *config;
    pthread_mutex_unlock(&sandbox->mutex);
    dust_store_wake(sandbox->dust);
}

static void control_ok(struct exchange *ex) {
    answer_start(&ex->answer, 200);
    buf_append_text(&ex->answer.body, "{\"success\":true}");
}

static uint64_t control_number(struct exchange *ex, const char *name, uint64_t fallback) {
    const char *text = exchange_query(ex, name);
    return text ? strtoull(text, NULL, 10) : fallback;
}

static void control_faults(struct sandbox *sandbox, struct exchange *ex) {
    if (strcmp(ex->method, "POST") == 0) {
        struct buf error;
        buf_init(&error, SANDBOX_MAX_NAME);
        if (faults_add(sandbox->faults, buf_slice(&ex->body), &error)) {
            control_ok(ex);
        } else {
            answer_message(&ex->answer, 400, buf_slice(&error));
        }
        buf_clean_up(&error);
    } else if (strcmp(ex->method, "DELETE") == 0) {
        faults_clear(sandbox->faults);
        control_ok(ex);
    } else {
        answer_start(&ex->answer, 200);
        faults_list(sandbox->faults, &ex->answer.body);
    }
}

/* One of two words; false for any other value. */
static bool control_word(json_t *value, const char *no, const char *yes, bool *flag) {
    const char *word = json_string_value(value);
    if (!word || (strcmp(word, no) != 0 && strcmp(word, yes) != 0)) {
        return false;
    }
    *flag = strcmp(word, yes) == 0;
    return true;
}

static bool control_set(struct config *config, const char *key, json_t *value) {
    const char *word = json_string_value(value);
    if ((word && dust_config_set_word(&config->dust, key, word)) ||
        (json_is_integer(value) && json_integer_value(value) >= 0 &&
         dust_config_set_number(&config->dust, key, (uint64_t)json_integer_value(value))) ||
        (json_is_boolean(value) && dust_config_set_flag(&config->dust, key, json_is_true(value)))) {
        return true;
    }
    if (strcmp(key, "finals") == 0) {
        return control_word(value, "append", "replace", &config->rules.replace);
    }
    if (strcmp(key, "counts") == 0) {
        return control_word(value, "request", "session", &config->count_session);
    }
    if (strcmp(key, "discard") == 0 && json_is_boolean(value)) {
        config->rules.discard = json_is_true(value);
        return true;
    }
    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        return false;
    }
    if (strcmp(key, "export_lag_requests") == 0) {
        config->rules.lag_requests = json_integer_value(value);
    } else if (strcmp(key, "export_lag_ms") == 0) {
        config->rules.lag_ms = json_integer_value(value);
    } else if (strcmp(key, "max_body") == 0) {
        config->max_body = (uint64_t)json_integer_value(value);
    } else {
        return false;
    }
    return true;
}

static bool control_change_config(struct sandbox *sandbox, struct exchange *ex) {
    struct config config = sandbox_config(sandbox);
    json_t *wanted = json_loadb(ex->body.data, ex->body.len, JSON_REJECT_DUPLICATES, NULL);
    bool good = json_is_object(wanted);
    const char *key;
    json_t *value;
    json_object_foreach(wanted, key, value) {
        good = good && control_set(&config, key, value);
    }
    json_decref(wanted);
    if (good) {
        control_set_config(sandbox, &config);
    }
    return good;
}

static void control_config(struct sandbox *sandbox, struct exchange *ex) {
    if (strcmp(ex->method, "POST") == 0 && !control_change_config(sandbox, ex)) {
        answer_message(&ex->answer, 400, SLICE_LITERAL("config: unknown member or wrong value"));
        return;
    }
    struct config config = sandbox_config(sandbox);
    answer_start(&ex->answer, 200);
    buf_printf(&ex->answer.body,
               "{\"finals\":\"%s\",\"counts\":\"%s\",\"discard\":%s,\"export_lag_requests\":%lld,"
               "\"export_lag_ms\":%lld,\"max_body\":%llu",
               config.rules.replace ? "replace" : "append",
               config.count_session ? "session" : "request",
               config.rules.discard ? "true" : "false", (long long)config.rules.lag_requests,
               (long long)config.rules.lag_ms, (unsigned long long)config.max_body);
    dust_config_show(&config.dust, &ex->answer.body);
    buf_append_char(&ex->answer.body, '}');
}

static void control_requests(struct sandbox *sandbox, struct exchange *ex) {
    answer_start(&ex->answer, 200);
    journal_list(sandbox->journal, control_number(ex, "after", 0), &ex->answer.body);
}

static void control_body(struct sandbox *sandbox, struct exchange *ex, const char *number) {
    answer_start(&ex->answer, 200);
    if (!journal_body(sandbox->journal, strtoull(number, NULL, 10), &ex->answer.body)) {
        answer_message(&ex->answer, 404, SLICE_LITERAL("no body of that number is kept"));
    }
}

static void control_sessions(struct sandbox *sandbox, struct exchange *ex) {
    answer_start(&ex->answer, 200);
    store_list_sessions(sandbox->store, &ex->answer.body);
}

static void control_tables(struct sandbox *sandbox, struct exchange *ex) {
    answer_start(&ex->answer, 200);
    store_list_tables(sandbox->store, &ex->answer.body);
}

static void control_wait(struct sandbox *sandbox, struct exchange *ex) {
    int64_t timeout = (int64_t)control_number(ex, "timeout_ms", CONTROL_WAIT_MS);
    uint64_t held = control_number(ex, "held", 1);
    if (gate_wait_held(sandbox->gate, held, timeout)) {
        control_ok(ex);
    } else {
        answer_message(&ex->answer, 504, SLICE_LITERAL("not so many answers are held"));
    }
}

static void control_release(struct sandbox *sandbox, struct exchange *ex) {
    answer_start(&ex->answer, 200);
    buf_printf(&ex->answer.body, "{\"released\":%zu}", gate_release(sandbox->gate));
}

static void control_expire(struct sandbox *sandbox, struct exchange *ex) {
    store_expire(sandbox->store);
    control_ok(ex);
}

static void control_reset(struct sandbox *sandbox, struct exchange *ex) {
    faults_clear(sandbox->faults);
    gate_release(sandbox->gate);
    control_set_config(sandbox, &sandbox->initial);
    store_reset(sandbox->store);
    dust_store_reset(sandbox->dust);
    dust_documents_reset(sandbox->documents);
    journal_reset(sandbox->journal);
    control_ok(ex);
}

static const struct control_path {
    const char *method; /* NULL: any */
    const char *path;
    void (*perform)(struct sandbox *sandbox, struct exchange *ex);
} control_paths[] = {
    {NULL, "faults", control_faults},      {NULL, "config", control_config},
    {"GET", "requests", control_requests}, {"GET", "sessions", control_sessions},
    {"GET", "tables", control_tables},     {"GET", "wait", control_wait},
    {"POST", "release", control_release},  {"POST", "expire", control_expire},
    {"POST", "reset", control_reset},
};

void control_perform(struct sandbox *sandbox, struct exchange *ex) {
    const char *path = ex->path + strlen("/_sandbox/");
    for (size_t i = 0; i < sizeof(control_paths) / sizeof(control_paths[0]); i++) {
        const struct control_path *known = &control_paths[i];
        if (strcmp(known->path, path) == 0 &&
            (!known->method || strcmp(known->method, ex->method) == 0)) {
            known->perform(sandbox, ex);
            return;
        }
    }
    if (strncmp(path, "dust/", 5) == 0 && dust_control(sandbox, ex, path + 5)) {
        return;
    }
    if (strncmp(path, "rows/", 5) == 0) {
        control_rows(sandbox, ex, path + 5);
    } else if (strncmp(path, "bodies/", 7) == 0) {
        control_body(sandbox, ex, path + 7);
    } else {
        answer_message(&ex->answer, 404, SLICE_LITERAL("the control API has no such path"));
    }
}
