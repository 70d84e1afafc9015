#include "tester/report.h"

#include <stdarg.h>
#include <stdio.h>

static void say(const char *word, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void say(const char *word, const char *format, va_list args) {
    fputs(word, stdout);
    vprintf(format, args);
    putchar('\n');
    fflush(stdout);
}

void report_pass(struct report *report, const char *format, ...) {
    va_list args;
    va_start(args, format);
    say("PASS ", format, args);
    va_end(args);
    report->passed++;
}

bool report_fail(struct report *report, const char *format, ...) {
    va_list args;
    va_start(args, format);
    say("FAIL ", format, args);
    va_end(args);
    report->failed++;
    return false;
}

void report_test(struct report *report, const char *label, const char *why) {
    if (why) {
        printf("[%s]: FAILED: %s\n", label, why);
        report->failed++;
    } else {
        printf("[%s]: PASSED\n", label);
        report->passed++;
    }
    fflush(stdout);
}

void report_note(const char *format, ...) {
    va_list args;
    va_start(args, format);
    say("", format, args);
    va_end(args);
}

void report_summary(const struct report *report) {
    printf("%s: %zu passed, %zu failed\n", report->failed ? "FAILED" : "ALL PASSED", report->passed,
           report->failed);
    fflush(stdout);
}
