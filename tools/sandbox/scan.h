/* Reads JSON text strictly (RFC 8259) without building anything: values are handed out as the
 * bytes they came in, so that numbers keep their digits and objects their order and repeats. */
#ifndef SANDBOX_SCAN_H
#define SANDBOX_SCAN_H

#include "base/buf.h"

#include <stdint.h>

enum { SCAN_MAX_DEPTH = 512 };

/* A reading position. The first error sticks: every later step answers false. */
struct scan {
    const char *at;
    const char *start;
    const char *end;
    const char *error; /* what is wrong, at `at`; NULL: nothing yet */
    int depth;
};

/* text must have a NUL behind it (buf_cstr). Skips white space in front. */
void scan_init(struct scan *s, struct slice text);

/* The first byte of the value at hand, '\0' at the end of the text. */
char scan_peek(const struct scan *s);

/* Steps over one value of any kind; *raw (may be NULL) is its bytes. */
bool scan_value(struct scan *s, struct slice *raw);

/* Steps over a string; *raw is what stands between the quotes, escapes as they came. */
bool scan_string(struct scan *s, struct slice *raw);

/* Enters an object or array: open is '{' or '['. */
bool scan_open(struct scan *s, char open);

/* The next member: true with its key, the scan standing at its value. False at the end of the
 * object, which is left then, or on an error. *n counts from 0; the caller sets it to 0 before. */
bool scan_member(struct scan *s, size_t *n, struct slice *key);

/* The same for elements of an array. */
bool scan_element(struct scan *s, size_t *n);

bool scan_bool(struct scan *s, bool *flag);

/* A number without fraction and exponent that fits. */
bool scan_integer(struct scan *s, int64_t *number);

/* Skips white space. The steps do so behind what they read. */
static inline void scan_space(struct scan *s) {
    while (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t') {
        s->at++;
    }
}

/* True when nothing but white space is left and there was no error. */
bool scan_finish(struct scan *s);

/* Sets the error unless there is one. Returns false. */
bool scan_fail(struct scan *s, const char *error);

/* Appends the text that a string's raw bytes stand for. Lone surrogates become U+FFFD. */
void scan_unescape(struct slice raw, struct buf *out);

/* Appends text as a JSON string with quotes. The text must be UTF-8. */
void scan_quote(struct buf *out, struct slice text);

#endif
