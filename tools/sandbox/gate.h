/* Where answers wait: for a time, or until they are let go. Any thread. */
#ifndef SANDBOX_GATE_H
#define SANDBOX_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gate;

struct gate *gate_new(void);
void gate_destroy(struct gate *gate);

/* Waits ms milliseconds, or until the server stops. */
void gate_sleep(struct gate *gate, int64_t ms);

/* Waits until gate_release or the stop. */
void gate_hold(struct gate *gate);

/* Lets all go that are held now; returns how many. */
size_t gate_release(struct gate *gate);

/* Waits until n answers are held. False after timeout_ms or at the stop. */
bool gate_wait_held(struct gate *gate, size_t n, int64_t timeout_ms);

/* Nobody waits any more, from now on. */
void gate_stop(struct gate *gate);

#endif
