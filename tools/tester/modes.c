#include "tester/modes.h"

static const struct {
    const char *name;
    uint32_t bit;
    const char *help;
} MODES[] = {
    {"gzip", MODE_GZIP, "batch files are compressed by gzip"},
    {"uncompressed", MODE_UNCOMPRESSED, "batch files are not compressed"},
    {"unencrypted", MODE_UNENCRYPTED, "batch files are not encrypted"},
    {"several-files", MODE_SEVERAL_FILES,
     "up to three files a kind, each with its order of columns"},
    {"random-markers", MODE_RANDOM_MARKERS, "other texts for NULL and unmodified at every call"},
    {"header-only", MODE_HEADER_ONLY, "one more file a kind, with a header and no row"},
    {"empty-files", MODE_EMPTY_FILES, "one more file a kind, without a byte before it is packed"},
    {"repeated-keys", MODE_REPEATED_KEYS,
     "each upsert comes twice in its file, first without values"},
    {"large-record", MODE_LARGE_RECORD, "one text of each upsert file becomes 24 MiB long"},
    {"times", MODE_TIMES,
     "timestamps of upserts become ones of the years 1, 1969 and 9999, with 0\n"
     "                    to 9 digits of fraction"},
    {"null-active", MODE_NULL_ACTIVE, "deletes in history mode leave _fivetran_active NULL"},
    {"twice", MODE_TWICE, "each batch is delivered twice"},
    {"parallel", MODE_PARALLEL, "eight WriteBatch calls at once; some repeat"},
    {"large-message", MODE_LARGE_MESSAGE, "the requests of batches are larger than 4 MB"},
    {"cancel", MODE_CANCEL, "each batch is cancelled on its way once, then delivered"},
    {"wrong-key", MODE_WRONG_KEY, "each batch comes first with a wrong key, which must be refused"},
    {"short-key", MODE_SHORT_KEY, "the same with a key of 31 bytes"},
    {"missing-key", MODE_MISSING_KEY, "the same without a file's key"},
    {"cuts", MODE_CUTS,
     "the same with a file cut at its boundaries: IV, AES block, end of the\n"
     "                    compressed data, inside a quoted CSV field"},
    {"check-columns", MODE_CHECK_COLUMNS,
     "DescribeTable must give back the columns, types and keys"},
    {"reuse-tables", MODE_REUSE_TABLES, "create_table alters a table that is there already"},
};

uint32_t mode_find(struct slice name) {
    for (size_t i = 0; i < sizeof MODES / sizeof MODES[0]; i++) {
        if (slice_equal_text(name, MODES[i].name)) {
            return MODES[i].bit;
        }
    }
    return 0;
}

void mode_print_help(FILE *out) {
    for (size_t i = 0; i < sizeof MODES / sizeof MODES[0]; i++) {
        fprintf(out, "  %-17s %s\n", MODES[i].name, MODES[i].help);
    }
}
