#include "fake_store.h"
#include "support/suite.h"

#define COLUMNS                                                                                    \
    "id:INT:key _fivetran_start:UTC_DATETIME:key _fivetran_end:UTC_DATETIME "                      \
    "_fivetran_active:BOOLEAN _fivetran_synced:UTC_DATETIME a:STRING b:STRING"
#define MAX "9999-12-31T23:59:59.999Z"

/* Time number t, and a millisecond before it. */
#define T(t) "2024-01-01T00:00:0" #t "Z"

/* --- a simple model, to compare with --------------------------------------------------------- */

enum { TIMES = 8, KEYS = 3, MODEL_ROWS = 256, MAX_LINES = 32, LINE_BYTES = 256 };

struct model_row {
    int key;
    int start;
    char end[32];
    bool active;
    char synced[32];
    char a[16];
    char b[16];
    bool gone;
    bool given; /* by the request */
};

struct model {
    struct model_row rows[MODEL_ROWS];
    int n_rows;
};

enum what { EARLIEST, REPLACE, UPDATE, DELETE, WHATS };

struct model_line {
    enum what what;
    struct model_row row; /* a and b "~": unmodified */
    bool used;
};

struct request {
    struct model_line lines[MAX_LINES];
    int n_lines;
    char texts[MAX_LINES][LINE_BYTES];
    const char *pointers[MAX_LINES];
};

static void time_text(char text[32], int t) {
    snprintf(text, 32, "2024-01-01T00:00:0%dZ", t);
}

static void before_text(char text[32], int t) {
    snprintf(text, 32, "2024-01-01T00:00:0%d.999Z", t - 1);
}

static struct model_row *model_at(struct model *m, int key, int start, bool given) {
    for (int i = 0; i < m->n_rows; i++) {
        if (m->rows[i].key == key && m->rows[i].start == start && !m->rows[i].gone &&
            (!given || m->rows[i].given)) {
            return &m->rows[i];
        }
    }
    return NULL;
}

/* The row of the key with the greatest start below the limit. */
static struct model_row *model_below(struct model *m, int key, int limit) {
    struct model_row *best = NULL;
    for (int i = 0; i < m->n_rows; i++) {
        struct model_row *row = &m->rows[i];
        if (row->key == key && !row->gone && row->start < limit &&
            (!best || row->start > best->start)) {
            best = row;
        }
    }
    return best;
}

static void model_put(struct model *m, const struct model_row *row) {
    struct model_row *there = model_at(m, row->key, row->start, false);
    if (!there) {
        there = &m->rows[m->n_rows++];
        ck_assert_int_lt(m->n_rows, MODEL_ROWS);
    }
    *there = *row;
    there->gone = false;
    there->given = true;
}

static void model_earliest(struct model *m, const struct model_line *line) {
    for (int i = 0; i < m->n_rows; i++) {
        struct model_row *row = &m->rows[i];
        if (row->key != line->row.key || row->gone) {
            continue;
        }
        if (row->start >= line->row.start) {
            row->gone = true;
        } else if (row->active) {
            row->active = false;
            before_text(row->end, line->row.start);
        }
    }
}

static void model_update(struct model *m, struct model *before, const struct model_line *line) {
    struct model_row made = line->row;
    struct model_row *base = model_at(m, made.key, made.start, true);
    if (!base) {
        base = model_below(m, made.key, made.start);
    }
    if (!base) {
        base = model_below(before, made.key, made.start + 1);
    }
    if (!base) {
        return;
    }
    if (strcmp(made.a, "~") == 0) {
        memcpy(made.a, base->a, sizeof made.a);
    }
    if (strcmp(made.b, "~") == 0) {
        memcpy(made.b, base->b, sizeof made.b);
    }
    model_put(m, &made);
}

static void model_delete(struct model *m, const struct model_line *line) {
    for (int i = 0; i < m->n_rows; i++) {
        struct model_row *row = &m->rows[i];
        if (row->key == line->row.key && row->active && !row->gone) {
            row->active = false;
            memcpy(row->end, line->row.end, sizeof row->end);
            if (strcmp(line->row.synced, "NULL") != 0) {
                memcpy(row->synced, line->row.synced, sizeof row->synced);
            }
        }
    }
}

/* The request's kinds one after another, updates by their starts; of several earliest starts the
 * least comes first, so that the others find nothing to do. */
static void model_apply(struct model *m, struct request *request) {
    struct model before = *m;
    for (int start = 1; start <= TIMES; start++) {
        for (int i = 0; i < request->n_lines; i++) {
            request->lines[i].used = false;
            if (request->lines[i].what == EARLIEST && request->lines[i].row.start == start) {
                model_earliest(m, &request->lines[i]);
            }
        }
    }
    for (int i = 0; i < request->n_lines; i++) {
        if (request->lines[i].what == REPLACE) {
            model_put(m, &request->lines[i].row);
        }
    }
    for (;;) {
        struct model_line *next = NULL;
        for (int i = 0; i < request->n_lines; i++) {
            struct model_line *line = &request->lines[i];
            if (line->what == UPDATE && !line->used &&
                (!next || line->row.start < next->row.start)) {
                next = line;
            }
        }
        if (!next) {
            break;
        }
        next->used = true;
        model_update(m, &before, next);
    }
    for (int i = 0; i < request->n_lines; i++) {
        if (request->lines[i].what == DELETE) {
            model_delete(m, &request->lines[i]);
        }
    }
}

static void model_row_text(char text[LINE_BYTES], const struct model_row *row) {
    char start[32];
    time_text(start, row->start);
    snprintf(text, LINE_BYTES, "%d|%s|%s|%s|%s|%s|%s", row->key, start, row->end,
             row->active ? "true" : "false", row->synced, row->a, row->b);
}

/* As world_rows gives it. Static. */
static const char *model_text(const struct model *m) {
    static char text[MODEL_ROWS * LINE_BYTES];
    static char lines[MODEL_ROWS][LINE_BYTES];
    char *sorted[MODEL_ROWS];
    size_t n = 0;
    size_t used = 0;
    for (int i = 0; i < m->n_rows; i++) {
        if (!m->rows[i].gone) {
            model_row_text(lines[n], &m->rows[i]);
            sorted[n] = lines[n];
            n++;
        }
    }
    qsort(sorted, n, sizeof *sorted, fake_compare_lines);
    text[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s\n", sorted[i]);
    }
    return text;
}

/* --- random tables and requests -------------------------------------------------------------- */

static uint64_t state;

static int draw(int below) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (int)((state >> 33) % (uint64_t)below);
}

static struct model_row draw_row(int key, int start) {
    struct model_row row = {.key = key, .start = start, .active = draw(3) > 0};
    time_text(row.synced, draw(TIMES) + 1);
    time_text(row.end, draw(TIMES) + 1);
    if (row.active) {
        snprintf(row.end, sizeof row.end, MAX);
    }
    snprintf(row.a, sizeof row.a, "a%d", draw(1000));
    snprintf(row.b, sizeof row.b, draw(4) ? "b%d" : "NULL", draw(1000));
    return row;
}

static void draw_table(struct model *m) {
    *m = (struct model){0};
    for (int key = 1; key <= KEYS; key++) {
        int last = 0;
        for (int start = 1; start <= TIMES; start++) {
            if (draw(3) == 0) {
                m->rows[m->n_rows] = draw_row(key, start);
                m->rows[m->n_rows].active = false;
                before_text(m->rows[m->n_rows++].end, start + 1);
                last = m->n_rows;
            }
        }
        if (last > 0 && draw(4) > 0) {
            m->rows[last - 1].active = true;
            snprintf(m->rows[last - 1].end, sizeof m->rows->end, MAX);
        }
    }
}

static void add_line(struct request *r, enum what what) {
    struct model_line *line = &r->lines[r->n_lines++];
    *line = (struct model_line){.what = what, .row = draw_row(draw(KEYS) + 1, draw(TIMES) + 1)};
    if (what == UPDATE && draw(2)) {
        snprintf(line->row.a, sizeof line->row.a, "~");
    }
    if (what == UPDATE && draw(2)) {
        snprintf(line->row.b, sizeof line->row.b, "~");
    }
    if (what == DELETE) {
        time_text(line->row.end, draw(TIMES) + 1);
        if (draw(2)) {
            snprintf(line->row.synced, sizeof line->row.synced, "NULL");
        }
    }
}

static void draw_request(struct request *r) {
    static const int most[WHATS] = {3, 6, 6, 3};
    *r = (struct request){0};
    for (int what = EARLIEST; what < WHATS; what++) {
        for (int n = draw(most[what]); n > 0; n--) {
            add_line(r, (enum what)what);
        }
    }
}

/* The lines for a source; updates before replaces when swapped. */
static void request_lines(struct request *r, bool swapped) {
    static const enum what orders[2][WHATS] = {{EARLIEST, REPLACE, UPDATE, DELETE},
                                               {EARLIEST, UPDATE, REPLACE, DELETE}};
    int n = 0;
    for (int k = 0; k < WHATS; k++) {
        for (int i = 0; i < r->n_lines; i++) {
            const struct model_line *line = &r->lines[i];
            char row[LINE_BYTES];
            char start[32];
            if (line->what != orders[swapped][k]) {
                continue;
            }
            time_text(start, line->row.start);
            model_row_text(row, &line->row);
            if (line->what == EARLIEST) {
                snprintf(r->texts[n], LINE_BYTES, "earliest_start %d|%s|-|-|-|-|-", line->row.key,
                         start);
            } else if (line->what == DELETE) {
                snprintf(r->texts[n], LINE_BYTES, "delete %d|NULL|%s|NULL|%s|-|-", line->row.key,
                         line->row.end, line->row.synced);
            } else {
                snprintf(r->texts[n], LINE_BYTES, "%s %s",
                         line->what == REPLACE ? "upsert" : "update", row);
            }
            r->pointers[n] = r->texts[n];
            n++;
        }
    }
}

static bool write_lines(struct fake_world *w, const char *const *lines, size_t n) {
    struct lines_source source;
    lines_init(&source, world_shape(w, "h"), lines, n);
    return rewrite_write_history(&w->rw, world_shape(w, "h"), &source.source, &w->status);
}

static bool write_request(struct fake_world *w, struct request *r) {
    return write_lines(w, r->pointers, (size_t)r->n_lines);
}

static void world_of(struct fake_world *w, const struct model *m) {
    char text[LINE_BYTES];
    world_init(w);
    world_table(w, "s", "h", COLUMNS);
    for (int i = 0; i < m->n_rows; i++) {
        model_row_text(text, &m->rows[i]);
        world_row(w, "h", text);
    }
}

/* --- against the model ----------------------------------------------------------------------- */

enum { SEEDS = 1200, CUT_SEEDS = 120 };

START_TEST(test_a_request_does_what_the_model_does) {
    for (int seed = 1; seed <= SEEDS; seed++) {
        struct fake_world w;
        struct model model;
        struct request request;
        state = (uint64_t)seed;
        draw_table(&model);
        draw_request(&request);
        request_lines(&request, false);
        world_of(&w, &model);
        w.batch_size = (size_t)draw(4) + 1;
        w.settings.confirm_writes = draw(2);
        w.restarts_once = draw(2);
        ck_assert_msg(write_request(&w, &request), "seed %d: %s", seed, w.status.message);
        model_apply(&model, &request);
        ck_assert_msg(strcmp(world_rows(&w, "h"), model_text(&model)) == 0,
                      "seed %d: is\n%s and should be\n%s", seed, world_rows(&w, "h"),
                      model_text(&model));
        world_clean_up(&w);
    }
}
END_TEST

/* Lesson 8: cut at every request in turn and delivered again; and delivered again though it was
 * not cut. */
START_TEST(test_lesson_8_a_call_cut_anywhere_and_repeated_ends_in_the_same_rows) {
    for (int seed = 1; seed <= CUT_SEEDS; seed++) {
        bool done = false;
        for (size_t cut = 0; !done; cut++) {
            struct fake_world w;
            struct model model;
            struct request request;
            state = (uint64_t)seed;
            draw_table(&model);
            draw_request(&request);
            request_lines(&request, false);
            world_of(&w, &model);
            w.settings.confirm_writes = seed % 2;
            w.cut_after = cut;
            done = write_request(&w, &request);
            ck_assert(done || w.status.code == STATUS_UNAVAILABLE);
            world_next_call(&w);
            ck_assert_msg(write_request(&w, &request), "%s", w.status.message);
            model_apply(&model, &request);
            ck_assert_msg(strcmp(world_rows(&w, "h"), model_text(&model)) == 0,
                          "seed %d, cut %zu: is\n%s and should be\n%s", seed, cut,
                          world_rows(&w, "h"), model_text(&model));
            world_clean_up(&w);
        }
    }
}
END_TEST

/* --- lessons --------------------------------------------------------------------------------- */

static void set_up(struct fake_world *w) {
    world_init(w);
    world_table(w, "s", "h", COLUMNS);
}

#define WRITE(w, ...)                                                                              \
    do {                                                                                           \
        static const char *const lines_[] = {__VA_ARGS__};                                         \
        ck_assert_msg(write_lines((w), lines_, sizeof lines_ / sizeof lines_[0]), "%s",            \
                      (w)->status.message);                                                        \
    } while (0)

/* The base of an update is the version with the greatest start below its own, stored or given. */
START_TEST(test_lesson_24_the_order_of_updates_and_replaces_does_not_matter) {
    struct fake_world w;
    set_up(&w);
    world_row(&w, "h", "1|" T(1) "|" MAX "|true|" T(1) "|a1|b1");
    WRITE(&w, "earliest_start 1|" T(3) "|-|-|-|-|-", "update 1|" T(5) "|" MAX "|true|" T(5) "|~|b5",
          "update 1|" T(3) "|" T(4) "|false|" T(5) "|a3|~",
          "upsert 1|" T(4) "|" T(5) "|false|" T(5) "|a4|b4");
    ck_assert_str_eq(
        world_rows(&w, "h"),
        "1|" T(1) "|2024-01-01T00:00:02.999Z|false|" T(
            1) "|a1|b1\n"
               "1|" T(3) "|" T(4) "|false|" T(5) "|a3|b1\n"
                                                 "1|" T(4) "|" T(5) "|false|" T(
                                                     5) "|a4|b4\n"
                                                        "1|" T(5) "|" MAX "|true|" T(5) "|a4|b5\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_24_swapped_kinds_end_in_the_same_rows) {
    for (int seed = 1; seed <= CUT_SEEDS; seed++) {
        struct fake_world worlds[2];
        struct model model;
        struct request request;
        char first[8192];
        state = (uint64_t)seed;
        draw_table(&model);
        draw_request(&request);
        for (int i = 0; i < request.n_lines; i++) { /* at one start the later row wins */
            struct model_line *line = &request.lines[i];
            line->row.start = line->what == REPLACE  ? line->row.start / 2 * 2 + 1
                              : line->what == UPDATE ? (line->row.start + 1) / 2 * 2
                                                     : line->row.start;
        }
        for (int swapped = 0; swapped < 2; swapped++) {
            world_of(&worlds[swapped], &model);
            request_lines(&request, swapped);
            ck_assert(write_request(&worlds[swapped], &request));
            if (swapped) {
                ck_assert_str_eq(world_rows(&worlds[1], "h"), first);
            }
            snprintf(first, sizeof first, "%s", world_rows(&worlds[swapped], "h"));
            world_clean_up(&worlds[swapped]);
        }
    }
}
END_TEST

START_TEST(test_lesson_25_versions_of_a_key_in_one_file_chain_by_their_starts) {
    struct fake_world w;
    set_up(&w);
    world_row(&w, "h", "1|" T(2) "|" MAX "|true|" T(2) "|a2|b2");
    WRITE(&w, "earliest_start 1|" T(3) "|-|-|-|-|-", "update 1|" T(5) "|" MAX "|true|" T(5) "|~|~",
          "update 1|" T(3) "|" T(4) "|false|" T(5) "|~|b3",
          "update 1|" T(4) "|" T(5) "|false|" T(5) "|NULL|~");
    ck_assert_str_eq(world_rows(&w, "h"),
                     "1|" T(2) "|2024-01-01T00:00:02.999Z|false|" T(
                         2) "|a2|b2\n"
                            "1|" T(3) "|" T(4) "|false|" T(5) "|a2|b3\n"
                                                              "1|" T(4) "|" T(5) "|false|" T(
                                                                  5) "|NULL|b3\n"
                                                                     "1|" T(5) "|" MAX "|true|" T(
                                                                         5) "|NULL|b3\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_25_the_base_is_read_before_the_earliest_step_takes_it_away) {
    struct fake_world w;
    set_up(&w);
    world_row(&w, "h", "1|" T(4) "|" MAX "|true|" T(4) "|a4|b4");
    for (int delivery = 0; delivery < 2; delivery++) {
        WRITE(&w, "earliest_start 1|" T(3) "|-|-|-|-|-",
              "update 1|" T(5) "|" MAX "|true|" T(5) "|A5|~");
        ck_assert_str_eq(world_rows(&w, "h"), "1|" T(5) "|" MAX "|true|" T(5) "|A5|b4\n");
    }
    ck_assert_uint_eq(w.n_removed, 1);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_26_a_closed_version_ends_exactly_a_millisecond_before) {
    static const struct {
        const char *start, *end;
    } rows[] = {
        {"2024-03-01T00:00:00Z", "2024-02-29T23:59:59.999Z"},
        {"2024-01-01T00:00:00.000000001Z", "2023-12-31T23:59:59.999000001Z"},
        {"2024-01-01T01:00:00.123456789+01:00", "2024-01-01T00:00:00.122456789Z"},
        {"9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.998999999Z"},
        {"1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z"},
        {"0001-01-01T00:00:00.002Z", "0001-01-01T00:00:00.001Z"},
        {"0001-01-01T00:00:00.0005Z", "0001-01-01T00:00:00Z"}, /* no year 0000 */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fake_world w;
        char line[128];
        const char *const lines[] = {line};
        char expected[256];
        set_up(&w);
        world_row(&w, "h", "1|0001-01-01T00:00:00Z|" MAX "|true|" T(1) "|a|b");
        snprintf(line, sizeof line, "earliest_start 1|%s|-|-|-|-|-", rows[i].start);
        ck_assert(write_lines(&w, lines, 1));
        snprintf(expected, sizeof expected, "1|0001-01-01T00:00:00Z|%s|false|" T(1) "|a|b\n",
                 rows[i].end);
        ck_assert_str_eq(world_rows(&w, "h"), expected);
        world_clean_up(&w);
    }
}
END_TEST

START_TEST(test_lesson_26_a_delete_closes_the_active_version_without_naming_its_start) {
    struct fake_world w;
    set_up(&w);
    world_row(&w, "h", "1|" T(1) "|" T(2) "|false|" T(1) "|a1|b1");
    world_row(&w, "h", "1|" T(2) "|" MAX "|true|" T(2) "|a2|b2");
    world_row(&w, "h", "2|" T(2) "|" MAX "|true|" T(2) "|a2|b2");
    world_row(&w, "h", "3|" T(2) "|" MAX "|true|" T(2) "|a2|b2");
    WRITE(&w, "delete 1|NULL|" T(7) "|NULL|" T(8) "|-|-", "delete 3|NULL|" T(7) "|NULL|NULL|-|-",
          "delete 4|NULL|" T(7) "|NULL|" T(8) "|-|-", "delete 1|NULL|" T(9) "|NULL|" T(9) "|-|-");
    ck_assert_str_eq(
        world_rows(&w, "h"),
        "1|" T(1) "|" T(2) "|false|" T(
            1) "|a1|b1\n"
               "1|" T(2) "|" T(7) "|false|" T(
                   8) "|a2|b2\n"
                      "2|" T(2) "|" MAX "|true|" T(2) "|a2|b2\n"
                                                      "3|" T(2) "|" T(7) "|false|" T(2) "|a2|b2\n");
    ck_assert_uint_eq(w.n_removed, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_the_earliest_start_takes_away_what_begins_at_it_or_later) {
    struct fake_world w;
    set_up(&w);
    world_row(&w, "h", "1|" T(1) "|" T(2) "|false|" T(1) "|a1|b1");
    world_row(&w, "h", "1|" T(2) "|" T(3) "|false|" T(1) "|a2|b2");
    world_row(&w, "h", "1|" T(3) "|" MAX "|true|" T(1) "|a3|b3");
    world_row(&w, "h", "2|" T(3) "|" MAX "|true|" T(1) "|a3|b3");
    WRITE(&w, "earliest_start 1|" T(3) "|-|-|-|-|-",
          "earliest_start 1|2024-01-01T01:00:02+01:00|-|-|-|-|-");
    ck_assert_str_eq(world_rows(&w, "h"),
                     "1|" T(1) "|" T(2) "|false|" T(1) "|a1|b1\n"
                                                       "2|" T(3) "|" MAX "|true|" T(1) "|a3|b3\n");
    ck_assert_uint_eq(w.n_posts, 0);
    ck_assert_uint_eq(w.n_removed, 2);
    ck_assert_uint_eq(w.report.records, 2);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_version_that_is_given_again_is_not_taken_away) {
    struct fake_world w;
    set_up(&w);
    world_row(&w, "h", "1|2024-01-01T00:00:03.000Z|" MAX "|true|" T(1) "|old|old");
    world_row(&w, "h", "1|" T(4) "|" MAX "|true|" T(1) "|old|old");
    WRITE(&w, "earliest_start 1|" T(3) "|-|-|-|-|-",
          "upsert 1|" T(3) "|" MAX "|true|" T(5) "|new|new");
    ck_assert_str_eq(world_rows(&w, "h"), "1|" T(3) "|" MAX "|true|" T(5) "|new|new\n");
    ck_assert_uint_eq(w.n_removed, 1);
    world_clean_up(&w);
}
END_TEST

/* Without confirm_writes what the call before wrote is not to be read yet. */
START_TEST(test_what_was_written_before_the_call_is_seen) {
    struct fake_world w;
    set_up(&w);
    w.settings.confirm_writes = false;
    WRITE(&w, "upsert 1|" T(1) "|" MAX "|true|" T(1) "|a1|b1");
    WRITE(&w, "earliest_start 1|" T(3) "|-|-|-|-|-",
          "update 1|" T(3) "|" MAX "|true|" T(5) "|a3|~");
    ck_assert_str_eq(world_rows(&w, "h"), "1|" T(1) "|2024-01-01T00:00:02.999Z|false|" T(
                                              1) "|a1|b1\n"
                                                 "1|" T(3) "|" MAX "|true|" T(5) "|a3|b1\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_with_confirm_writes_everything_is_seen_at_the_end) {
    for (int confirm = 0; confirm < 2; confirm++) {
        struct fake_world w;
        set_up(&w);
        w.settings.confirm_writes = confirm;
        world_row(&w, "h", "1|" T(4) "|" MAX "|true|" T(4) "|a4|b4");
        WRITE(&w, "earliest_start 1|" T(3) "|-|-|-|-|-",
              "upsert 1|" T(3) "|" MAX "|true|" T(5) "|a3|b3");
        ck_assert_uint_eq(w.tables[0].pending.n_rows, confirm ? 0 : 2);
        world_clean_up(&w);
    }
}
END_TEST

/* A row given, the one that it closes, and the one that goes: two are written. */
START_TEST(test_the_destination_is_told_how_many_rows_will_come) {
    struct fake_world w;
    set_up(&w);
    world_row(&w, "h", "1|" T(1) "|" MAX "|true|" T(1) "|a1|b1");
    world_row(&w, "h", "1|" T(4) "|" MAX "|true|" T(4) "|a4|b4");
    WRITE(&w, "earliest_start 1|" T(3) "|-|-|-|-|-",
          "upsert 1|" T(3) "|" MAX "|true|" T(5) "|a3|b3");
    ck_assert_uint_eq(w.n_expected, 1);
    ck_assert_uint_eq(w.expected[0], 2);
    ck_assert_uint_eq(w.n_removed, 1);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_replaces_alone_read_nothing) {
    struct fake_world w;
    set_up(&w);
    WRITE(&w, "upsert 1|" T(3) "|" MAX "|true|" T(5) "|a|b",
          "upsert 1|" T(3) "|" MAX "|true|" T(5) "|A|NULL");
    ck_assert_str_eq(world_rows(&w, "h"), "1|" T(3) "|" MAX "|true|" T(5) "|A|NULL\n");
    ck_assert_uint_eq(w.n_reads + w.n_settles, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_an_update_without_a_base_is_ignored) {
    struct fake_world w;
    set_up(&w);
    world_row(&w, "h", "1|" T(4) "|" MAX "|true|" T(4) "|a4|b4");
    WRITE(&w, "update 1|" T(3) "|" T(4) "|false|" T(5) "|a3|~",
          "update 2|" T(3) "|" MAX "|true|" T(5) "|a3|~");
    ck_assert_str_eq(world_rows(&w, "h"), "1|" T(4) "|" MAX "|true|" T(4) "|a4|b4\n");
    ck_assert_uint_eq(w.n_requests, 0);
    world_clean_up(&w);
}
END_TEST

/* --- tables ---------------------------------------------------------------------------------- */

static bool write_as(struct fake_world *w, const struct table *table, const char *const *lines,
                     size_t n) {
    struct lines_source source;
    lines_init(&source, table, lines, n);
    return rewrite_write_history(&w->rw, table, &source.source, &w->status);
}

static const struct column own_columns[] = {
    {.name = "c", .type = COLUMN_STRING},
    {.name = "_fivetran_active", .type = COLUMN_BOOLEAN},
    {.name = "id", .type = COLUMN_INT, .primary_key = true},
    {.name = "_fivetran_end", .type = COLUMN_UTC_DATETIME},
    {.name = "_fivetran_start", .type = COLUMN_UTC_DATETIME}, /* not said to be of the key */
};

START_TEST(test_columns_that_only_one_side_has_are_kept) {
    static const struct table table = {"s", "h", own_columns, 5};
    static const char *const lines[] = {"earliest_start -|-|1|-|" T(3),
                                        "update c3|true|1|" MAX "|" T(3)};
    struct fake_world w;
    set_up(&w);
    world_row(&w, "h", "1|" T(1) "|" MAX "|true|" T(1) "|a1|b1");
    ck_assert_msg(write_as(&w, &table, lines, 2), "%s", w.status.message);
    ck_assert_str_eq(world_rows(&w, "h"), "1|" T(1) "|2024-01-01T00:00:02.999Z|false|" T(
                                              1) "|a1|b1|NULL\n"
                                                 "1|" T(3) "|" MAX "|true|" T(1) "|a1|b1|c3\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_table_that_is_not_there_is_made) {
    static const struct table table = {"s", "fresh", own_columns, 5};
    static const char *const lines[] = {
        "earliest_start -|-|1|-|" T(3), "upsert c1|false|1|" T(3) "|" T(1),
        "update ~|true|1|" MAX "|" T(3), "delete -|NULL|1|" T(5) "|NULL"};
    struct fake_world w;
    set_up(&w);
    ck_assert_msg(write_as(&w, &table, lines, 4), "%s", w.status.message);
    ck_assert_str_eq(world_rows(&w, "fresh"),
                     "c1|false|1|" T(3) "|" T(1) "\n"
                                                 "c1|false|1|" T(5) "|" T(3) "\n");
    world_clean_up(&w);
}
END_TEST

/* Rows that were stored under ids without the start, before it was in the key. */
START_TEST(test_a_row_that_gets_another_id_does_not_stay_under_its_old_one) {
    struct fake_world w;
    set_up(&w);
    world_row(&w, "h", "1|" T(1) "|" MAX "|true|" T(1) "|a1|b1");
    free(w.tables[0].rows.rows[0].id);
    w.tables[0].rows.rows[0].id = fake_copy(slice_of("1;"));
    WRITE(&w, "delete 1|NULL|" T(7) "|NULL|NULL|-|-");
    ck_assert_str_eq(world_rows(&w, "h"), "1|" T(1) "|" T(7) "|false|" T(1) "|a1|b1\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_request_that_is_not_of_history_mode_is_refused) {
    static const struct column columns[] = {
        {.name = "id", .type = COLUMN_INT, .primary_key = true},
        {.name = "_fivetran_start", .type = COLUMN_UTC_DATETIME}};
    static const struct table table = {"s", "h", columns, 2};
    static const char *const lines[] = {"upsert 1|" T(1)};
    struct fake_world w;
    set_up(&w);
    ck_assert(!write_as(&w, &table, lines, 1));
    ck_assert_int_eq(w.status.code, STATUS_INVALID_ARGUMENT);
    ck_assert_uint_eq(w.n_requests, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_destination_that_cannot_do_history_mode_says_so) {
    struct fake_world w;
    set_up(&w);
    static const char *const lines[] = {"upsert 1|" T(3) "|" MAX "|true|" T(5) "|a|b"};
    w.ops.history_refusal = "choose another format";
    ck_assert(!write_lines(&w, lines, 1));
    ck_assert_int_eq(w.status.code, STATUS_TASK);
    ck_assert_str_eq(w.status.message, "Table s.h: choose another format");
    ck_assert_uint_eq(w.n_requests, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_missing_time_names_file_and_line) {
    static const char *const rows[] = {
        "earliest_start 1|NULL|-|-|-|-|-", "upsert 1|NULL|" MAX "|true|" T(1) "|a|b",
        "update 1|NULL|" MAX "|true|" T(1) "|a|b", "delete 1|NULL|-|NULL|" T(1) "|-|-"};
    for (size_t i = 0; i < 4; i++) {
        struct fake_world w;
        const char *const lines[] = {"upsert 9|" T(1) "|" MAX "|true|" T(1) "|a|b", rows[i]};
        set_up(&w);
        ck_assert(!write_lines(&w, lines, 2));
        ck_assert_int_eq(w.status.code, STATUS_DATA_LOSS);
        ck_assert_ptr_nonnull(
            strstr(w.status.message, "file file.csv, line 2: column \"_fivetran_"));
        ck_assert_uint_eq(w.n_requests, 0);
        world_clean_up(&w);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("history");
    TCase *tests = tcase_create("history");
    tcase_set_timeout(tests, 100);
    tcase_add_test(tests, test_a_request_does_what_the_model_does);
    tcase_add_test(tests, test_lesson_8_a_call_cut_anywhere_and_repeated_ends_in_the_same_rows);
    tcase_add_test(tests, test_lesson_24_the_order_of_updates_and_replaces_does_not_matter);
    tcase_add_test(tests, test_lesson_24_swapped_kinds_end_in_the_same_rows);
    tcase_add_test(tests, test_lesson_25_versions_of_a_key_in_one_file_chain_by_their_starts);
    tcase_add_test(tests, test_lesson_25_the_base_is_read_before_the_earliest_step_takes_it_away);
    tcase_add_test(tests, test_lesson_26_a_closed_version_ends_exactly_a_millisecond_before);
    tcase_add_test(tests,
                   test_lesson_26_a_delete_closes_the_active_version_without_naming_its_start);
    tcase_add_test(tests, test_the_earliest_start_takes_away_what_begins_at_it_or_later);
    tcase_add_test(tests, test_a_version_that_is_given_again_is_not_taken_away);
    tcase_add_test(tests, test_what_was_written_before_the_call_is_seen);
    tcase_add_test(tests, test_with_confirm_writes_everything_is_seen_at_the_end);
    tcase_add_test(tests, test_the_destination_is_told_how_many_rows_will_come);
    tcase_add_test(tests, test_replaces_alone_read_nothing);
    tcase_add_test(tests, test_an_update_without_a_base_is_ignored);
    tcase_add_test(tests, test_columns_that_only_one_side_has_are_kept);
    tcase_add_test(tests, test_a_table_that_is_not_there_is_made);
    tcase_add_test(tests, test_a_row_that_gets_another_id_does_not_stay_under_its_old_one);
    tcase_add_test(tests, test_a_request_that_is_not_of_history_mode_is_refused);
    tcase_add_test(tests, test_a_destination_that_cannot_do_history_mode_says_so);
    tcase_add_test(tests, test_a_missing_time_names_file_and_line);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
