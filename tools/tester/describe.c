#include "tester/describe.h"

#include "tester/memory.h"
#include "tester/modes.h"

void describe_call(struct run *run, const char *table, struct call_result *result) {
    FivetranSdk__V2__DescribeTableRequest request = FIVETRAN_SDK__V2__DESCRIBE_TABLE_REQUEST__INIT;
    request.schema_name = (char *)run->options->schema_name;
    request.table_name = (char *)table;
    calls_make(run, "DescribeTable", &request.base, 0, result);
}

static const char *column_text(const struct column *column, struct arena *arena) {
    const char *key = column->primary_key ? " key" : "";
    if (column->has_decimal) {
        return memory_printf(arena, "%s(%u,%u)%s", column_type_name(column->type),
                             column->precision, column->scale, key);
    }
    return memory_printf(arena, "%s%s", column_type_name(column->type), key);
}

/* What the table lacks, or has in another way, of the wanted columns; NULL when nothing. */
static const char *difference(const struct table *wanted, const struct table *found,
                              struct arena *arena) {
    for (size_t i = 0; i < wanted->n_columns; i++) {
        const struct column *column = &wanted->columns[i];
        int at = table_find(found, slice_of(column->name));
        if (at < 0) {
            return memory_printf(arena, "column \"%s\" is missing", column->name);
        }
        const char *want = column_text(column, arena);
        const char *have = column_text(&found->columns[at], arena);
        if (strcmp(want, have) != 0) {
            return memory_printf(arena, "column \"%s\" is %s, not %s", column->name, have, want);
        }
    }
    return NULL;
}

static bool judge_columns(struct run *run, const char *name,
                          const FivetranSdk__V2__Table *message) {
    const struct model_table *known = model_find(&run->model, name);
    struct model seen = {NULL, run->arena};
    const struct model_table *found = model_put_message(&seen, run->options->schema_name, message);
    const char *wrong = known ? difference(&known->shape, &found->shape, run->arena)
                              : "the tester knows of no such table";
    if (wrong && (run->options->modes & MODE_CHECK_COLUMNS)) {
        return report_fail(&run->report, "DescribeTable %s: %s", name, wrong);
    }
    report_pass(&run->report, "DescribeTable %s: %zu columns", name, found->shape.n_columns);
    for (size_t i = 0; i < found->shape.n_columns; i++) {
        report_note("       %s %s", found->shape.columns[i].name,
                    column_text(&found->shape.columns[i], run->arena));
    }
    return true;
}

bool describe_step(struct run *run, const char *table) {
    struct call_result result;
    describe_call(run, table, &result);
    bool fine = false;
    bool known = model_find(&run->model, table) != NULL;
    if (calls_is(&result, "table")) {
        fine = judge_columns(run, table, result.answer.table);
    } else if (!calls_is(&result, "not_found")) {
        report_fail(&run->report, "DescribeTable %s: %s", table, calls_text(&result, run->arena));
    } else if (known && (run->options->modes & MODE_CHECK_COLUMNS)) {
        report_fail(&run->report, "DescribeTable %s: not found", table);
    } else {
        fine = true;
        report_pass(&run->report, "DescribeTable %s: not found", table);
    }
    calls_clean_up(&result);
    return fine;
}

const struct model_table *describe_unknown(struct run *run, const char *table,
                                           struct status *status) {
    struct call_result result;
    describe_call(run, table, &result);
    const struct model_table *found = NULL;
    if (calls_is(&result, "table")) {
        found = model_put_message(&run->model, run->options->schema_name, result.answer.table);
    } else {
        status_fail(status, STATUS_INVALID_ARGUMENT,
                    "the input has rows for table \"%s\", which no create_table has made and which "
                    "the destination does not describe (%s)",
                    table, calls_text(&result, run->arena));
    }
    calls_clean_up(&result);
    return found;
}
