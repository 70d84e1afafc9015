/* Hashes for tables in memory: they find things, and are never stored. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/slice.h"

#include <stdint.h>

#define HASH_START UINT64_C(14695981039346656037)

/* Takes more bytes into a hash that began with HASH_START (FNV-1a). */
static inline uint64_t hash_add(uint64_t hash, struct slice bytes) {
    for (size_t i = 0; i < bytes.len; i++) {
        hash = (hash ^ (unsigned char)bytes.data[i]) * UINT64_C(1099511628211);
    }
    return hash;
}

/* Spreads a finished hash, so that any of its bits can choose a slot (splitmix64's last step). */
static inline uint64_t hash_mix(uint64_t hash) {
    hash = (hash ^ (hash >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ (hash >> 27)) * UINT64_C(0x94d049bb133111eb);
    return hash ^ (hash >> 31);
}

#endif
