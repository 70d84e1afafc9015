#include "destinations/dust/tables/dust_capacity.h"

#include "destinations/dust/tables/dust_list.h"

enum {
    /* Where the number of rows to come is not known, ids are read from a tenth of a limit on: a
     * sync may write every row that is there again, which takes no room. */
    UNKNOWN_SHARE = 10,
    NEAR_PERCENT = 90,
    /* By so many bytes at its beginning Dust tells what separates a file's columns
     * (contracts/dust.md, 1.3). */
    SNIFFED_BYTES = 16 * 1024,
};

void dust_capacity_init(struct dust_capacity *capacity, const char *table_id) {
    *capacity = (struct dust_capacity){.table_id = table_id};
    id_set_init(&capacity->ids);
}

void dust_capacity_clean_up(struct dust_capacity *capacity) {
    id_set_clean_up(&capacity->ids);
}

static bool is_near(uint64_t rows, uint64_t row_bytes, uint64_t expected) {
    uint64_t after = expected ? rows + expected : rows * UNKNOWN_SHARE;
    return after > DUST_MAX_ROWS ||
           after * row_bytes > (uint64_t)DUST_MAX_TABLE_BYTES / 100 * NEAR_PERCENT;
}

static bool take_row(void *context, struct slice id, struct slice value, struct status *status) {
    struct dust_capacity *capacity = context;
    capacity->bytes += dust_list_row_bytes(id, value);
    struct slice text = {id.data + 1, id.len - 2}; /* ids of ours need no escapes in JSON */
    return id_set_add(&capacity->ids, text, NULL) ||
           status_no_memory(status, "counting the rows of a table");
}

static void forget_rows(void *context) {
    struct dust_capacity *capacity = context;
    id_set_clear(&capacity->ids);
    capacity->bytes = 0;
}

void dust_capacity_set_empty(struct dust_capacity *capacity) {
    id_set_clear(&capacity->ids);
    capacity->rows = 0;
    capacity->bytes = 0;
    capacity->is_complete = true;
}

bool dust_capacity_measure(struct dust_capacity *capacity, struct dust_api *api, uint64_t expected,
                           struct status *status) {
    uint64_t total;
    uint64_t row_bytes;
    if (!dust_list_total(api, capacity->table_id, &total, &row_bytes, status)) {
        return false;
    }
    dust_capacity_set_empty(capacity);
    if (!is_near(total, row_bytes, expected)) {
        capacity->rows = total;
        capacity->bytes = total * row_bytes;
        capacity->is_complete = total == 0;
        return true;
    }
    const struct dust_listing listing = {take_row, forget_rows, capacity};
    return dust_list(api, capacity->table_id, &listing, status);
}

/* --- separators --- */

static void add_line(struct dust_lines *lines, const struct dust_line *line) {
    const size_t *n = line->separators;
    lines->n++;
    lines->bytes += line->bytes;
    lines->separators[0] = n[0] > lines->separators[0] ? n[0] : lines->separators[0];
    lines->separators[1] += n[1];
    lines->separators[2] += n[2];
}

/* What there is more of than commas; NULL: nothing. */
static const char *confusing_in(const struct dust_lines *lines, bool with_header) {
    const size_t *n = lines->separators;
    size_t commas = n[0] * (lines->n + with_header);
    return n[1] > commas ? "semicolons" : n[2] > commas ? "tabs" : NULL;
}

bool dust_line_confuses_alone(const struct dust_line *line) {
    struct dust_lines lines = {0};
    add_line(&lines, line);
    return confusing_in(&lines, true) != NULL;
}

static void count_separators(struct dust_capacity *capacity, const struct dust_line *line) {
    add_line(&capacity->batch, line);
    add_line(&capacity->stretch, line);
    if (capacity->stretch.bytes >= SNIFFED_BYTES) {
        const char *confusing = confusing_in(&capacity->stretch, false);
        capacity->confusing = confusing ? confusing : capacity->confusing;
        capacity->stretch = (struct dust_lines){0};
    }
}

/* --- rows --- */

bool dust_capacity_add(struct dust_capacity *capacity, struct slice id,
                       const struct dust_line *line, struct status *status) {
    bool added;
    if (!id_set_add(&capacity->ids, id, &added)) {
        return status_no_memory(status, "counting the rows of a table");
    }
    capacity->bytes += added ? line->bytes : 0;
    count_separators(capacity, line);
    uint64_t rows = capacity->rows + capacity->ids.count;
    if (rows > DUST_MAX_ROWS) {
        return status_fail(status, STATUS_TASK,
                           "table %s would have more than %d rows, which Dust could not read any "
                           "more. The rows sent before this one were kept. Send fewer rows, or "
                           "split the table at its source",
                           capacity->table_id, DUST_MAX_ROWS);
    }
    if (capacity->bytes > DUST_MAX_TABLE_BYTES) {
        return status_fail(status, STATUS_TASK,
                           "table %s would grow past about %d MiB, which Dust could not read any "
                           "more. The rows sent before this one were kept. Send fewer rows or "
                           "columns, or split the table at its source",
                           capacity->table_id, DUST_MAX_TABLE_BYTES / 1024 / 1024);
    }
    return true;
}

bool dust_capacity_end_batch(struct dust_capacity *capacity, const struct dust_line *last,
                             struct status *status) {
    const char *confusing = confusing_in(&capacity->batch, true);
    confusing = confusing ? confusing : capacity->confusing;
    capacity->batch = capacity->stretch = (struct dust_lines){0};
    capacity->confusing = NULL;
    count_separators(capacity, last);
    return !confusing ||
           status_fail(status, STATUS_TASK,
                       "rows of table %s hold more %s than the table has columns for: Dust would "
                       "take them for the separator of its columns and mix up the whole table. The "
                       "batch that holds them was not sent. Leave the column out that has them, or "
                       "send it as documents",
                       capacity->table_id, confusing);
}
