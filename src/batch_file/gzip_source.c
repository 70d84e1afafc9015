#include "batch_file/gzip_source.h"

#include "base/buf.h"
#include "batch_file/expansion.h"

#include <limits.h>
#include <zlib.h>

enum { CHUNK_BYTES = 128 * 1024, GZIP_ONLY = 16 };

struct gzip_source {
    struct byte_source base;
    struct byte_source *input;
    z_stream stream;
    uint64_t taken; /* compressed bytes decoded so far */
    uint64_t made;
    bool input_ended;
    bool in_member; /* a member is begun and not done; true at the start: a file has one at least */
    bool member_done; /* the library waits to be told that another member begins */
    unsigned char stored[CHUNK_BYTES];
};

static bool fill(struct gzip_source *s, struct status *status) {
    size_t len = 0;
    if (!byte_source_read(s->input, s->stored, sizeof s->stored, &len, status)) {
        return false;
    }
    s->stream.next_in = s->stored;
    s->stream.avail_in = (uInt)len;
    s->input_ended = len == 0;
    return true;
}

static bool check_end(const struct gzip_source *s, struct status *status) {
    if (!s->in_member) {
        return true;
    }
    if (s->taken == 0) {
        return status_fail(status, STATUS_DATA_LOSS,
                           "is cut: it is empty, and a gzip file never is");
    }
    return status_fail(
        status, STATUS_DATA_LOSS,
        "is cut: it ends after %llu compressed bytes, in the middle of a gzip member",
        (unsigned long long)s->taken);
}

static bool decode(struct gzip_source *s, void *data, size_t cap, size_t *len,
                   struct status *status) {
    z_stream *z = &s->stream;
    if (s->member_done) {
        inflateReset(z);
        s->member_done = false;
    }
    uInt room = cap < UINT_MAX ? (uInt)cap : UINT_MAX;
    uInt before = z->avail_in;
    z->next_out = data;
    z->avail_out = room;
    int result = inflate(z, Z_NO_FLUSH);
    s->taken += before - z->avail_in;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
        return status_fail(status, STATUS_DATA_LOSS,
                           "cannot be decompressed: near compressed byte %llu it is not gzip (%s)",
                           (unsigned long long)s->taken, z->msg ? z->msg : zError(result));
    }
    s->member_done = result == Z_STREAM_END;
    s->in_member = !s->member_done;
    *len = room - z->avail_out;
    s->made += *len;
    return expansion_check(s->taken, s->made, status);
}

static bool gzip_source_read(struct byte_source *base, void *data, size_t cap, size_t *len,
                             struct status *status) {
    struct gzip_source *s = (struct gzip_source *)base;
    *len = 0;
    while (*len == 0) {
        /* All output is out before the last input is taken: a member's trailer follows it. */
        if (s->stream.avail_in == 0) {
            if (!s->input_ended && !fill(s, status)) {
                return false;
            }
            if (s->input_ended) {
                return check_end(s, status);
            }
        }
        if (!decode(s, data, cap, len, status)) {
            return false;
        }
    }
    return true;
}

/* zlib's memory holds the last 32 KiB of plain text. The size is kept in front of each piece, so
 * that freeing can wipe it. */
union piece {
    size_t len;
    max_align_t align;
};

static voidpf wiped_alloc(voidpf context, uInt count, uInt size) {
    (void)context;
    size_t len = sizeof(union piece) + (size_t)count * size;
    union piece *piece = malloc(len);
    if (!piece) {
        return NULL;
    }
    piece->len = len;
    return piece + 1;
}

static void wiped_free(voidpf context, voidpf data) {
    (void)context;
    union piece *piece = (union piece *)data - 1;
    secure_wipe(piece, piece->len);
    free(piece);
}

static void gzip_source_close(struct byte_source *base) {
    struct gzip_source *s = (struct gzip_source *)base;
    byte_source_close(s->input);
    inflateEnd(&s->stream);
    secure_wipe(s, sizeof *s);
    free(s);
}

struct byte_source *gzip_source_open(struct byte_source *input, struct status *status) {
    struct gzip_source *s = calloc(1, sizeof *s);
    if (s) {
        s->stream.zalloc = wiped_alloc;
        s->stream.zfree = wiped_free;
    }
    if (!s || inflateInit2(&s->stream, MAX_WBITS + GZIP_ONLY) != Z_OK) {
        byte_source_close(input);
        free(s);
        status_no_memory(status, "opening a gzip batch file");
        return NULL;
    }
    s->base = (struct byte_source){gzip_source_read, gzip_source_close};
    s->input = input;
    s->in_member = true;
    return &s->base;
}
