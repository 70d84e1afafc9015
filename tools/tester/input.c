#include "tester/input.h"

#include "frontends/fivetran/proto_map.h"
#include "tester/deliver.h"
#include "tester/describe.h"
#include "tester/memory.h"
#include "tester/migrate.h"
#include "tester/modes.h"
#include "tester/value.h"

#include <dirent.h>
#include <errno.h>

static const char ENDING[] = ".json";

static bool fail(struct run *run, const struct status *status) {
    return report_fail(&run->report, "%s.json: %s", run->input_name, status->message);
}

static bool create_table(struct run *run, const struct model_table *table) {
    FivetranSdk__V2__CreateTableRequest request = FIVETRAN_SDK__V2__CREATE_TABLE_REQUEST__INIT;
    request.schema_name = (char *)run->options->schema_name;
    request.table = proto_of_table(&table->shape, run->arena);
    return calls_succeed(run, "CreateTable", table->shape.name, &request.base);
}

bool input_alter_table(struct run *run, const struct model_table *table, bool drop_columns) {
    FivetranSdk__V2__AlterTableRequest request = FIVETRAN_SDK__V2__ALTER_TABLE_REQUEST__INIT;
    request.schema_name = (char *)run->options->schema_name;
    request.table = proto_of_table(&table->shape, run->arena);
    request.drop_columns = drop_columns;
    return calls_succeed(run, "AlterTable", table->shape.name, &request.base);
}

static bool is_there(struct run *run, const char *name) {
    struct call_result result;
    describe_call(run, name, &result);
    bool found = calls_is(&result, "table");
    calls_clean_up(&result);
    return found;
}

static bool play_tables(struct run *run, json_t *tables, bool create) {
    const char *name = NULL;
    json_t *entry = NULL;
    struct status status = STATUS_INIT;
    if (!value_is_object(tables, create ? "create_table" : "alter_table", &status)) {
        return fail(run, &status);
    }
    json_object_foreach(tables, name, entry) {
        const struct model_table *table =
            model_put_json(&run->model, run->options->schema_name, name, entry, &status);
        if (!table) {
            return fail(run, &status);
        }
        bool reuse = create && (run->options->modes & MODE_REUSE_TABLES) && is_there(run, name);
        if (!(create && !reuse ? create_table(run, table) : input_alter_table(run, table, false))) {
            return false;
        }
    }
    return true;
}

static bool play_create(struct run *run, json_t *tables) {
    return play_tables(run, tables, true);
}

static bool play_alter(struct run *run, json_t *tables) {
    return play_tables(run, tables, false);
}

static bool play_ops(struct run *run, json_t *list) {
    struct ops ops;
    struct status status = STATUS_INIT;
    if (!ops_read(run, list, &ops, &status)) {
        return fail(run, &status);
    }
    return deliver_ops(run, &ops);
}

static bool play_describe(struct run *run, json_t *names) {
    size_t index = 0;
    json_t *name = NULL;
    bool fine = true;
    struct status status = STATUS_INIT;
    if (!value_is_list(names, "describe_table", &status)) {
        return fail(run, &status);
    }
    json_array_foreach(names, index, name) {
        fine = describe_step(run, json_is_string(name) ? json_string_value(name) : "") && fine;
    }
    return fine;
}

static const struct {
    const char *key;
    bool (*play)(struct run *run, json_t *value);
} STEPS[] = {
    {"create_table", play_create},      {"alter_table", play_alter},       {"ops", play_ops},
    {"schema_migration", migrate_play}, {"describe_table", play_describe},
};

static bool play_step(struct run *run, const char *key, json_t *value) {
    for (size_t i = 0; i < sizeof STEPS / sizeof STEPS[0]; i++) {
        if (strcmp(key, STEPS[i].key) == 0) {
            return STEPS[i].play(run, value);
        }
    }
    return report_fail(&run->report, "%s.json: there is no step \"%s\"", run->input_name, key);
}

static bool play_document(struct run *run, json_t *document) {
    const char *key = NULL;
    json_t *value = NULL;
    if (!json_is_object(document)) {
        return report_fail(&run->report, "%s.json is no JSON object", run->input_name);
    }
    json_object_foreach(document, key, value) {
        if (!play_step(run, key, value)) {
            return false;
        }
    }
    return true;
}

bool input_play(struct run *run, const char *name) {
    const char *slash = strrchr(name, '/');
    const char *base = slash ? slash + 1 : name;
    size_t len = strlen(base);
    size_t ending = sizeof ENDING - 1;
    bool ends = len > ending && strcmp(base + len - ending, ENDING) == 0;
    const char *path =
        slash ? name : memory_printf(run->arena, "%s/%s", run->options->data_folder, name);
    run->input_name = memory_copy(run->arena, slice_make(base, ends ? len - ending : len));
    report_note("== %s", base);
    json_error_t error;
    json_t *document = json_load_file(path, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (!document) {
        return error.line < 0
                   ? report_fail(&run->report, "%s", error.text)
                   : report_fail(&run->report, "%s: %s (line %d)", path, error.text, error.line);
    }
    bool fine = play_document(run, document);
    json_decref(document);
    return fine;
}

static int is_input(const struct dirent *entry) {
    size_t len = strlen(entry->d_name);
    size_t ending = sizeof ENDING - 1;
    return len > ending && strcmp(entry->d_name + len - ending, ENDING) == 0 &&
           strcmp(entry->d_name, "configuration.json") != 0;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

bool input_list(struct run *run, char ***names, size_t *count, struct status *status) {
    struct dirent **entries = NULL;
    int found = scandir(run->options->data_folder, &entries, is_input, by_name);
    if (found < 0) {
        return status_fail(status, STATUS_INVALID_ARGUMENT, "cannot read the data folder %s: %s",
                           run->options->data_folder, strerror(errno));
    }
    *count = (size_t)found;
    *names = memory_take(run->arena, (*count + 1) * sizeof **names);
    for (size_t i = 0; i < *count; i++) {
        (*names)[i] = memory_copy(run->arena, slice_of(entries[i]->d_name));
        free(entries[i]);
    }
    free(entries);
    return true;
}
