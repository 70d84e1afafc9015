/* What Dust's side of the sandbox can be told (README.md): `POST /_sandbox/config` and `--set`. */
#ifndef SANDBOX_DUST_CONFIG_H
#define SANDBOX_DUST_CONFIG_H

#include "base/buf.h"

#include <stdint.h>

enum { DUST_MAX_WORD = 128 }; /* bytes of a configured text, NUL included */

struct dust_config {
    char workspace[DUST_MAX_WORD];
    char space[DUST_MAX_WORD];
    char other_space[DUST_MAX_WORD];
    char data_source[DUST_MAX_WORD];      /* in the space */
    char data_source_name[DUST_MAX_WORD]; /* does as well as the id */
    char other[DUST_MAX_WORD];            /* in the other space */
    char managed[DUST_MAX_WORD];          /* a connector's */
    char key[DUST_MAX_WORD];              /* may write */
    char read_only_key[DUST_MAX_WORD];
    char no_product_key[DUST_MAX_WORD];
    char foreign_key[DUST_MAX_WORD]; /* of another workspace */
    char region_key[DUST_MAX_WORD];  /* of another region */
    char disabled_key[DUST_MAX_WORD];
    char state[DUST_MAX_WORD];            /* normal, maintenance, relocated */
    char body_limit_style[DUST_MAX_WORD]; /* json, text */
    char late_posts[DUST_MAX_WORD];       /* queue, wait */
    char documents_total[DUST_MAX_WORD];  /* exact, lagging, zero: the total of documents */
    bool hyphens;                         /* documents live under data-sources only */
    uint64_t merge_quiet_ms;
    uint64_t merge_takes_ms;
    uint64_t merge_loop_ms;      /* between two looks of the worker */
    uint64_t merge_delay_max_ms; /* a random wait on top of merge_quiet_ms */
    uint64_t merge_max_age_ms;   /* failing merges older than this are dropped */
    uint64_t max_pending;        /* files per table */
    uint64_t max_table_rows;
    uint64_t max_csv_bytes;
    uint64_t documents_per_minute;
    uint64_t window_ms;
    uint64_t document_size_mb;     /* 0: no limit */
    uint64_t document_quota_bytes; /* 0: no limit */
    uint64_t seed;
};

/* The values that README.md calls defaults. */
void dust_config_init(struct dust_config *config);

/* One member; text for a word, else a number (a flag is 0 or 1). False: unknown or wrong. */
bool dust_config_set_word(struct dust_config *config, const char *key, const char *word);
bool dust_config_set_number(struct dust_config *config, const char *key, uint64_t number);
bool dust_config_set_flag(struct dust_config *config, const char *key, bool flag);

/* Appends `,"key":value` for each. */
void dust_config_show(const struct dust_config *config, struct buf *json);

#endif
