#include "table/instant_text.h"

enum { NANOS_PER_SECOND = 1000000000, NANOS_PER_MS = 1000000, SECONDS_PER_DAY = 86400 };

static const struct instant first = {.seconds = -62135596800}; /* 0001-01-01T00:00:00Z */
static const struct instant last = {.seconds = 253402300799, .nanos = NANOS_PER_SECOND - 1};

int instant_compare(struct instant a, struct instant b) {
    if (a.seconds != b.seconds) {
        return a.seconds < b.seconds ? -1 : 1;
    }
    return (a.nanos > b.nanos) - (a.nanos < b.nanos);
}

struct instant instant_add_ms(struct instant instant, int64_t ms) {
    int64_t nanos = instant.nanos + ms % 1000 * NANOS_PER_MS;
    int64_t carry = nanos < 0 ? -1 : nanos / NANOS_PER_SECOND;
    struct instant sum = {.seconds = instant.seconds + ms / 1000 + carry,
                          .nanos = (int32_t)(nanos - carry * NANOS_PER_SECOND)};
    if (instant_compare(sum, first) < 0) {
        return first;
    }
    return instant_compare(sum, last) > 0 ? last : sum;
}

struct date {
    int64_t year;
    int64_t month;
    int64_t day;
};

/* The date so many days after 1970-01-01. Years begin in March here, so that the leap day is a
 * year's last, and are counted in eras of 400 years, which have as many days each. */
static struct date date_of_days(int64_t days) {
    const int64_t days_of_era = 146097;
    int64_t from_year_0 = days + 719468; /* since 0000-03-01; not negative from year 0001 on */
    int64_t era = from_year_0 / days_of_era;
    int64_t day_of_era = from_year_0 % days_of_era;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return (struct date){
        .year = era * 400 + year_of_era + (month <= 2),
        .month = month,
        .day = day_of_year - (153 * month_from_march + 2) / 5 + 1,
    };
}

/* number in so many digits, leading zeros included. */
static char *put_digits(char *at, int64_t number, int digits) {
    for (int i = digits - 1; i >= 0; i--) {
        at[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return at + digits;
}

static char *put_fraction(char *at, int32_t nanos) {
    if (nanos == 0) {
        return at;
    }
    int digits = 9;
    for (; nanos % 10 == 0; nanos /= 10) {
        digits--;
    }
    *at++ = '.';
    return put_digits(at, nanos, digits);
}

struct slice instant_text(struct instant instant, char text[INSTANT_TEXT_BYTES]) {
    int64_t second = (instant.seconds % SECONDS_PER_DAY + SECONDS_PER_DAY) % SECONDS_PER_DAY;
    struct date date = date_of_days((instant.seconds - second) / SECONDS_PER_DAY);
    char *at = put_digits(text, date.year, 4);
    *at++ = '-';
    at = put_digits(at, date.month, 2);
    *at++ = '-';
    at = put_digits(at, date.day, 2);
    *at++ = 'T';
    at = put_digits(at, second / 3600, 2);
    *at++ = ':';
    at = put_digits(at, second / 60 % 60, 2);
    *at++ = ':';
    at = put_digits(at, second % 60, 2);
    at = put_fraction(at, instant.nanos);
    *at++ = 'Z';
    *at = '\0';
    return slice_make(text, (size_t)(at - text));
}
