#include "frontends/airbyte/spec.h"
#include "json/json_value.h"
#include "settings/settings.h"
#include "support/suite.h"

static struct json_value *message;
static const struct json_value *schema;

static void make(const char *destination) {
    struct buf out;
    struct status status = STATUS_INIT;
    json_destroy(message);
    buf_init(&out, 1 << 20);
    ck_assert(spec_append(&out, destination));
    message = json_parse(buf_slice(&out), &status);
    ck_assert_msg(message != NULL, "%s", status.message);
    schema = json_get(json_get(message, "spec"), "connectionSpecification");
    buf_clean_up(&out);
}

static void tear_down(void) {
    json_destroy(message);
    message = NULL;
}

static const struct json_value *property(const char *key) {
    return json_get(json_get(schema, "properties"), key);
}

static bool text_is(const struct json_value *value, const char *text) {
    struct slice found;
    return json_text(value, &found) && slice_equal_text(found, text);
}

START_TEST(test_every_setting_of_this_front_end_is_a_property) {
    size_t count;
    const struct setting *table = settings_table(&count);
    make(NULL);
    for (size_t i = 0; i < count; i++) {
        const struct json_value *p = property(table[i].key);
        int64_t order;
        ck_assert_msg(p != NULL, "%s", table[i].key);
        ck_assert(text_is(json_get(p, "title"), table[i].label));
        ck_assert(json_int(json_get(p, "order"), &order));
        ck_assert_int_eq(order, (int64_t)i);
        bool secret = false;
        json_bool(json_get(p, "airbyte_secret"), &secret);
        ck_assert_int_eq(secret, table[i].secret);
        size_t n_choices = 0;
        while (table[i].choices && table[i].choices[n_choices].value) {
            n_choices++;
        }
        ck_assert_uint_eq(json_array_count(json_get(p, "enum")), n_choices);
        int64_t limit = 0;
        ck_assert_int_eq(json_int(json_get(p, "maximum"), &limit), table[i].type == SETTING_INT);
        ck_assert_int_eq(limit, table[i].type == SETTING_INT ? table[i].max : 0);
    }
    ck_assert_uint_eq(json_array_count(json_get(schema, "required")), 1);
    ck_assert(text_is(json_array_at(json_get(schema, "required"), 0), "api_key"));
}
END_TEST

START_TEST(test_one_destination_has_its_own_settings_and_defaults) {
    int64_t number;
    make("dust");
    ck_assert_ptr_null(property("destination"));
    ck_assert_ptr_null(property("biggeo_base_url"));
    ck_assert_uint_eq(json_array_count(json_get(schema, "required")), 4);
    ck_assert(json_int(json_get(property("batch_size"), "default"), &number));
    ck_assert_int_eq(number, 500);
    ck_assert(text_is(json_get(property("commit"), "default"), "state"));
    make("biggeo");
    ck_assert_ptr_null(property("workspace_id"));
    ck_assert(text_is(json_get(property("commit"), "default"), "end"));
    ck_assert_uint_eq(
        json_array_count(json_get(json_get(message, "spec"), "supported_destination_sync_modes")),
        1);
}
END_TEST

START_TEST(test_an_unknown_destination) {
    struct buf out;
    buf_init(&out, 1000);
    ck_assert(!spec_append(&out, "moon"));
    ck_assert(!spec_append(&out, ""));
    ck_assert_uint_eq(out.len, 0);
    buf_clean_up(&out);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("spec");
    TCase *tests = tcase_create("spec");
    tcase_add_checked_fixture(tests, NULL, tear_down);
    tcase_add_test(tests, test_every_setting_of_this_front_end_is_a_property);
    tcase_add_test(tests, test_one_destination_has_its_own_settings_and_defaults);
    tcase_add_test(tests, test_an_unknown_destination);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
