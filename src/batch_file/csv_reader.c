#include "batch_file/csv_reader.h"

#include "base/buf.h"
#include "batch_file/csv_scan.h"

enum {
    FIRST_BUFFER_BYTES = 256 * 1024,
    LARGEST_BUFFER_BYTES = CSV_ROW_MAX_BYTES + FIRST_BUFFER_BYTES,
};

/* The scan's data lies in buffer: when a row meets its end, the row is moved to the front and more
 * is read behind it. */
struct csv_reader {
    struct byte_source *input;
    char *buffer;
    size_t cap;
    uint64_t dropped; /* bytes of the file in front of the buffer */
    bool input_ended;
    bool started;     /* the byte order mark is dealt with */
    size_t n_columns; /* of the header; 0 before it */
    struct csv_scan scan;
    struct csv_field fields[];
};

/* A buffer twice as large for the row that fills the present one. */
static bool grow(struct csv_reader *r, struct status *status) {
    size_t cap = r->cap < LARGEST_BUFFER_BYTES / 2 ? r->cap * 2 : LARGEST_BUFFER_BYTES;
    size_t len = r->scan.len;
    char *buffer = malloc(cap + CSV_SCAN_SLACK);
    if (!buffer) {
        return status_no_memory(status, "reading a long row of a batch file");
    }
    memcpy(buffer, r->buffer, len);
    memset(buffer + len, 0, cap + CSV_SCAN_SLACK - len);
    secure_wipe(r->buffer, r->cap);
    free(r->buffer);
    r->buffer = buffer;
    r->cap = cap;
    csv_scan_set_data(&r->scan, buffer, len);
    return true;
}

static bool fail_too_long(const struct csv_reader *r, struct status *status) {
    return status_fail(status, STATUS_DATA_LOSS, "line %llu: the row is longer than %d MiB",
                       (unsigned long long)r->scan.line, CSV_ROW_MAX_BYTES / (1024 * 1024));
}

/* A NUL in the header's line: no text at all, an image or the wrong key. Behind it a NUL is a
 * character like any other, since values may hold it. len bytes were read behind the data. */
static bool check_header(const struct csv_reader *r, size_t len, struct status *status) {
    const char *nul = r->n_columns == 0 ? memchr(r->buffer + r->scan.len, '\0', len) : NULL;
    const char *row = r->buffer + r->scan.row;
    if (!nul || memchr(row, '\n', (size_t)(nul - row))) {
        return true;
    }
    uint64_t at = r->dropped + (uint64_t)(nul - r->buffer) + 1;
    return status_fail(status, STATUS_DATA_LOSS, "is not CSV: byte %llu of its text is NUL",
                       (unsigned long long)at);
}

/* Gets more bytes behind the present row, or sets input_ended. */
static bool fill(struct csv_reader *r, struct status *status) {
    r->dropped += csv_scan_move_row(&r->scan);
    if (r->scan.len > CSV_ROW_MAX_BYTES) {
        return fail_too_long(r, status);
    }
    if (r->scan.len == r->cap && !grow(r, status)) {
        return false;
    }
    size_t len = 0;
    if (!byte_source_read(r->input, r->buffer + r->scan.len, r->cap - r->scan.len, &len, status) ||
        !check_header(r, len, status)) {
        return false;
    }
    r->input_ended = len == 0;
    csv_scan_set_data(&r->scan, r->buffer, r->scan.len + len);
    return true;
}

static bool skip_byte_order_mark(struct csv_reader *r, struct status *status) {
    static const char mark[] = "\xEF\xBB\xBF";
    enum { MARK_BYTES = sizeof mark - 1 };
    while (r->scan.len < MARK_BYTES && !r->input_ended) {
        if (!fill(r, status)) {
            return false;
        }
    }
    if (r->scan.len >= MARK_BYTES && memcmp(r->buffer, mark, MARK_BYTES) == 0) {
        r->scan.row = r->scan.pos = MARK_BYTES;
    }
    r->started = true;
    return true;
}

static enum next fail_junk(const struct csv_scan *scan, struct status *status) {
    uint64_t line = scan->line + scan->lines_seen;
    status_fail(status, STATUS_DATA_LOSS, "line %llu: text behind the closing quote of field %zu",
                (unsigned long long)line, scan->n_fields + 1);
    return NEXT_FAILED;
}

static enum next fail_cut(const struct csv_scan *scan, struct status *status) {
    status_fail(status, STATUS_DATA_LOSS,
                "is cut: it ends inside the quotes that open on line %llu",
                (unsigned long long)scan->quote_line);
    return NEXT_FAILED;
}

/* The next row up to its end, wherever in the input that is. */
static enum next read_row(struct csv_reader *r, struct status *status) {
    csv_scan_begin_row(&r->scan);
    enum csv_found found = csv_scan_row(&r->scan);
    while (found == CSV_DATA_END) {
        if (r->input_ended) {
            found = csv_scan_end(&r->scan);
        } else if (fill(r, status)) {
            found = csv_scan_row(&r->scan);
        } else {
            return NEXT_FAILED;
        }
    }
    switch (found) {
    case CSV_ROW:
        return NEXT_RECORD;
    case CSV_CUT:
        return fail_cut(&r->scan, status);
    case CSV_JUNK:
        return fail_junk(&r->scan, status);
    default:
        return NEXT_END;
    }
}

/* Nothing but a line end. A lone quoted empty field is longer. */
static bool is_empty_line(const struct csv_scan *scan) {
    return scan->n_fields == 1 && scan->fields[0].len == 0 && scan->fields[0].start == 0;
}

static bool check_row(const struct csv_reader *r, struct status *status) {
    if (r->scan.pos - r->scan.row > CSV_ROW_MAX_BYTES) {
        return fail_too_long(r, status);
    }
    return r->scan.n_fields == r->n_columns ||
           status_fail(status, STATUS_DATA_LOSS,
                       "line %llu: the row has %zu fields, and the header has %zu",
                       (unsigned long long)r->scan.line, r->scan.n_fields, r->n_columns);
}

enum next csv_reader_next(struct csv_reader *r, struct csv_row *row, struct status *status) {
    if (!r->started && !skip_byte_order_mark(r, status)) {
        return NEXT_FAILED;
    }
    enum next found;
    do {
        found = read_row(r, status);
    } while (found == NEXT_RECORD && r->n_columns > 1 && is_empty_line(&r->scan));
    if (found != NEXT_RECORD) {
        return found;
    }
    if (r->n_columns == 0) {
        r->n_columns = r->scan.n_fields;
    }
    if (!check_row(r, status)) {
        return NEXT_FAILED;
    }
    *row = (struct csv_row){r->buffer + r->scan.row, r->fields, r->scan.n_fields, r->scan.line};
    return NEXT_RECORD;
}

void csv_reader_close(struct csv_reader *r) {
    if (!r) {
        return;
    }
    byte_source_close(r->input);
    secure_wipe(r->buffer, r->cap);
    free(r->buffer);
    free(r);
}

struct csv_reader *csv_reader_open(struct byte_source *input, size_t max_fields,
                                   struct status *status) {
    if (max_fields == 0) {
        max_fields = 1;
    }
    struct csv_reader *r = calloc(1, sizeof *r + max_fields * sizeof r->fields[0]);
    char *buffer = calloc(1, FIRST_BUFFER_BYTES + CSV_SCAN_SLACK);
    if (!r || !buffer) {
        byte_source_close(input);
        free(r);
        free(buffer);
        status_no_memory(status, "opening a batch file");
        return NULL;
    }
    r->input = input;
    r->buffer = buffer;
    r->cap = FIRST_BUFFER_BYTES;
    csv_scan_init(&r->scan, r->fields, max_fields);
    csv_scan_set_data(&r->scan, buffer, 0);
    return r;
}
