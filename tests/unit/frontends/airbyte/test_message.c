#include "frontends/airbyte/message.h"
#include "support/suite.h"
#include "table/record.h"

static struct message parse(const char *line) {
    struct message m;
    message_parse(slice_of(line), &m);
    return m;
}

#define ASSERT_SLICE(slice, wanted)                                                                \
    ck_assert_msg(slice_equal_text((slice), (wanted)), "%.*s", SLICE_ARG(slice))

START_TEST(test_a_record_is_slices_of_its_line) {
    struct message m =
        parse("{\"type\":\"RECORD\",\"record\":{\"stream\":\"users\",\"namespace\":\"shop\","
              "\"data\":{\"n\":1.50,\"x\":{\"y\":[]}},\"emitted_at\":1700000000123}}");
    ck_assert_int_eq(m.kind, MESSAGE_RECORD);
    ASSERT_SLICE(m.stream, "users");
    ASSERT_SLICE(m.schema, "shop");
    ASSERT_SLICE(m.data, "{\"n\":1.50,\"x\":{\"y\":[]}}");
    ck_assert_int_eq(m.emitted_at_ms, 1700000000123);
}
END_TEST

START_TEST(test_members_may_come_in_any_order_and_unknown_ones_pass) {
    struct message m =
        parse(" { \"a\":[1], \"record\" : {\"meta\":{\"record\":{}},\"data\":{ },\"z\":null,"
              "\"stream\":\"\\u00fc\"} , \"type\" : \"RECORD\", \"id\":7 } \r");
    ck_assert_int_eq(m.kind, MESSAGE_RECORD);
    ASSERT_SLICE(m.stream, "\\u00fc");
    ASSERT_SLICE(m.schema, "");
    ASSERT_SLICE(m.data, "{ }");
    ck_assert_int_eq(m.emitted_at_ms, EMITTED_AT_UNKNOWN);
}
END_TEST

START_TEST(test_emitted_at_may_be_any_number) {
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        {"0", 0},
        {"5.0", 5},
        {"-3", -3},
        {"1.7e12", 1700000000000},
        {"null", EMITTED_AT_UNKNOWN},
        {"\"5\"", EMITTED_AT_UNKNOWN},
        {"{}", EMITTED_AT_UNKNOWN},
        {"1e300", EMITTED_AT_UNKNOWN},
        {"123456789012345678901234", EMITTED_AT_UNKNOWN},
        {"1111111111111111111111111111111111111111111111111111", EMITTED_AT_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char line[200];
        snprintf(
            line, sizeof line,
            "{\"type\":\"RECORD\",\"record\":{\"stream\":\"s\",\"data\":{},\"emitted_at\":%s}}",
            rows[i].text);
        struct message m = parse(line);
        ck_assert_int_eq(m.kind, MESSAGE_RECORD);
        ck_assert_msg(m.emitted_at_ms == rows[i].ms, "%s: %lld", rows[i].text,
                      (long long)m.emitted_at_ms);
    }
}
END_TEST

START_TEST(test_names_and_types_may_be_written_with_escapes) {
    struct message m = parse("{\"typ\\u0065\":\"RECOR\\u0044\",\"rec\\u006Frd\":{"
                             "\"\\u0073tream\":\"s\",\"n\\u0061mespace\":\"n\","
                             "\"dat\\u0061\":{\"\\u0061\":1},\"emitted\\u005fat\":5}}");
    ck_assert_int_eq(m.kind, MESSAGE_RECORD);
    ASSERT_SLICE(m.stream, "s");
    ASSERT_SLICE(m.schema, "n");
    ASSERT_SLICE(m.data, "{\"\\u0061\":1}");
    ck_assert_int_eq(m.emitted_at_ms, 5);
    m = parse("{\"type\":\"ST\\u0041TE\",\"state\":{\"type\":\"\\u0053TREAM\","
              "\"stre\\u0061m\":{\"stream_descriptor\":{\"n\\u0061me\":\"s\"}}}}");
    ck_assert_int_eq(m.kind, MESSAGE_STATE);
    ck_assert_int_eq(m.scope, STATE_OF_STREAM);
    ASSERT_SLICE(m.stream, "s");
}
END_TEST

/* So many arrays inside each other, between the two texts. */
static enum message_kind kind_of_nested(const char *before, size_t depth, const char *behind) {
    char open[1024] = "";
    char close[1024] = "";
    char line[4096];
    memset(open, '[', depth);
    memset(close, ']', depth);
    snprintf(line, sizeof line, "%s%s%s%s", before, open, close, behind);
    return parse(line).kind;
}

START_TEST(test_what_is_nested_too_deep_is_told_from_what_is_no_message) {
    const char *record = "{\"type\":\"RECORD\",\"record\":{\"stream\":\"s\",\"data\":{\"a\":";
    ck_assert_int_eq(kind_of_nested(record, 511, "}}}"), MESSAGE_RECORD);
    ck_assert_int_eq(kind_of_nested(record, 512, "}}}"), MESSAGE_TOO_DEEP);
    ck_assert_int_eq(kind_of_nested(record, 1000, "}}}"), MESSAGE_TOO_DEEP);
    ck_assert_int_eq(kind_of_nested(record, 500, "}}"), MESSAGE_MALFORMED);
    ck_assert_int_eq(kind_of_nested("", 1000, ""), MESSAGE_MALFORMED);
}
END_TEST

START_TEST(test_malformed) {
    static const char *const lines[] = {
        "",
        "x",
        "[]",
        "{}",
        "{\"type\":7}",
        "{\"type\":\"RECORD\"}",
        "{\"type\":\"RECORD\",\"record\":7}",
        "{\"type\":\"RECORD\",\"record\":{}}",
        "{\"type\":\"RECORD\",\"record\":{\"stream\":7,\"data\":{}}}",
        "{\"type\":\"RECORD\",\"record\":{\"stream\":\"s\",\"data\":null}}",
        "{\"type\":\"RECORD\",\"record\":{\"stream\":\"s\",\"data\":{}}",
        "{\"type\":\"RECORD\",\"record\":{\"stream\":\"s\",\"data\":{\"n\":Infinity}}}",
        "{\"type\":\"STATE\"}",
        "{\"type\":\"STATE\",\"state\":[]}",
        "{\"type\":\"STATE\",\"state\":{}} {}",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        ck_assert_msg(parse(lines[i]).kind == MESSAGE_MALFORMED, "%s", lines[i]);
    }
}
END_TEST

START_TEST(test_others) {
    static const char *const lines[] = {
        "{\"type\":\"LOG\",\"log\":{}}",
        "{\"type\":\"NEW\"}",
        "{\"type\":\"TRACE\"}",
        "{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"error\":{}}}",
        ("{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"stream_status\":{\"status\":"
         "\"INCOMPLETE\",\"stream_descriptor\":{\"name\":\"s\"}}}}"),
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        ck_assert_msg(parse(lines[i]).kind == MESSAGE_OTHER, "%s", lines[i]);
    }
}
END_TEST

START_TEST(test_complete) {
    struct message m =
        parse("{\"type\":\"TRACE\",\"trace\":{\"type\":\"STREAM_STATUS\",\"stream_status\":{"
              "\"stream_descriptor\":{\"name\":\"s\",\"namespace\":\"n\"},"
              "\"status\":\"COMPLETE\"}}}");
    ck_assert_int_eq(m.kind, MESSAGE_COMPLETE);
    ASSERT_SLICE(m.stream, "s");
    ASSERT_SLICE(m.schema, "n");
}
END_TEST

/* What the state's scope is, and the line as it will come back. */
START_TEST(test_states) {
    static const struct {
        const char *state;
        enum state_scope scope;
        const char *stream;
        const char *echo;
    } rows[] = {
        {"{}", STATE_OF_ALL, "", "{\"destinationStats\":N}"},
        {"{ }", STATE_OF_ALL, "", "{ \"destinationStats\":N}"},
        {"{\"data\":{}}", STATE_OF_ALL, "", "{\"data\":{},\"destinationStats\":N}"},
        {"{\"type\":\"LEGACY\",\"data\":{}}", STATE_OF_ALL, "",
         "{\"type\":\"LEGACY\",\"data\":{},\"destinationStats\":N}"},
        {"{\"global\":{}}", STATE_OF_ALL, "", "{\"global\":{},\"destinationStats\":N}"},
        {"{\"stream\":{\"stream_descriptor\":{\"name\":\"s\"}}}", STATE_OF_STREAM, "s",
         "{\"stream\":{\"stream_descriptor\":{\"name\":\"s\"}},\"destinationStats\":N}"},
        {"{\"global\":{},\"stream\":{}}", STATE_OF_ALL, "",
         "{\"global\":{},\"stream\":{},\"destinationStats\":N}"},
        {"{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"t\"}},\"global\":{}}",
         STATE_OF_STREAM, "t",
         "{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"t\"}},\"global\":{},"
         "\"destinationStats\":N}"},
        {"{\"destinationStats\":{\"recordCount\":4.0},\"data\":1}", STATE_OF_ALL, "",
         "{\"destinationStats\":N,\"data\":1}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char line[400];
        char echo[400];
        char wanted[400];
        snprintf(line, sizeof line, "{\"type\":\"STATE\",\"state\":%s,\"z\":1}", rows[i].state);
        snprintf(wanted, sizeof wanted, "{\"type\":\"STATE\",\"state\":%s,\"z\":1}", rows[i].echo);
        struct message m = parse(line);
        ck_assert_int_eq(m.kind, MESSAGE_STATE);
        ck_assert_msg(m.scope == rows[i].scope, "%s", line);
        ASSERT_SLICE(m.stream, rows[i].stream);
        snprintf(echo, sizeof echo, "%.*s%sN%s", (int)m.cut, line, m.before, line + m.resume);
        ck_assert_str_eq(echo, wanted);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("message");
    TCase *tests = tcase_create("message");
    tcase_add_test(tests, test_a_record_is_slices_of_its_line);
    tcase_add_test(tests, test_members_may_come_in_any_order_and_unknown_ones_pass);
    tcase_add_test(tests, test_emitted_at_may_be_any_number);
    tcase_add_test(tests, test_names_and_types_may_be_written_with_escapes);
    tcase_add_test(tests, test_what_is_nested_too_deep_is_told_from_what_is_no_message);
    tcase_add_test(tests, test_malformed);
    tcase_add_test(tests, test_others);
    tcase_add_test(tests, test_complete);
    tcase_add_test(tests, test_states);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
