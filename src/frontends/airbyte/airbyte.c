#include "frontends/airbyte/airbyte.h"

#include "frontends/airbyte/connection.h"
#include "frontends/airbyte/spec.h"

enum { MAX_SPEC_BYTES = 1024 * 1024, CHECK_MS = 18 * 1000 };

int airbyte_spec(const struct airbyte *airbyte, const char *destination) {
    struct connection c;
    struct buf line;
    connection_init(&c, airbyte);
    buf_init(&line, MAX_SPEC_BYTES);
    struct status status = STATUS_INIT;
    bool ok = spec_append(&line, destination);
    if (!ok) {
        status_fail(&status, STATUS_TASK,
                    "There is no destination of that name: --destination takes biggeo or dust.");
    } else if (line.failed) {
        ok = status_no_memory(&status, "making the spec");
    }
    const struct slice part = buf_slice(&line);
    if (!ok) {
        output_error(&c.output, &status);
    } else {
        ok = output_line(&c.output, &part, 1);
    }
    buf_clean_up(&line);
    connection_clean_up(&c);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void fire(void *context) {
    cancel_fire(context, CANCEL_SHUTDOWN);
}

int airbyte_check(const struct airbyte *airbyte, const char *config_path) {
    struct connection c;
    struct cancel cancel;
    struct status status = STATUS_INIT;
    const struct clock *clock = airbyte->destinations->clock;
    connection_init(&c, airbyte);
    cancel_init(&cancel, clock, clock_monotonic_ms(clock) + CHECK_MS);
    struct cancel_waker waker = {.wake = fire, .context = &cancel};
    cancel_add_waker(airbyte->cancel, &waker);
    if (connection_open(&c, config_path, ATTEMPT_POLICY_ONCE, &cancel, &status)) {
        c.destination.ops->test(&c.destination, "connection", &status);
    }
    output_connection_status(&c.output, &status);
    cancel_remove_waker(airbyte->cancel, &waker);
    cancel_clean_up(&cancel);
    connection_clean_up(&c);
    return EXIT_SUCCESS;
}
