#include "tester/memory.h"

#include <stdarg.h>
#include <stdint.h>

enum { READ_BYTES = 64 * 1024 };

static _Noreturn void memory_end(void) {
    fputs("tester: out of memory\n", stderr);
    exit(1);
}

void *memory_take(struct arena *arena, size_t bytes) {
    void *taken = arena_alloc(arena, bytes ? bytes : 1);
    if (!taken) {
        memory_end();
    }
    memset(taken, 0, bytes);
    return taken;
}

char *memory_copy(struct arena *arena, struct slice text) {
    char *copy = arena_copy_text(arena, text);
    if (!copy) {
        memory_end();
    }
    return copy;
}

char *memory_printf(struct arena *arena, const char *format, ...) {
    struct buf text;
    buf_init(&text, SIZE_MAX / 2);
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    memory_check(&text);
    char *copy = memory_copy(arena, buf_slice(&text));
    buf_clean_up(&text);
    return copy;
}

void memory_check(const struct buf *b) {
    if (b->failed) {
        memory_end();
    }
}

bool memory_read_file(const char *path, struct buf *out) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        return false;
    }
    buf_reset(out);
    while (buf_reserve(out, READ_BYTES)) {
        size_t got = fread(out->data + out->len, 1, READ_BYTES, file);
        out->len += got;
        if (got == 0) {
            break;
        }
    }
    bool fine = !ferror(file) && !out->failed;
    fclose(file);
    return fine;
}
