#include "destinations/dust/dust_columns.h"
#include "support/suite.h"

#include <ctype.h>

static struct buf out;
static struct arena arena;
static struct status status;

static void set_up(void) {
    buf_init(&out, 1 << 16);
    arena_init(&arena, 1 << 20);
    status = STATUS_INIT;
}

static void tear_down(void) {
    buf_clean_up(&out);
    arena_clean_up(&arena);
}

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X200 X50 X50 X50 X50

/* --- table ids --- */

static const struct {
    const char *prefix, *schema, *table, *id;
} table_ids[] = {
    {"fivetran_", "shop", "orders", "fivetran_shop__orders"},
    {"", "shop", "orders", "shop__orders"},
    {"airbyte_", "", "orders", "airbyte_orders"},
    {"fivetran_", "my-shop", "Orders", "fivetran_my-shop__Orders"},
    {"fivetran_", "a__b", "c", "fivetran_a__b__c-92c52c85"},
    {"fivetran_", "shop", "my orders", "fivetran_shop__my_orders-548cd1bf"},
    {"fivetran_", "shop", "\xC3\xA9t\xC3\xA9", "fivetran_shop____t__-f99d681c"},
    {"", "", "csv", "csv-b790c071"},
    {"", "", X200, X200},
    {"", "", X200 "y", X200 "-91221d65"},
};

START_TEST(test_table_ids) {
    dust_table_id_append(&out, table_ids[_i].prefix, slice_of(table_ids[_i].schema),
                         slice_of(table_ids[_i].table));
    ck_assert_str_eq(buf_cstr(&out), table_ids[_i].id);
}
END_TEST

/* --- column names --- */

static const struct {
    const char *original, *name;
} column_names[] = {
    {"id", "id"},
    {"col1", "col_1"},
    {"address2", "address_2"},
    {"sha256", "sha_256"},
    {"sha256sum", "sha_256sum"},
    {"a__b", "a_b"},
    {"c_____d__", "c_d_"},
    {"__typename", "_typename"},
    {"Amount", "amount"},
    {"helloWorld", "helloworld"},
    {"A1B2", "a_1b_2"},
    {"2nd", "2nd"},
    {"a_1", "a_1"},
    {"total (EUR)", "total_eur_"},
    {"b,.,2Fkls", "b_2fkls"},
    {"caf\xC3\xA9", "caf_"},
    {"\xC3\x89tat", "_tat"},
    {"\xE6\x97\xA5\xE6\x9C\xAC", "column"},
    {"\xE6\x97\xA5 2", "_2"},
    {"", "column"},
    {"___", "column"},
    {" ", "column"},
    {"__dust_id", "_dust_id"},
    {"__DUST_ID", "_dust_id"},
    {"_fivetran_exact", "_fivetran_exact_2"},
    {"_Fivetran__Exact", "_fivetran_exact_2"},
    {"_fivetran_synced", "_fivetran_synced"},
    {"_fivetran_deleted", "_fivetran_deleted"},
    {"_fivetran_active", "_fivetran_active"},
    {"_fivetran_start", "_fivetran_start"},
    {"_fivetran_end", "_fivetran_end"},
    {"_fivetran_id", "_fivetran_id"},
    {"\xFF", "column"},
    {"a\xFF", "a_"},
    {X200, X200},
    {X200 "y", X200},
    {X50 X50 X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1",
     X50 X50 X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_"},
};

START_TEST(test_column_names) {
    dust_column_name_append(&out, slice_of(column_names[_i].original));
    ck_assert_str_eq(buf_cstr(&out), column_names[_i].name);
}
END_TEST

/* What Dust makes of a header of ASCII, written after contract 1.4 and not after our own code. */
static void dust_sanitise(const char *header, char *to) {
    char spread[1024];
    size_t n = 0;
    for (size_t i = 0; header[i]; i++) {
        if (i && isdigit((unsigned char)header[i]) && islower(tolower(header[i - 1]))) {
            spread[n++] = '_';
        }
        spread[n++] = (char)tolower(header[i]);
    }
    spread[n] = '\0';
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        char c = isalnum((unsigned char)spread[i]) ? spread[i] : '_';
        if (c != '_' || len == 0 || to[len - 1] != '_') {
            to[len++] = c;
        }
    }
    to[len] = '\0';
}

static void assert_at_the_fixpoint(const char *name) {
    char sanitised[1024];
    dust_sanitise(name, sanitised);
    ck_assert_str_eq(sanitised, name);
    ck_assert_uint_gt(strlen(name), 0);
    ck_assert_uint_le(strlen(name), DUST_MAX_NAME_BYTES);
    ck_assert_uint_eq(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(name));
    ck_assert_str_ne(name, "__dust_id");
    ck_assert_str_ne(name, DUST_EXACT_COLUMN);
}

/* A name of characters that matter. */
static void make_name(unsigned *seed, char *name, size_t max) {
    static const char *const pieces[] = {
        "a",   "b", "Z",        "0",          "7",     "_",       "__",
        " ",   "-", "\xC3\xA9", "_fivetran_", "exact", "dust_id", "\xE6\x97\xA5",
        "\xFF"};
    size_t n = (size_t)rand_r(seed) % 12;
    name[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        const char *piece = pieces[(size_t)rand_r(seed) % (sizeof pieces / sizeof pieces[0])];
        size_t len = strlen(name);
        snprintf(name + len, max - len, "%s", piece);
    }
}

START_TEST(test_every_name_is_at_the_fixpoint_of_dusts_renaming) {
    unsigned seed = 1;
    char name[256];
    for (int i = 0; i < 20000; i++) {
        make_name(&seed, name, sizeof name);
        buf_reset(&out);
        dust_column_name_append(&out, slice_of(name));
        assert_at_the_fixpoint(buf_cstr(&out));
    }
}
END_TEST

/* --- all columns of a table --- */

static struct dust_table name_columns(const char *const *originals, size_t n,
                                      const struct dust_table *known) {
    struct column *columns = arena_alloc(&arena, (n + 1) * sizeof *columns);
    ck_assert_ptr_nonnull(columns);
    for (size_t i = 0; i < n; i++) {
        columns[i] = (struct column){.name = originals[i], .type = COLUMN_STRING};
    }
    const struct table table = {"shop", "orders", columns, n};
    struct dust_table result;
    ck_assert(dust_table_name_columns(&table, known, "fivetran_", &arena, &result, &status));
    return result;
}

#define NAME(known, ...)                                                                           \
    name_columns((const char *const[]){__VA_ARGS__},                                               \
                 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), known)

START_TEST(test_names_of_a_table) {
    struct dust_table t = NAME(NULL, "id", "Amount", "amount", "AMOUNT", "col1", "a", "a_");
    ck_assert_str_eq(t.id, "fivetran_shop__orders");
    ck_assert_str_eq(t.table.schema, "shop");
    ck_assert_str_eq(t.table.name, "orders");
    ck_assert_str_eq(t.table.columns[1].name, "Amount");
    ck_assert_str_eq(t.names[0], "id");
    ck_assert_str_eq(t.names[1], "amount_2"); /* the one that needs no renaming comes first */
    ck_assert_str_eq(t.names[2], "amount");
    ck_assert_str_eq(t.names[3], "amount_3");
    ck_assert_str_eq(t.names[4], "col_1");
    ck_assert_str_eq(t.names[5], "a");
    ck_assert_str_eq(t.names[6], "a_");
}
END_TEST

START_TEST(test_a_suffix_fits_behind_an_underscore) {
    struct dust_table t = NAME(NULL, "a_", "A_", "a__", "a_3");
    ck_assert_str_eq(t.names[0], "a_");
    ck_assert_str_eq(t.names[1], "a_2");
    ck_assert_str_eq(t.names[2], "a_4");
    ck_assert_str_eq(t.names[3], "a_3");
}
END_TEST

START_TEST(test_what_is_known_never_changes) {
    struct dust_table known = NAME(NULL, "Amount", "gone", "x 1");
    ck_assert_str_eq(known.names[2], "x_1");
    struct dust_table t = NAME(&known, "amount", "GONE", "x1", "x 1", "Amount");
    ck_assert_str_eq(t.names[4], "amount");
    ck_assert_str_eq(t.names[0], "amount_2"); /* though it needs no renaming */
    ck_assert_str_eq(t.names[1], "gone_2");   /* old rows may still hold the other's cells */
    ck_assert_str_eq(t.names[3], "x_1");
    ck_assert_str_eq(t.names[2], "x_1_2");
    struct dust_table again = NAME(&t, "Amount", "amount", "x 1", "x1", "GONE");
    ck_assert_str_eq(again.names[0], "amount");
    ck_assert_str_eq(again.names[1], "amount_2");
    ck_assert_str_eq(again.names[2], "x_1");
    ck_assert_str_eq(again.names[3], "x_1_2");
    ck_assert_str_eq(again.names[4], "gone_2");
}
END_TEST

START_TEST(test_newcomers_alone_get_names_by_the_same_rule) {
    const struct column columns[] = {
        {.name = "Name"}, {.name = "NAME"}, {.name = "name_2"}, {.name = "x"}};
    const char *names[] = {"name", NULL, NULL, NULL};
    const struct table table = {"shop", "orders", columns, 4};
    ck_assert(dust_columns_name_newcomers(&table, names, &arena));
    ck_assert_str_eq(names[0], "name");
    ck_assert_str_eq(names[1], "name_3");
    ck_assert_str_eq(names[2], "name_2");
    ck_assert_str_eq(names[3], "x");
}
END_TEST

START_TEST(test_system_columns_keep_their_names) {
    struct dust_table t = NAME(NULL, "_FIVETRAN_SYNCED", "_fivetran__id", "_fivetran_synced",
                               "_fivetran_id", "_fivetran_exact");
    ck_assert_str_eq(t.names[2], "_fivetran_synced");
    ck_assert_str_eq(t.names[3], "_fivetran_id");
    ck_assert_str_eq(t.names[0], "_fivetran_synced_2");
    ck_assert_str_eq(t.names[1], "_fivetran_id_2");
    ck_assert_str_eq(t.names[4], "_fivetran_exact_2");
}
END_TEST

START_TEST(test_the_result_is_a_copy) {
    char original[] = "Amount";
    struct column column = {.name = original,
                            .type = COLUMN_DECIMAL,
                            .primary_key = true,
                            .has_decimal = true,
                            .precision = 10,
                            .scale = 2};
    struct table table = {"shop", "orders", &column, 1};
    struct dust_table result;
    ck_assert(dust_table_name_columns(&table, NULL, "p_", &arena, &result, &status));
    memset(original, '?', sizeof original - 1);
    memset(&column, 0, sizeof column);
    const struct column *copy = &result.table.columns[0];
    ck_assert_str_eq(copy->name, "Amount");
    ck_assert(copy->type == COLUMN_DECIMAL && copy->primary_key && copy->has_decimal);
    ck_assert(copy->precision == 10 && copy->scale == 2);
    ck_assert_str_eq(result.id, "p_shop__orders");
}
END_TEST

/* Names of the same few letters, so that many collide; then newcomers beside what is known. */
START_TEST(test_names_are_free_legal_and_stay) {
    enum { N = 60 };
    static char originals[2 * N][256];
    const char *names[2 * N];
    unsigned seed = 7;
    for (int round = 0; round < 50; round++) {
        arena_reset(&arena);
        for (int i = 0; i < 2 * N; i++) {
            make_name(&seed, originals[i], sizeof originals[i] - 8);
            size_t len = strlen(originals[i]);
            snprintf(originals[i] + len, 8, "%c%c", "aA-\xC3"[i % 4], "_ \xA9-"[i / 4 % 4]);
            names[i] = originals[i];
        }
        struct dust_table known = name_columns(names, N, NULL);
        struct dust_table t = name_columns(names, 2 * N, &known);
        for (int i = 0; i < 2 * N; i++) {
            assert_at_the_fixpoint(t.names[i]);
            for (int j = 0; j < i; j++) {
                bool same_column = strcmp(names[i], names[j]) == 0; /* the input may repeat */
                ck_assert(same_column || strcmp(t.names[i], t.names[j]) != 0);
            }
            int at = table_find(&known.table, slice_of(names[i]));
            ck_assert(at < 0 || strcmp(t.names[i], known.names[at]) == 0);
        }
    }
}
END_TEST

START_TEST(test_as_many_foreign_names_as_fit) {
    enum { N = DUST_MAX_COLUMNS - 1 };
    static char originals[N][8];
    const char *names[N];
    for (size_t i = 0; i < N; i++) { /* one Chinese character each */
        snprintf(originals[i], sizeof originals[i], "\xE6%c%c", (char)(0x80 + i / 64),
                 (char)(0x80 + i % 64));
        names[i] = originals[i];
    }
    struct dust_table t = name_columns(names, N, NULL);
    ck_assert_str_eq(t.names[0], "column");
    ck_assert_str_eq(t.names[1], "column_2");
    ck_assert_str_eq(t.names[N - 1], "column_510");
    struct dust_table again = name_columns(names, N, &t);
    ck_assert_str_eq(again.names[N - 1], "column_510");
}
END_TEST

START_TEST(test_long_names_get_a_suffix_within_the_limit) {
    struct dust_table t = NAME(NULL, X200, X200 "1", X200 "2");
    ck_assert_str_eq(t.names[0], X200);
    ck_assert_uint_eq(strlen(t.names[1]), DUST_MAX_NAME_BYTES - 2);
    assert_at_the_fixpoint(t.names[1]);
    assert_at_the_fixpoint(t.names[2]);
    ck_assert_str_ne(t.names[1], t.names[2]);
}
END_TEST

START_TEST(test_too_many_columns_are_a_task) {
    static struct column columns[DUST_MAX_COLUMNS];
    for (size_t i = 0; i < DUST_MAX_COLUMNS; i++) {
        columns[i] = (struct column){.name = "a", .type = COLUMN_STRING};
    }
    struct table table = {"shop", "orders", columns, DUST_MAX_COLUMNS};
    struct dust_table result;
    ck_assert(!dust_table_name_columns(&table, NULL, "p_", &arena, &result, &status));
    ck_assert_int_eq(status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(status.message, "shop.orders has 511 columns; Dust takes 510"));
    table.n_columns--;
    ck_assert(dust_table_name_columns(&table, NULL, "p_", &arena, &result, &status));
}
END_TEST

START_TEST(test_an_arena_that_is_full_fails) {
    struct column columns[] = {{.name = "a"}, {.name = "A"}, {.name = "b"}};
    const struct table table = {"shop", "orders", columns, 3};
    struct dust_table result;
    size_t max = 0;
    for (bool ok = false; !ok; max++) {
        struct arena small;
        arena_init(&small, max);
        status = STATUS_INIT;
        ok = dust_table_name_columns(&table, NULL, "p_", &small, &result, &status);
        ck_assert_int_eq(status.code, ok ? STATUS_OK : STATUS_INTERNAL);
        arena_clean_up(&small);
    }
    ck_assert_uint_gt(max, 100);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_columns");
    TCase *tests = tcase_create("dust_columns");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, test_table_ids, 0, sizeof table_ids / sizeof table_ids[0]);
    tcase_add_loop_test(tests, test_column_names, 0, sizeof column_names / sizeof column_names[0]);
    tcase_add_test(tests, test_every_name_is_at_the_fixpoint_of_dusts_renaming);
    tcase_add_test(tests, test_names_of_a_table);
    tcase_add_test(tests, test_a_suffix_fits_behind_an_underscore);
    tcase_add_test(tests, test_what_is_known_never_changes);
    tcase_add_test(tests, test_newcomers_alone_get_names_by_the_same_rule);
    tcase_add_test(tests, test_system_columns_keep_their_names);
    tcase_add_test(tests, test_the_result_is_a_copy);
    tcase_add_test(tests, test_names_are_free_legal_and_stay);
    tcase_add_test(tests, test_as_many_foreign_names_as_fit);
    tcase_add_test(tests, test_long_names_get_a_suffix_within_the_limit);
    tcase_add_test(tests, test_too_many_columns_are_a_task);
    tcase_add_test(tests, test_an_arena_that_is_full_fails);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
