#include "frontends/fivetran/health.h"
#include "support/suite.h"

#include <check.h>

static const struct rpc_method METHODS[] = {
    {.path = "/a.b.Service/Do"},
    {.path = "/a.b.Service/DoMore"},
    {.path = "/c.Other/Do"},
};

static bool read_bytes(struct slice bytes, bool *known, struct status *status) {
    *known = false;
    return health_read_request(bytes, METHODS, 3, known, status);
}

static bool is_known(const char *service) {
    char bytes[128] = "\x0A";
    bytes[1] = (char)strlen(service);
    snprintf(bytes + 2, sizeof bytes - 2, "%s", service);
    bool known = false;
    struct status status = STATUS_INIT;
    ck_assert(read_bytes(slice_make(bytes, 2 + strlen(service)), &known, &status));
    return known;
}

START_TEST(test_knows_the_methods_services) {
    ck_assert(is_known(""));
    ck_assert(is_known("a.b.Service"));
    ck_assert(is_known("c.Other"));
}
END_TEST

START_TEST(test_knows_no_others) {
    static const char *const unknown[] = {
        "a.b",     "a.b.Servic", "a.b.Service/", "a.b.Service/Do", "a.b.ServiceX", "/a.b.Service",
        "c.other", "/",          "Other"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        ck_assert_msg(!is_known(unknown[i]), "%s", unknown[i]);
    }
}
END_TEST

START_TEST(test_an_empty_request_asks_for_the_server) {
    bool known = false;
    struct status status = STATUS_INIT;
    ck_assert(read_bytes(slice_make("", 0), &known, &status));
    ck_assert(known);
}
END_TEST

START_TEST(test_broken_requests) {
    bool known = false;
    struct status status = STATUS_INIT;
    ck_assert(!read_bytes(SLICE_LITERAL("\x0A\x05"), &known, &status));
    ck_assert_int_eq(status.code, STATUS_INVALID_ARGUMENT);
    ck_assert(!read_bytes(SLICE_LITERAL("\x0A\x01\xFF"), &known, &status));
    ck_assert_int_eq(status.code, STATUS_INVALID_ARGUMENT);
}
END_TEST

START_TEST(test_states_on_the_wire) {
    static const struct {
        enum health_state state;
        char value;
    } states[] = {{HEALTH_SERVING, 1}, {HEALTH_NOT_SERVING, 2}, {HEALTH_SERVICE_UNKNOWN, 3}};
    for (size_t i = 0; i < 3; i++) {
        struct buf response;
        buf_init(&response, 64);
        ck_assert(health_append_response(states[i].state, &response));
        ck_assert_uint_eq(response.len, 2);
        ck_assert_mem_eq(response.data, ((char[]){0x08, states[i].value}), 2);
        buf_clean_up(&response);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("health");
    TCase *tests = tcase_create("health");
    tcase_add_test(tests, test_knows_the_methods_services);
    tcase_add_test(tests, test_knows_no_others);
    tcase_add_test(tests, test_an_empty_request_asks_for_the_server);
    tcase_add_test(tests, test_broken_requests);
    tcase_add_test(tests, test_states_on_the_wire);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
