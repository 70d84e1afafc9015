#include "sandbox/dust_csv.h"

#include "sandbox/exchange.h"

#include <stdlib.h>

enum { CSV_SNIFFED = 16 * 1024 };

void dust_csv_field(struct slice text, bool first, struct buf *csv) {
    bool quotes = false;
    for (size_t i = 0; i < text.len && !quotes; i++) {
        char c = text.data[i];
        quotes = c == ',' || c == '"' || c == '\n' || c == '\r';
    }
    if (!first) {
        buf_append_char(csv, ',');
    }
    if (!quotes) {
        buf_append_slice(csv, text);
        return;
    }
    buf_append_char(csv, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"') {
            buf_append_char(csv, '"');
        }
        buf_append_char(csv, text.data[i]);
    }
    buf_append_char(csv, '"');
}

void dust_csv_end(size_t start, struct buf *csv) {
    buf_append_text(csv, csv->len == start ? "\"\"\n" : "\n");
}

char dust_csv_sniff(struct slice csv) {
    static const char candidates[] = {',', ';', '\t'};
    size_t counts[3] = {0};
    bool quoted = false;
    for (size_t i = 0; i < csv.len && i < CSV_SNIFFED; i++) {
        quoted ^= csv.data[i] == '"';
        for (size_t k = 0; k < 3 && !quoted; k++) {
            counts[k] += csv.data[i] == candidates[k];
        }
    }
    size_t best = 0;
    for (size_t k = 1; k < 3; k++) {
        best = counts[k] > counts[best] ? k : best;
    }
    return candidates[best];
}

static void record_add(struct dust_record *record, struct slice field) {
    if (record->count == record->cap) {
        size_t cap = record->cap ? record->cap * 2 : 32;
        struct slice *fields = realloc(record->fields, cap * sizeof(*fields));
        if (!fields) {
            record->failed = true;
            return;
        }
        record->fields = fields;
        record->cap = cap;
    }
    record->fields[record->count++] = field;
}

static bool csv_ends(const char *at, const char *end, char delimiter) {
    return at == end || *at == delimiter || *at == '\n' || *at == '\r';
}

/* A quoted field; at is behind the opening quote. What follows the closing one belongs to it. */
static const char *csv_quoted(const char *at, const char *end, char delimiter,
                              struct dust_record *record) {
    const char *close = memchr(at, '"', (size_t)(end - at));
    if (close && csv_ends(close + 1, end, delimiter)) {
        record_add(record, slice_make(at, (size_t)(close - at)));
        return close + 1;
    }
    size_t start = record->text.len;
    bool inside = true;
    while (at < end && (inside || !csv_ends(at, end, delimiter))) {
        if (inside && *at == '"') {
            bool doubled = at + 1 < end && at[1] == '"';
            inside = doubled;
            at += doubled;
            if (!doubled) {
                at++;
                continue;
            }
        }
        buf_append_char(&record->text, *at++);
    }
    record_add(record, (struct slice){NULL, record->text.len - start});
    return at;
}

/* Fields whose text was gathered aside lie there one behind the other. */
static void record_settle(struct dust_record *record) {
    const char *at = record->text.data;
    for (size_t i = 0; i < record->count; i++) {
        if (!record->fields[i].data) {
            record->fields[i].data = record->fields[i].len ? at : "";
            at += record->fields[i].len;
        }
    }
    record->failed = record->failed || record->text.failed;
}

bool dust_csv_next(struct slice *rest, char delimiter, struct dust_record *record) {
    const char *at = rest->data;
    const char *end = at + rest->len;
    record->count = 0;
    record->text.max = SANDBOX_MAX_BODY;
    buf_reset(&record->text);
    while (at < end && (*at == '\n' || *at == '\r')) {
        at++;
    }
    if (at == end) {
        *rest = slice_make(end, 0);
        return false;
    }
    for (;;) {
        if (at < end && *at == '"') {
            at = csv_quoted(at + 1, end, delimiter, record);
        } else {
            const char *start = at;
            while (!csv_ends(at, end, delimiter)) {
                at++;
            }
            record_add(record, slice_make(start, (size_t)(at - start)));
        }
        if (at == end || *at != delimiter) {
            break;
        }
        at++;
    }
    at += at < end;
    *rest = slice_make(at, (size_t)(end - at));
    record_settle(record);
    return true;
}

void dust_record_clean_up(struct dust_record *record) {
    free(record->fields);
    buf_clean_up(&record->text);
    *record = (struct dust_record){0};
}
