#include "sandbox/dust_date.h"

#include "base/clock.h"
#include "sandbox/dust_calendar.h"
#include "sandbox/dust_date_reader.h"

/* What a text may look like, in the order of trying. A % begins a part (dust_date_reader.h; %2:
 * both digits must be there); a space is white space or nothing, an underscore at least one, ?
 * makes the character before it optional. */
static const char *const patterns[] = {
    "%Y-%2m-%2dT%2H:%M:%S%f%z", /* RFC 3339 */
    "%Y-%2m-%2dt%2H:%M:%S%f%z",
    "%a, %d %b %Y %H:%M:%S_%z", /* RFC 2822, HTTP */
    "%a, %d %b %Y %H:%M_%z",
    "%d %b %Y %H:%M:%S_%z",
    "%Y-%2m-%2d_%2H:%M:%S%f",
    "%Y-%2m-%2d_%2H:%M",
    "%Y-%2m-%2d_%2I:%M:%S %p",
    "%Y-%2m-%2d_%2I:%M %p",
    "%Y-%2m-%2d_%2H:%M:%S%f %z",
    "%Y-%2m-%2d_%2H:%M %z",
    "%Y-%2m-%2d",
    "%Y-%2m-%2d %z",
    "%H:%M:%S",
    "%H:%M",
    "%I:%M:%S %p",
    "%I:%M %p",
    "%H:%M:%S_%z",
    "%H:%M_%z",
    "%I:%M:%S %p_%z",
    "%I:%M %p_%z",
    "%Y-%b-%2d",
    "%d-%b-%Y",
    "%b %d %Y",
    "%b_%d_at_%I:%M %p",
    "%b_%d_%H:%M:%S",
    "%b.?_%d,_%y,?_%H:%M:%S",
    "%b.?_%d,_%y,?_%H:%M",
    "%b.?_%d,_%y,?_%I:%M:%S %p",
    "%b.?_%d,_%y,?_%I:%M %p",
    "%b_%d,_%Y,?_%H:%M:%S_%z",
    "%b_%d,_%Y,?_%H:%M_%z",
    "%b_%d,_%Y,?_%I:%M:%S %p_%z",
    "%b_%d,_%Y,?_%I:%M %p_%z",
    "%b.?_%d,_%y",
    "%d_%b_%Y,?_%H:%M:%S%f",
    "%d_%b_%Y,?_%H:%M",
    "%d_%b_%Y,?_%I:%M:%S %p",
    "%d_%b_%Y,?_%I:%M %p",
    "%d_%b_%y",
    "%m/%d/%y_%H:%M:%S%f",
    "%m/%d/%y_%H:%M",
    "%m/%d/%y_%I:%M:%S %p",
    "%m/%d/%y_%I:%M %p",
    "%m/%d/%y",
    "%Y/%m/%d_%H:%M:%S%f",
    "%Y/%m/%d_%H:%M",
    "%Y/%m/%d_%I:%M:%S %p",
    "%Y/%m/%d_%I:%M %p",
    "%Y/%m/%d",
    "%m.%d.%y",
    "%Y.%m.%d",
    "%2y%2m%2d_%2H:%M:%S", /* MySQL's log */
    "%Y年%2m月%2d日%2H时%M分%S秒",
    "%Y年%2m月%2d日",
};

static bool matches(struct slice text, const char *pattern, struct dust_date *date) {
    struct dust_date_reader r = {text.data, text.data + text.len};
    for (const char *p = pattern; *p; p++) {
        if (*p == '%') {
            bool two = p[1] == '2';
            p += two ? 2 : 1;
            if (!dust_date_reader_part(&r, date, *p, two)) {
                return false;
            }
        } else if (*p == ' ' || *p == '_') {
            const char *start = r.at;
            dust_date_reader_space(&r);
            if (*p == '_' && r.at == start) {
                return false;
            }
        } else if (r.at < r.end && *r.at == *p) {
            r.at++;
            p += p[1] == '?';
        } else if (p[1] == '?') {
            p++;
        } else {
            return false;
        }
    }
    return r.at == r.end;
}

/* What the text leaves open is today's. */
static void complete(struct dust_date *date) {
    int64_t now_ms = clock_realtime_us(clock_system()) / 1000 + (int64_t)date->zone * 60000;
    int month;
    int day;
    int year = (int)dust_calendar_date(now_ms / 86400000, &month, &day);
    if (!date->has_year) {
        date->year = year;
    }
    if (!date->has_day) {
        date->month = month;
        date->day = day;
    }
}

static bool is_real(const struct dust_date *date) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = date->year % 4 == 0 && (date->year % 100 != 0 || date->year % 400 == 0);
    if (date->month < 1 || date->month > 12 || date->day < 1 ||
        date->day > days[date->month - 1] + (date->month == 2 && leap)) {
        return false;
    }
    if (date->weekday >= 0) {
        int64_t days_since = dust_calendar_days(date->year, date->month, date->day);
        if (((days_since + 4) % 7 + 7) % 7 != date->weekday) {
            return false;
        }
    }
    if (date->twelve && (date->hour < 1 || date->hour > 12)) {
        return false;
    }
    return date->hour < 24 && date->minute < 60 && date->second < 61;
}

/* Most texts are no dates, and this says so fast: a date is short and holds a digit, and what
 * begins with a letter begins with the name of a month or a day. */
static bool is_likely(struct slice text) {
    const struct dust_date_reader r = {text.data, text.data + text.len};
    return text.len >= 4 && text.len <= 48 &&
           ((*r.at >= '0' && *r.at <= '9') || dust_date_reader_is_at_name(&r));
}

bool dust_date_parse(struct slice text, int64_t *epoch_ms) {
    if (!is_likely(text)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        struct dust_date date = {.weekday = -1, .year = 1970, .month = 1, .day = 1};
        if (!matches(text, patterns[i], &date)) {
            continue;
        }
        complete(&date);
        if (!is_real(&date)) {
            continue;
        }
        int hour = date.twelve ? date.hour % 12 + (date.pm ? 12 : 0) : date.hour;
        int64_t minutes = (int64_t)hour * 60 + date.minute - date.zone;
        int64_t seconds = dust_calendar_days(date.year, date.month, date.day) * 86400 +
                          minutes * 60 + date.second;
        *epoch_ms = seconds * 1000 + date.millisecond;
        return true;
    }
    return false;
}

bool dust_date_write(int64_t epoch_ms, struct buf *out) {
    enum { FARTHEST_YEAR = 262000 };
    const int64_t farthest_ms = (int64_t)FARTHEST_YEAR * 366 * 86400000;
    if (epoch_ms > farthest_ms || epoch_ms < -farthest_ms || (epoch_ms < 0 && epoch_ms % 1000)) {
        return false;
    }
    int64_t seconds = epoch_ms / 1000;
    int64_t days = (seconds >= 0 ? seconds : seconds - 86399) / 86400;
    int64_t rest = seconds - days * 86400;
    int month;
    int day;
    long long year = (long long)dust_calendar_date(days, &month, &day);
    if (year > FARTHEST_YEAR || year < -FARTHEST_YEAR) {
        return false;
    }
    const char *sign = year > 9999 ? "+" : year < 0 ? "-" : "";
    buf_printf(out, "%s%04lld-%02d-%02d %02d:%02d:%02d", sign, year < 0 ? -year : year, month, day,
               (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
    return true;
}
