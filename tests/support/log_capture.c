#include "support/log_capture.h"

static void capture_line(void *context, enum log_level level, const char *message) {
    struct log_capture *capture = context;
    pthread_mutex_lock(&capture->mutex);
    buf_printf(&capture->text, "%d %s\n", (int)level, message);
    pthread_mutex_unlock(&capture->mutex);
}

void log_capture_init(struct log_capture *capture, enum log_level min_level) {
    *capture = (struct log_capture){.sink = {.write = capture_line, .context = capture}};
    capture->log = (struct log){.sink = &capture->sink, .min_level = min_level};
    pthread_mutex_init(&capture->mutex, NULL);
    buf_init(&capture->text, 16 * (size_t)1024 * 1024);
}

void log_capture_clean_up(struct log_capture *capture) {
    buf_clean_up(&capture->text);
    pthread_mutex_destroy(&capture->mutex);
}

size_t log_capture_count(struct log_capture *capture, const char *text) {
    size_t n = 0;
    pthread_mutex_lock(&capture->mutex);
    const char *at = buf_cstr(&capture->text);
    while ((at = strstr(at, text)) != NULL) {
        n++;
        at += strlen(text);
    }
    pthread_mutex_unlock(&capture->mutex);
    return n;
}
