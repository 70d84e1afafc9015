#include "common.pb-c.h"
#include "frontends/fivetran/configuration.h"
#include "settings/settings.h"

#include <check.h>

enum { MAX_FORM_BYTES = 1 << 20, MAX_NAMES = 64 };

static FivetranSdk__V2__ConfigurationFormResponse *form;

static void set_up(void) {
    struct buf response;
    struct status status = STATUS_INIT;
    buf_init(&response, MAX_FORM_BYTES);
    ck_assert_msg(configuration_form(&response, &status), "%s", status.message);
    form = fivetran_sdk__v2__configuration_form_response__unpack(NULL, response.len,
                                                                 (const uint8_t *)response.data);
    ck_assert_ptr_nonnull(form);
    buf_clean_up(&response);
}

static void tear_down(void) {
    fivetran_sdk__v2__configuration_form_response__free_unpacked(form, NULL);
}

/* The conditional group for that destination; NULL when there is none. */
static const FivetranSdk__V2__ConditionalFields *group_of(const char *destination) {
    const FivetranSdk__V2__ConditionalFields *found = NULL;
    for (size_t i = 0; i < form->n_fields; i++) {
        if (form->fields[i]->type_case != FIVETRAN_SDK__V2__FORM_FIELD__TYPE_CONDITIONAL_FIELDS) {
            continue;
        }
        const FivetranSdk__V2__ConditionalFields *group = form->fields[i]->conditional_fields;
        ck_assert_str_eq(group->condition->condition_field, "destination");
        ck_assert_int_eq(group->condition->visible_when_case,
                         FIVETRAN_SDK__V2__VISIBILITY_CONDITION__VISIBLE_WHEN_STRING_VALUE);
        if (strcmp(group->condition->string_value, destination) == 0) {
            ck_assert_ptr_null(found);
            found = group;
        }
    }
    return found;
}

/* The field of a setting, looked for where it must stand and nowhere else. */
static const FivetranSdk__V2__FormField *field_of(const struct setting *setting) {
    FivetranSdk__V2__FormField **fields = form->fields;
    size_t n = form->n_fields;
    if (setting->visible_when) {
        const FivetranSdk__V2__ConditionalFields *group = group_of(setting->visible_when);
        ck_assert_ptr_nonnull(group);
        fields = group->fields;
        n = group->n_fields;
    }
    for (size_t i = 0; i < n; i++) {
        if (strcmp(fields[i]->name, setting->key) == 0) {
            return fields[i];
        }
    }
    return NULL;
}

START_TEST(test_every_setting_has_its_field) {
    size_t count;
    const struct setting *table = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (!setting_is_for(&table[i], FRONT_END_FIVETRAN)) {
            continue;
        }
        const FivetranSdk__V2__FormField *field = field_of(&table[i]);
        const char *fallback = table[i].fallback[FRONT_END_FIVETRAN];
        ck_assert_msg(field != NULL, "%s", table[i].key);
        ck_assert_str_eq(field->label, table[i].label);
        ck_assert_int_ne(field->_required_case, 0);
        ck_assert_int_eq(field->required, table[i].required);
        ck_assert_int_ne(field->_description_case, 0);
        ck_assert_str_eq(field->description, table[i].help);
        ck_assert_int_eq(field->_default_value_case != 0, fallback != NULL);
        ck_assert(!fallback || strcmp(field->default_value, fallback) == 0);
        ck_assert_int_eq(field->_placeholder_case != 0, table[i].placeholder != NULL);
        ck_assert(!table[i].placeholder || strcmp(field->placeholder, table[i].placeholder) == 0);
    }
}
END_TEST

START_TEST(test_every_field_is_of_its_settings_kind) {
    static const FivetranSdk__V2__FormField__TypeCase kinds[] = {
        [SETTING_TEXT] = FIVETRAN_SDK__V2__FORM_FIELD__TYPE_TEXT_FIELD,
        [SETTING_PASSWORD] = FIVETRAN_SDK__V2__FORM_FIELD__TYPE_TEXT_FIELD,
        [SETTING_URL] = FIVETRAN_SDK__V2__FORM_FIELD__TYPE_TEXT_FIELD,
        [SETTING_INT] = FIVETRAN_SDK__V2__FORM_FIELD__TYPE_TEXT_FIELD,
        [SETTING_BOOL] = FIVETRAN_SDK__V2__FORM_FIELD__TYPE_TOGGLE_FIELD,
    };
    size_t count;
    const struct setting *table = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (!setting_is_for(&table[i], FRONT_END_FIVETRAN)) {
            continue;
        }
        const FivetranSdk__V2__FormField *field = field_of(&table[i]);
        if (table[i].type == SETTING_CHOICE) {
            continue;
        }
        ck_assert_int_eq(field->type_case, kinds[table[i].type]);
        if (field->type_case == FIVETRAN_SDK__V2__FORM_FIELD__TYPE_TEXT_FIELD) {
            ck_assert_int_eq(field->text_field == FIVETRAN_SDK__V2__TEXT_FIELD__Password,
                             table[i].secret);
        }
    }
}
END_TEST

START_TEST(test_choices) {
    size_t count;
    const struct setting *table = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        const struct choice *choices = table[i].choices;
        if (!choices || !setting_is_for(&table[i], FRONT_END_FIVETRAN)) {
            continue;
        }
        const FivetranSdk__V2__FormField *field = field_of(&table[i]);
        size_t n = 0;
        for (; choices[n].value; n++) {
            if (choices[0].help) {
                ck_assert_int_eq(field->type_case,
                                 FIVETRAN_SDK__V2__FORM_FIELD__TYPE_DESCRIPTIVE_DROPDOWN_FIELDS);
                const FivetranSdk__V2__DescriptiveDropDownFields *dropdown =
                    field->descriptive_dropdown_fields;
                ck_assert_uint_gt(dropdown->n_descriptive_dropdown_field, n);
                const FivetranSdk__V2__DescriptiveDropDownField *value =
                    dropdown->descriptive_dropdown_field[n];
                ck_assert_str_eq(value->value, choices[n].value);
                ck_assert_str_eq(value->label, choices[n].label);
                ck_assert_str_eq(value->description, choices[n].help);
            } else {
                ck_assert_int_eq(field->type_case,
                                 FIVETRAN_SDK__V2__FORM_FIELD__TYPE_DROPDOWN_FIELD);
                ck_assert_uint_gt(field->dropdown_field->n_dropdown_field, n);
                ck_assert_str_eq(field->dropdown_field->dropdown_field[n], choices[n].value);
            }
        }
        size_t shown = choices[0].help
                           ? field->descriptive_dropdown_fields->n_descriptive_dropdown_field
                           : field->dropdown_field->n_dropdown_field;
        ck_assert_uint_eq(shown, n);
    }
}
END_TEST

static void collect_names(FivetranSdk__V2__FormField **fields, size_t n, int depth,
                          const char *names[MAX_NAMES], size_t *n_names) {
    ck_assert_int_le(depth, 1); /* a condition inside a condition cannot be shown */
    for (size_t i = 0; i < n; i++) {
        ck_assert_uint_lt(*n_names, MAX_NAMES);
        ck_assert_uint_gt(strlen(fields[i]->name), 0);
        ck_assert_uint_gt(strlen(fields[i]->label), 0);
        names[(*n_names)++] = fields[i]->name;
        if (fields[i]->type_case == FIVETRAN_SDK__V2__FORM_FIELD__TYPE_CONDITIONAL_FIELDS) {
            const FivetranSdk__V2__ConditionalFields *group = fields[i]->conditional_fields;
            collect_names(group->fields, group->n_fields, depth + 1, names, n_names);
        }
    }
}

START_TEST(test_lesson_10_names_are_unique_across_branches) {
    const char *names[MAX_NAMES];
    size_t n = 0;
    size_t count;
    const struct setting *table = settings_table(&count);
    size_t ours = 0;
    for (size_t i = 0; i < count; i++) {
        ours += setting_is_for(&table[i], FRONT_END_FIVETRAN);
    }
    collect_names(form->fields, form->n_fields, 0, names, &n);
    ck_assert_uint_eq(n, ours + DESTINATION_COUNT); /* and nothing else is in the form */
    for (size_t i = 0; i < n; i++) {
        for (size_t other = 0; other < i; other++) {
            ck_assert_str_ne(names[i], names[other]);
        }
    }
}
END_TEST

START_TEST(test_order) {
    static const char *const wanted[] = {"destination",   "api_key",    "biggeo_settings",
                                         "dust_settings", "batch_size", "max_batch_bytes"};
    ck_assert_uint_eq(form->n_fields, sizeof wanted / sizeof wanted[0]);
    for (size_t i = 0; i < form->n_fields; i++) {
        ck_assert_str_eq(form->fields[i]->name, wanted[i]);
    }
    ck_assert_str_eq(form->fields[2]->label, "BigGeo settings");
}
END_TEST

START_TEST(test_what_is_supported_and_tested) {
    static const char *const names[] = {"settings", "connection"};
    static const char *const labels[] = {"Settings are valid",
                                         "The API answers and accepts the key"};
    ck_assert(form->schema_selection_supported);
    ck_assert(form->table_selection_supported);
    ck_assert_uint_eq(form->n_tests, 2);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_str_eq(form->tests[i]->name, names[i]);
        ck_assert_str_eq(form->tests[i]->label, labels[i]);
    }
}
END_TEST

START_TEST(test_no_room) {
    struct buf response;
    struct status status = STATUS_INIT;
    buf_init(&response, 16);
    ck_assert(!configuration_form(&response, &status));
    ck_assert_int_eq(status.code, STATUS_INTERNAL);
    buf_clean_up(&response);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("configuration");
    TCase *cases = tcase_create("configuration");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, test_every_setting_has_its_field);
    tcase_add_test(cases, test_every_field_is_of_its_settings_kind);
    tcase_add_test(cases, test_choices);
    tcase_add_test(cases, test_lesson_10_names_are_unique_across_branches);
    tcase_add_test(cases, test_order);
    tcase_add_test(cases, test_what_is_supported_and_tested);
    tcase_add_test(cases, test_no_room);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
