#include "tester/value.h"

#include "tester/memory.h"

#include <inttypes.h>

enum { DOUBLE_DIGITS = 17, PLAIN_EXPONENT_MIN = -3, PLAIN_EXPONENT_MAX = 6 };
enum { DAY_SECONDS = 86400, ERA_DAYS = 146097, EPOCH_DAY = 719468 };

/* The fewest digits, as "d.ddde±xx", that strtod reads back as the number. */
static void shortest_digits(double number, char text[VALUE_NUMBER_BYTES]) {
    for (int digits = 1; digits <= DOUBLE_DIGITS; digits++) {
        snprintf(text, VALUE_NUMBER_BYTES, "%.*e", digits - 1, number);
        if (strtod(text, NULL) == number) {
            return;
        }
    }
}

void value_double_text(double number, char text[VALUE_NUMBER_BYTES]) {
    char shortest[VALUE_NUMBER_BYTES];
    if (number == 0) {
        snprintf(text, VALUE_NUMBER_BYTES, "0.0");
        return;
    }
    shortest_digits(number, shortest);
    char *mark = strchr(shortest, 'e');
    long exponent = strtol(mark + 1, NULL, 10);
    int fraction = (int)(mark - shortest) - (number < 0) - 2; /* digits behind the point */
    fraction = fraction > 0 ? fraction : 0;
    if (exponent >= PLAIN_EXPONENT_MIN && exponent <= PLAIN_EXPONENT_MAX) {
        int places = fraction - (int)exponent;
        snprintf(text, VALUE_NUMBER_BYTES, "%.*f", places > 1 ? places : 1, number);
        return;
    }
    *mark = '\0';
    snprintf(text, VALUE_NUMBER_BYTES, "%s%sE%ld", shortest, fraction ? "" : ".0", exponent);
}

/* Days since 1970 as a date: Howard Hinnant's civil_from_days. */
static void date_of_days(int64_t days, int *year, int *month, int *day) {
    int64_t z = days + EPOCH_DAY;
    int64_t era = z / ERA_DAYS;
    int64_t of_era = z - era * ERA_DAYS;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / (ERA_DAYS - 1)) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

void value_instant_text(struct instant instant, char text[VALUE_TIME_BYTES]) {
    int64_t days = instant.seconds / DAY_SECONDS;
    int64_t rest = instant.seconds % DAY_SECONDS;
    if (rest < 0) {
        days--;
        rest += DAY_SECONDS;
    }
    int year = 0;
    int month = 0;
    int day = 0;
    date_of_days(days, &year, &month, &day);
    int len = snprintf(text, VALUE_TIME_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day,
                       (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
    size_t left = VALUE_TIME_BYTES - (size_t)len;
    if (instant.nanos == 0) {
        snprintf(text + len, left, "Z");
    } else if (instant.nanos % 1000000 == 0) {
        snprintf(text + len, left, ".%03" PRId32 "Z", instant.nanos / 1000000);
    } else if (instant.nanos % 1000 == 0) {
        snprintf(text + len, left, ".%06" PRId32 "Z", instant.nanos / 1000);
    } else {
        snprintf(text + len, left, ".%09" PRId32 "Z", instant.nanos);
    }
}

struct instant value_millisecond_before(struct instant instant) {
    const int32_t millisecond = 1000000;
    if (instant.nanos >= millisecond) {
        return (struct instant){instant.seconds, instant.nanos - millisecond};
    }
    return (struct instant){instant.seconds - 1, instant.nanos + 1000 * millisecond - millisecond};
}

int value_compare_instants(struct instant a, struct instant b) {
    if (a.seconds != b.seconds) {
        return a.seconds < b.seconds ? -1 : 1;
    }
    return (a.nanos > b.nanos) - (a.nanos < b.nanos);
}

static struct cell text_cell(struct slice text, struct arena *arena) {
    return (struct cell){CELL_TEXT, {memory_copy(arena, text), text.len}};
}

static struct cell string_cell(const json_t *value, enum column_type type, struct arena *arena) {
    struct slice text = slice_make(json_string_value(value), json_string_length(value));
    struct instant instant;
    if (type == COLUMN_UTC_DATETIME && cell_instant(text, &instant)) {
        char printed[VALUE_TIME_BYTES];
        value_instant_text(instant, printed);
        return text_cell(slice_of(printed), arena);
    }
    return text_cell(text, arena);
}

static struct cell nested_cell(const json_t *value, struct arena *arena) {
    char *text = json_dumps(value, JSON_COMPACT);
    struct cell cell = text_cell(slice_of(text), arena);
    free(text);
    return cell;
}

bool value_is_object(const json_t *value, const char *what, struct status *status) {
    return json_is_object(value) ||
           status_fail(status, STATUS_INVALID_ARGUMENT, "%s is to be an object: {\"…\": …}", what);
}

bool value_is_list(const json_t *value, const char *what, struct status *status) {
    return json_is_array(value) ||
           status_fail(status, STATUS_INVALID_ARGUMENT, "%s is to be a list: […]", what);
}

struct cell value_cell(const json_t *value, enum column_type type, struct arena *arena) {
    char text[VALUE_NUMBER_BYTES];
    switch (json_typeof(value)) {
    case JSON_NULL:
        return (struct cell){.kind = CELL_NULL};
    case JSON_STRING:
        return string_cell(value, type, arena);
    case JSON_INTEGER:
        snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        value_double_text(json_real_value(value), text);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        snprintf(text, sizeof text, "%s", json_is_true(value) ? "true" : "false");
        break;
    default:
        return nested_cell(value, arena);
    }
    return text_cell(slice_of(text), arena);
}
