/* The operations of one input file, collected per table and kind (contracts/tester.md, "Sequence" 4
 * and 7): what its WriteBatch, its Truncates, are made of. */
#ifndef TESTER_OPS_H
#define TESTER_OPS_H

#include "table/cell_value.h"
#include "table/record.h"
#include "tester/run.h"

enum ops_kind { OPS_EARLIEST, OPS_UPSERT, OPS_UPDATE, OPS_DELETE };
enum { OPS_KINDS = OPS_DELETE + 1 };

struct ops_row {
    struct cell *cells;   /* one per column of the table */
    struct instant start; /* history mode: op_time */
    struct ops_row *next;
};

struct ops_list {
    struct ops_row *first;
    struct ops_row **end;
    size_t count;
};

struct ops_table {
    const char *name;
    const struct model_table *table; /* NULL: unknown, and only truncated */
    struct ops_list rows[OPS_KINDS];
    int64_t truncate_ms; /* 0: none */
    int64_t soft_truncate_ms;
    struct ops_table *next;
};

struct ops {
    struct ops_table *tables; /* in the order in which the file names them first */
    struct ops_table **end;
};

/* Reads the "ops" of an input file. Tables that no create_table of the run has named are looked up
 * by DescribeTable. False with *status (INVALID_ARGUMENT, what is wrong with the input) otherwise.
 */
bool ops_read(struct run *run, const json_t *list, struct ops *ops, struct status *status);

/* "earliest", "upsert", "update", "delete": in the names of files. */
const char *ops_kind_name(enum ops_kind kind);

/* Appends a row. */
void ops_append(struct ops_list *list, struct ops_row *row);

#endif
