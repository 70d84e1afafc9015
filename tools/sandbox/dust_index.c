#include "sandbox/dust_index.h"

#include <stdlib.h>

static uint64_t index_hash(struct slice text) {
    uint64_t hash = 0xcbf29ce484222325U;
    for (size_t i = 0; i < text.len; i++) {
        hash = (hash ^ (unsigned char)text.data[i]) * 0x100000001b3U;
    }
    return hash ^ hash >> 29;
}

/* The slot that holds the text, or the free one where it would go. */
static size_t index_slot(const struct dust_index *index, struct slice text, uint64_t hash) {
    size_t at = hash & (index->slot_count - 1);
    while (index->slots[at]) {
        const struct dust_text *known = &index->texts[index->slots[at] - 1];
        if (known->hash == hash && slice_equal(known->text, text)) {
            break;
        }
        at = (at + 1) & (index->slot_count - 1);
    }
    return at;
}

size_t dust_index_find(const struct dust_index *index, struct slice text) {
    if (index->count == 0) {
        return DUST_NOWHERE;
    }
    size_t at = index_slot(index, text, index_hash(text));
    return index->slots[at] ? index->slots[at] - 1 : DUST_NOWHERE;
}

/* Room for one more: twice as many slots as texts at least. */
static bool index_grow(struct dust_index *index) {
    if (index->count < index->cap) {
        return true;
    }
    size_t cap = index->cap ? index->cap * 2 : 16;
    struct dust_text *texts = realloc(index->texts, cap * sizeof(*texts));
    index->texts = texts ? texts : index->texts;
    uint32_t *slots = calloc(cap * 2, sizeof(*slots));
    if (!texts || !slots) {
        free(slots);
        return false;
    }
    free(index->slots);
    index->slots = slots;
    index->slot_count = cap * 2;
    index->cap = cap;
    for (size_t i = 0; i < index->count; i++) {
        slots[index_slot(index, texts[i].text, texts[i].hash)] = (uint32_t)i + 1;
    }
    return true;
}

size_t dust_index_put(struct dust_index *index, struct slice text, bool *fresh) {
    *fresh = false;
    if (!index_grow(index)) {
        return DUST_NOWHERE;
    }
    uint64_t hash = index_hash(text);
    size_t at = index_slot(index, text, hash);
    if (!index->slots[at]) {
        *fresh = true;
        index->texts[index->count++] = (struct dust_text){text, hash};
        index->slots[at] = (uint32_t)index->count;
    }
    return index->slots[at] - 1;
}

void dust_index_clean_up(struct dust_index *index) {
    free(index->texts);
    free(index->slots);
    *index = (struct dust_index){0};
}
