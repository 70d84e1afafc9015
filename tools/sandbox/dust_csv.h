/* CSV as the library behind Dust's tables writes and reads it (contract 1.3). Pure. */
#ifndef SANDBOX_DUST_CSV_H
#define SANDBOX_DUST_CSV_H

#include "base/buf.h"

/* Appends one field of a comma CSV, in quotes only where it needs them. first: of its record. */
void dust_csv_field(struct slice text, bool first, struct buf *csv);

/* Ends a record that begins at byte `start`: an empty one becomes `""`. */
void dust_csv_end(size_t start, struct buf *csv);

/* Of `,` `;` TAB the one most frequent outside quotes in the first 16 KiB; ties to the comma. */
char dust_csv_sniff(struct slice csv);

/* One record taken apart; its fields borrow from the CSV or from `text`. Zeroed at first. */
struct dust_record {
    struct slice *fields;
    size_t count;
    size_t cap;
    struct buf text; /* fields whose quotes had to be undone */
    bool failed;     /* memory is out */
};

/* Takes the next record off the front of *rest; false at the end. Empty lines are no records. */
bool dust_csv_next(struct slice *rest, char delimiter, struct dust_record *record);

void dust_record_clean_up(struct dust_record *record);

#endif
