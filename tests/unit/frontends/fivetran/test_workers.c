#include "frontends/fivetran/workers.h"
#include "support/suite.h"

#include <check.h>
#include <pthread.h>

enum { JOBS = 1000, THREADS = 4 };

/* Jobs meet here: each waits until `wanted` of them run at once, which takes as many threads. */
struct meeting {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int present;
    int wanted;
    int order[JOBS];
    int n_done;
};

struct job {
    struct worker_job work;
    struct meeting *meeting;
    int number;
};

static struct meeting meeting;
static struct job jobs[JOBS];

static void set_up(void) {
    meeting =
        (struct meeting){.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
}

static void meet(void *context) {
    struct job *job = context;
    struct meeting *m = job->meeting;
    pthread_mutex_lock(&m->mutex);
    m->present++;
    pthread_cond_broadcast(&m->changed);
    while (m->present < m->wanted) {
        pthread_cond_wait(&m->changed, &m->mutex);
    }
    m->order[m->n_done++] = job->number;
    pthread_mutex_unlock(&m->mutex);
}

static void submit(struct workers *workers, int n) {
    for (int i = 0; i < n; i++) {
        jobs[i] = (struct job){.meeting = &meeting, .number = i};
        jobs[i].work = (struct worker_job){.run = meet, .context = &jobs[i]};
        workers_submit(workers, &jobs[i].work);
    }
}

static struct workers *start(size_t n) {
    struct status status = STATUS_INIT;
    struct workers *workers = workers_new(n, &status);
    ck_assert_msg(workers != NULL, "%s", status.message);
    return workers;
}

START_TEST(test_as_many_at_once_as_threads) {
    struct workers *workers = start(THREADS);
    meeting.wanted = THREADS;
    submit(workers, THREADS);
    workers_destroy(workers);
    ck_assert_int_eq(meeting.n_done, THREADS);
}
END_TEST

START_TEST(test_what_is_queued_is_done_before_the_end) {
    struct workers *workers = start(THREADS);
    meeting.wanted = THREADS;
    submit(workers, JOBS);
    workers_destroy(workers);
    ck_assert_int_eq(meeting.n_done, JOBS);
}
END_TEST

START_TEST(test_one_thread_keeps_the_order) {
    struct workers *workers = start(0); /* still one */
    submit(workers, JOBS);
    workers_destroy(workers);
    ck_assert_int_eq(meeting.n_done, JOBS);
    for (int i = 0; i < JOBS; i++) {
        ck_assert_int_eq(meeting.order[i], i);
    }
}
END_TEST

START_TEST(test_destroy_without_work) {
    workers_destroy(start(THREADS));
    workers_destroy(NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("workers");
    TCase *tests = tcase_create("workers");
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, test_as_many_at_once_as_threads);
    tcase_add_test(tests, test_what_is_queued_is_done_before_the_end);
    tcase_add_test(tests, test_one_thread_keeps_the_order);
    tcase_add_test(tests, test_destroy_without_work);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
