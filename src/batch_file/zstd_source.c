#include "batch_file/zstd_source.h"

#include "base/buf.h"
#include "batch_file/expansion.h"

#include <zstd.h>

enum { CHUNK_BYTES = 128 * 1024, WINDOW_LOG_MAX = 27 };

struct zstd_source {
    struct byte_source base;
    struct byte_source *input;
    ZSTD_DCtx *context;
    ZSTD_inBuffer in;
    uint64_t taken; /* compressed bytes decoded so far */
    uint64_t made;
    bool input_ended;
    bool in_frame;  /* a frame is begun and not done; true at the start: a file has one at least */
    bool held_back; /* the library may have more to give without more input */
    unsigned char stored[CHUNK_BYTES];
};

static bool fill(struct zstd_source *s, struct status *status) {
    size_t len = 0;
    if (!byte_source_read(s->input, s->stored, sizeof s->stored, &len, status)) {
        return false;
    }
    s->in = (ZSTD_inBuffer){s->stored, len, 0};
    s->input_ended = len == 0;
    return true;
}

static bool check_end(const struct zstd_source *s, struct status *status) {
    if (!s->in_frame) {
        return true;
    }
    if (s->taken == 0) {
        return status_fail(status, STATUS_DATA_LOSS,
                           "is cut: it is empty, and a zstd file never is");
    }
    return status_fail(status, STATUS_DATA_LOSS,
                       "is cut: it ends after %llu compressed bytes, in the middle of a zstd frame",
                       (unsigned long long)s->taken);
}

static bool decode(struct zstd_source *s, void *data, size_t cap, size_t *len,
                   struct status *status) {
    ZSTD_outBuffer out = {data, cap, 0};
    size_t before = s->in.pos;
    size_t left = ZSTD_decompressStream(s->context, &out, &s->in);
    s->taken += s->in.pos - before;
    if (ZSTD_isError(left)) {
        return status_fail(status, STATUS_DATA_LOSS,
                           "cannot be decompressed: near compressed byte %llu it is not zstd (%s)",
                           (unsigned long long)s->taken, ZSTD_getErrorName(left));
    }
    s->in_frame = left != 0;
    s->held_back = left != 0 && out.pos == cap;
    s->made += out.pos;
    *len = out.pos;
    return expansion_check(s->taken, s->made, status);
}

static bool zstd_source_read(struct byte_source *base, void *data, size_t cap, size_t *len,
                             struct status *status) {
    struct zstd_source *s = (struct zstd_source *)base;
    *len = 0;
    while (*len == 0) {
        if (s->in.pos == s->in.size && !s->held_back) {
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

static void zstd_source_close(struct byte_source *base) {
    struct zstd_source *s = (struct zstd_source *)base;
    byte_source_close(s->input);
    ZSTD_freeDCtx(s->context);
    secure_wipe(s, sizeof *s);
    free(s);
}

struct byte_source *zstd_source_open(struct byte_source *input, struct status *status) {
    struct zstd_source *s = calloc(1, sizeof *s);
    ZSTD_DCtx *context = ZSTD_createDCtx();
    if (!s || !context) {
        byte_source_close(input);
        ZSTD_freeDCtx(context);
        free(s);
        status_no_memory(status, "opening a zstd batch file");
        return NULL;
    }
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    s->base = (struct byte_source){zstd_source_read, zstd_source_close};
    s->input = input;
    s->context = context;
    s->in_frame = true;
    return &s->base;
}
