#include "tester/migration.h"

void migration_apply_add(struct migration *m, struct model_table *table) {
    model_add_column(&m->run->model, table, m->column);
}

void migration_apply_change_type(struct migration *m, struct model_table *table) {
    model_change_column(&m->run->model, table, m->column.name, m->column);
}

void migration_apply_drop(struct migration *m, struct model_table *table) {
    model_drop_column(table, migration_text(m, "column"));
}

void migration_apply_copy_column(struct migration *m, struct model_table *table) {
    int from = model_column(table, migration_text(m, "from_column"));
    if (from >= 0) {
        struct column column = table->shape.columns[from];
        column.name = migration_text(m, "to_column");
        column.primary_key = false;
        model_add_column(&m->run->model, table, column);
    }
}

void migration_apply_rename_column(struct migration *m, struct model_table *table) {
    int from = model_column(table, migration_text(m, "from_column"));
    if (from >= 0) {
        struct column column = table->shape.columns[from];
        column.name = migration_text(m, "to_column");
        model_change_column(&m->run->model, table, migration_text(m, "from_column"), column);
    }
}

static struct model_table *copy_model(struct migration *m, const struct model_table *table) {
    struct table shape = table->shape;
    shape.name = migration_text(m, "to_table");
    return model_put(&m->run->model, &shape, table->history);
}

void migration_apply_copy_table(struct migration *m, struct model_table *table) {
    copy_model(m, table);
}

void migration_apply_rename_table(struct migration *m, struct model_table *table) {
    copy_model(m, table);
    model_remove(&m->run->model, table->shape.name);
}

void migration_apply_copy_history(struct migration *m, struct model_table *table) {
    model_to_history(&m->run->model, copy_model(m, table));
}

void migration_apply_drop_table(struct migration *m, struct model_table *table) {
    model_remove(&m->run->model, table->shape.name);
}

void migration_apply_to_history(struct migration *m, struct model_table *table) {
    model_to_history(&m->run->model, table);
}

void migration_apply_to_soft_delete(struct migration *m, struct model_table *table) {
    const char *deleted = migration_text(m, "deleted_column");
    model_to_soft_delete(&m->run->model, table, *deleted ? deleted : COLUMN_NAME_DELETED);
}

void migration_apply_nothing(struct migration *m, struct model_table *table) {
    (void)m;
    (void)table;
}
