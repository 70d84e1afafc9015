#include "sandbox/faults.h"

#include "sandbox/fault.h"
#include "sandbox/scan.h"

#include <pthread.h>

struct faults {
    pthread_mutex_t mutex; /* guards all below */
    struct fault *list;    /* in the order of their arrival */
    size_t count;
};

struct faults *faults_new(void) {
    struct faults *faults = calloc(1, sizeof(*faults));
    if (faults) {
        pthread_mutex_init(&faults->mutex, NULL);
    }
    return faults;
}

void faults_clear(struct faults *faults) {
    pthread_mutex_lock(&faults->mutex);
    for (size_t i = 0; i < faults->count; i++) {
        fault_clean_up(&faults->list[i]);
    }
    free(faults->list);
    faults->list = NULL;
    faults->count = 0;
    pthread_mutex_unlock(&faults->mutex);
}

void faults_destroy(struct faults *faults) {
    if (!faults) {
        return;
    }
    faults_clear(faults);
    pthread_mutex_destroy(&faults->mutex);
    free(faults);
}

static bool faults_append(struct faults *faults, struct fault *fresh, size_t count) {
    pthread_mutex_lock(&faults->mutex);
    struct fault *list = realloc(faults->list, (faults->count + count) * sizeof(*list));
    if (list) {
        memcpy(list + faults->count, fresh, count * sizeof(*list));
        faults->list = list;
        faults->count += count;
    }
    pthread_mutex_unlock(&faults->mutex);
    return list != NULL;
}

bool faults_add(struct faults *faults, struct slice json, struct buf *error) {
    struct fault *fresh = NULL;
    size_t count = 0;
    if (!fault_parse_list(json, &fresh, &count, error)) {
        return false;
    }
    bool good = count == 0 || faults_append(faults, fresh, count);
    for (size_t i = 0; !good && i < count; i++) {
        fault_clean_up(&fresh[i]);
    }
    free(fresh);
    if (!good) {
        buf_append_text(error, "out of memory");
    }
    return good;
}

static bool fault_matches(const struct fault *fault, const struct call *call) {
    if (fault->table && !slice_equal_text(buf_slice(&call->table), fault->table)) {
        return false;
    }
    return strcmp(fault->match, "any") == 0 || (call->name && !strcmp(fault->match, call->name)) ||
           (call->kind && !strcmp(fault->match, call->kind));
}

/* Counts a match; true when it is one that the fault hits. */
static bool fault_count(struct fault *fault) {
    int64_t place = fault->matched++ - fault->after;
    return place >= 0 && (fault->times < 0 || place < fault->times);
}

bool faults_take(struct faults *faults, const struct call *call, struct fault_effect *effect) {
    bool hit = false;
    pthread_mutex_lock(&faults->mutex);
    for (size_t i = 0; i < faults->count; i++) {
        struct fault *fault = &faults->list[i];
        if (fault_matches(fault, call) && fault_count(fault) && !hit) {
            hit = true;
            fault->fired++;
            *effect = fault->effect;
            buf_init(&effect->text, SANDBOX_MAX_BODY);
            buf_append_slice(&effect->text, buf_slice(&fault->effect.text));
        }
    }
    pthread_mutex_unlock(&faults->mutex);
    return hit;
}

void fault_effect_clean_up(struct fault_effect *effect) {
    buf_clean_up(&effect->text);
}

void faults_list(struct faults *faults, struct buf *json) {
    pthread_mutex_lock(&faults->mutex);
    buf_append_char(json, '[');
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *fault = &faults->list[i];
        buf_printf(json, "%s{\"match\":", i ? "," : "");
        scan_quote(json, slice_of(fault->match));
        buf_printf(json, ",\"action\":\"%s\",\"after\":%lld,\"times\":%lld,\"matched\":%lld",
                   fault->effect.name, (long long)fault->after, (long long)fault->times,
                   (long long)fault->matched);
        buf_printf(json, ",\"fired\":%lld}", (long long)fault->fired);
    }
    buf_append_char(json, ']');
    pthread_mutex_unlock(&faults->mutex);
}
