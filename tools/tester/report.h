/* What was tried and how it went: a line each, counted. */
#ifndef TESTER_REPORT_H
#define TESTER_REPORT_H

#include <stdbool.h>
#include <stddef.h>

struct report {
    size_t passed;
    size_t failed;
};

/* "PASS <text>", "FAIL <text>"; report_fail returns false. */
void report_pass(struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool report_fail(struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "[label]: PASSED", or "[label]: FAILED: why" when why is not NULL: a Test of the destination. */
void report_test(struct report *report, const char *label, const char *why);

/* A line that is neither. */
void report_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The last line. */
void report_summary(const struct report *report);

#endif
