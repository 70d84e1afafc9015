/* The exported rows of a table as lines of JSON, read from the store while they are sent. */
#include "sandbox/sandbox.h"
#include "sandbox/scan.h"

struct row_stream {
    struct store *store;
    bool envelope; /* {"sync_id", "emitted_at", "data"} rather than the data alone */
    struct buf table;
    struct store_cursor cursor;
    struct store_piece piece;
    struct buf lines; /* of the piece at hand */
    size_t sent;      /* of lines */
};

/* Raw line ends stand only between the parts of a JSON value, where a space means the same. */
static void row_stream_line(struct row_stream *stream, struct slice data) {
    size_t start = stream->lines.len;
    if (!buf_append_slice(&stream->lines, data)) {
        return;
    }
    char *line = stream->lines.data + start;
    for (size_t i = 0; i < data.len; i++) {
        if (line[i] == '\n' || line[i] == '\r') {
            line[i] = ' ';
        }
    }
}

static bool row_stream_fill(struct row_stream *stream) {
    uint64_t skip = 0;
    buf_reset(&stream->lines);
    stream->sent = 0;
    if (!store_next(stream->store, buf_slice(&stream->table), STORE_EXPORTED, &stream->cursor,
                    &skip, &stream->piece)) {
        return false;
    }
    struct slice rest = buf_slice(&stream->piece.rows);
    struct row row;
    while (rows_next(&rest, &row)) {
        if (stream->envelope) {
            buf_printf(&stream->lines,
                       "{\"sync_id\":\"%s\",\"emitted_at\":%lld,\"data\":", stream->piece.sync_id,
                       (long long)row.emitted_at);
        }
        row_stream_line(stream, row.data);
        buf_append_text(&stream->lines, stream->envelope ? "}\n" : "\n");
    }
    return !stream->lines.failed;
}

static ssize_t row_stream_read(void *context, uint64_t offset, char *out, size_t room) {
    struct row_stream *stream = context;
    (void)offset;
    if (stream->sent == stream->lines.len && !row_stream_fill(stream)) {
        return stream->lines.failed ? MHD_CONTENT_READER_END_WITH_ERROR
                                    : MHD_CONTENT_READER_END_OF_STREAM;
    }
    size_t left = stream->lines.len - stream->sent;
    size_t len = left < room ? left : room;
    memcpy(out, stream->lines.data + stream->sent, len);
    stream->sent += len;
    return (ssize_t)len;
}

static void row_stream_destroy(void *context) {
    struct row_stream *stream = context;
    buf_clean_up(&stream->table);
    buf_clean_up(&stream->piece.rows);
    buf_clean_up(&stream->lines);
    free(stream);
}

void control_rows(struct sandbox *sandbox, struct exchange *ex, const char *table) {
    struct row_stream *stream = calloc(1, sizeof(*stream));
    if (!stream) {
        answer_message(&ex->answer, 500, SLICE_LITERAL("out of memory"));
        return;
    }
    buf_init(&stream->table, SANDBOX_MAX_NAME);
    buf_init(&stream->piece.rows, SANDBOX_MAX_BODY);
    buf_init(&stream->lines, 2 * (size_t)SANDBOX_MAX_BODY);
    buf_append_text(&stream->table, table);
    stream->store = sandbox->store;
    stream->envelope = exchange_query(ex, "envelope") != NULL;
    answer_start(&ex->answer, 200);
    snprintf(ex->answer.content_type, sizeof(ex->answer.content_type), "application/x-ndjson");
    ex->answer.stream = row_stream_read;
    ex->answer.stream_free = row_stream_destroy;
    ex->answer.stream_context = stream;
}
