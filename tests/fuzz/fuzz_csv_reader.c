/* Any bytes as CSV: the first says how many bytes the reader gets at a time. A simple splitter of
 * whole texts must find the same rows. */
#include "base/buf.h"
#include "batch_file/csv_reader.h"

enum { FIELDS_MAX = 64, TEXT_MAX = 64 * 1024 * 1024 };

struct step_source {
    struct byte_source base;
    struct slice left;
    size_t step;
};

static bool step_read(struct byte_source *base, void *data, size_t cap, size_t *len,
                      struct status *status) {
    struct step_source *s = (struct step_source *)base;
    (void)status;
    *len = cap < s->step ? cap : s->step;
    *len = *len < s->left.len ? *len : s->left.len;
    memcpy(data, s->left.data, *len);
    s->left = slice_make(s->left.data + *len, s->left.len - *len);
    return true;
}

static void step_close(struct byte_source *base) {
    (void)base;
}

static void append_field(struct buf *rows, struct slice field) {
    buf_printf(rows, "%zu:", field.len);
    buf_append_slice(rows, field);
}

static struct buf read_rows(struct slice text, size_t step) {
    struct step_source input = {{step_read, step_close}, text, step};
    struct status status = STATUS_INIT;
    struct csv_reader *r = csv_reader_open(&input.base, FIELDS_MAX, &status);
    struct csv_row row;
    struct buf rows;
    buf_init(&rows, TEXT_MAX);
    enum next found;
    while ((found = csv_reader_next(r, &row, &status)) == NEXT_RECORD) {
        buf_printf(&rows, ";%llu ", (unsigned long long)row.line);
        for (size_t i = 0; i < row.n_fields && i < FIELDS_MAX; i++) {
            append_field(&rows, csv_row_field(&row, i));
        }
    }
    if (found == NEXT_FAILED) {
        buf_append_char(&rows, '!');
    }
    csv_reader_close(r);
    return rows;
}

/* ---- the simple splitter ---- */

struct splitter {
    struct slice text;
    size_t at;
    uint64_t lines;
    struct buf field;
};

enum end { END_FIELD, END_ROW, END_WRONG };

static enum end split_quoted(struct splitter *s) {
    for (s->at++;; s->at++) {
        if (s->at == s->text.len) {
            return END_WRONG;
        }
        char c = s->text.data[s->at];
        if (c == '"' && (s->at + 1 == s->text.len || s->text.data[s->at + 1] != '"')) {
            break;
        }
        s->at += c == '"';
        s->lines += c == '\n';
        buf_append_char(&s->field, c);
    }
    struct slice rest = slice_make(s->text.data + s->at + 1, s->text.len - s->at - 1);
    size_t cr = rest.len > 1 && rest.data[0] == '\r' && rest.data[1] == '\n';
    s->at += 1 + cr + (rest.len > 0);
    if (rest.len > 0 && rest.data[cr] == ',') {
        return END_FIELD;
    }
    s->lines += rest.len > 0;
    return rest.len == 0 || rest.data[cr] == '\n' ? END_ROW : END_WRONG;
}

static enum end split_field(struct splitter *s) {
    buf_reset(&s->field);
    if (s->at < s->text.len && s->text.data[s->at] == '"') {
        return split_quoted(s);
    }
    for (; s->at < s->text.len; s->at++) {
        char c = s->text.data[s->at];
        if (c == ',') {
            s->at++;
            return END_FIELD;
        }
        if (c == '\n') {
            s->at++;
            s->lines++;
            buf_truncate(&s->field,
                         s->field.len - (s->field.len && s->field.data[s->field.len - 1] == '\r'));
            return END_ROW;
        }
        buf_append_char(&s->field, c);
    }
    return END_ROW;
}

/* Appends the next row; false when the text is wrong there. */
static bool split_row(struct splitter *s, struct buf *rows, size_t *n_columns) {
    size_t before = rows->len;
    size_t n = 0;
    bool quoted = s->text.data[s->at] == '"';
    buf_printf(rows, ";%llu ", (unsigned long long)s->lines);
    enum end end;
    do {
        end = split_field(s);
        if (++n <= FIELDS_MAX) {
            append_field(rows, buf_slice(&s->field));
        }
    } while (end == END_FIELD);
    bool empty = n == 1 && s->field.len == 0 && !quoted;
    if (end != END_WRONG && empty && *n_columns > 1) {
        buf_truncate(rows, before);
        return true;
    }
    *n_columns = *n_columns ? *n_columns : n;
    if (end == END_WRONG || n != *n_columns) {
        buf_truncate(rows, before);
        buf_append_char(rows, '!');
        return false;
    }
    return true;
}

static struct buf split_rows(struct slice text) {
    struct buf rows;
    buf_init(&rows, TEXT_MAX);
    struct splitter s = {.text = text, .lines = 1};
    buf_init(&s.field, TEXT_MAX);
    size_t n_columns = 0;
    s.at = text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (s.at < text.len && split_row(&s, &rows, &n_columns)) {
    }
    buf_clean_up(&s.field);
    return rows;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    if (size == 0) {
        return 0;
    }
    struct slice text = slice_make(data + 1, size - 1);
    struct buf in_steps = read_rows(text, data[0] ? data[0] : SIZE_MAX);
    if (!memchr(data + 1, '\0', size - 1)) {
        struct buf split = split_rows(text);
        if (!slice_equal(buf_slice(&in_steps), buf_slice(&split))) {
            abort();
        }
        buf_clean_up(&split);
    }
    buf_clean_up(&in_steps);
    return 0;
}
