#include "settings/setting_value.h"

#include <check.h>
#include <stdlib.h>

static const struct choice colours[] = {
    {"red", "Red", ""}, {"blue", "Blue", ""}, {NULL, NULL, NULL}};

static const struct setting text_setting = {
    .label = "Name", .type = SETTING_TEXT, .offset = offsetof(struct settings, space_id)};
static const struct setting password_setting = {
    .label = "Key", .type = SETTING_PASSWORD, .offset = offsetof(struct settings, api_key)};
static const struct setting url_setting = {
    .label = "URL", .type = SETTING_URL, .offset = offsetof(struct settings, base_url)};
static const struct setting bool_setting = {
    .label = "Flag", .type = SETTING_BOOL, .offset = offsetof(struct settings, confirm_writes)};
static const struct setting choice_setting = {.label = "Colour",
                                              .type = SETTING_CHOICE,
                                              .choices = colours,
                                              .offset = offsetof(struct settings, data_format)};
static const struct setting int_setting = {.label = "Count",
                                           .type = SETTING_INT,
                                           .min = 5,
                                           .max = 100,
                                           .offset = offsetof(struct settings, batch_size)};
static const struct setting any_int_setting = {.label = "Count",
                                               .type = SETTING_INT,
                                               .min = 0,
                                               .max = INT64_MAX,
                                               .offset = offsetof(struct settings, batch_size)};

static struct settings settings;
static struct buf problem;

static void set_up(void) {
    settings = (struct settings){.batch_size = -7, .data_format = DATA_FORMAT_TABLES};
    buf_init(&problem, STATUS_MESSAGE_BYTES);
}

static void tear_down(void) {
    buf_clean_up(&problem);
    settings_clean_up(&settings);
}

static bool stored(const struct setting *setting, struct slice text) {
    buf_reset(&problem);
    enum setting_stored result = setting_value_store(setting, text, &settings, &problem);
    ck_assert_int_ne(result, SETTING_NO_MEMORY);
    ck_assert_int_eq(result == SETTING_WRONG, problem.len > 0);
    return result == SETTING_STORED;
}

START_TEST(test_trim) {
    static const struct {
        struct slice text;
        const char *trimmed;
    } cases[] = {
        {SLICE_LITERAL(""), ""},
        {SLICE_LITERAL(" \t\r\n\v\f"), ""},
        {SLICE_LITERAL("a"), "a"},
        {SLICE_LITERAL(" a b\r\n"), "a b"},
        {SLICE_LITERAL("\xEF\xBB\xBF"
                       "a\xC2\xA0\xE2\x80\x8B "),
         "a"},
        {SLICE_LITERAL("\xC2\xA0"), ""},
        {SLICE_LITERAL("\xC2"), "\xC2"}, /* not a whole character */
        {SLICE_LITERAL("\xC3\xA0"), "\xC3\xA0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert(slice_equal_text(setting_value_trim(cases[i].text), cases[i].trimmed));
    }
}
END_TEST

START_TEST(test_lesson_10_numbers_are_read_strictly) {
    static const struct slice wrong[] = {
        SLICE_LITERAL("13 GiB"),
        SLICE_LITERAL("13GiB"),
        SLICE_LITERAL("13 "),
        SLICE_LITERAL(" 13"),
        SLICE_LITERAL("+13"),
        SLICE_LITERAL("-13"),
        SLICE_LITERAL("1e1"),
        SLICE_LITERAL("13.0"),
        SLICE_LITERAL("1,3"),
        SLICE_LITERAL("1_3"),
        SLICE_LITERAL("0x0d"),
        SLICE_LITERAL("013"),
        SLICE_LITERAL("thirteen"),
        SLICE_LITERAL("13\0"),
        SLICE_LITERAL("\xD9\xA1\xD9\xA3"), /* Arabic-Indic 13 */
        SLICE_LITERAL("\xEF\xBC\x91\xEF\xBC\x93"),
        SLICE_LITERAL("13/"),
        SLICE_LITERAL("13:"),
        SLICE_LITERAL("9223372036854775808"),  /* 2^63 */
        SLICE_LITERAL("18446744073709551629"), /* 2^64 + 13 */
        SLICE_LITERAL("99999999999999999999999999999999999999999999999999"),
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert_msg(!stored(&int_setting, wrong[i]), "%.*s", SLICE_ARG(wrong[i]));
        ck_assert_str_eq(buf_cstr(&problem),
                         "Count must be a whole number from 5 to 100, in digits only.");
    }
    ck_assert_int_eq(settings.batch_size, -7);
    ck_assert(stored(&int_setting, SLICE_LITERAL("13")));
    ck_assert_int_eq(settings.batch_size, 13);
}
END_TEST

START_TEST(test_number_limits) {
    ck_assert(!stored(&int_setting, SLICE_LITERAL("4")));
    ck_assert(stored(&int_setting, SLICE_LITERAL("5")));
    ck_assert(stored(&int_setting, SLICE_LITERAL("100")));
    ck_assert(!stored(&int_setting, SLICE_LITERAL("101")));
    ck_assert(stored(&any_int_setting, SLICE_LITERAL("0")));
    ck_assert(!stored(&any_int_setting, SLICE_LITERAL("00")));
    ck_assert(stored(&any_int_setting, SLICE_LITERAL("9223372036854775807")));
    ck_assert_int_eq(settings.batch_size, INT64_MAX);
    ck_assert(!stored(&any_int_setting, SLICE_LITERAL("9223372036854775808")));
    ck_assert(!stored(&any_int_setting, SLICE_LITERAL("92233720368547758070")));
}
END_TEST

START_TEST(test_lesson_10_toggles) {
    static const struct {
        struct slice text;
        int value; /* -1: refused */
    } cases[] = {
        {SLICE_LITERAL("true"), 1},   {SLICE_LITERAL("TRUE"), 1},  {SLICE_LITERAL("True"), 1},
        {SLICE_LITERAL("false"), 0},  {SLICE_LITERAL("FALSE"), 0}, {SLICE_LITERAL("1"), -1},
        {SLICE_LITERAL("0"), -1},     {SLICE_LITERAL("yes"), -1},  {SLICE_LITERAL("t"), -1},
        {SLICE_LITERAL("truee"), -1}, {SLICE_LITERAL("tru"), -1},  {SLICE_LITERAL("true\0"), -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        settings.confirm_writes = cases[i].value == 0;
        ck_assert_int_eq(stored(&bool_setting, cases[i].text), cases[i].value >= 0);
        if (cases[i].value >= 0) {
            ck_assert_int_eq(settings.confirm_writes, cases[i].value);
        } else {
            ck_assert_str_eq(buf_cstr(&problem), "Flag must be true or false.");
        }
    }
}
END_TEST

START_TEST(test_choices) {
    ck_assert(stored(&choice_setting, SLICE_LITERAL("blue")));
    ck_assert_int_eq(settings.data_format, 1);
    ck_assert(stored(&choice_setting, SLICE_LITERAL("red")));
    ck_assert_int_eq(settings.data_format, 0);
    ck_assert(!stored(&choice_setting, SLICE_LITERAL("Red")));
    ck_assert_str_eq(buf_cstr(&problem), "Colour must be red or blue.");
    ck_assert(!stored(&choice_setting, SLICE_LITERAL("re")));
    ck_assert(!stored(&choice_setting, SLICE_LITERAL("redd")));
}
END_TEST

/* Of all bytes, only these; what goes into a URL's path can change nothing else in it. */
START_TEST(test_every_byte_in_a_text) {
    char text[] = {'a', (char)_i, 'z'};
    bool wanted = _i && _i < 128 &&
                  strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", _i);
    ck_assert_int_eq(stored(&text_setting, slice_make(text, sizeof text)), wanted);
}
END_TEST

START_TEST(test_every_byte_in_a_password) {
    char text[] = {'a', (char)_i, 'z'};
    ck_assert_int_eq(stored(&password_setting, slice_make(text, sizeof text)),
                     _i > ' ' && _i < 0x7F);
    if (settings.api_key) {
        ck_assert(slice_equal(slice_of(settings.api_key), slice_make(text, sizeof text)));
    }
}
END_TEST

START_TEST(test_url) {
    ck_assert(stored(&url_setting, SLICE_LITERAL("https://eu.dust.tt//")));
    ck_assert_str_eq(settings.base_url, "https://eu.dust.tt");
    ck_assert(!stored(&url_setting, SLICE_LITERAL("http://eu.dust.tt")));
    ck_assert(strncmp(buf_cstr(&problem), "URL must begin with https://", 28) == 0);
}
END_TEST

START_TEST(test_longest_text) {
    char text[SETTING_TEXT_MAX_BYTES + 1];
    memset(text, 'a', sizeof text);
    ck_assert(stored(&text_setting, slice_make(text, SETTING_TEXT_MAX_BYTES)));
    ck_assert(!stored(&password_setting, slice_make(text, SETTING_TEXT_MAX_BYTES + 1)));
    ck_assert_str_eq(buf_cstr(&problem), "Key must not be longer than 2048 bytes.");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("setting_value");
    TCase *tests = tcase_create("setting_value");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_trim);
    tcase_add_test(tests, test_lesson_10_numbers_are_read_strictly);
    tcase_add_test(tests, test_number_limits);
    tcase_add_test(tests, test_lesson_10_toggles);
    tcase_add_test(tests, test_choices);
    tcase_add_loop_test(tests, test_every_byte_in_a_text, 0, 256);
    tcase_add_loop_test(tests, test_every_byte_in_a_password, 0, 256);
    tcase_add_test(tests, test_url);
    tcase_add_test(tests, test_longest_text);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
