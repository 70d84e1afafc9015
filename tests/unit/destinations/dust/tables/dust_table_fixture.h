/* A table of Dust's, and the answers in which its tags come back. */
#ifndef UNIT_DESTINATIONS_DUST_TABLE_FIXTURE_H
#define UNIT_DESTINATIONS_DUST_TABLE_FIXTURE_H

#include "destinations/dust/dust_columns.h"
#include "unit/destinations/dust/dust_fixture.h"

#define TABLE_ID "fivetran_shop__orders"
#define GET_TABLE "GET " SOURCE "/tables/" TABLE_ID " "
#define GET_TABLES "GET " SOURCE "/tables "
#define POST_TABLE "POST " SOURCE "/tables {"
#define CLEAR_TABLE "POST " SOURCE "/tables/" TABLE_ID "/rows {"
#define DELETE_TABLE "DELETE " SOURCE "/tables/" TABLE_ID " "
#define NO_TABLE DUST_ERROR("table_not_found", "Failed to get table.")
#define FAULT DUST_ERROR("internal_server_error", "Failed.")
#define NAME SLICE_LITERAL("shop"), SLICE_LITERAL("orders")

static const struct column orders_columns[] = {
    {.name = "Order Id", .type = COLUMN_LONG, .primary_key = true},
    {.name = "amount", .type = COLUMN_DECIMAL, .has_decimal = true, .precision = 10, .scale = 2},
    {.name = "col1", .type = COLUMN_STRING},
};
static const struct table orders = {"shop", "orders", orders_columns, 3};

/* The same as Dust keeps it, with memory from arena. */
static inline struct dust_table dust_orders(struct arena *arena) {
    struct dust_table table;
    struct status status = STATUS_INIT;
    ck_assert(dust_table_name_columns(&orders, NULL, "fivetran_", arena, &table, &status));
    ck_assert_str_eq(table.id, TABLE_ID);
    return table;
}

/* The answer of GET table for the table that source loaded from `{schema}.orders`; the caller
 * cleans it up. */
static inline struct buf orders_answer(const char *schema, enum front_end source) {
    struct arena arena;
    struct buf answer;
    struct status status = STATUS_INIT;
    arena_init(&arena, 1 << 20);
    buf_init(&answer, 1 << 20);
    struct dust_table table = dust_orders(&arena);
    table.table.schema = schema;
    buf_append_text(&answer, "{\"table\":{\"name\":\"n\",\"schema\":[],\"tags\":");
    ck_assert(dust_tags_write(&table, source, &answer, &status));
    buf_append_text(&answer, "}}");
    arena_clean_up(&arena);
    return answer;
}

static inline void assert_is_orders(const struct table *table) {
    ck_assert_str_eq(table->schema, "shop");
    ck_assert_str_eq(table->name, "orders");
    ck_assert_uint_eq(table->n_columns, orders.n_columns);
    for (size_t i = 0; i < orders.n_columns; i++) {
        ck_assert_str_eq(table->columns[i].name, orders_columns[i].name);
        ck_assert_int_eq(table->columns[i].type, orders_columns[i].type);
        ck_assert(table->columns[i].primary_key == orders_columns[i].primary_key);
        ck_assert(table->columns[i].has_decimal == orders_columns[i].has_decimal);
        ck_assert_uint_eq(table->columns[i].precision, orders_columns[i].precision);
        ck_assert_uint_eq(table->columns[i].scale, orders_columns[i].scale);
    }
}

#endif
