/* What the tester knows of the destination's tables: the columns that it sends, system columns
 * included (contracts/tester.md, "Sequence" 3). Everything lives in an arena for the whole run. */
#ifndef TESTER_MODEL_H
#define TESTER_MODEL_H

#include "base/arena.h"
#include "base/status.h"
#include "destination_sdk.pb-c.h"
#include "table/table.h"

#include <jansson.h>

#define COLUMN_NAME_SYNCED "_fivetran_synced"
#define COLUMN_NAME_DELETED "_fivetran_deleted"
#define COLUMN_NAME_ID "_fivetran_id"
#define COLUMN_NAME_START "_fivetran_start"
#define COLUMN_NAME_END "_fivetran_end"
#define COLUMN_NAME_ACTIVE "_fivetran_active"

struct model_table {
    struct table shape;
    bool history;
    struct model_table *next;
};

struct model {
    struct model_table *tables;
    struct arena *arena;
};

/* The table of that name, NULL when it is not known. */
struct model_table *model_find(const struct model *model, const char *name);

/* Puts a table in, in place of one of its name; the model keeps its own copy of the shape. */
struct model_table *model_put(struct model *model, const struct table *shape, bool history);
void model_remove(struct model *model, const char *name);

/* An entry of create_table or alter_table with its system columns, put into the model. NULL with
 * *status (INVALID_ARGUMENT, what is wrong with the input) otherwise. */
struct model_table *model_put_json(struct model *model, const char *schema, const char *name,
                                   const json_t *entry, struct status *status);

/* The table of a DescribeTable response, put into the model. In history mode when it has
 * _fivetran_start. */
struct model_table *model_put_message(struct model *model, const char *schema,
                                      const FivetranSdk__V2__Table *message);

/* A column's type from an input file: "INT" or {"type": "DECIMAL", "precision": 6, "scale": 3}. */
bool model_read_column(const char *name, const json_t *type, struct column *column,
                       struct status *status);

/* Changes of a table's columns. A column that is there is not added again; one that is not there is
 * neither dropped nor changed. */
void model_add_column(struct model *model, struct model_table *table, struct column column);
void model_drop_column(struct model_table *table, const char *name);
void model_change_column(struct model *model, struct model_table *table, const char *name,
                         struct column to);
void model_to_history(struct model *model, struct model_table *table);
void model_to_soft_delete(struct model *model, struct model_table *table, const char *deleted);

/* Index of the column, -1 when there is none. */
int model_column(const struct model_table *table, const char *name);

#endif
