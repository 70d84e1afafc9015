#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

enum { BLOCK_BYTES = 16 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t cap;
    alignas(max_align_t) char bytes[];
};

void arena_init(struct arena *a, size_t max) {
    *a = (struct arena){.max = max};
}

static void free_blocks(struct arena_block *block) {
    while (block) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_clean_up(struct arena *a) {
    free_blocks(a->blocks);
    arena_init(a, a->max);
}

void arena_reset(struct arena *a) {
    if (a->blocks) {
        free_blocks(a->blocks->next);
        a->blocks->next = NULL;
        a->blocks->used = 0;
    }
    a->used = 0;
}

static struct arena_block *block_with_room(struct arena *a, size_t len) {
    struct arena_block *block = a->blocks;
    if (block && block->cap - block->used >= len) {
        return block;
    }
    size_t cap = len > BLOCK_BYTES ? len : BLOCK_BYTES;
    block = malloc(sizeof *block + cap);
    if (block) {
        *block = (struct arena_block){.next = a->blocks, .cap = cap};
        a->blocks = block;
    }
    return block;
}

void *arena_alloc(struct arena *a, size_t len) {
    const size_t align = alignof(max_align_t);
    if (len > a->max - a->used || len > SIZE_MAX / 2 - align) {
        return NULL;
    }
    size_t rounded = (len + align - 1) / align * align;
    struct arena_block *block = block_with_room(a, rounded);
    if (!block) {
        return NULL;
    }
    void *piece = block->bytes + block->used;
    block->used += rounded;
    a->used += len;
    return piece;
}

char *arena_copy_text(struct arena *a, struct slice s) {
    char *copy = arena_alloc(a, s.len + 1);
    if (copy) {
        if (s.len) {
            memcpy(copy, s.data, s.len);
        }
        copy[s.len] = '\0';
    }
    return copy;
}
