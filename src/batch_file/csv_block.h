/* 64 bytes of CSV as bit masks: bit i tells of byte i. What the reader jumps along. */
#ifndef BATCH_FILE_CSV_BLOCK_H
#define BATCH_FILE_CSV_BLOCK_H

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { CSV_BLOCK_BYTES = 64 };

struct csv_block {
    uint64_t ends;   /* commas and newlines */
    uint64_t quotes; /* double quotes */
    uint64_t lines;  /* newlines */
};

#ifdef __SSE2__

static inline uint64_t csv_block_mask(__m128i bytes, char c) {
    return (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)));
}

/* All CSV_BLOCK_BYTES at data are looked at. */
static inline struct csv_block csv_block_of(const char *data) {
    struct csv_block block = {0};
    for (int i = 0; i < CSV_BLOCK_BYTES; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(data + i));
        uint64_t lines = csv_block_mask(bytes, '\n');
        block.lines |= lines << i;
        block.ends |= (lines | csv_block_mask(bytes, ',')) << i;
        block.quotes |= csv_block_mask(bytes, '"') << i;
    }
    return block;
}

#else

/* All CSV_BLOCK_BYTES at data are looked at. */
static inline struct csv_block csv_block_of(const char *data) {
    struct csv_block block = {0};
    for (int i = 0; i < CSV_BLOCK_BYTES; i++) {
        uint64_t bit = UINT64_C(1) << i;
        block.lines |= data[i] == '\n' ? bit : 0;
        block.ends |= data[i] == '\n' || data[i] == ',' ? bit : 0;
        block.quotes |= data[i] == '"' ? bit : 0;
    }
    return block;
}

#endif

#endif
