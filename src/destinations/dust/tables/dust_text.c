#include "destinations/dust/tables/dust_text.h"

#include "table/decimal.h"

#include <math.h>
#include <strings.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct slice behind(struct slice text, size_t len) {
    return slice_make(text.data + len, text.len - len);
}

/* --- trimming --- */

/* Unicode's White_Space beyond ASCII, in UTF-8. */
static const char *const wide_spaces[] = {
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
    "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
    "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
    "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80",
};

/* The length of the white space at the beginning of text, or at its end; 0: none. */
static size_t space_length(struct slice text, bool at_end) {
    if (text.len && is_space(text.data[at_end ? text.len - 1 : 0])) {
        return 1;
    }
    for (size_t i = 0; i < sizeof wide_spaces / sizeof wide_spaces[0]; i++) {
        size_t len = strlen(wide_spaces[i]);
        if (text.len >= len &&
            memcmp(text.data + (at_end ? text.len - len : 0), wide_spaces[i], len) == 0) {
            return len;
        }
    }
    return 0;
}

static bool may_be_space(char c) {
    return is_space(c) || (unsigned char)c >= 0x80;
}

static struct slice trim_front(struct slice text) {
    for (size_t len = 1; len && text.len && may_be_space(text.data[0]);) {
        len = space_length(text, false);
        text = behind(text, len);
    }
    return text;
}

static struct slice trim(struct slice text) {
    text = trim_front(text);
    for (size_t len = 1; len && text.len && may_be_space(text.data[text.len - 1]);) {
        len = space_length(text, true);
        text.len -= len;
    }
    return text;
}

/* --- numbers and booleans --- */

static bool is_number(struct slice text) {
    struct decimal number;
    return decimal_parse(text, &number) && (number.exponent.len == 0 || number.point) &&
           !isinf(decimal_double(&number));
}

static bool is_boolean(struct slice text) {
    static const char *const words[] = {"t", "true", "f", "false"};
    bool found = false;
    for (size_t i = 0; i < 4 && !found; i++) {
        found = text.len == strlen(words[i]) && strncasecmp(text.data, words[i], text.len) == 0;
    }
    return found;
}

/* --- dates --- */

/* How dates begin: `d` a digit, `D` one or two, `s` any white space, `M` the first three letters of
 * a month, `W` of a day of the week, `m` the letters behind them; anything else stands for itself.
 * As the regular expressions of the crate `dateparser` have it, and what Dust tries before it. */
static const char *const date_beginnings[] = {
    "dddd-dd-dd", "dddd-Mm-d", "dddd/D/d", "D:dd", "D/D/d",       "D-D-d",          "D-M",
    "DsM",        "Mmsd",      "Mm.sd",    "W,sd", "ddddddsD:dd", "dddd年dd月dd日",
};

enum { NAME_BYTES = 3 };

static bool is_name(struct slice text, const char *names) {
    bool found = false;
    for (; *names && !found && text.len >= NAME_BYTES; names += NAME_BYTES) {
        found = strncasecmp(text.data, names, NAME_BYTES) == 0;
    }
    return found;
}

static size_t count(struct slice text, bool (*is)(char)) {
    size_t n = 0;
    while (n < text.len && is(text.data[n])) {
        n++;
    }
    return n;
}

/* Takes what a letter of date_beginnings stands for; false when something else stands there. */
static bool take_piece(struct slice *text, char piece) {
    size_t n = 1;
    switch (piece) {
    case 'd':
        if (count(*text, is_digit) == 0) {
            return false;
        }
        break;
    case 'D':
        n = count(*text, is_digit);
        if (n == 0 || n > 2) {
            return false;
        }
        break;
    case 's':
        n = text->len - trim_front(*text).len;
        break;
    case 'm':
        n = count(*text, is_letter);
        break;
    case 'M':
        n = NAME_BYTES;
        if (!is_name(*text, "janfebmaraprmayjunjulaugsepoctnovdec")) {
            return false;
        }
        break;
    case 'W':
        n = NAME_BYTES;
        if (!is_name(*text, "montuewedthufrisatsun")) {
            return false;
        }
        break;
    default:
        if (text->len == 0 || text->data[0] != piece) {
            return false;
        }
    }
    *text = behind(*text, n);
    return true;
}

static bool begins_like_a_date(struct slice text) {
    bool found = false;
    for (size_t i = 0; i < sizeof date_beginnings / sizeof date_beginnings[0] && !found; i++) {
        const char *piece = date_beginnings[i];
        for (struct slice rest = text; *piece && take_piece(&rest, *piece);) {
            piece++;
        }
        found = *piece == '\0';
    }
    return found;
}

/* `3.12.2007`, `2007. 12`: digits and one or two points. */
static bool is_dotted_date(struct slice text) {
    size_t points = 0;
    for (text = trim_front(text); text.len; text = trim_front(behind(text, 1))) {
        char c = text.data[0];
        points += c == '.';
        if (!is_digit(c) && c != '.' && c != '+' && c != '-') {
            return false;
        }
    }
    return points == 1 || points == 2;
}

static bool has_two_digits(struct slice text) {
    size_t digits = 0;
    for (size_t i = 0; i < text.len && digits < 2; i++) {
        digits += is_digit(text.data[i]);
    }
    return digits == 2;
}

static bool is_date(struct slice text) {
    return (begins_like_a_date(text) || is_dotted_date(text)) && has_two_digits(text);
}

enum dust_text dust_text_fate(struct slice text) {
    struct slice trimmed = trim(text);
    if (trimmed.len == 0) {
        return DUST_TEXT_EMPTIED;
    }
    if (is_number(trimmed) || is_boolean(trimmed) || is_date(trimmed)) {
        return DUST_TEXT_RETYPED;
    }
    return trimmed.len < text.len ? DUST_TEXT_TRIMMED : DUST_TEXT_KEPT;
}

/* --- times that Dust cannot write --- */

/* The largest number in front of the first colon: the year, if it has more than two digits. With
 * two it is 1970 to 2069, but behind the name of a month the year 7 is meant: 9999 stands for the
 * former. */
static unsigned year_of(struct slice date) {
    unsigned year = 0;
    bool names_it = false;
    for (size_t i = 0; i < date.len && date.data[i] != ':'; i++) {
        size_t digits = count(behind(date, i), is_digit);
        unsigned value = 0;
        for (size_t n = 0; n < digits && value < 10000; n++) {
            value = value * 10 + (unsigned)(date.data[i + n] - '0');
        }
        year = value > year ? value : year;
        names_it = names_it || digits > 2 || is_letter(date.data[i]);
        i += digits ? digits - 1 : 0;
    }
    return names_it ? year : 9999;
}

/* `.123` behind the first `:30`; empty: there is none. */
static struct slice find_fraction(struct slice text) {
    for (size_t i = 0; i + 4 < text.len; i++) {
        const char *p = text.data + i;
        if (p[0] == ':' && is_digit(p[1]) && is_digit(p[2]) && p[3] == '.' && is_digit(p[4])) {
            return slice_make(p + 3, 1 + count(behind(text, i + 4), is_digit));
        }
    }
    return slice_make("", 0);
}

struct slice dust_text_fatal_fraction(struct slice text) {
    text = trim(text);
    if (!is_date(text)) {
        return slice_make("", 0);
    }
    struct slice fraction = find_fraction(text);
    return year_of(text) <= 1970 ? fraction : slice_make("", 0);
}

/* --- numbers as text --- */

void dust_text_append_number(struct buf *out, struct slice number) {
    struct decimal decimal;
    size_t start = out->len;
    if (!decimal_parse(number, &decimal) || !decimal_append(out, &decimal)) {
        buf_append_slice(out, number);
        return;
    }
    const char *exponent = memchr(buf_slice(out).data + start, 'e', out->len - start);
    if (exponent) {
        char tail[32]; /* of an int64 and the letter */
        size_t at = (size_t)(exponent - out->data);
        size_t len = out->len - at;
        memcpy(tail, exponent, len);
        buf_truncate(out, at);
        buf_append_text(out, ".0");
        buf_append(out, tail, len);
    }
}
