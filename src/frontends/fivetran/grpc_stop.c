#include "frontends/fivetran/grpc_internal.h"

#include <stdlib.h>

enum {
    IDLE_MS = 300,     /* without calls for so long: connections are cut, not waited for */
    STALLED_MS = 1000, /* a request still not here, a stream still not gone: ended by force */
    ANSWER_MS = 1000,  /* for handlers' last words once they are cancelled */
    STEP_MS = 50,
    CORE_GONE_MS = 1000,
};

/* How far a stop has got; times are clock_monotonic_ms, 0 is "not yet". */
struct stop {
    struct rpc_server *server;
    int64_t started;
    int64_t drain_until;
    int64_t idle_since;
    int64_t fired_at;
    bool cut;
};

static void on_drained(void *context, bool ok) {
    (void)ok;
    struct rpc_server *server = context;
    pthread_mutex_lock(&server->lock);
    server->locked.is_drained = true;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

static void wait_step_locked(struct rpc_server *server) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += STEP_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    pthread_cond_timedwait(&server->changed, &server->lock, &until);
}

static void fire_all(struct stop *stop, int64_t now) {
    struct rpc_server *server = stop->server;
    struct rpc_call *call = NULL;
    pthread_mutex_lock(&server->lock);
    TAILQ_FOREACH(call, &server->locked.calls, locked.all) {
        cancel_fire(&call->cancel, CANCEL_SHUTDOWN);
    }
    pthread_mutex_unlock(&server->lock);
    stop->fired_at = now;
}

static void cut_all(struct stop *stop) {
    stop->cut = true;
    grpc_server_cancel_all_calls(stop->server->core);
}

/* One look at where things stand, without the lock held. */
static void step(struct stop *stop, size_t n_calls, bool hurry) {
    int64_t now = clock_monotonic_ms(clock_system());
    stop->idle_since = n_calls ? 0 : stop->idle_since ? stop->idle_since : now;
    if (stop->cut) {
        return;
    }
    if (!stop->fired_at && (hurry || now >= stop->drain_until)) {
        fire_all(stop, now);
    }
    bool idle = stop->idle_since && now - stop->idle_since >= IDLE_MS;
    bool answered = stop->fired_at && now - stop->fired_at >= ANSWER_MS;
    if (hurry || idle || answered) {
        cut_all(stop);
    } else if (now - stop->started >= STALLED_MS) {
        rpc_unary_evict(stop->server, STALLED_MS, "the server is shutting down");
        rpc_stream_cancel_all(stop->server);
    }
}

void rpc_server_stop(struct rpc_server *server, int64_t drain_ms) {
    int64_t now = clock_monotonic_ms(clock_system());
    struct stop stop = {.server = server, .started = now, .drain_until = now + drain_ms};
    pthread_mutex_lock(&server->lock);
    server->locked.stopping = true;
    pthread_mutex_unlock(&server->lock);
    server->drained = (struct rpc_tag){on_drained, server};
    RPC_TAG_GIVEN(&server->drained);
    grpc_server_shutdown_and_notify(server->core, server->queue, &server->drained);
    rpc_stream_end_all(server);

    /* The core may be drained while handlers still run: both must be over. */
    pthread_mutex_lock(&server->lock);
    while (!server->locked.is_drained || server->locked.n_calls) {
        size_t n_calls = server->locked.n_calls;
        bool hurry = server->locked.hurry;
        pthread_mutex_unlock(&server->lock);
        step(&stop, n_calls, hurry);
        pthread_mutex_lock(&server->lock);
        if (!server->locked.is_drained || server->locked.n_calls) {
            wait_step_locked(server);
        }
    }
    pthread_mutex_unlock(&server->lock);
    server->stopped = true;
}

void rpc_server_hurry(struct rpc_server *server) {
    pthread_mutex_lock(&server->lock);
    server->locked.hurry = true;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

/* The core cleans up on a thread of its own; leaving before it is done looks like a leak. */
static void wait_until_core_gone(void) {
    const struct clock *clock = clock_system();
    int64_t until = clock_monotonic_ms(clock) + CORE_GONE_MS;
    while (grpc_is_initialized() && clock_monotonic_ms(clock) < until) {
        clock_sleep_ms(clock, 1, NULL);
    }
}

/* The one order (lesson 38): calls and handlers are over and the shutdown tag is taken; workers;
 * server; queue shut down, drained by the event thread, destroyed; the core. */
void rpc_server_destroy(struct rpc_server *server) {
    if (!server) {
        return;
    }
    if (!server->stopped) {
        rpc_server_hurry(server);
        rpc_server_stop(server, 0);
    }
    workers_destroy(server->workers);
    if (server->core) {
        grpc_server_destroy(server->core);
    }
    if (server->queue) {
        grpc_completion_queue_shutdown(server->queue);
        if (server->event_thread_runs) {
            pthread_join(server->event_thread, NULL);
        } else {
            grpc_completion_queue_next(server->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
        }
        grpc_completion_queue_destroy(server->queue);
    }
    if (server->core_initialised) {
        grpc_shutdown();
        wait_until_core_gone();
    }
    rpc_log_detach(server->options.log);
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->lock);
    free(server);
}
