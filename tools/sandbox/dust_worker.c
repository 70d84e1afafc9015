/* The worker that merges what waits (contract 1.2), all tables in sequence. */
#include "base/clock.h"
#include "sandbox/dust_store.h"

#include <stdlib.h>
#include <time.h>

/* Waits until something changes, at most ms milliseconds. */
static void worker_wait(struct dust_store *store, int64_t ms) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += ms / 1000;
    at.tv_nsec += (long)(ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&store->changed, &store->mutex, &at);
}

/* Waits for as long as the setting at this place says now: it may change meanwhile, and nothing is
 * waited for while all is to be merged at once. */
static void worker_pause(struct dust_store *store, size_t setting) {
    int64_t start = clock_monotonic_ms(clock_system());
    int64_t left = 1;
    while (left > 0 && !store->stopped && store->flushes == 0) {
        struct dust_config config = sandbox_config(store->sandbox).dust;
        uint64_t ms;
        memcpy(&ms, (const char *)&config + setting, sizeof(ms));
        left = start + (int64_t)ms - clock_monotonic_ms(clock_system());
        if (left > 0) {
            worker_wait(store, left);
        }
    }
}

/* What a table's merge starts from. The files are copies: the table's list grows meanwhile. */
static bool worker_begin(struct dust_store *store, struct dust_table *table,
                         struct dust_merge *merge) {
    struct dust_file *files = calloc(table->file_count + 1, sizeof(*files));
    *merge = (struct dust_merge){.limits = dust_store_limits(store), .files = files};
    if (!files) {
        return false;
    }
    merge->old = dust_image_acquire(table->image);
    merge->file_count = table->file_count;
    merge->seed = dust_store_random(store);
    for (size_t i = 0; i < table->file_count; i++) {
        files[i] = table->files[i];
        dust_image_acquire(files[i].image);
    }
    return !table->has_schema || dust_schema_merge(&merge->schema, &table->schema);
}

static void worker_finish(struct dust_merge *merge) {
    for (size_t i = 0; i < merge->file_count; i++) {
        dust_image_release(merge->files[i].image);
    }
    free((void *)merge->files);
    dust_image_release(merge->old);
    dust_image_release(merge->fresh);
    dust_schema_clean_up(&merge->schema);
}

/* The table gets what the merge made of it. Upstream drops the queue's entry whatever came in
 * between; the files that one pass did not take keep it. */
static void worker_install(struct dust_table *table, struct dust_merge *merge, bool late_wait) {
    if (merge->fresh) {
        dust_image_release(table->image);
        table->image = dust_image_acquire(merge->fresh);
        dust_schema_clean_up(&table->schema);
        table->schema = merge->schema;
        merge->schema = (struct dust_schema){0};
        table->has_schema = true;
        table->schema_stale = true;
    }
    dust_table_drop_files(table, merge->taken);
    table->queued = merge->taken < merge->file_count || (table->file_count > 0 && !late_wait);
    table->failing_since_ms = 0;
}

/* Upstream drops the files of a merge that cannot succeed, and of one that fails for an hour. */
static void worker_failed(struct dust_table *table, const char *error, size_t count,
                          uint64_t max_age_ms) {
    int64_t now = clock_monotonic_ms(clock_system());
    if (table->failing_since_ms == 0) {
        table->failing_since_ms = now;
    }
    if (dust_merge_gives_up(error) || now - table->failing_since_ms >= (int64_t)max_age_ms) {
        dust_table_drop_files(table, count);
        table->queued = false;
        table->failing_since_ms = 0;
    }
}

/* One pass over a table; the lock is released while it runs. */
static void worker_merge(struct dust_store *store, struct dust_table *table) {
    struct dust_merge merge;
    dust_table_enter(store, table);
    bool good = worker_begin(store, table, &merge);
    if (good) {
        worker_pause(store, offsetof(struct dust_config, merge_takes_ms));
        dust_store_unlock(store);
        const char *error = dust_merge_run(&merge);
        dust_store_lock(store);
        struct dust_config config = sandbox_config(store->sandbox).dust;
        table->error = error;
        store->merges++;
        if (error) {
            worker_failed(table, error, merge.file_count, config.merge_max_age_ms);
        } else {
            worker_install(table, &merge, strcmp(config.late_posts, "wait") == 0);
        }
    }
    worker_finish(&merge);
    dust_table_leave(store, table);
}

/* The table that has been quiet the longest, and long enough. Upstream stops at the first that is
 * not: they are in the order of their latest activity. */
static struct dust_table *worker_next(struct dust_store *store, int64_t now) {
    struct dust_table *found = NULL;
    for (struct dust_table *table = store->tables; table; table = table->next) {
        if (table->queued && !table->busy && table->looked != store->look &&
            now - table->active_ms >= table->wait_ms &&
            (!found || table->active_ms < found->active_ms)) {
            found = table;
        }
    }
    return found;
}

static bool worker_has_work(const struct dust_store *store) {
    for (const struct dust_table *table = store->tables; table; table = table->next) {
        if (table->queued) {
            return true;
        }
    }
    return false;
}

/* Visits every table that is due once: what stays or fails is for the next look. */
static void worker_look(struct dust_store *store) {
    int64_t now = clock_monotonic_ms(clock_system());
    struct dust_table *table;
    store->look++;
    while (!store->stopped && (table = worker_next(store, now)) != NULL) {
        table->looked = store->look;
        if (table->exists) {
            worker_merge(store, table);
        } else {
            table->queued = false;
        }
    }
}

void *dust_worker_main(void *context) {
    struct dust_store *store = context;
    dust_store_lock(store);
    while (!store->stopped) {
        worker_look(store);
        if (store->stopped) {
            break;
        }
        if (worker_has_work(store) && store->flushes == 0) {
            worker_wait(store, 1); /* others get the lock however short the pause is */
            worker_pause(store, offsetof(struct dust_config, merge_loop_ms));
        } else {
            pthread_cond_wait(&store->changed, &store->mutex);
        }
    }
    dust_store_unlock(store);
    return NULL;
}

void dust_worker_flush(struct dust_store *store) {
    store->users++;
    store->flushes++;
    pthread_cond_broadcast(&store->changed);
    for (struct dust_table *table = store->tables; table; table = table->next) {
        size_t before = SIZE_MAX;
        while (table->exists && table->file_count > 0 && table->file_count < before) {
            before = table->file_count;
            worker_merge(store, table);
        }
    }
    store->users--;
    store->flushes--;
    pthread_cond_broadcast(&store->changed);
}
