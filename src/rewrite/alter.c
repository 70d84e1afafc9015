#include "rewrite/place.h"
#include "rewrite/reshape.h"
#include "rewrite/rewrite.h"
#include "rewrite/table_draft.h"
#include "table/cell_canonical.h"

enum { TEXTS_BYTES = ROWS_MAX_BYTES, TIME_BYTES = 64 };

/* What an AlterTable makes of a table, in steps that each end by setting columns: a repetition sees
 * by the columns which of them are done. */
struct alteration {
    struct table_draft wider;  /* the table's columns, and behind them the new ones */
    struct table_draft goal;   /* the same with the wanted types and key */
    struct table_draft leaner; /* without the columns to be dropped */
    struct arena texts;        /* of values that are written otherwise under their new type */
};

/* The columns as they are and those that are new. These join the key with the next step. */
static bool draft_wider(struct alteration *alteration, const struct table *present,
                        const struct table *wanted, struct status *status) {
    struct table_draft *wider = &alteration->wider;
    bool ok = table_draft_init(wider, present, wanted->n_columns, status);
    for (size_t i = 0; ok && i < wanted->n_columns; i++) {
        struct column column = wanted->columns[i];
        if (table_find(present, slice_of(column.name)) < 0) {
            column.primary_key = false;
            ok = table_draft_add(wider, &column, status);
        }
    }
    return ok;
}

/* The request's columns say what the key is: one that it does not name is no part of it. */
static void want(struct column *column, const struct table *wanted) {
    int at = table_find(wanted, slice_of(column->name));
    const char *name = column->name;
    if (at < 0) {
        column->primary_key = false;
    } else {
        *column = wanted->columns[at];
        column->name = name;
    }
}

static bool draft_alteration(struct alteration *alteration, const struct table *present,
                             const struct table *wanted, bool drop_columns, struct status *status) {
    *alteration = (struct alteration){0};
    arena_init(&alteration->texts, TEXTS_BYTES);
    if (!draft_wider(alteration, present, wanted, status) ||
        !table_draft_init(&alteration->goal, &alteration->wider.table, 0, status)) {
        return false;
    }
    struct table_draft *goal = &alteration->goal;
    for (size_t i = 0; i < goal->table.n_columns; i++) {
        want(&goal->columns[i], wanted);
    }
    if (!table_draft_init(&alteration->leaner, &goal->table, 0, status)) {
        return false;
    }
    for (size_t i = 0; drop_columns && i < goal->table.n_columns; i++) {
        const char *name = goal->columns[i].name;
        if (table_find(wanted, slice_of(name)) < 0) {
            table_draft_remove(&alteration->leaner, name);
        }
    }
    return true;
}

static void alteration_clean_up(struct alteration *alteration) {
    table_draft_clean_up(&alteration->wider);
    table_draft_clean_up(&alteration->goal);
    table_draft_clean_up(&alteration->leaner);
    arena_clean_up(&alteration->texts);
}

static bool is_retyped(const struct alteration *alteration, size_t column) {
    return alteration->wider.columns[column].type != alteration->goal.columns[column].type;
}

static bool has_retyped_value(void *context, const struct cell *cells) {
    const struct alteration *alteration = context;
    for (size_t i = 0; i < alteration->goal.table.n_columns; i++) {
        if (cells[i].kind == CELL_TEXT && is_retyped(alteration, i)) {
            return true;
        }
    }
    return false;
}

/* A date is midnight, and a time without a zone one in UTC, where the new type wants more. What is
 * none, and what does not fit, stays as it is, which then is no value of the new type. */
static void widen_time(struct alteration *alteration, enum column_type type, struct cell *cell) {
    bool wants_time = type == COLUMN_NAIVE_DATETIME || type == COLUMN_UTC_DATETIME;
    struct instant instant;
    struct buf text;
    if (!wants_time || !cell_check(type, cell->text) || !cell_instant(cell->text, &instant)) {
        return;
    }
    buf_init(&text, TIME_BYTES);
    const char *copy = instant_append(&text, type, instant) && !text.failed
                           ? arena_copy_text(&alteration->texts, buf_slice(&text))
                           : NULL;
    if (copy) {
        cell->text = slice_make(copy, text.len);
    }
    buf_clean_up(&text);
}

static void retype_values(void *context, struct cell *cells) {
    struct alteration *alteration = context;
    for (size_t i = 0; i < alteration->goal.table.n_columns; i++) {
        if (cells[i].kind == CELL_TEXT && is_retyped(alteration, i)) {
            widen_time(alteration, alteration->goal.columns[i].type, &cells[i]);
        }
    }
}

static bool is_dropped(const struct alteration *alteration, size_t column) {
    const char *name = alteration->goal.columns[column].name;
    return table_find(&alteration->leaner.table, slice_of(name)) < 0;
}

static bool has_dropped_value(void *context, const struct cell *cells) {
    const struct alteration *alteration = context;
    for (size_t i = 0; i < alteration->goal.table.n_columns; i++) {
        if (cells[i].kind == CELL_TEXT && is_dropped(alteration, i)) {
            return true;
        }
    }
    return false;
}

static void drop_values(void *context, struct cell *cells) {
    const struct alteration *alteration = context;
    for (size_t i = 0; i < alteration->goal.table.n_columns; i++) {
        if (is_dropped(alteration, i)) {
            cells[i] = (struct cell){.kind = CELL_NULL};
        }
    }
}

/* Rows follow the types, since the destination writes values by them, and the key, since it gives
 * them their ids; precision and scale concern the columns alone. */
static bool set_types_and_key(struct table_work *work, struct alteration *alteration,
                              struct status *status) {
    const struct table *goal = &alteration->goal.table;
    bool rows_change = place_is_needed(&alteration->wider.table, goal);
    for (size_t i = 0; !rows_change && i < goal->n_columns; i++) {
        rows_change = is_retyped(alteration, i);
    }
    if (!rows_change) {
        return reshape_columns(work, goal, status);
    }
    const struct reshape reshape = {
        .before = &alteration->wider.table,
        .rows_as = goal,
        .columns = goal,
        .concerns = has_retyped_value,
        .change = retype_values,
        .context = alteration,
    };
    return reshape_table(work, &reshape, status);
}

static bool drop(struct table_work *work, struct alteration *alteration, struct status *status) {
    const struct reshape reshape = {
        .before = &alteration->goal.table,
        .rows_as = &alteration->goal.table,
        .columns = &alteration->leaner.table,
        .concerns = has_dropped_value,
        .change = drop_values,
        .context = alteration,
    };
    bool drops = alteration->leaner.table.n_columns < alteration->goal.table.n_columns;
    return !drops || reshape_table(work, &reshape, status);
}

static bool alter_table(struct table_work *work, const struct table *wanted, bool drop_columns,
                        struct status *status) {
    struct alteration alteration;
    bool ok = draft_alteration(&alteration, work->store->table, wanted, drop_columns, status);
    if (ok && !work->rw->d->ops->migrates) {
        ok = reshape_columns(work, &alteration.leaner.table, status);
    } else {
        ok = ok && set_types_and_key(work, &alteration, status) && drop(work, &alteration, status);
    }
    alteration_clean_up(&alteration);
    return ok;
}

bool rewrite_alter(struct rewrite *rw, const struct table *wanted, bool drop_columns,
                   struct status *status) {
    struct destination *d = rw->d;
    if (!d->ops->open_rows) {
        return d->ops->alter(d, wanted, drop_columns, rw->notice, status);
    }
    struct table_work work;
    bool ok = table_work_begin(&work, rw, slice_of(wanted->schema), slice_of(wanted->name), status);
    if (ok) {
        /* A table that is not there yet is made, as WriteBatch does. */
        ok = work.store ? alter_table(&work, wanted, drop_columns, status)
                        : d->ops->create(d, wanted, status);
    }
    table_work_end(&work);
    return ok;
}
