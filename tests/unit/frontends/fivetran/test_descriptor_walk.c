#include "frontends/fivetran/descriptor_walk.h"
#include "support/suite.h"

/* A field of bytes: number, length, then the text (google/protobuf/descriptor.proto). */
#define PACKAGE "\x12\x03p.q"
#define MESSAGE "\x22\x1D" NAMED_M FIELD ONEOF NESTED NESTED_ENUM
#define NAMED_M "\x0A\x01M"
#define FIELD                                                                                      \
    "\x12\x03\x0A\x01"                                                                             \
    "f"
#define ONEOF                                                                                      \
    "\x42\x03\x0A\x01"                                                                             \
    "o"
#define NESTED "\x1A\x03\x0A\x01N"
#define NESTED_ENUM                                                                                \
    "\x22\x09\x0A\x01"                                                                             \
    "E"                                                                                            \
    "\x12\x04\x0A\x02V1"
#define FILE_ENUM                                                                                  \
    "\x2A\x0A\x0A\x02"                                                                             \
    "FE"                                                                                           \
    "\x12\x04\x0A\x02V2"
#define SERVICE                                                                                    \
    "\x32\x0A\x0A\x01S"                                                                            \
    "\x12\x05\x0A\x03Run"

static const char whole[] = PACKAGE MESSAGE FILE_ENUM SERVICE;

static bool defines(const char *file, const char *symbol) {
    return descriptor_file_defines(slice_of(file), slice_of(symbol));
}

START_TEST(test_every_kind_of_definition_is_found) {
    static const char *const symbols[] = {
        "p.q.M",   "p.q.M.f",  "p.q.M.o", "p.q.M.N",
        "p.q.M.E", "p.q.M.V1", /* an enum's values are named beside it */
        "p.q.FE",  "p.q.V2",   "p.q.S",   "p.q.S.Run"};
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
        ck_assert_msg(defines(whole, symbols[i]), "%s", symbols[i]);
    }
}
END_TEST

START_TEST(test_nothing_else_is_found) {
    static const char *const symbols[] = {
        "",        ".",          ".p.q.M",   "p",         "p.q",     "p.q.",       "p.q.M.",
        "M",       "p.q.m",      "p.q.MM",   "p.q.M.ff",  "p.q.M.M", "p.q.M.f.f",  "p.q.f",
        "p.q.N",   "p.q.M.E.V1", "p.q.V1",   "p.q.FE.V2", "p.q.Run", "p.q.S.Run.", "p.qM",
        "p.q.S.M", "x.q.M",      "p.q.M..f", "p.q..M"};
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
        ck_assert_msg(!defines(whole, symbols[i]), "%s", symbols[i]);
    }
}
END_TEST

START_TEST(test_a_file_without_a_package_defines_plain_names) {
    ck_assert(defines(MESSAGE, "M"));
    ck_assert(defines(MESSAGE, "M.f"));
    ck_assert(!defines(MESSAGE, "p.q.M"));
}
END_TEST

START_TEST(test_a_cut_file_answers_what_it_still_can_and_nothing_more) {
    for (size_t len = 0; len < sizeof whole - 1; len++) {
        char *copy = malloc(len + 1); /* the exact size: reading past it is seen */
        memcpy(copy, whole, len);
        bool found = descriptor_file_defines(slice_make(copy, len), SLICE_LITERAL("p.q.S.Run"));
        ck_assert_msg(!found, "cut to %zu bytes", len);
        free(copy);
    }
}
END_TEST

START_TEST(test_fields_of_other_kinds_are_passed_over) {
    /* Field 6 as a number, field 12 as text: neither is a service. */
    ck_assert(defines("\x30\x05\x62\x03"
                      "abc" SERVICE,
                      "S.Run"));
    ck_assert(!defines("\x30\x05\x62\x03"
                       "abc",
                       "abc"));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("descriptor_walk");
    TCase *tests = tcase_create("descriptor_walk");
    tcase_add_test(tests, test_every_kind_of_definition_is_found);
    tcase_add_test(tests, test_nothing_else_is_found);
    tcase_add_test(tests, test_a_file_without_a_package_defines_plain_names);
    tcase_add_test(tests, test_a_cut_file_answers_what_it_still_can_and_nothing_more);
    tcase_add_test(tests, test_fields_of_other_kinds_are_passed_over);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
