#include "rewrite/history_index.h"

#include "rewrite/packed_cells.h"
#include "rewrite/record_check.h"
#include "rewrite/rows.h"
#include "table/cell_canonical.h"
#include "table/instant_text.h"

#include <stdlib.h>

enum { CHECK_CANCEL_EVERY = 256, KEY_BYTES = 64 * 1024 * 1024 };

#define START "_fivetran_start"
#define END "_fivetran_end"
#define ACTIVE "_fivetran_active"
#define SYNCED "_fivetran_synced"

static bool find_columns(struct history_index *index, struct status *status) {
    const struct table *table = index->request;
    int start = table_find(table, SLICE_LITERAL(START));
    int end = table_find(table, SLICE_LITERAL(END));
    int active = table_find(table, SLICE_LITERAL(ACTIVE));
    bool has_key = false;
    for (size_t i = 0; i < table->n_columns; i++) {
        has_key = has_key || (table->columns[i].primary_key && (int)i != start);
    }
    if (start < 0 || end < 0 || active < 0 || !has_key) {
        return status_fail(status, STATUS_INVALID_ARGUMENT,
                           "table %s.%s is written in history mode, but lacks " START ", " END
                           ", " ACTIVE " or a primary key",
                           table->schema, table->name);
    }
    index->at = (struct history_columns_at){(size_t)start, (size_t)end, (size_t)active,
                                            table_find(table, SLICE_LITERAL(SYNCED))};
    return true;
}

bool history_index_init(struct history_index *index, const struct table *request,
                        const struct table *stored, struct status *status) {
    *index = (struct history_index){.request = request};
    key_index_init(&index->keys, ROWS_MAX_BYTES);
    arena_init(&index->given, ROWS_MAX_BYTES);
    arena_init(&index->stored, ROWS_MAX_BYTES);
    buf_init(&index->key, KEY_BYTES);
    if (!find_columns(index, status) ||
        !joined_table_init(&index->joined, request, stored, status)) {
        return false;
    }
    index->joined.columns[index->at.start].primary_key = true;
    index->cells = calloc(index->joined.table.n_columns, sizeof *index->cells);
    return index->cells || status_no_memory(status, "reading a batch of history");
}

void history_index_clean_up(struct history_index *index) {
    free(index->cells);
    buf_clean_up(&index->key);
    arena_clean_up(&index->stored);
    arena_clean_up(&index->given);
    free(index->states);
    key_index_clean_up(&index->keys);
    joined_table_clean_up(&index->joined);
}

static bool too_much(const struct history_index *index, const struct arena *arena,
                     struct status *status) {
    bool full = arena->max - arena->used < arena->max / 8; /* a row is much smaller */
    return full ? status_fail(status, STATUS_TASK,
                              "Table %s.%s: the versions that this batch gives or changes do not "
                              "fit into the %zu MB of memory set aside for them. Leave large "
                              "columns out of the sync, or sync fewer rows.",
                              index->request->schema, index->request->name, arena->max >> 20)
                : status_no_memory(status, "keeping versions");
}

/* --- what the request says --- */

/* The cells of a record in the joined table's places; what the request does not name is
 * unmodified. */
static void place_record(struct history_index *index, const struct record *record) {
    for (size_t i = 0; i < index->joined.table.n_columns; i++) {
        index->cells[i] = i < index->request->n_columns ? record->cells[i]
                                                        : (struct cell){.kind = CELL_UNMODIFIED};
    }
}

/* The key of index->cells, without the start. */
static struct slice key_of(struct history_index *index) {
    buf_reset(&index->key);
    row_key_append(&index->key, &index->joined.table, index->cells, START);
    return buf_slice(&index->key);
}

/* The state of the key of index->cells, made when it is new. NULL with *status. */
static struct history_key *state_of(struct history_index *index, struct status *status) {
    size_t n_before = index->keys.n_keys;
    size_t at;
    struct slice key = key_of(index);
    if (index->key.failed) {
        status_no_memory(status, "reading a key");
        return NULL;
    }
    if (!key_index_add(&index->keys, key, &at, status)) {
        return NULL;
    }
    if (index->keys.capacity > index->capacity) {
        struct history_key *more = realloc(index->states, index->keys.capacity * sizeof *more);
        if (!more) {
            status_no_memory(status, "keeping keys");
            return NULL;
        }
        index->states = more;
        index->capacity = index->keys.capacity;
    }
    if (at == n_before) {
        index->states[at] = (struct history_key){0};
    }
    return &index->states[at];
}

static bool time_of(const struct history_index *index, const struct record *record, size_t column,
                    struct instant *time, struct status *status) {
    const struct cell *cell = &index->cells[column];
    return (cell->kind == CELL_TEXT && cell_instant(cell->text, time)) ||
           record_refuse(record, index->joined.columns[column].name,
                         "holds no time, without which history mode cannot do", status);
}

static bool add_version(struct history_index *index, const struct record *record,
                        struct history_key *state, struct status *status) {
    struct version *version = arena_alloc(&index->given, sizeof *version);
    if (!version) {
        return too_much(index, &index->given, status);
    }
    *version = (struct version){
        .next = state->given,
        .kind = record->operation == RECORD_UPSERT ? VERSION_REPLACE : VERSION_UPDATE,
        .number = index->n_given++,
        .cells = packed_cells(&index->given, index->cells, index->joined.table.n_columns),
    };
    state->given = version;
    state->n_given++;
    if (!version->cells.data) {
        return too_much(index, &index->given, status);
    }
    return time_of(index, record, index->at.start, &version->start, status);
}

static bool add_earliest(struct history_index *index, const struct record *record,
                         struct history_key *state, struct status *status) {
    struct instant start = {0};
    if (!time_of(index, record, index->at.start, &start, status)) {
        return false;
    }
    if (!state->has_earliest || instant_compare(start, state->earliest) < 0) {
        state->earliest = start;
    }
    state->has_earliest = true;
    return true;
}

/* Lesson 26: a delete has no start. */
static bool add_delete(struct history_index *index, const struct record *record,
                       struct history_key *state, struct status *status) {
    struct instant end;
    int synced = index->at.synced;
    if (!time_of(index, record, index->at.end, &end, status)) {
        return false;
    }
    if (state->has_delete) {
        return true;
    }
    state->has_delete = true;
    state->end = index->cells[index->at.end].text;
    state->end.data = arena_copy_text(&index->given, state->end);
    if (synced >= 0 && index->cells[synced].kind == CELL_TEXT) {
        state->synced = index->cells[synced];
        state->synced.text.data = arena_copy_text(&index->given, state->synced.text);
    }
    return (state->end.data && (state->synced.kind != CELL_TEXT || state->synced.text.data)) ||
           too_much(index, &index->given, status);
}

static bool add_record(struct history_index *index, const struct record *record,
                       struct status *status) {
    if (!record_check(index->request, record, status)) {
        return false;
    }
    place_record(index, record);
    struct history_key *state = state_of(index, status);
    index->looks_back = index->looks_back || record->operation != RECORD_UPSERT;
    if (!state) {
        return false;
    }
    switch (record->operation) {
    case RECORD_UPSERT:
    case RECORD_UPDATE:
        return add_version(index, record, state, status);
    case RECORD_EARLIEST_START:
        return add_earliest(index, record, state, status);
    case RECORD_DELETE:
        return add_delete(index, record, state, status);
    default:
        return status_fail(status, STATUS_INTERNAL, "a record of WriteHistoryBatch is a %s",
                           record_operation_name(record->operation));
    }
}

bool history_index_read(struct history_index *index, struct record_source *source,
                        struct cancel *cancel, struct status *status) {
    struct record record;
    enum next next;
    for (uint64_t count = 1; (next = record_source_next(source, &record, status)) == NEXT_RECORD;
         count++) {
        if (!add_record(index, &record, status) ||
            (count % CHECK_CANCEL_EVERY == 0 && !cancel_go_on(cancel, status))) {
            return false;
        }
    }
    return next == NEXT_END;
}

/* --- what is stored --- */

static bool load_row(void *context, const struct row *row, struct status *status) {
    struct history_index *index = context;
    joined_table_place(&index->joined, row->cells, index->cells);
    size_t at = key_index_find(&index->keys, key_of(index));
    if (at == KEY_INDEX_NONE) {
        return true;
    }
    struct history_key *state = &index->states[at];
    struct version *version = arena_alloc(&index->stored, sizeof *version);
    const char *id = version ? arena_copy_text(&index->stored, row->id) : NULL;
    if (!id) {
        return too_much(index, &index->stored, status);
    }
    *version = (struct version){
        .next = state->stored,
        .kind = VERSION_STORED,
        .start = {.seconds = INT64_MIN},
        .id = {id, row->id.len},
        .cells = packed_cells(&index->stored, index->cells, index->joined.table.n_columns),
    };
    const struct cell *start = &index->cells[index->at.start];
    if (start->kind == CELL_TEXT) {
        cell_instant(start->text, &version->start);
    }
    state->stored = version;
    state->n_stored++;
    return version->cells.data || too_much(index, &index->stored, status);
}

static void load_again(void *context) {
    struct history_index *index = context;
    arena_reset(&index->stored);
    for (size_t i = 0; i < index->keys.n_keys; i++) {
        index->states[i].stored = NULL;
        index->states[i].n_stored = 0;
    }
}

bool history_index_load(struct history_index *index, struct row_store *store,
                        struct status *status) {
    const struct row_visitor visitor = {load_row, load_again, index};
    return store->ops->read(store, READ_WHOLE, &visitor, status);
}
