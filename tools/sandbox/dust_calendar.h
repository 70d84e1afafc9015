/* The proleptic Gregorian calendar. Pure. */
#ifndef SANDBOX_DUST_CALENDAR_H
#define SANDBOX_DUST_CALENDAR_H

#include <stdint.h>

/* Days since 1970-01-01. */
int64_t dust_calendar_days(int64_t year, int month, int day);

/* The year, month and day of so many days since 1970-01-01. */
int64_t dust_calendar_date(int64_t days, int *month, int *day);

#endif
