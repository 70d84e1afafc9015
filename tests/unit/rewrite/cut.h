/* Operations that are cut at every request in turn, and done again. For tests of the fake world. */
#ifndef UNIT_REWRITE_CUT_H
#define UNIT_REWRITE_CUT_H

#include "fake_store.h"

/* A test's table or tables, in a world that was just made; and the operation. */
typedef void cut_set_up(struct fake_world *w);
typedef bool cut_operation(struct fake_world *w);

/* A table's columns, sorted, as world_table takes them: "a:INT id:STRING:key". Static. */
static inline const char *world_columns(struct fake_world *w, const char *name) {
    static char text[4096];
    const struct table *table = world_shape(w, name);
    char *words[64];
    size_t used = 0;
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct column *column = &table->columns[i];
        struct buf word;
        buf_init(&word, sizeof text);
        buf_printf(&word, "%s:%s%s", column->name, column_type_name(column->type),
                   column->primary_key ? ":key" : "");
        words[i] = fake_copy(buf_slice(&word));
        buf_clean_up(&word);
    }
    qsort(words, table->n_columns, sizeof words[0], fake_compare_lines);
    text[0] = '\0';
    for (size_t i = 0; i < table->n_columns; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? " " : "", words[i]);
        free(words[i]);
    }
    return text;
}

/* All tables, their columns, their rows and the rows' ids: for free(). */
static inline char *world_state(struct fake_world *w) {
    struct buf state;
    char *lines[256];
    size_t n = 0;
    buf_init(&state, 1 << 20);
    for (size_t t = 0; t < FAKE_TABLES; t++) {
        const struct fake_table *table = &w->tables[t];
        if (!table->table) {
            continue;
        }
        const char *name = table->table->name;
        buf_printf(&state, "%s %s\n%s", name, world_columns(w, name), world_rows(w, name));
        for (size_t i = 0; i < table->rows.n_rows; i++) {
            ck_assert_uint_lt(n, 256);
            char line[256];
            int len = snprintf(line, sizeof line, "%s %s\n", name, table->rows.rows[i].id);
            lines[n++] = fake_copy(slice_make(line, (size_t)len));
        }
    }
    qsort(lines, n, sizeof lines[0], fake_compare_lines);
    for (size_t i = 0; i < n; i++) {
        buf_append_text(&state, lines[i]);
        free(lines[i]);
    }
    char *copy = fake_copy(buf_slice(&state));
    buf_clean_up(&state);
    return copy;
}

/* That is all there is. */
#define STATE(w, expected)                                                                         \
    do {                                                                                           \
        char *state_ = world_state(w);                                                             \
        ck_assert_str_eq(state_, expected);                                                        \
        free(state_);                                                                              \
    } while (0)

static inline void cut_world(struct fake_world *w, cut_set_up *set_up, bool confirm) {
    world_init(w);
    w->ops.migrates = true;
    w->settings.confirm_writes = confirm;
    set_up(w);
}

static inline void cut_check_state(struct fake_world *w, const char *expected, size_t first,
                                   size_t second) {
    char *state = world_state(w);
    ck_assert_msg(strcmp(state, expected) == 0,
                  "cut after %zu requests, then after %zu:\n%s\ninstead of:\n%s", first, second,
                  state, expected);
    free(state);
}

/* The operation is cut after `first` requests, delivered again and cut after `second`, and done at
 * last, twice. */
static inline void cut_twice(cut_set_up *set_up, cut_operation *operate, bool confirm,
                             const char *expected, size_t first, size_t second) {
    struct fake_world w;
    cut_world(&w, set_up, confirm);
    w.cut_after = first;
    ck_assert_msg(!operate(&w), "not cut after %zu requests", first);
    ck_assert_int_eq(w.status.code, STATUS_UNAVAILABLE);
    world_next_call(&w);
    w.cut_after = second;
    operate(&w); /* there may be fewer requests left */
    world_next_call(&w);
    ck_assert_msg(operate(&w), "cut after %zu requests, then after %zu: %s", first, second,
                  w.status.message);
    cut_check_state(&w, expected, first, second);
    world_next_call(&w);
    ck_assert_msg(operate(&w), "delivered again: %s", w.status.message);
    cut_check_state(&w, expected, first, second);
    world_clean_up(&w);
}

/* Does the operation once, then cut at every request in turn, and again at every request of the
 * repetition, with and without confirm_writes: the end is always the same. Gives the number of
 * requests of one that is not cut. */
static inline size_t cut_everywhere(cut_set_up *set_up, cut_operation *operate) {
    struct fake_world w;
    cut_world(&w, set_up, true);
    ck_assert_msg(operate(&w), "%s", w.status.message);
    char *expected = world_state(&w);
    size_t n = w.n_requests;
    world_clean_up(&w);
    for (size_t first = 0; first < n; first++) {
        for (size_t second = 0; second <= n; second++) {
            cut_twice(set_up, operate, true, expected, first, second);
        }
        cut_twice(set_up, operate, false, expected, first, SIZE_MAX);
    }
    free(expected);
    return n;
}

#endif
