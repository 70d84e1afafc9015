#include "frontends/fivetran/workers.h"

#include <pthread.h>
#include <stdlib.h>

struct workers {
    pthread_mutex_t mutex; /* guards first, last, stopping */
    pthread_cond_t changed;
    struct worker_job *first;
    struct worker_job *last;
    bool stopping;
    size_t n_threads;
    pthread_t threads[];
};

/* The next job; NULL when the pool stops and nothing is left. */
static struct worker_job *take_job(struct workers *workers) {
    pthread_mutex_lock(&workers->mutex);
    while (!workers->first && !workers->stopping) {
        pthread_cond_wait(&workers->changed, &workers->mutex);
    }
    struct worker_job *job = workers->first;
    if (job) {
        workers->first = job->next;
        if (!workers->first) {
            workers->last = NULL;
        }
    }
    pthread_mutex_unlock(&workers->mutex);
    return job;
}

static void *work(void *context) {
    struct workers *workers = context;
    struct worker_job *job = NULL;
    while ((job = take_job(workers)) != NULL) {
        job->run(job->context);
    }
    return NULL;
}

struct workers *workers_new(size_t n, struct status *status) {
    n = n ? n : 1;
    struct workers *workers = calloc(1, sizeof *workers + n * sizeof workers->threads[0]);
    if (!workers) {
        status_no_memory(status, "starting the worker threads");
        return NULL;
    }
    pthread_mutex_init(&workers->mutex, NULL);
    pthread_cond_init(&workers->changed, NULL);
    while (workers->n_threads < n) {
        if (pthread_create(&workers->threads[workers->n_threads], NULL, work, workers) != 0) {
            status_fail(status, STATUS_INTERNAL, "cannot start worker thread %zu of %zu",
                        workers->n_threads + 1, n);
            workers_destroy(workers);
            return NULL;
        }
        workers->n_threads++;
    }
    return workers;
}

void workers_submit(struct workers *workers, struct worker_job *job) {
    job->next = NULL;
    pthread_mutex_lock(&workers->mutex);
    if (workers->last) {
        workers->last->next = job;
    } else {
        workers->first = job;
    }
    workers->last = job;
    pthread_cond_signal(&workers->changed);
    pthread_mutex_unlock(&workers->mutex);
}

void workers_destroy(struct workers *workers) {
    if (!workers) {
        return;
    }
    pthread_mutex_lock(&workers->mutex);
    workers->stopping = true;
    pthread_cond_broadcast(&workers->changed);
    pthread_mutex_unlock(&workers->mutex);
    for (size_t i = 0; i < workers->n_threads; i++) {
        pthread_join(workers->threads[i], NULL);
    }
    pthread_cond_destroy(&workers->changed);
    pthread_mutex_destroy(&workers->mutex);
    free(workers);
}
