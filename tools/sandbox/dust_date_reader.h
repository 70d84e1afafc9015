/* The parts of which a date's text is made. Pure. */
#ifndef SANDBOX_DUST_DATE_READER_H
#define SANDBOX_DUST_DATE_READER_H

#include <stdbool.h>

/* What has been read so far. */
struct dust_date {
    int year;
    int month;
    int day;
    int hour;
    int minute;
    int second;
    int millisecond;
    int zone;     /* minutes east of Greenwich */
    int weekday;  /* 0 Sunday; -1 not said */
    bool has_day; /* month and day are said */
    bool has_year;
    bool twelve; /* the hour is of a clock with am and pm */
    bool pm;
};

struct dust_date_reader {
    const char *at;
    const char *end;
};

/* Reads one part of a pattern into *date: Y a year of four digits, y of two or four, m d H I one or
 * two digits (two: both must be there), M S two, f a fraction that may be missing, p am or pm, b a
 * month's name, a a weekday's, z a zone. False: it is not there. */
bool dust_date_reader_part(struct dust_date_reader *r, struct dust_date *date, char part, bool two);

/* Moves over white space. */
void dust_date_reader_space(struct dust_date_reader *r);

/* Whether the name of a month or of a weekday comes next. */
bool dust_date_reader_is_at_name(const struct dust_date_reader *r);

#endif
