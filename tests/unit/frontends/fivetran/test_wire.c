#include "frontends/fivetran/wire.h"
#include "support/suite.h"

#include <check.h>

#define BYTES(text) slice_make(text, sizeof(text) - 1)

START_TEST(test_reads_every_wire_type) {
    struct wire w = wire_open(BYTES("\x08\x96\x01"
                                    "\x12\x03"
                                    "abc"
                                    "\x19"
                                    "12345678"
                                    "\x25"
                                    "1234"
                                    "\xF8\xFF\xFF\xFF\x0F\x01")); /* field 536870911 */
    struct wire_field field;
    ck_assert(wire_next(&w, &field));
    ck_assert_uint_eq(field.number, 1);
    ck_assert_uint_eq(field.value, 150);
    ck_assert(wire_next(&w, &field));
    ck_assert(field.type == WIRE_BYTES && slice_equal_text(field.bytes, "abc"));
    ck_assert(wire_next(&w, &field));
    ck_assert(field.type == WIRE_64BIT && slice_equal_text(field.bytes, "12345678"));
    ck_assert(wire_next(&w, &field));
    ck_assert(field.type == WIRE_32BIT && slice_equal_text(field.bytes, "1234"));
    ck_assert(wire_next(&w, &field));
    ck_assert_uint_eq(field.number, 536870911);
    ck_assert(!wire_next(&w, &field));
    ck_assert(!w.broken);
}
END_TEST

START_TEST(test_reads_the_largest_varint) {
    struct wire w = wire_open(BYTES("\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"));
    struct wire_field field;
    ck_assert(wire_next(&w, &field));
    ck_assert(field.value == UINT64_MAX);
}
END_TEST

static const struct {
    const char *what;
    const char *bytes;
    size_t len;
} broken[] = {
    {"a cut tag", "\x80", 1},
    {"field number 0", "\x02\x00", 2},
    {"field number 536870912", "\x80\x80\x80\x80\x10\x00", 6},
    {"a value without an end", "\x08\xFF\xFF", 3},
    {"a varint of eleven bytes", "\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 12},
    {"no length", "\x12", 1},
    {"a length past the end",
     "\x12\x04"
     "abc",
     5},
    {"a length of 2^64-1", "\x12\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 11},
    {"a cut 64 bit value", "\x19\x31\x32", 3},
    {"a cut 32 bit value", "\x25\x31\x32\x33", 4},
    {"a group", "\x1B\x1C", 2},
    {"the end of a group", "\x1C", 1},
    {"wire type 6", "\x1E\x00", 2},
    {"wire type 7", "\x1F\x00", 2},
};

START_TEST(test_broken_bytes) {
    char *copy = malloc(broken[_i].len); /* exactly as long: a look behind it is found */
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, broken[_i].bytes, broken[_i].len);
    struct wire w = wire_open(slice_make(copy, broken[_i].len));
    struct wire_field field;
    ck_assert_msg(!wire_next(&w, &field) && w.broken, "%s", broken[_i].what);
    ck_assert_msg(!wire_next(&w, &field), "%s: goes on", broken[_i].what);
    free(copy);
}
END_TEST

START_TEST(test_an_empty_message_has_no_fields) {
    struct wire w = wire_open(slice_make(NULL, 0));
    struct wire_field field;
    ck_assert(!wire_next(&w, &field));
    ck_assert(!w.broken);
}
END_TEST

START_TEST(test_find_takes_the_last) {
    struct slice message = BYTES("\x0A\x01"
                                 "a"
                                 "\x12\x01"
                                 "b"
                                 "\x0A\x01"
                                 "c"
                                 "\x08\x05");
    ck_assert(slice_equal_text(wire_find(message, 1), "c"));
    ck_assert(slice_equal_text(wire_find(message, 2), "b"));
    ck_assert_uint_eq(wire_find(message, 3).len, 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("wire");
    TCase *tests = tcase_create("wire");
    tcase_add_test(tests, test_reads_every_wire_type);
    tcase_add_test(tests, test_reads_the_largest_varint);
    tcase_add_loop_test(tests, test_broken_bytes, 0, (int)(sizeof broken / sizeof broken[0]));
    tcase_add_test(tests, test_an_empty_message_has_no_fields);
    tcase_add_test(tests, test_find_takes_the_last);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
