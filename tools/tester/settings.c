#include "tester/settings.h"

#include "tester/memory.h"
#include "tester/prompt.h"

#include <errno.h>

enum { MAX_SETTINGS = 1024, FILE_MAX = 1 << 20 };

/* The settings while they are being gathered. */
struct gathered {
    struct run *run;
    struct message_pair *pairs;
    size_t count;
};

static struct gathered gather(struct run *run) {
    return (struct gathered){
        run, memory_take(run->arena, MAX_SETTINGS * sizeof(struct message_pair)), 0};
}

static void keep(struct gathered *gathered, const char *name, const char *value) {
    if (gathered->count < MAX_SETTINGS) {
        struct arena *arena = gathered->run->arena;
        gathered->pairs[gathered->count++] = (struct message_pair){
            memory_copy(arena, slice_of(name)), slice_of(memory_copy(arena, slice_of(value)))};
    }
    gathered->run->configuration = gathered->pairs;
    gathered->run->n_configuration = gathered->count;
}

static bool read_pairs(struct gathered *gathered, json_t *document, struct status *status) {
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(document, name, value) {
        if (!json_is_string(value)) {
            return status_fail(status, STATUS_INVALID_ARGUMENT,
                               "configuration.json: the value of \"%s\" is no string", name);
        }
        keep(gathered, name, json_string_value(value));
    }
    return true;
}

bool settings_read_file(struct run *run, bool *found, struct status *status) {
    const char *path =
        memory_printf(run->arena, "%s/configuration.json", run->options->data_folder);
    struct buf text;
    json_error_t error;
    buf_init(&text, FILE_MAX);
    *found = memory_read_file(path, &text);
    if (!*found) {
        bool missing = errno == ENOENT;
        buf_clean_up(&text);
        return missing || status_fail(status, STATUS_INVALID_ARGUMENT, "cannot read %s", path);
    }
    struct gathered gathered = gather(run);
    json_t *document =
        json_loadb(text.data ? text.data : "", text.len, JSON_REJECT_DUPLICATES, &error);
    bool fine = json_is_object(document)
                    ? read_pairs(&gathered, document, status)
                    : status_fail(status, STATUS_INVALID_ARGUMENT, "%s is no JSON object", path);
    json_decref(document);
    buf_wipe(&text);
    return fine;
}

static const char *value_of(const struct gathered *gathered, const char *name) {
    for (size_t i = gathered->count; i > 0; i--) {
        if (strcmp(gathered->pairs[i - 1].key, name) == 0) {
            return gathered->pairs[i - 1].value.data;
        }
    }
    return "";
}

static bool is_visible(const struct gathered *gathered,
                       const FivetranSdk__V2__VisibilityCondition *condition) {
    if (!condition) {
        return true;
    }
    const char *value = value_of(gathered, condition->condition_field);
    switch (condition->visible_when_case) {
    case FIVETRAN_SDK__V2__VISIBILITY_CONDITION__VISIBLE_WHEN_BOOL_VALUE:
        return (strcmp(value, "true") == 0) == (condition->bool_value != 0);
    case FIVETRAN_SDK__V2__VISIBILITY_CONDITION__VISIBLE_WHEN_STRING_VALUE:
        return strcmp(value, condition->string_value) == 0;
    case FIVETRAN_SDK__V2__VISIBILITY_CONDITION__VISIBLE_WHEN_EMPTY_VALUE:
        return (value[0] == '\0') == (condition->empty_value != 0);
    default:
        return true;
    }
}

/* The form nests as deep as the destination wrote it; its fields are asked for in their order. */
static bool ask_fields(struct gathered *gathered, FivetranSdk__V2__FormField **fields, size_t count,
                       struct status *status) { /* NOLINT(misc-no-recursion) */
    for (size_t i = 0; i < count; i++) {
        const FivetranSdk__V2__FormField *field = fields[i];
        if (field->type_case == FIVETRAN_SDK__V2__FORM_FIELD__TYPE_CONDITIONAL_FIELDS) {
            const FivetranSdk__V2__ConditionalFields *inner = field->conditional_fields;
            if (is_visible(gathered, inner->condition) &&
                !ask_fields(gathered, inner->fields, inner->n_fields, status)) {
                return false;
            }
            continue;
        }
        const char *value = prompt_field(field, gathered->run->arena);
        if (!value) {
            return status_fail(status, STATUS_INVALID_ARGUMENT,
                               "the input ended before there was a value for \"%s\"", field->label);
        }
        if (value[0]) {
            keep(gathered, field->name, value);
        }
    }
    return true;
}

bool settings_ask(struct run *run, const FivetranSdk__V2__ConfigurationFormResponse *form,
                  struct status *status) {
    struct gathered gathered = gather(run);
    report_note("There is no configuration.json in %s. The destination asks for:",
                run->options->data_folder);
    return ask_fields(&gathered, form->fields, form->n_fields, status);
}
