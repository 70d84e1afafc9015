#include "http/http_client.h"

#include <pthread.h>
#include <stdlib.h>

struct idle {
    struct http_client *client;
};

struct http_pool {
    pthread_mutex_t mutex; /* guards n_idle and idle */
    size_t max_idle;
    size_t n_idle;
    struct idle idle[];
};

struct http_pool *http_pool_new(size_t max_idle) {
    struct http_pool *pool = calloc(1, sizeof *pool + max_idle * sizeof(struct idle));
    if (!pool) {
        return NULL;
    }
    pool->max_idle = max_idle;
    pthread_mutex_init(&pool->mutex, NULL);
    return pool;
}

void http_pool_destroy(struct http_pool *pool) {
    if (!pool) {
        return;
    }
    for (size_t i = 0; i < pool->n_idle; i++) {
        http_client_destroy(pool->idle[i].client);
    }
    pthread_mutex_destroy(&pool->mutex);
    free(pool);
}

struct http_client *http_pool_take(struct http_pool *pool) {
    struct http_client *client = NULL;
    pthread_mutex_lock(&pool->mutex);
    if (pool->n_idle > 0) {
        client =
            pool->idle[--pool->n_idle].client; /* the last one given: its connection is freshest */
    }
    pthread_mutex_unlock(&pool->mutex);
    return client ? client : http_client_new();
}

void http_pool_give(struct http_pool *pool, struct http_client *client) {
    if (!client) {
        return;
    }
    pthread_mutex_lock(&pool->mutex);
    bool kept = pool->n_idle < pool->max_idle;
    if (kept) {
        pool->idle[pool->n_idle++].client = client;
    }
    pthread_mutex_unlock(&pool->mutex);
    if (!kept) {
        http_client_destroy(client);
    }
}
