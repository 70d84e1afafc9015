#include "tester/run.h"

#include "base/clock.h"

int64_t run_now_ms(struct run *run) {
    int64_t now = clock_realtime_us(clock_system()) / 1000;
    run->last_ms = now > run->last_ms ? now : run->last_ms + 1;
    return run->last_ms;
}
