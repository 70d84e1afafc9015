#include "sandbox/dust_store.h"

#include "base/clock.h"

#include <stdlib.h>

struct dust_limits dust_store_limits(struct dust_store *store) {
    struct dust_config config = sandbox_config(store->sandbox).dust;
    return (struct dust_limits){config.max_table_rows, config.max_csv_bytes};
}

uint64_t dust_store_random(struct dust_store *store) {
    store->random = store->random * 6364136223846793005U + 1442695040888963407U;
    return store->random >> 16;
}

struct dust_store *dust_store_new(struct sandbox *sandbox) {
    struct dust_store *store = calloc(1, sizeof(*store));
    if (!store) {
        return NULL;
    }
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&store->mutex, NULL);
    pthread_cond_init(&store->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    store->sandbox = sandbox;
    store->random = sandbox->initial.dust.seed;
    store->has_worker = pthread_create(&store->worker, NULL, dust_worker_main, store) == 0;
    if (!store->has_worker) {
        dust_store_destroy(store);
        return NULL;
    }
    return store;
}

void dust_table_drop_files(struct dust_table *table, size_t count) {
    for (size_t i = 0; i < count; i++) {
        dust_image_release(table->files[i].image);
    }
    table->file_count -= count;
    if (table->file_count > 0) {
        memmove(table->files, table->files + count, table->file_count * sizeof(*table->files));
    }
}

static void table_destroy(struct dust_table *table) {
    dust_table_drop_files(table, table->file_count);
    free(table->files);
    dust_image_release(table->image);
    dust_schema_clean_up(&table->schema);
    buf_clean_up(&table->name);
    buf_clean_up(&table->title);
    buf_clean_up(&table->description);
    buf_clean_up(&table->tags);
    buf_clean_up(&table->source_url);
    free(table->source);
    free(table->id);
    free(table);
}

static void store_clear(struct dust_store *store) {
    while (store->tables) {
        struct dust_table *table = store->tables;
        store->tables = table->next;
        table_destroy(table);
    }
}

void dust_store_reset(struct dust_store *store) {
    dust_store_lock(store);
    while (store->users > 0) {
        pthread_cond_wait(&store->changed, &store->mutex);
    }
    store_clear(store);
    store->random = store->sandbox->initial.dust.seed;
    store->merges = 0;
    dust_store_unlock(store);
}

void dust_store_destroy(struct dust_store *store) {
    if (!store) {
        return;
    }
    dust_store_lock(store);
    store->stopped = true;
    pthread_cond_broadcast(&store->changed);
    dust_store_unlock(store);
    if (store->has_worker) {
        pthread_join(store->worker, NULL);
    }
    store_clear(store);
    pthread_cond_destroy(&store->changed);
    pthread_mutex_destroy(&store->mutex);
    free(store);
}

void dust_store_lock(struct dust_store *store) {
    pthread_mutex_lock(&store->mutex);
}

void dust_store_unlock(struct dust_store *store) {
    pthread_mutex_unlock(&store->mutex);
}

void dust_store_wake(struct dust_store *store) {
    dust_store_lock(store);
    pthread_cond_broadcast(&store->changed);
    dust_store_unlock(store);
}

struct dust_table *dust_store_find(struct dust_store *store, const char *source, const char *id) {
    for (struct dust_table *table = store->tables; table; table = table->next) {
        if (strcmp(table->id, id) == 0 && strcmp(table->source, source) == 0) {
            return table;
        }
    }
    return NULL;
}

struct dust_table *dust_store_make(struct dust_store *store, const char *source, const char *id) {
    struct dust_table *table = dust_store_find(store, source, id);
    if (table) {
        return table;
    }
    table = calloc(1, sizeof(*table));
    if (!table) {
        return NULL;
    }
    table->source = strdup(source);
    table->id = strdup(id);
    if (!table->source || !table->id) {
        table_destroy(table);
        return NULL;
    }
    struct dust_table **end = &store->tables;
    while (*end) {
        end = &(*end)->next;
    }
    *end = table;
    return table;
}

void dust_table_enter(struct dust_store *store, struct dust_table *table) {
    store->users++;
    while (table->busy) {
        pthread_cond_wait(&store->changed, &store->mutex);
    }
    table->busy = true;
}

void dust_table_leave(struct dust_store *store, struct dust_table *table) {
    table->busy = false;
    store->users--;
    pthread_cond_broadcast(&store->changed);
}

bool dust_table_queue(struct dust_store *store, struct dust_table *table, struct dust_image *image,
                      bool is_delete) {
    struct dust_config config = sandbox_config(store->sandbox).dust;
    if (table->file_count == table->file_cap) {
        size_t cap = table->file_cap ? table->file_cap * 2 : 16;
        struct dust_file *files = realloc(table->files, cap * sizeof(*files));
        if (!files) {
            dust_image_release(image);
            return false;
        }
        table->files = files;
        table->file_cap = cap;
    }
    table->files[table->file_count++] = (struct dust_file){image, is_delete};
    table->queued = true;
    table->active_ms = clock_monotonic_ms(clock_system());
    table->wait_ms = (int64_t)config.merge_quiet_ms;
    if (config.merge_delay_max_ms > 0) {
        table->wait_ms += (int64_t)(dust_store_random(store) % (config.merge_delay_max_ms + 1));
    }
    pthread_cond_broadcast(&store->changed);
    return true;
}
