/* A model of what a cell goes through at Dust (contracts/dust.md, 1.3), written after the contract
 * and not after our own code: JSON → JavaScript → CSV → the type found anew → JSON. */
#ifndef DESTINATIONS_DUST_MODEL_H
#define DESTINATIONS_DUST_MODEL_H

#include "base/buf.h"
#include "json/json_walk.h"
#include "json/json_writer.h"

#include <check.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <strings.h>

enum { MODEL_BYTES = 2048 };

enum shown_kind { SHOWN_NULL, SHOWN_BOOL, SHOWN_INT, SHOWN_FLOAT, SHOWN_TEXT, SHOWN_DATETIME };

struct shown {
    enum shown_kind kind;
    bool truth;
    int64_t integer; /* SHOWN_INT; SHOWN_DATETIME: milliseconds */
    double number;
    char text[MODEL_BYTES]; /* SHOWN_TEXT; SHOWN_DATETIME: string_value */
};

/* The shortest digits of a finite double and its decimal exponent: 0.DIGITS × 10^exponent. */
static inline void model_digits(double value, char digits[20], int *exponent) {
    char text[40];
    int precision = 0;
    do {
        snprintf(text, sizeof text, "%.*e", precision++, fabs(value));
    } while (strtod(text, NULL) != fabs(value));
    size_t n = 0;
    for (char *p = text; *p != 'e'; p++) {
        if (*p != '.') {
            digits[n++] = *p;
        }
    }
    digits[n] = '\0';
    *exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10) + 1;
}

/* Digits in full, without an exponent: Rust's Display. */
static inline void model_print_plain(double value, char to[MODEL_BYTES]) {
    char digits[20];
    int exponent;
    struct buf out;
    buf_init(&out, MODEL_BYTES - 1);
    model_digits(value, digits, &exponent);
    int n = (int)strlen(digits);
    buf_append_text(&out, signbit(value) ? "-" : "");
    if (exponent <= 0) {
        buf_append_text(&out, value == 0 ? "" : "0.");
    }
    for (int i = exponent < 0 ? exponent : 0; i < n || i < exponent; i++) {
        if (i == exponent && i > 0) {
            buf_append_char(&out, '.');
        }
        buf_append_char(&out, i < 0 || i >= n ? '0' : digits[i]);
    }
    snprintf(to, MODEL_BYTES, "%s", value == 0 ? (signbit(value) ? "-0" : "0") : buf_cstr(&out));
    buf_clean_up(&out);
}

/* JavaScript's String(number). */
static inline void model_print_js(double value, char to[MODEL_BYTES]) {
    char digits[20];
    int exponent;
    model_digits(value, digits, &exponent);
    if (value == 0) {
        snprintf(to, MODEL_BYTES, "0");
    } else if (exponent > -6 && exponent <= 21) {
        model_print_plain(value, to);
    } else {
        snprintf(to, MODEL_BYTES, "%s%c%s%se%+d", value < 0 ? "-" : "", digits[0],
                 digits[1] ? "." : "", digits + 1, exponent - 1);
    }
}

/* --- dates --- */

enum { MODEL_TODAY = 20000 }; /* days since 1970 */

static inline bool model_scan_fraction(const char **p, int *ms) {
    *ms = 0;
    if (**p != '.') {
        return true;
    }
    int n = 0;
    for ((*p)++; **p >= '0' && **p <= '9'; (*p)++, n++) {
        *ms += n < 3 ? (**p - '0') * (n == 0 ? 100 : n == 1 ? 10 : 1) : 0;
    }
    return n > 0 && n <= 9;
}

/* What stands behind the seconds: nothing, or (with a T: only) a zone. */
static inline bool model_scan_zone(const char *p, bool zone_needed, int *minutes) {
    int hour = 0;
    int minute = 0;
    int end = 0;
    *minutes = 0;
    if (*p == '\0' || strcmp(p, "Z") == 0) {
        return (*p == 'Z') == zone_needed || !zone_needed;
    }
    if (sscanf(p, "%3d:%2d%n", &hour, &minute, &end) != 2 || p[end] || (*p != '+' && *p != '-')) {
        return false;
    }
    *minutes = hour * 60 + (*p == '-' ? -minute : minute);
    return true;
}

static inline bool model_is_shape(const char *text, const char *shape) {
    for (; *shape; shape++, text++) {
        if (*shape == '9' ? !(*text >= '0' && *text <= '9') : *text != *shape) {
            return false;
        }
    }
    return true;
}

/* The forms that the tests use, of the many that Dust takes. naive_is_date: whether a T without a
 * zone is a date, which the crate's source denies and nobody has tried. */
static inline bool model_parse_date(const char *text, bool naive_is_date, int64_t *ms) {
    struct tm t = {.tm_mday = 1};
    int fraction = 0;
    int zone = 0;
    int end = 0;
    if (model_is_shape(text, "9999-99-99")) {
        sscanf(text, "%4d-%2d-%2d", &t.tm_year, &t.tm_mon, &t.tm_mday);
        const char *p = text + 10;
        if (*p) {
            bool with_t = *p == 'T';
            if (!with_t && *p != ' ') {
                return false;
            }
            if (model_is_shape(p + 1, "99:99:99")) {
                sscanf(p + 1, "%2d:%2d:%2d", &t.tm_hour, &t.tm_min, &t.tm_sec);
                p += 9;
            } else if (!with_t && model_is_shape(p + 1, "99:99")) {
                sscanf(p + 1, "%2d:%2d", &t.tm_hour, &t.tm_min);
                p += 6;
            } else {
                return false;
            }
            if (!model_scan_fraction(&p, &fraction) ||
                !model_scan_zone(p, with_t && !naive_is_date, &zone)) {
                return false;
            }
        }
        t.tm_year -= 1900;
        t.tm_mon -= 1;
    } else if (model_is_shape(text, "99:99")) {
        if (sscanf(text, "%2d:%2d%n:%2d%n", &t.tm_hour, &t.tm_min, &end, &t.tm_sec, &end) < 2 ||
            text[end]) {
            return false;
        }
        t.tm_year = 70;
        t.tm_mday = 1 + MODEL_TODAY;
    } else if (sscanf(text, "March %2d, %4d%n", &t.tm_mday, &t.tm_year, &end) == 2 && !text[end]) {
        t.tm_year -= 1900;
        t.tm_mon = 2;
    } else {
        return false;
    }
    if (t.tm_hour > 23 || t.tm_min > 59 || t.tm_sec > 60 || t.tm_mon < 0 || t.tm_mon > 11 ||
        (t.tm_mday > 31 && t.tm_mday < 100) || t.tm_mday < 1) {
        return false;
    }
    *ms = ((int64_t)timegm(&t) - zone * 60) * 1000 + fraction;
    return true;
}

static inline void model_print_date(int64_t ms, char to[MODEL_BYTES]) {
    struct tm t;
    ck_assert_msg(ms >= 0 || ms % 1000 == 0, "Dust fails on the epoch %lld", (long long)ms);
    time_t seconds = (time_t)(ms / 1000);
    ck_assert_ptr_nonnull(gmtime_r(&seconds, &t));
    snprintf(to, MODEL_BYTES, "%04d-%02d-%02d %02d:%02d:%02d", t.tm_year + 1900, t.tm_mon + 1,
             t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);
}

/* --- CSV and back --- */

static inline bool model_is_float(const char *text, double *value) {
    const char *p = text + (*text == '+' || *text == '-');
    size_t whole = strspn(p, "0123456789");
    p += whole;
    bool point = *p == '.';
    size_t fraction = point ? strspn(p + 1, "0123456789") : 0;
    p += point ? 1 + fraction : 0;
    if (whole + fraction == 0) {
        return false;
    }
    if (*p == 'e' || *p == 'E') {
        p += p[1] == '+' || p[1] == '-' ? 2 : 1;
        size_t n = strspn(p, "0123456789");
        if (n == 0 || !point) {
            return false;
        }
        p += n;
    }
    *value = strtod(text, NULL);
    return *p == '\0' && isfinite(*value);
}

static inline bool model_is_int(const char *text, int64_t *value) {
    const char *p = text + (*text == '+' || *text == '-');
    if (*p == '\0' || p[strspn(p, "0123456789")]) {
        return false;
    }
    errno = 0;
    *value = strtoll(text, NULL, 10);
    return errno == 0;
}

static inline size_t model_space(const char *p) {
    if (*p == ' ' || (*p >= '\t' && *p <= '\r')) {
        return 1;
    }
    return strncmp(p, "\xC2\xA0", 2) == 0 ? 2 : strncmp(p, "\xE2\x80\x83", 3) == 0 ? 3 : 0;
}

static inline void model_trim(const char *text, char to[MODEL_BYTES]) {
    for (size_t n; (n = model_space(text)) > 0;) {
        text += n;
    }
    snprintf(to, MODEL_BYTES, "%s", text);
    size_t end = 0; /* behind the last character that is no space */
    for (size_t i = 0; to[i];) {
        size_t n = model_space(to + i);
        i += n ? n : 1;
        end = n ? end : i;
    }
    to[end] = '\0';
}

/* Row::from_csv_record */
static inline struct shown model_read(const char *csv, bool naive_is_date) {
    struct shown s = {.kind = SHOWN_TEXT};
    model_trim(csv, s.text);
    if (s.text[0] == '\0') {
        s.kind = SHOWN_NULL;
    } else if (model_is_int(s.text, &s.integer)) {
        s.kind = SHOWN_INT;
    } else if (model_is_float(s.text, &s.number)) {
        s.kind = SHOWN_FLOAT;
    } else if (strcasecmp(s.text, "t") == 0 || strcasecmp(s.text, "true") == 0) {
        s.kind = SHOWN_BOOL;
        s.truth = true;
    } else if (strcasecmp(s.text, "f") == 0 || strcasecmp(s.text, "false") == 0) {
        s.kind = SHOWN_BOOL;
    } else if (model_parse_date(s.text, naive_is_date, &s.integer)) {
        s.kind = SHOWN_DATETIME;
    }
    return s;
}

/* Row::to_csv_record */
static inline void model_write(const struct shown *s, char csv[MODEL_BYTES]) {
    switch (s->kind) {
    case SHOWN_NULL:
        csv[0] = '\0';
        break;
    case SHOWN_BOOL:
        snprintf(csv, MODEL_BYTES, "%s", s->truth ? "true" : "false");
        break;
    case SHOWN_INT:
        snprintf(csv, MODEL_BYTES, "%lld", (long long)s->integer);
        break;
    case SHOWN_FLOAT:
        model_print_plain(s->number, csv);
        break;
    case SHOWN_TEXT:
        snprintf(csv, MODEL_BYTES, "%s", s->text);
        break;
    case SHOWN_DATETIME:
        model_print_date(s->integer, csv);
        break;
    }
}

/* A number that went through JSON.parse and JSON.stringify, as serde_json takes it. */
static inline struct shown model_number(const char *json) {
    char js[MODEL_BYTES];
    struct shown s = {.kind = SHOWN_INT};
    double value = strtod(json, NULL);
    ck_assert_msg(isfinite(value), "%s", json);
    model_print_js(value, js);
    errno = 0;
    if (model_is_int(js, &s.integer)) {
        return s;
    }
    errno = 0;
    unsigned long long bits = strtoull(js, NULL, 10);
    if (js[strspn(js, "0123456789")] == '\0' && errno == 0) {
        s.integer = (int64_t)bits;
        return s;
    }
    s.kind = SHOWN_FLOAT;
    s.number = value;
    return s;
}

/* What POST rows makes of a value of ours: the text in the CSV. */
static inline void model_post(struct slice json, char csv[MODEL_BYTES]) {
    struct shown s = {.kind = SHOWN_NULL};
    struct slice epoch;
    struct buf text;
    buf_init(&text, MODEL_BYTES - 1);
    buf_append_slice(&text, json);
    if (json.data[0] == '"') {
        buf_reset(&text);
        json_string_append(&text, json);
        s.kind = SHOWN_TEXT;
        snprintf(s.text, sizeof s.text, "%s", buf_cstr(&text));
    } else if (json_walk_find(json, SLICE_LITERAL("epoch"), &epoch)) {
        s.kind = SHOWN_DATETIME;
        s.integer = strtoll(epoch.data, NULL, 10);
    } else if (json.data[0] == 't' || json.data[0] == 'f') {
        s.kind = SHOWN_BOOL;
        s.truth = json.data[0] == 't';
    } else if (json.data[0] != 'n') {
        s = model_number(buf_cstr(&text));
    }
    model_write(&s, csv);
    buf_clean_up(&text);
}

/* What GET rows answers. */
static inline void model_get(const struct shown *s, struct buf *json) {
    char text[MODEL_BYTES];
    switch (s->kind) {
    case SHOWN_NULL:
        buf_append_text(json, "null");
        break;
    case SHOWN_BOOL:
        buf_append_text(json, s->truth ? "true" : "false");
        break;
    case SHOWN_INT:
    case SHOWN_FLOAT:
        model_print_js(s->kind == SHOWN_INT ? (double)s->integer : s->number, text);
        buf_append_text(json, text);
        break;
    case SHOWN_TEXT:
        json_write_string(json, slice_of(s->text));
        break;
    case SHOWN_DATETIME:
        buf_printf(
            json, "{\"type\":\"datetime\",\"epoch\":%lld,\"string_value\":", (long long)s->integer);
        json_write_string(json, slice_of(s->text));
        buf_append_char(json, '}');
        break;
    }
}

/* A merge reads the cell and writes it again. */
static inline void model_merge(char csv[MODEL_BYTES], bool naive_is_date) {
    struct shown s = model_read(csv, naive_is_date);
    model_write(&s, csv);
}

#endif
