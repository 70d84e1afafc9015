#include "frontends/fivetran/configuration.h"

#include "base/arena.h"
#include "common.pb-c.h"
#include "frontends/fivetran/message_guard.h"
#include "settings/settings.h"

enum { ARENA_BYTES = 1024 * 1024 };

typedef FivetranSdk__V2__ConfigurationFormResponse Form;
typedef FivetranSdk__V2__FormField Field;
typedef FivetranSdk__V2__ConditionalFields Group;

static const struct {
    const char *name;
    const char *label;
} tests[] = {
    {CONFIGURATION_TEST_SETTINGS, "Settings are valid"},
    {CONFIGURATION_TEST_CONNECTION, "The API answers and accepts the key"},
};
enum { TEST_COUNT = sizeof tests / sizeof tests[0] };

/* A message of its default values; NULL when memory is out. */
static void *new_message(struct arena *arena, const ProtobufCMessageDescriptor *type) {
    void *message = arena_alloc(arena, type->sizeof_message);
    if (message) {
        protobuf_c_message_init(type, message);
    }
    return message;
}

/* Room for n pointers to whatever. */
static void *new_pointers(struct arena *arena, size_t n) {
    return arena_alloc(arena, n * sizeof(void *));
}

/* Messages point at texts that nobody changes. */
static char *text(const char *literal) {
    return (char *)literal;
}

static bool set_dropdown(struct arena *arena, const struct setting *setting, size_t n,
                         Field *field) {
    FivetranSdk__V2__DropdownField *dropdown =
        new_message(arena, &fivetran_sdk__v2__dropdown_field__descriptor);
    char **values = new_pointers(arena, n);
    if (!dropdown || !values) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        values[i] = text(setting->choices[i].value);
    }
    dropdown->n_dropdown_field = n;
    dropdown->dropdown_field = values;
    field->type_case = FIVETRAN_SDK__V2__FORM_FIELD__TYPE_DROPDOWN_FIELD;
    field->dropdown_field = dropdown;
    return true;
}

static bool set_descriptive_dropdown(struct arena *arena, const struct setting *setting, size_t n,
                                     Field *field) {
    FivetranSdk__V2__DescriptiveDropDownFields *dropdown =
        new_message(arena, &fivetran_sdk__v2__descriptive_drop_down_fields__descriptor);
    FivetranSdk__V2__DescriptiveDropDownField **values = new_pointers(arena, n);
    if (!dropdown || !values) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        values[i] = new_message(arena, &fivetran_sdk__v2__descriptive_drop_down_field__descriptor);
        if (!values[i]) {
            return false;
        }
        values[i]->value = text(setting->choices[i].value);
        values[i]->label = text(setting->choices[i].label);
        values[i]->description = text(setting->choices[i].help);
    }
    dropdown->n_descriptive_dropdown_field = n;
    dropdown->descriptive_dropdown_field = values;
    field->type_case = FIVETRAN_SDK__V2__FORM_FIELD__TYPE_DESCRIPTIVE_DROPDOWN_FIELDS;
    field->descriptive_dropdown_fields = dropdown;
    return true;
}

static bool set_choices(struct arena *arena, const struct setting *setting, Field *field) {
    size_t n = 0;
    while (setting->choices[n].value) {
        n++;
    }
    return setting->choices[0].help ? set_descriptive_dropdown(arena, setting, n, field)
                                    : set_dropdown(arena, setting, n, field);
}

static bool set_type(struct arena *arena, const struct setting *setting, Field *field) {
    switch (setting->type) {
    case SETTING_CHOICE:
        return set_choices(arena, setting, field);
    case SETTING_BOOL:
        field->type_case = FIVETRAN_SDK__V2__FORM_FIELD__TYPE_TOGGLE_FIELD;
        field->toggle_field = new_message(arena, &fivetran_sdk__v2__toggle_field__descriptor);
        return field->toggle_field != NULL;
    case SETTING_TEXT:
    case SETTING_PASSWORD:
    case SETTING_URL:
    case SETTING_INT:
        break;
    }
    field->type_case = FIVETRAN_SDK__V2__FORM_FIELD__TYPE_TEXT_FIELD;
    field->text_field = setting->secret ? FIVETRAN_SDK__V2__TEXT_FIELD__Password
                                        : FIVETRAN_SDK__V2__TEXT_FIELD__PlainText;
    return true;
}

static Field *new_field(struct arena *arena, const struct setting *setting) {
    Field *field = new_message(arena, &fivetran_sdk__v2__form_field__descriptor);
    if (!field || !set_type(arena, setting, field)) {
        return NULL;
    }
    field->name = text(setting->key);
    field->label = text(setting->label);
    field->_required_case = FIVETRAN_SDK__V2__FORM_FIELD___REQUIRED_REQUIRED;
    field->required = setting->required;
    field->_description_case = FIVETRAN_SDK__V2__FORM_FIELD___DESCRIPTION_DESCRIPTION;
    field->description = text(setting->help);
    if (setting->fallback[FRONT_END_FIVETRAN]) {
        field->_default_value_case = FIVETRAN_SDK__V2__FORM_FIELD___DEFAULT_VALUE_DEFAULT_VALUE;
        field->default_value = text(setting->fallback[FRONT_END_FIVETRAN]);
    }
    if (setting->placeholder) {
        field->_placeholder_case = FIVETRAN_SDK__V2__FORM_FIELD___PLACEHOLDER_PLACEHOLDER;
        field->placeholder = text(setting->placeholder);
    }
    return field;
}

/* What is shown for one value of `destination`; the name is no setting's. */
static Field *new_group(struct arena *arena, const struct setting *destination,
                        const struct choice *choice) {
    Field *field = new_message(arena, &fivetran_sdk__v2__form_field__descriptor);
    Group *group = new_message(arena, &fivetran_sdk__v2__conditional_fields__descriptor);
    FivetranSdk__V2__VisibilityCondition *condition =
        new_message(arena, &fivetran_sdk__v2__visibility_condition__descriptor);
    struct buf name;
    buf_init(&name, ARENA_BYTES);
    buf_printf(&name, "%s_settings", choice->value);
    char *name_text = arena_copy_text(arena, buf_slice(&name));
    buf_reset(&name);
    buf_printf(&name, "%s settings", choice->label);
    char *label_text = arena_copy_text(arena, buf_slice(&name));
    bool failed = name.failed;
    buf_clean_up(&name);
    if (!field || !group || !condition || !name_text || !label_text || failed) {
        return NULL;
    }
    condition->condition_field = text(destination->key);
    condition->visible_when_case =
        FIVETRAN_SDK__V2__VISIBILITY_CONDITION__VISIBLE_WHEN_STRING_VALUE;
    condition->string_value = text(choice->value);
    group->condition = condition;
    field->name = name_text;
    field->label = label_text;
    field->type_case = FIVETRAN_SDK__V2__FORM_FIELD__TYPE_CONDITIONAL_FIELDS;
    field->conditional_fields = group;
    return field;
}

/* Fills the group with the settings that are shown with its destination. */
static bool fill_group(struct arena *arena, Group *group) {
    size_t count;
    const struct setting *table = settings_table(&count);
    group->fields = new_pointers(arena, count);
    for (size_t i = 0; group->fields && i < count; i++) {
        if (!setting_is_for(&table[i], FRONT_END_FIVETRAN) || !table[i].visible_when ||
            strcmp(table[i].visible_when, group->condition->string_value) != 0) {
            continue;
        }
        Field *field = new_field(arena, &table[i]);
        if (!field) {
            return false;
        }
        group->fields[group->n_fields++] = field;
    }
    return group->fields != NULL;
}

static bool add_groups(struct arena *arena, const struct setting *destination, Form *form) {
    for (const struct choice *choice = destination->choices; choice->value; choice++) {
        Field *field = new_group(arena, destination, choice);
        if (!field || !fill_group(arena, field->conditional_fields)) {
            return false;
        }
        form->fields[form->n_fields++] = field;
    }
    return true;
}

/* In the table's order; the groups stand where the first setting with a condition does. */
static bool add_fields(struct arena *arena, Form *form) {
    size_t count;
    const struct setting *table = settings_table(&count);
    bool groups_added = false;
    form->fields = new_pointers(arena, count + DESTINATION_COUNT);
    for (size_t i = 0; form->fields && i < count; i++) {
        if (!setting_is_for(&table[i], FRONT_END_FIVETRAN)) {
            continue;
        }
        if (!table[i].visible_when) {
            Field *field = new_field(arena, &table[i]);
            if (!field) {
                return false;
            }
            form->fields[form->n_fields++] = field;
        } else if (!groups_added) {
            groups_added = true;
            if (!add_groups(arena, &table[0], form)) {
                return false;
            }
        }
    }
    return form->fields != NULL;
}

static bool add_tests(struct arena *arena, Form *form) {
    form->tests = new_pointers(arena, TEST_COUNT);
    for (size_t i = 0; form->tests && i < TEST_COUNT; i++) {
        FivetranSdk__V2__ConfigurationTest *test =
            new_message(arena, &fivetran_sdk__v2__configuration_test__descriptor);
        if (!test) {
            return false;
        }
        test->name = text(tests[i].name);
        test->label = text(tests[i].label);
        form->tests[form->n_tests++] = test;
    }
    return form->tests != NULL;
}

bool configuration_form(struct buf *response, struct status *status) {
    struct arena arena;
    Form form = FIVETRAN_SDK__V2__CONFIGURATION_FORM_RESPONSE__INIT;
    arena_init(&arena, ARENA_BYTES);
    form.schema_selection_supported = true;
    form.table_selection_supported = true;
    bool ok =
        add_fields(&arena, &form) && add_tests(&arena, &form) && message_pack(&form.base, response);
    arena_clean_up(&arena);
    return ok || status_no_memory(status, "making the setup form");
}
