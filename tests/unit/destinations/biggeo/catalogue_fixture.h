/* Tables for a catalogue to keep. */
#ifndef UNIT_DESTINATIONS_CATALOGUE_FIXTURE_H
#define UNIT_DESTINATIONS_CATALOGUE_FIXTURE_H

#include "destinations/biggeo/catalogue.h"

#include <check.h>

#define SCOPE SLICE_LITERAL("https://api.example#0123")

static const struct column columns[] = {
    {"id", COLUMN_LONG, true, false, 0, 0},
    {"price", COLUMN_DECIMAL, false, true, 38, 37},
    {"amount", COLUMN_DECIMAL, false, true, 0, 0},
    {"weight", COLUMN_DECIMAL, false, false, 0, 0},
    {"_fivetran_synced", COLUMN_UTC_DATETIME, false, false, 0, 0},
    {"id2", COLUMN_STRING, true, false, 0, 0},
    {"na\"me' ; \xE6\x97\xA5", COLUMN_NAIVE_TIME, false, false, 0, 0},
};

static inline struct table table_of(const char *schema, const char *name, size_t n_columns) {
    return (struct table){schema, name, columns, n_columns};
}

static inline void assert_same(const struct table *table, const struct table *wanted) {
    ck_assert_ptr_nonnull(table);
    ck_assert_str_eq(table->schema, wanted->schema);
    ck_assert_str_eq(table->name, wanted->name);
    ck_assert_uint_eq(table->n_columns, wanted->n_columns);
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct column *a = &table->columns[i];
        const struct column *b = &wanted->columns[i];
        ck_assert_str_eq(a->name, b->name);
        ck_assert_int_eq(a->type, b->type);
        ck_assert_int_eq(a->primary_key, b->primary_key);
        ck_assert_int_eq(a->has_decimal, b->has_decimal);
        ck_assert_uint_eq(a->precision, b->precision);
        ck_assert_uint_eq(a->scale, b->scale);
    }
}

#endif
