#include "settings/settings.h"

#include <check.h>
#include <ctype.h>

static const struct setting *find(const char *key) {
    size_t count;
    const struct setting *table = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(table[i].key, key) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

/* Everything that a person reads is there and reads like a sentence. */
START_TEST(test_texts) {
    size_t count;
    const struct setting *table = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        ck_assert(isupper((unsigned char)table[i].label[0]));
        ck_assert(strlen(table[i].label) <= 40);
        ck_assert(table[i].help[strlen(table[i].help) - 1] == '.');
        for (const struct choice *c = table[i].choices; c && c->value; c++) {
            ck_assert(isupper((unsigned char)c->label[0]));
            ck_assert(!c->help || c->help[strlen(c->help) - 1] == '.');
        }
    }
}
END_TEST

START_TEST(test_keys_are_names_and_stand_once) {
    size_t count;
    const struct setting *table = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(strspn(table[i].key, "abcdefghijklmnopqrstuvwxyz_"),
                          strlen(table[i].key));
        ck_assert_ptr_eq(find(table[i].key), &table[i]);
        for (const char *const *alias = table[i].aliases; alias && *alias; alias++) {
            ck_assert_ptr_null(find(*alias));
        }
        for (size_t other = 0; other < i; other++) {
            ck_assert_uint_ne(table[i].offset, table[other].offset);
            ck_assert_str_ne(table[i].label, table[other].label);
        }
    }
}
END_TEST

/* Conditions are one level deep: they name a value of `destination`. */
START_TEST(test_conditions) {
    size_t count;
    const struct setting *table = settings_table(&count);
    ck_assert_str_eq(table[0].key, "destination");
    ck_assert_ptr_null(table[0].visible_when);
    for (size_t i = 1; i < count; i++) {
        bool known = table[i].visible_when == NULL;
        for (const struct choice *c = table[0].choices; c->value && !known; c++) {
            known = strcmp(c->value, table[i].visible_when) == 0;
        }
        ck_assert(known);
    }
}
END_TEST

/* A required setting has no default, another has: one a front end, or one a destination. */
START_TEST(test_every_setting_is_required_or_has_a_default) {
    size_t count;
    const struct setting *table = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        bool by_destination = table[i].destination_fallback[0] != NULL;
        for (int d = 0; d < DESTINATION_COUNT; d++) {
            ck_assert_int_eq(table[i].destination_fallback[d] != NULL, by_destination);
            ck_assert(!by_destination ||
                      strstr(table[i].help, table[i].destination_fallback[d]) != NULL);
        }
        for (int f = 0; f < FRONT_END_COUNT; f++) {
            bool by_front_end = table[i].fallback[f] != NULL;
            ck_assert_int_eq((int)table[i].required + by_front_end + by_destination, 1);
        }
    }
}
END_TEST

START_TEST(test_types) {
    size_t count;
    const struct setting *table = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(table[i].type == SETTING_INT, table[i].max > 0);
        ck_assert_int_le(table[i].min, table[i].max);
        ck_assert_int_eq(table[i].type == SETTING_CHOICE, table[i].choices != NULL);
        ck_assert_int_eq(table[i].type == SETTING_PASSWORD, table[i].secret);
    }
}
END_TEST

/* The numbers of contracts/biggeo.md, contracts/dust.md and contracts/airbyte.md. */
START_TEST(test_limits_and_defaults) {
    static const struct {
        const char *key;
        int64_t min, max;
        const char *fivetran, *airbyte;
    } wanted[] = {
        {"biggeo_base_url", 0, 0, "https://studio.biggeo.com", "https://studio.biggeo.com"},
        {"base_url", 0, 0, "https://dust.tt", "https://dust.tt"},
        {"data_format", 0, 0, "tables", "documents"},
        {"table_id_prefix", 0, 0, "fivetran_", "airbyte_"},
        {"confirm_writes", 0, 0, "true", "true"},
        {"documents_per_minute", 1, 6000, "120", "120"},
        {"batch_size", 1, 10000, NULL, NULL},
        {"max_batch_bytes", 16384, 16777216, "1048576", "1048576"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        const struct setting *setting = find(wanted[i].key);
        ck_assert_ptr_nonnull(setting);
        ck_assert_int_eq(setting->min, wanted[i].min);
        ck_assert_int_eq(setting->max, wanted[i].max);
        ck_assert_pstr_eq(setting->fallback[FRONT_END_FIVETRAN], wanted[i].fivetran);
        ck_assert_pstr_eq(setting->fallback[FRONT_END_AIRBYTE], wanted[i].airbyte);
    }
    ck_assert_str_eq(find("batch_size")->destination_fallback[DESTINATION_BIGGEO], "1000");
    ck_assert_str_eq(find("batch_size")->destination_fallback[DESTINATION_DUST], "500");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("settings_table");
    TCase *tests = tcase_create("settings_table");
    tcase_add_test(tests, test_texts);
    tcase_add_test(tests, test_keys_are_names_and_stand_once);
    tcase_add_test(tests, test_conditions);
    tcase_add_test(tests, test_every_setting_is_required_or_has_a_default);
    tcase_add_test(tests, test_types);
    tcase_add_test(tests, test_limits_and_defaults);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
