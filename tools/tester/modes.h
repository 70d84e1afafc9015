/* What our tester does beyond the official one (contracts/tester.md, "Modes of ours"). */
#ifndef TESTER_MODES_H
#define TESTER_MODES_H

#include "base/slice.h"

#include <stdint.h>
#include <stdio.h>

enum mode {
    MODE_GZIP = 1 << 0,
    MODE_UNCOMPRESSED = 1 << 1,
    MODE_UNENCRYPTED = 1 << 2,
    MODE_SEVERAL_FILES = 1 << 3,
    MODE_RANDOM_MARKERS = 1 << 4,
    MODE_WRONG_KEY = 1 << 5,
    MODE_SHORT_KEY = 1 << 6,
    MODE_MISSING_KEY = 1 << 7,
    MODE_CUTS = 1 << 8,
    MODE_HEADER_ONLY = 1 << 9,
    MODE_EMPTY_FILES = 1 << 10,
    MODE_LARGE_RECORD = 1 << 11,
    MODE_TIMES = 1 << 12,
    MODE_REPEATED_KEYS = 1 << 13,
    MODE_NULL_ACTIVE = 1 << 14,
    MODE_PARALLEL = 1 << 15,
    MODE_TWICE = 1 << 16,
    MODE_LARGE_MESSAGE = 1 << 17,
    MODE_CANCEL = 1 << 18,
    MODE_CHECK_COLUMNS = 1 << 19,
    MODE_REUSE_TABLES = 1 << 20,
};

/* The mode's bit by its name; 0 when there is none. */
uint32_t mode_find(struct slice name);

/* A line per mode, for --help. */
void mode_print_help(FILE *out);

#endif
