#include "support/suite.h"
#include "unit/destinations/biggeo/catalogue_fixture.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_BYTES = 256, RIVALS = 4, ROUNDS = 20, LOSSES = (RIVALS - 1) * ROUNDS };

static char folder[PATH_BYTES];
static char path[PATH_BYTES + 32];
static int n_warnings;
static char last_warning[LOG_MESSAGE_BYTES];

static void count_warning(void *context, enum log_level level, const char *message) {
    (void)context;
    n_warnings += level == LOG_WARNING;
    snprintf(last_warning, sizeof last_warning, "%s", message);
}

static const struct log_sink sink = {count_warning, NULL};
static const struct log test_log = {.sink = &sink, .min_level = LOG_DEBUG};

static void set_up(void) {
    const char *root = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/catalogue-XXXXXX", root ? root : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/catalogue.sqlite3", folder);
    n_warnings = 0;
}

static void tear_down(void) {
    char journal[sizeof path + 16];
    snprintf(journal, sizeof journal, "%s-journal", path);
    chmod(folder, 0700);
    unlink(journal);
    unlink(path);
    rmdir(folder);
}

static struct catalogue *open_at(const char *where) {
    struct status status = STATUS_INIT;
    struct catalogue *catalogue = catalogue_open(where, &test_log, &status);
    ck_assert_msg(catalogue != NULL, "%s", status.message);
    return catalogue;
}

static struct table *get(struct catalogue *catalogue, struct slice scope, const char *schema,
                         const char *name) {
    struct status status = STATUS_INIT;
    struct table *found = (struct table *)&columns;
    ck_assert(catalogue_get(catalogue, scope, slice_of(schema), slice_of(name), &found, &status));
    return found;
}

static bool is_there(struct catalogue *catalogue, struct slice scope, const char *schema,
                     const char *name) {
    struct table *found = get(catalogue, scope, schema, name);
    table_copy_destroy(found);
    return found != NULL;
}

static bool create(struct catalogue *catalogue, const struct table *table) {
    struct status status = STATUS_INIT;
    bool ok = catalogue_create(catalogue, SCOPE, table, &status);
    ck_assert_int_eq(status.code, ok ? STATUS_OK : STATUS_TASK);
    return ok;
}

static bool written(struct catalogue *catalogue, const char *schema, const char *name) {
    return catalogue_is_written(catalogue, SCOPE, slice_of(schema), slice_of(name));
}

/* Parameters that are absent stay absent; those that are given as 0 stay given. */
START_TEST(test_lesson_07_columns_come_back_exactly) {
    struct table table = table_of("s", "t", sizeof columns / sizeof columns[0]);
    struct catalogue *catalogue = open_at(path);
    ck_assert(create(catalogue, &table));
    for (int again = 0; again < 2; again++) {
        struct table *found = get(catalogue, SCOPE, "s", "t");
        assert_same(found, &table);
        table_copy_destroy(found);
        catalogue_close(catalogue);
        catalogue = open_at(path); /* a new process finds it */
    }
    catalogue_close(catalogue);
    ck_assert_int_eq(n_warnings, 0);
}
END_TEST

START_TEST(test_lesson_05_a_table_is_created_once) {
    struct table table = table_of("s", "t", 2);
    struct table other = table_of("s", "t", 1);
    struct catalogue *catalogue = open_at(NULL);
    struct status status = STATUS_INIT;
    ck_assert(create(catalogue, &table));
    ck_assert(!catalogue_create(catalogue, SCOPE, &other, &status));
    ck_assert_int_eq(status.code, STATUS_TASK);
    ck_assert_str_eq(status.message, "table s.t exists already");
    struct table *found = get(catalogue, SCOPE, "s", "t");
    assert_same(found, &table);
    table_copy_destroy(found);
    catalogue_close(catalogue);
}
END_TEST

/* A table can be written without having been created here (another process did), and the mark does
 * not make one. */
START_TEST(test_written_without_columns) {
    struct catalogue *catalogue = open_at(path);
    struct table table = table_of("s", "t", 1);
    ck_assert(!written(catalogue, "s", "t"));
    catalogue_mark_written(catalogue, SCOPE, slice_of("s"), slice_of("t"));
    catalogue_mark_written(catalogue, SCOPE, slice_of("s"), slice_of("t"));
    ck_assert(written(catalogue, "s", "t"));
    ck_assert(!written(catalogue, "t", "s"));
    ck_assert(!catalogue_is_written(catalogue, SLICE_LITERAL("x"), slice_of("s"), slice_of("t")));
    ck_assert(!is_there(catalogue, SCOPE, "s", "t"));
    ck_assert(create(catalogue, &table));
    catalogue_close(catalogue);
    catalogue = open_at(path);
    ck_assert(written(catalogue, "s", "t"));
    catalogue_close(catalogue);
}
END_TEST

/* Waits until the parent closes its end, so that all rivals start at once; then creates the table
 * of each round. Says on the other pipe, a byte a round, who won. */
static void rival(int start, int answers) {
    char byte;
    struct status status = STATUS_INIT;
    struct catalogue *catalogue = NULL;
    if (read(start, &byte, 1) == 0) {
        catalogue = catalogue_open(path, &test_log, &status);
    }
    for (int round = 0; catalogue && round < ROUNDS; round++) {
        char name[16];
        snprintf(name, sizeof name, "t%d", round);
        struct table table = table_of("s", name, 3);
        status = STATUS_INIT;
        bool won = catalogue_create(catalogue, SCOPE, &table, &status);
        byte = won ? (char)round : status.code == STATUS_TASK ? 'l' : 'e';
        if (write(answers, &byte, 1) != 1) {
            break;
        }
    }
    catalogue_close(catalogue);
    _exit(n_warnings ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* Of several processes that make the same new file and the same tables at once, one wins each. */
START_TEST(test_processes_create_the_same_table) {
    int start[2];
    int answers[2];
    pid_t pids[RIVALS];
    ck_assert_int_eq(pipe(start), 0);
    ck_assert_int_eq(pipe(answers), 0);
    for (int i = 0; i < RIVALS; i++) {
        pids[i] = fork();
        ck_assert_int_ge(pids[i], 0);
        if (pids[i] == 0) {
            close(start[1]);
            rival(start[0], answers[1]);
        }
    }
    close(start[0]);
    close(start[1]);
    close(answers[1]);
    int wins[ROUNDS] = {0};
    int losses = 0;
    for (char byte; read(answers[0], &byte, 1) == 1;) {
        ck_assert_int_ne(byte, 'e');
        if (byte == 'l') {
            losses++;
        } else {
            wins[(int)byte]++;
        }
    }
    for (int round = 0; round < ROUNDS; round++) {
        ck_assert_int_eq(wins[round], 1);
    }
    ck_assert_int_eq(losses, LOSSES);
    for (int i = 0; i < RIVALS; i++) {
        int result;
        ck_assert_int_eq(waitpid(pids[i], &result, 0), pids[i]);
        ck_assert(WIFEXITED(result) && WEXITSTATUS(result) == EXIT_SUCCESS);
    }
    close(answers[0]);
}
END_TEST

struct thread_rival {
    struct catalogue *catalogue;
    int wins;
};

static void *create_tables(void *context) {
    struct thread_rival *rival = context;
    for (int round = 0; round < ROUNDS; round++) {
        char name[16];
        snprintf(name, sizeof name, "t%d", round);
        struct table table = table_of("s", name, 3);
        struct table *found = NULL;
        struct status status = STATUS_INIT;
        rival->wins += catalogue_create(rival->catalogue, SCOPE, &table, &status);
        catalogue_mark_written(rival->catalogue, SCOPE, slice_of("s"), slice_of(name));
        catalogue_get(rival->catalogue, SCOPE, slice_of("s"), slice_of(name), &found, &status);
        table_copy_destroy(found);
    }
    return NULL;
}

START_TEST(test_threads_create_the_same_table) {
    struct catalogue *catalogue = open_at(NULL);
    struct thread_rival rivals[RIVALS] = {0};
    pthread_t threads[RIVALS];
    int wins = 0;
    for (int i = 0; i < RIVALS; i++) {
        rivals[i].catalogue = catalogue;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, create_tables, &rivals[i]), 0);
    }
    for (int i = 0; i < RIVALS; i++) {
        pthread_join(threads[i], NULL);
        wins += rivals[i].wins;
    }
    ck_assert_int_eq(wins, ROUNDS);
    catalogue_close(catalogue);
}
END_TEST

static void write_file(const char *bytes, size_t len) {
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
    fclose(file);
}

/* The catalogue at that path works, in memory, after one warning. */
static void assert_works_in_memory(const char *where) {
    struct table table = table_of("s", "t", 3);
    struct catalogue *catalogue = open_at(where);
    ck_assert_int_eq(n_warnings, 1);
    ck_assert_ptr_nonnull(strstr(last_warning, "catalogue_in_memory"));
    ck_assert(!is_there(catalogue, SCOPE, "s", "t"));
    ck_assert(create(catalogue, &table));
    ck_assert(is_there(catalogue, SCOPE, "s", "t"));
    catalogue_close(catalogue);
    catalogue = open_at(where);
    ck_assert(!is_there(catalogue, SCOPE, "s", "t"));
    catalogue_close(catalogue);
}

START_TEST(test_no_such_folder) {
    char where[sizeof path + 32];
    snprintf(where, sizeof where, "%s/missing/catalogue.sqlite3", folder);
    assert_works_in_memory(where);
}
END_TEST

START_TEST(test_the_path_is_a_folder) {
    assert_works_in_memory(folder);
}
END_TEST

START_TEST(test_folder_that_cannot_be_written) {
    ck_assert_int_eq(chmod(folder, 0500), 0);
    if (access(folder, W_OK) == 0) {
        return; /* root may write anywhere */
    }
    assert_works_in_memory(path);
}
END_TEST

START_TEST(test_not_a_database) {
    char noise[4096];
    memset(noise, 'x', sizeof noise);
    write_file(noise, sizeof noise);
    assert_works_in_memory(path);
}
END_TEST

/* A catalogue with zeros where its pages should be. */
START_TEST(test_corrupt_file) {
    struct catalogue *catalogue = open_at(path);
    struct table table = table_of("s", "t", 3);
    ck_assert(create(catalogue, &table));
    catalogue_close(catalogue);
    FILE *file = fopen(path, "r+b");
    ck_assert_ptr_nonnull(file);
    static const char zeros[4096];
    fseek(file, 4096, SEEK_SET);
    for (int i = 0; i < 4; i++) {
        fwrite(zeros, 1, sizeof zeros, file);
    }
    fclose(file);
    assert_works_in_memory(path);
}
END_TEST

static void execute(const char *sql) {
    sqlite3 *database;
    ck_assert_int_eq(sqlite3_open(path, &database), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

START_TEST(test_a_file_of_a_later_version) {
    catalogue_close(open_at(path));
    execute("PRAGMA user_version = 2");
    assert_works_in_memory(path);
    ck_assert_ptr_nonnull(strstr(last_warning, "not a catalogue of this version"));
}
END_TEST

START_TEST(test_a_file_of_another_program) {
    execute("CREATE TABLE mine (a)");
    assert_works_in_memory(path);
    execute("SELECT a FROM mine"); /* and it is as it was */
}
END_TEST

START_TEST(test_an_empty_file_becomes_a_catalogue) {
    struct table table = table_of("s", "t", 1);
    write_file("", 0);
    struct catalogue *catalogue = open_at(path);
    ck_assert(create(catalogue, &table));
    catalogue_close(catalogue);
    catalogue = open_at(path);
    ck_assert(is_there(catalogue, SCOPE, "s", "t"));
    catalogue_close(catalogue);
    ck_assert_int_eq(n_warnings, 0);
}
END_TEST

/* The file breaks while it is in use: the call that finds out works, too. */
START_TEST(test_a_file_that_breaks_later) {
    struct catalogue *catalogue = open_at(path);
    struct table table = table_of("s", "t", 3);
    struct status status = STATUS_INIT;
    ck_assert(create(catalogue, &table));
    execute("DROP TABLE columns");
    ck_assert(catalogue_put(catalogue, SCOPE, &table, &status));
    ck_assert_int_eq(n_warnings, 1);
    struct table *found = get(catalogue, SCOPE, "s", "t");
    assert_same(found, &table);
    table_copy_destroy(found);
    catalogue_close(catalogue);
    ck_assert_int_eq(n_warnings, 1);
}
END_TEST

START_TEST(test_close_nothing) {
    catalogue_close(NULL);
}
END_TEST

static TCase *cases(void) {
    TCase *tests = tcase_create("catalogue");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_lesson_07_columns_come_back_exactly);
    tcase_add_test(tests, test_lesson_05_a_table_is_created_once);
    tcase_add_test(tests, test_written_without_columns);
    tcase_add_test(tests, test_processes_create_the_same_table);
    tcase_add_test(tests, test_threads_create_the_same_table);
    tcase_add_test(tests, test_no_such_folder);
    tcase_add_test(tests, test_the_path_is_a_folder);
    tcase_add_test(tests, test_folder_that_cannot_be_written);
    tcase_add_test(tests, test_not_a_database);
    tcase_add_test(tests, test_corrupt_file);
    tcase_add_test(tests, test_a_file_of_a_later_version);
    tcase_add_test(tests, test_a_file_of_another_program);
    tcase_add_test(tests, test_an_empty_file_becomes_a_catalogue);
    tcase_add_test(tests, test_a_file_that_breaks_later);
    tcase_add_test(tests, test_close_nothing);
    return tests;
}

int main(void) {
    Suite *suite = suite_create("catalogue");
    suite_add_tcase(suite, cases());
    return suite_run(suite);
}
