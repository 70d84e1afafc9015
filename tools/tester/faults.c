#include "tester/faults.h"

#include "tester/memory.h"
#include "tester/modes.h"

enum { IV = PACKING_IV_BYTES, BLOCK = PACKING_BLOCK_BYTES };

static bool must_be_refused(struct run *run, const struct batch *batch, const char *fault) {
    struct call_result result;
    calls_send(run->client, batch->method, batch->request, 0, &result);
    bool taken = calls_is(&result, "success") || calls_is(&result, "warning");
    const char *text = calls_text(&result, run->arena);
    if (taken) {
        report_fail(&run->report, "%s %s with %s was taken: %s", batch->method,
                    batch->table->shape.name, fault, text);
    } else {
        report_pass(&run->report, "%s %s with %s is refused: %s", batch->method,
                    batch->table->shape.name, fault, text);
    }
    calls_clean_up(&result);
    return !taken;
}

/* Sends the request with the last file's key replaced; NULL: left out. */
static bool play_key(struct run *run, struct batch *batch, const struct slice *key,
                     const char *fault) {
    struct message_pair *keys = memory_take(run->arena, (batch->n_keys + 1) * sizeof *keys);
    size_t count = 0;
    for (size_t i = 0; i < batch->n_keys; i++) {
        bool is_last = strcmp(batch->keys[i].key, batch->last->told) == 0;
        if (!is_last || key) {
            keys[count] = batch->keys[i];
            keys[count++].value = is_last ? *key : batch->keys[i].value;
        }
    }
    message_set_map(batch->request, "keys", keys, count, run->arena);
    bool fine = must_be_refused(run, batch, fault);
    message_set_map(batch->request, "keys", batch->keys, batch->n_keys, run->arena);
    return fine;
}

static bool play_keys(struct run *run, struct batch *batch) {
    uint32_t modes = run->options->modes;
    struct slice own = slice_make(batch->last->key, PACKING_KEY_BYTES);
    char other[PACKING_KEY_BYTES];
    for (size_t i = 0; i < sizeof other; i++) {
        other[i] = (char)~own.data[i];
    }
    struct slice wrong = slice_make(other, sizeof other);
    struct slice cut = slice_make(own.data, own.len - 1);
    bool fine = !(modes & MODE_WRONG_KEY) || play_key(run, batch, &wrong, "a wrong key");
    fine = (!(modes & MODE_SHORT_KEY) || play_key(run, batch, &cut, "a key of 31 bytes")) && fine;
    return (!(modes & MODE_MISSING_KEY) || play_key(run, batch, NULL, "a key missing")) && fine;
}

/* Sends the request with other bytes in place of its last file. */
static bool play_bytes(struct run *run, struct batch *batch, struct slice bytes,
                       const char *fault) {
    struct status status = STATUS_INIT;
    if (!batch_save(batch->last->path, bytes, &status)) {
        return report_fail(&run->report, "%s", status.message);
    }
    bool fine = must_be_refused(run, batch, fault);
    if (!batch_save(batch->last->path, batch->last->packed, &status)) {
        return report_fail(&run->report, "%s", status.message);
    }
    return fine;
}

/* The stored file, cut. */
static bool play_stored_cuts(struct run *run, struct batch *batch) {
    struct slice whole = batch->last->packed;
    const struct {
        const char *fault;
        size_t len;
    } cuts[] = {
        {"an empty file", 0},
        {"a file cut inside the IV", IV / 2},
        {"a file cut behind the IV", IV},
        {"a file cut inside its last block", whole.len - 1},
        {"a file cut before its last block", whole.len - BLOCK},
        {"a file cut in half, between blocks", IV + (whole.len - IV) / 2 / BLOCK * BLOCK},
    };
    bool fine = true;
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        fine = play_bytes(run, batch, slice_make(whole.data, cuts[i].len), cuts[i].fault) && fine;
    }
    return fine;
}

/* Compressed data that is cut and then encrypted as if it were whole. */
static bool play_compressed_cut(struct run *run, struct batch *batch, size_t lost_in_hundred,
                                const char *fault) {
    struct buf compressed;
    struct buf packed;
    buf_init(&compressed, PACKING_MAX);
    buf_init(&packed, PACKING_MAX);
    packing_compress(batch->packing.compression, batch->last->csv, &compressed);
    size_t lost = compressed.len * lost_in_hundred / 100;
    buf_truncate(&compressed, compressed.len - (lost ? lost : 1));
    unsigned char key[PACKING_KEY_BYTES];
    packing_encrypt(buf_slice(&compressed), &run->seeded, key, &packed);
    memcpy(batch->last->key, key, sizeof key); /* the request's keys point at it */
    bool fine = play_bytes(run, batch, buf_slice(&packed), fault);
    buf_clean_up(&compressed);
    buf_clean_up(&packed);
    return fine;
}

/* CSV that ends inside a quoted field. */
static bool play_quote_cut(struct run *run, struct batch *batch) {
    struct buf csv;
    struct buf packed;
    buf_init(&csv, PACKING_MAX);
    buf_init(&packed, PACKING_MAX);
    buf_append_slice(&csv, batch->last->csv);
    buf_append_text(&csv, "\"cut");
    memory_check(&csv);
    batch_pack(run, batch->packing, buf_slice(&csv), batch->last->key, &packed);
    bool fine = play_bytes(run, batch, buf_slice(&packed), "a file cut inside a quoted field");
    buf_clean_up(&csv);
    buf_clean_up(&packed);
    return fine;
}

static bool play_cuts(struct run *run, struct batch *batch) {
    unsigned char own_key[PACKING_KEY_BYTES];
    memcpy(own_key, batch->last->key, sizeof own_key);
    bool fine = play_stored_cuts(run, batch);
    fine = play_compressed_cut(run, batch, 0, "compressed data that lacks its last byte") && fine;
    fine = play_compressed_cut(run, batch, 50, "half of the compressed data") && fine;
    fine = play_quote_cut(run, batch) && fine;
    memcpy(batch->last->key, own_key, sizeof own_key);
    return fine;
}

bool faults_play(struct run *run, struct batch *batch) {
    const uint32_t keys = MODE_WRONG_KEY | MODE_SHORT_KEY | MODE_MISSING_KEY;
    bool fine = true;
    if (run->options->modes & keys) {
        fine = play_keys(run, batch);
    }
    if (run->options->modes & MODE_CUTS) {
        fine = play_cuts(run, batch) && fine;
    }
    return fine;
}
