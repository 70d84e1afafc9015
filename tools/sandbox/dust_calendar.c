#include "sandbox/dust_calendar.h"

#include "sandbox/dust_date.h"

#include <stdio.h>

int64_t dust_calendar_days(int64_t year, int month, int day) {
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int64_t dust_calendar_date(int64_t days, int *month, int *day) {
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t of_era = days - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    return year + era * 400 + (*month <= 2);
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
