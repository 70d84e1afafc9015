#include "batch_file/csv_reader.h"

#include "base/buf.h"
#include "batch_file/csv_block.h"

enum {
    FIRST_BUFFER_BYTES = 256 * 1024,
    LARGEST_BUFFER_BYTES = CSV_ROW_MAX_BYTES + FIRST_BUFFER_BYTES,
    SLACK_BYTES = CSV_BLOCK_BYTES, /* behind the buffer, so that blocks may be read whole */
};
#define NO_BLOCK SIZE_MAX

/* Where the scan of a row stands when the bytes run out. */
enum scan_state {
    AT_FIELD,     /* before a field's first byte */
    IN_PLAIN,     /* in a field without quotes */
    IN_QUOTES,    /* behind an opening quote */
    BEHIND_QUOTE, /* behind a quote in quotes: doubled, or the closing one */
};

enum scan { SCAN_ROW, SCAN_MORE, SCAN_JUNK };

/* Positions are offsets in data. Rows are split in one pass that can stop at any byte: when a row
 * meets the end of the data it is moved to the front, and the scan goes on where it stood. */
struct csv_reader {
    struct byte_source *input;
    char *data;
    size_t cap;
    size_t len;       /* bytes of data that are filled */
    uint64_t dropped; /* bytes of the file in front of data */
    bool input_ended;
    bool started; /* the byte order mark is dealt with */

    struct csv_block block; /* masks of the block at block_at */
    size_t block_at;

    enum scan_state state;
    size_t row;          /* where the present row starts */
    size_t pos;          /* how far it is scanned */
    size_t field;        /* where the present field starts, behind its quote */
    size_t write;        /* in quotes: where the next piece of the field's text belongs */
    size_t piece;        /* in quotes: where that piece begins */
    uint64_t line;       /* where the present row starts */
    uint64_t lines_seen; /* newlines in it so far */
    uint64_t quote_line; /* where its last quoted field starts */

    size_t n_columns; /* of the header; 0 before it */
    size_t n_fields;  /* of the present row so far */
    size_t max_fields;
    struct csv_field fields[];
};

static void load_block(struct csv_reader *r, size_t at) {
    r->block = csv_block_of(r->data + at);
    r->block_at = at;
    if (r->len - at < CSV_BLOCK_BYTES) { /* what is behind the data is not there */
        uint64_t there = (UINT64_C(1) << (r->len - at)) - 1;
        r->block.ends &= there;
        r->block.quotes &= there;
        r->block.lines &= there;
    }
}

/* Makes the block of pos (below len) the present one; gives the mask of its bytes from pos on. */
static inline uint64_t enter_block(struct csv_reader *r, size_t pos) {
    size_t at = pos - pos % CSV_BLOCK_BYTES;
    if (at != r->block_at) {
        load_block(r, at);
    }
    return UINT64_MAX << (pos % CSV_BLOCK_BYTES);
}

static inline void add_field(struct csv_reader *r, size_t start, size_t end) {
    if (r->n_fields < r->max_fields) {
        r->fields[r->n_fields] =
            (struct csv_field){(uint32_t)(start - r->row), (uint32_t)(end - start)};
    }
    r->n_fields++;
}

/* Fields without quotes, from the start of one on, until the row ends (SCAN_ROW), the data ends
 * (SCAN_MORE) or a field begins with a quote (SCAN_MORE too; state AT_FIELD). */
static enum scan scan_plain(struct csv_reader *r) {
    const char *data = r->data;
    size_t field = r->field;
    uint64_t ends = enter_block(r, r->pos) & r->block.ends;
    for (;;) {
        while (!ends) {
            size_t next = r->block_at + CSV_BLOCK_BYTES;
            if (next >= r->len) {
                r->field = field;
                r->pos = r->len;
                return SCAN_MORE;
            }
            load_block(r, next);
            ends = r->block.ends;
        }
        size_t at = r->block_at + (size_t)__builtin_ctzll(ends);
        ends &= ends - 1;
        if (data[at] == '\n') {
            bool cr = at > field && data[at - 1] == '\r';
            add_field(r, field, at - cr);
            r->pos = at + 1;
            r->lines_seen++;
            return SCAN_ROW;
        }
        add_field(r, field, at);
        field = at + 1;
        if (data[field] == '"') { /* so stands there too when the data ends: see fill */
            r->pos = field;
            r->state = AT_FIELD;
            return SCAN_MORE;
        }
    }
}

/* From inside quotes to the next quote, counting the newlines on the way. False at the data's end.
 */
static bool scan_to_quote(struct csv_reader *r) {
    while (r->pos < r->len) {
        uint64_t from = enter_block(r, r->pos);
        uint64_t quotes = r->block.quotes & from;
        uint64_t lines = r->block.lines & from;
        if (quotes) {
            lines &= (quotes & (0 - quotes)) - 1;
            r->pos = r->block_at + (size_t)__builtin_ctzll(quotes);
        } else {
            size_t next = r->block_at + CSV_BLOCK_BYTES;
            r->pos = next < r->len ? next : r->len;
        }
        if (lines) {
            r->lines_seen += (uint64_t)__builtin_popcountll(lines);
        }
        if (quotes) {
            return true;
        }
    }
    return false;
}

/* Puts the piece of a quoted field's text that ends at end where it belongs. */
static inline void close_piece(struct csv_reader *r, size_t end) {
    if (r->write != r->piece) {
        memmove(r->data + r->write, r->data + r->piece, end - r->piece);
    }
    r->write += end - r->piece;
}

/* Behind the quote that may close a field: pos is the byte after it. */
static enum scan scan_behind_quote(struct csv_reader *r) {
    if (r->pos == r->len) {
        return SCAN_MORE;
    }
    char c = r->data[r->pos];
    if (c == '"') { /* doubled: the first one belongs to the text */
        close_piece(r, r->pos);
        r->piece = ++r->pos;
        r->state = IN_QUOTES;
        return SCAN_MORE;
    }
    size_t end = r->pos;
    if (c == '\r') {
        if (end + 1 == r->len) {
            return SCAN_MORE;
        }
        c = r->data[++end];
    }
    if (c != '\n' && (c != ',' || end != r->pos)) {
        return SCAN_JUNK;
    }
    close_piece(r, r->pos - 1);
    add_field(r, r->field, r->write);
    r->pos = end + 1;
    r->state = AT_FIELD;
    if (c == '\n') {
        r->lines_seen++;
        return SCAN_ROW;
    }
    return SCAN_MORE;
}

/* Scans until the row is whole, wrong, or the data ends. */
static enum scan scan_row(struct csv_reader *r) {
    enum scan found = SCAN_MORE;
    size_t before;
    do {
        before = r->pos;
        switch (r->state) {
        case AT_FIELD:
            if (r->pos == r->len) {
                return SCAN_MORE;
            }
            r->field = r->pos;
            r->state = IN_PLAIN;
            if (r->data[r->pos] == '"') {
                r->field = r->write = r->piece = ++r->pos;
                r->quote_line = r->line + r->lines_seen;
                r->state = IN_QUOTES;
                break;
            }
            /* fall through */
        case IN_PLAIN:
            if (r->pos < r->len) {
                found = scan_plain(r);
            }
            break;
        case IN_QUOTES:
            if (scan_to_quote(r)) {
                r->pos++;
                r->state = BEHIND_QUOTE;
            }
            break;
        case BEHIND_QUOTE:
            found = scan_behind_quote(r);
            break;
        }
    } while (found == SCAN_MORE && r->pos != before);
    return found;
}

/* Moves the present row to the front of the buffer. */
static void move_row(struct csv_reader *r) {
    size_t by = r->row;
    if (by == 0) {
        return;
    }
    memmove(r->data, r->data + by, r->len - by);
    r->len -= by;
    r->dropped += by;
    r->row = 0;
    r->pos -= by;
    /* These three mean nothing between fields, and then may point behind the row's start. */
    r->field = r->field > by ? r->field - by : 0;
    r->write = r->write > by ? r->write - by : 0;
    r->piece = r->piece > by ? r->piece - by : 0;
}

/* A buffer twice as large for the row that fills the present one. */
static bool grow(struct csv_reader *r, struct status *status) {
    size_t cap = r->cap < LARGEST_BUFFER_BYTES / 2 ? r->cap * 2 : LARGEST_BUFFER_BYTES;
    char *data = malloc(cap + SLACK_BYTES);
    if (!data) {
        return status_no_memory(status, "reading a long row of a batch file");
    }
    memcpy(data, r->data, r->len);
    memset(data + r->len, 0, cap + SLACK_BYTES - r->len);
    secure_wipe(r->data, r->cap);
    free(r->data);
    r->data = data;
    r->cap = cap;
    return true;
}

static bool fail_too_long(const struct csv_reader *r, struct status *status) {
    return status_fail(status, STATUS_DATA_LOSS, "line %llu: the row is longer than %d MiB",
                       (unsigned long long)r->line, CSV_ROW_MAX_BYTES / (1024 * 1024));
}

/* A NUL in the header's line: no text at all, an image or the wrong key. Behind it a NUL is a
 * character like any other, since values may hold it. len bytes were read behind the data. */
static bool check_header(const struct csv_reader *r, size_t len, struct status *status) {
    const char *nul = r->n_columns == 0 ? memchr(r->data + r->len, '\0', len) : NULL;
    if (!nul || memchr(r->data + r->row, '\n', (size_t)(nul - r->data) - r->row)) {
        return true;
    }
    uint64_t at = r->dropped + (uint64_t)(nul - r->data) + 1;
    return status_fail(status, STATUS_DATA_LOSS, "is not CSV: byte %llu of its text is NUL",
                       (unsigned long long)at);
}

/* Gets more bytes behind the present row, or sets input_ended. */
static bool fill(struct csv_reader *r, struct status *status) {
    move_row(r);
    if (r->len > CSV_ROW_MAX_BYTES) {
        return fail_too_long(r, status);
    }
    if (r->len == r->cap && !grow(r, status)) {
        return false;
    }
    size_t len = 0;
    if (!byte_source_read(r->input, r->data + r->len, r->cap - r->len, &len, status) ||
        !check_header(r, len, status)) {
        return false;
    }
    r->input_ended = len == 0;
    r->len += len;
    r->data[r->len] = '"'; /* the sentinel of scan_plain */
    r->block_at = NO_BLOCK;
    return true;
}

static bool skip_byte_order_mark(struct csv_reader *r, struct status *status) {
    static const char mark[] = "\xEF\xBB\xBF";
    enum { MARK_BYTES = sizeof mark - 1 };
    while (r->len < MARK_BYTES && !r->input_ended) {
        if (!fill(r, status)) {
            return false;
        }
    }
    if (r->len >= MARK_BYTES && memcmp(r->data, mark, MARK_BYTES) == 0) {
        r->row = r->pos = MARK_BYTES;
    }
    r->started = true;
    return true;
}

static enum next fail_junk(const struct csv_reader *r, struct status *status) {
    uint64_t line = r->line + r->lines_seen;
    status_fail(status, STATUS_DATA_LOSS, "line %llu: text behind the closing quote of field %zu",
                (unsigned long long)line, r->n_fields + 1);
    return NEXT_FAILED;
}

/* The input has ended inside the present row, or before one. */
static enum next finish(struct csv_reader *r, struct status *status) {
    switch (r->state) {
    case AT_FIELD: /* nothing, or the empty field behind a last comma */
        if (r->pos == r->row) {
            return NEXT_END;
        }
        add_field(r, r->len, r->len);
        break;
    case IN_PLAIN:
        add_field(r, r->field, r->len);
        break;
    case BEHIND_QUOTE:
        if (r->pos < r->len) { /* a CR, and no LF came */
            return fail_junk(r, status);
        }
        close_piece(r, r->pos - 1);
        add_field(r, r->field, r->write);
        break;
    case IN_QUOTES:
        status_fail(status, STATUS_DATA_LOSS,
                    "is cut: it ends inside the quotes that open on line %llu",
                    (unsigned long long)r->quote_line);
        return NEXT_FAILED;
    }
    r->pos = r->len;
    return NEXT_RECORD;
}

/* The present row up to its end, wherever in the input that is. */
static enum next read_row(struct csv_reader *r, struct status *status) {
    r->row = r->pos;
    r->line += r->lines_seen;
    r->lines_seen = 0;
    r->n_fields = 0;
    r->state = AT_FIELD;
    for (;;) {
        switch (scan_row(r)) {
        case SCAN_ROW:
            return NEXT_RECORD;
        case SCAN_JUNK:
            return fail_junk(r, status);
        case SCAN_MORE:
            break;
        }
        if (r->input_ended) {
            return finish(r, status);
        }
        if (!fill(r, status)) {
            return NEXT_FAILED;
        }
    }
}

/* Nothing but a line end. A lone quoted empty field is longer. */
static bool is_empty_line(const struct csv_reader *r) {
    return r->n_fields == 1 && r->fields[0].len == 0 && r->fields[0].start == 0;
}

static bool check_row(const struct csv_reader *r, struct status *status) {
    if (r->pos - r->row > CSV_ROW_MAX_BYTES) {
        return fail_too_long(r, status);
    }
    return r->n_fields == r->n_columns ||
           status_fail(status, STATUS_DATA_LOSS,
                       "line %llu: the row has %zu fields, and the header has %zu",
                       (unsigned long long)r->line, r->n_fields, r->n_columns);
}

enum next csv_reader_next(struct csv_reader *r, struct csv_row *row, struct status *status) {
    if (!r->started && !skip_byte_order_mark(r, status)) {
        return NEXT_FAILED;
    }
    enum next found;
    do {
        found = read_row(r, status);
    } while (found == NEXT_RECORD && r->n_columns > 1 && is_empty_line(r));
    if (found != NEXT_RECORD) {
        return found;
    }
    if (r->n_columns == 0) {
        r->n_columns = r->n_fields;
    }
    if (!check_row(r, status)) {
        return NEXT_FAILED;
    }
    *row = (struct csv_row){r->data + r->row, r->fields, r->n_fields, r->line};
    return NEXT_RECORD;
}

void csv_reader_close(struct csv_reader *r) {
    if (!r) {
        return;
    }
    byte_source_close(r->input);
    secure_wipe(r->data, r->cap);
    free(r->data);
    free(r);
}

struct csv_reader *csv_reader_open(struct byte_source *input, size_t max_fields,
                                   struct status *status) {
    if (max_fields == 0) {
        max_fields = 1;
    }
    struct csv_reader *r = calloc(1, sizeof *r + max_fields * sizeof r->fields[0]);
    char *data = calloc(1, FIRST_BUFFER_BYTES + SLACK_BYTES);
    if (!r || !data) {
        byte_source_close(input);
        free(r);
        free(data);
        status_no_memory(status, "opening a batch file");
        return NULL;
    }
    r->input = input;
    r->data = data;
    r->cap = FIRST_BUFFER_BYTES;
    r->max_fields = max_fields;
    r->block_at = NO_BLOCK;
    r->line = 1;
    return r;
}
