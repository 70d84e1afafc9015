#include "batch_file/csv_scan.h"

#define NO_BLOCK SIZE_MAX

void csv_scan_init(struct csv_scan *s, struct csv_field *fields, size_t max_fields) {
    *s = (struct csv_scan){.fields = fields, .max_fields = max_fields, .line = 1};
    s->block_at = NO_BLOCK;
}

void csv_scan_set_data(struct csv_scan *s, char *data, size_t len) {
    s->data = data;
    s->len = len;
    s->data[len] = '"'; /* the sentinel of scan_plain */
    s->block_at = NO_BLOCK;
}

size_t csv_scan_move_row(struct csv_scan *s) {
    size_t by = s->row;
    if (by == 0) {
        return 0;
    }
    memmove(s->data, s->data + by, s->len - by);
    s->len -= by;
    s->row = 0;
    s->pos -= by;
    /* These three mean nothing between fields, and then may point behind the row's start. */
    s->field = s->field > by ? s->field - by : 0;
    s->write = s->write > by ? s->write - by : 0;
    s->piece = s->piece > by ? s->piece - by : 0;
    s->block_at = NO_BLOCK;
    return by;
}

static void load_block(struct csv_scan *s, size_t at) {
    s->block = csv_block_of(s->data + at);
    s->block_at = at;
    if (s->len - at < CSV_BLOCK_BYTES) { /* what is behind the data is not there */
        uint64_t there = (UINT64_C(1) << (s->len - at)) - 1;
        s->block.ends &= there;
        s->block.quotes &= there;
        s->block.lines &= there;
    }
}

/* Makes the block of pos (below len) the present one; gives the mask of its bytes from pos on. */
static inline uint64_t enter_block(struct csv_scan *s, size_t pos) {
    size_t at = pos - pos % CSV_BLOCK_BYTES;
    if (at != s->block_at) {
        load_block(s, at);
    }
    return UINT64_MAX << (pos % CSV_BLOCK_BYTES);
}

static inline void add_field(struct csv_scan *s, size_t start, size_t end) {
    if (s->n_fields < s->max_fields) {
        s->fields[s->n_fields] =
            (struct csv_field){(uint32_t)(start - s->row), (uint32_t)(end - start)};
    }
    s->n_fields++;
}

static inline enum csv_found enter_field(struct csv_scan *s) {
    if (s->pos == s->len) {
        return CSV_DATA_END;
    }
    s->state = CSV_IN_PLAIN;
    s->field = s->pos;
    if (s->data[s->pos] == '"') {
        s->state = CSV_IN_QUOTES;
        s->field = s->write = s->piece = ++s->pos;
        s->quote_line = s->line + s->lines_seen;
    }
    return CSV_FIELD;
}

/* Fields without quotes, from inside one on, until a field begins with a quote (CSV_FIELD), or the
 * row or the data ends. */
static enum csv_found scan_plain(struct csv_scan *s) {
    if (s->pos == s->len) {
        return CSV_DATA_END;
    }
    const char *data = s->data;
    size_t field = s->field;
    uint64_t ends = enter_block(s, s->pos) & s->block.ends;
    for (;;) {
        while (!ends) {
            size_t next = s->block_at + CSV_BLOCK_BYTES;
            if (next >= s->len) {
                s->field = field;
                s->pos = s->len;
                return CSV_DATA_END;
            }
            load_block(s, next);
            ends = s->block.ends;
        }
        size_t at = s->block_at + (size_t)__builtin_ctzll(ends);
        ends &= ends - 1;
        if (data[at] == '\n') {
            bool cr = at > field && data[at - 1] == '\r';
            add_field(s, field, at - cr);
            s->pos = at + 1;
            s->lines_seen++;
            return CSV_ROW;
        }
        add_field(s, field, at);
        field = at + 1;
        if (data[field] == '"') { /* so stands there too when the data ends */
            s->pos = field;
            s->state = CSV_AT_FIELD;
            return CSV_FIELD;
        }
    }
}

/* From inside quotes to the next quote, counting the newlines on the way. False at the data's end.
 */
static inline bool scan_to_quote(struct csv_scan *s) {
    for (size_t pos = s->pos; pos < s->len; pos = s->block_at + CSV_BLOCK_BYTES) {
        uint64_t from = enter_block(s, pos);
        uint64_t quotes = s->block.quotes & from;
        uint64_t lines = s->block.lines & from;
        if (quotes) {
            lines &= (quotes & (0 - quotes)) - 1;
        }
        if (lines) {
            s->lines_seen += (uint64_t)__builtin_popcountll(lines);
        }
        if (quotes) {
            s->pos = s->block_at + (size_t)__builtin_ctzll(quotes);
            return true;
        }
    }
    s->pos = s->len;
    return false;
}

/* Puts the piece of a quoted field's text that ends at end where it belongs. */
static inline void close_piece(struct csv_scan *s, size_t end) {
    if (s->write != s->piece) {
        memmove(s->data + s->write, s->data + s->piece, end - s->piece);
    }
    s->write += end - s->piece;
}

/* Behind a closing quote: pos is the byte after it. */
static enum csv_found leave_quotes(struct csv_scan *s) {
    size_t end = s->pos;
    char c = s->data[end];
    if (c == '\r') {
        if (end + 1 == s->len) {
            return CSV_DATA_END;
        }
        c = s->data[++end];
    }
    if (c != '\n' && (c != ',' || end != s->pos)) {
        return CSV_JUNK;
    }
    close_piece(s, s->pos - 1);
    add_field(s, s->field, s->write);
    s->pos = end + 1;
    s->state = CSV_AT_FIELD;
    s->lines_seen += c == '\n';
    return c == '\n' ? CSV_ROW : CSV_FIELD;
}

static enum csv_found scan_quoted(struct csv_scan *s) {
    for (;;) {
        if (s->state == CSV_IN_QUOTES) {
            if (!scan_to_quote(s)) {
                return CSV_DATA_END;
            }
            s->pos++;
            s->state = CSV_BEHIND_QUOTE;
        }
        if (s->pos == s->len) {
            return CSV_DATA_END;
        }
        if (s->data[s->pos] != '"') {
            return leave_quotes(s);
        }
        close_piece(s, s->pos); /* of a doubled quote the first belongs to the text */
        s->piece = ++s->pos;
        s->state = CSV_IN_QUOTES;
    }
}

void csv_scan_begin_row(struct csv_scan *s) {
    s->row = s->pos;
    s->line += s->lines_seen;
    s->lines_seen = 0;
    s->n_fields = 0;
    s->state = CSV_AT_FIELD;
}

enum csv_found csv_scan_row(struct csv_scan *s) {
    enum csv_found found = CSV_FIELD;
    while (found == CSV_FIELD) {
        switch (s->state) {
        case CSV_AT_FIELD:
            found = enter_field(s);
            break;
        case CSV_IN_PLAIN:
            found = scan_plain(s);
            break;
        case CSV_IN_QUOTES:
        case CSV_BEHIND_QUOTE:
            found = scan_quoted(s);
            break;
        }
    }
    return found;
}

enum csv_found csv_scan_end(struct csv_scan *s) {
    switch (s->state) {
    case CSV_AT_FIELD: /* nothing, or the empty field behind a last comma */
        if (s->pos == s->row) {
            return CSV_NO_ROW;
        }
        add_field(s, s->len, s->len);
        break;
    case CSV_IN_PLAIN:
        add_field(s, s->field, s->len);
        break;
    case CSV_BEHIND_QUOTE:
        if (s->pos < s->len) { /* a CR, and no LF came */
            return CSV_JUNK;
        }
        close_piece(s, s->pos - 1);
        add_field(s, s->field, s->write);
        break;
    case CSV_IN_QUOTES:
        return CSV_CUT;
    }
    s->pos = s->len;
    return CSV_ROW;
}
