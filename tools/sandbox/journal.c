#include "sandbox/journal.h"

#include "base/clock.h"
#include "sandbox/scan.h"

#include <pthread.h>

enum { JOURNAL_MAX_ENTRIES = 100000 };

struct entry {
    uint64_t number; /* 1 for the first since the start or the reset */
    struct buf json; /* the members, without braces */
    struct buf body; /* when bodies are kept */
};

struct journal {
    bool keep_bodies;
    pthread_mutex_t mutex; /* guards all below */
    int64_t zero_us;       /* time_ms counts from here */
    struct entry *entries; /* a ring of JOURNAL_MAX_ENTRIES */
    uint64_t count;        /* ever entered */
};

struct journal *journal_new(bool keep_bodies) {
    struct journal *journal = calloc(1, sizeof(*journal));
    if (!journal) {
        return NULL;
    }
    journal->entries = calloc(JOURNAL_MAX_ENTRIES, sizeof(*journal->entries));
    if (!journal->entries) {
        free(journal);
        return NULL;
    }
    journal->keep_bodies = keep_bodies;
    pthread_mutex_init(&journal->mutex, NULL);
    journal_reset(journal);
    return journal;
}

static void entry_clean_up(struct entry *entry) {
    buf_clean_up(&entry->json);
    buf_clean_up(&entry->body);
}

void journal_reset(struct journal *journal) {
    pthread_mutex_lock(&journal->mutex);
    for (size_t i = 0; i < JOURNAL_MAX_ENTRIES; i++) {
        entry_clean_up(&journal->entries[i]);
    }
    journal->count = 0;
    journal->zero_us = clock_realtime_us(clock_system());
    pthread_mutex_unlock(&journal->mutex);
}

void journal_destroy(struct journal *journal) {
    if (!journal) {
        return;
    }
    journal_reset(journal);
    pthread_mutex_destroy(&journal->mutex);
    free(journal->entries);
    free(journal);
}

static void entry_text(struct buf *json, const char *key, const char *text) {
    buf_printf(json, ",\"%s\":", key);
    if (text && *text) {
        scan_quote(json, slice_of(text));
    } else {
        buf_append_text(json, "null");
    }
}

static void entry_describe(struct buf *json, struct exchange *ex, const char *fault) {
    const struct call *call = &ex->call;
    int64_t now_us = clock_realtime_us(clock_system());
    entry_text(json, "method", ex->method);
    entry_text(json, "path", ex->path);
    entry_text(json, "call", call->name);
    entry_text(json, "kind", call->kind);
    entry_text(json, "table", buf_cstr(&ex->call.table));
    entry_text(json, "sync_id", call->sync_id);
    entry_text(json, "fault", fault);
    entry_text(json, "error", buf_cstr(&ex->call.error));
    buf_printf(json, ",\"status\":%u,\"body_bytes\":%llu,\"records\":%zu,\"states\":%zu",
               ex->answer.status, (unsigned long long)ex->body_bytes, call->records, call->states);
    buf_printf(json, ",\"connection\":%llu,\"in_flight\":%llu,\"took_ms\":%lld",
               (unsigned long long)ex->connection_number, (unsigned long long)ex->in_flight,
               (long long)(now_us - ex->started_us) / 1000);
}

void journal_enter(struct journal *journal, struct exchange *ex, const char *fault) {
    struct entry fresh = {0};
    buf_init(&fresh.json, SANDBOX_MAX_BODY);
    buf_init(&fresh.body, SANDBOX_MAX_BODY);
    entry_describe(&fresh.json, ex, fault);
    if (journal->keep_bodies) {
        fresh.body = ex->body;
        buf_init(&ex->body, SANDBOX_MAX_BODY);
    }
    pthread_mutex_lock(&journal->mutex);
    buf_printf(&fresh.json, ",\"time_ms\":%lld",
               (long long)(ex->started_us - journal->zero_us) / 1000);
    struct entry *place = &journal->entries[journal->count % JOURNAL_MAX_ENTRIES];
    entry_clean_up(place);
    fresh.number = ++journal->count;
    *place = fresh;
    pthread_mutex_unlock(&journal->mutex);
}

void journal_list(struct journal *journal, uint64_t after, struct buf *json) {
    pthread_mutex_lock(&journal->mutex);
    uint64_t first =
        journal->count > JOURNAL_MAX_ENTRIES ? journal->count - JOURNAL_MAX_ENTRIES : 0;
    uint64_t start = after > first ? after : first;
    buf_append_char(json, '[');
    for (uint64_t i = start; i < journal->count; i++) {
        const struct entry *entry = &journal->entries[i % JOURNAL_MAX_ENTRIES];
        buf_printf(json, "%s{\"number\":%llu", i > start ? "," : "",
                   (unsigned long long)entry->number);
        buf_append_slice(json, buf_slice(&entry->json));
        buf_append_char(json, '}');
    }
    buf_append_char(json, ']');
    pthread_mutex_unlock(&journal->mutex);
}

bool journal_body(struct journal *journal, uint64_t number, struct buf *out) {
    pthread_mutex_lock(&journal->mutex);
    bool found = number > 0 && number <= journal->count &&
                 journal->count - number < JOURNAL_MAX_ENTRIES && journal->keep_bodies;
    if (found) {
        buf_append_slice(out,
                         buf_slice(&journal->entries[(number - 1) % JOURNAL_MAX_ENTRIES].body));
    }
    pthread_mutex_unlock(&journal->mutex);
    return found;
}
