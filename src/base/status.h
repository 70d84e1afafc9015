/* What went wrong, as a value. The lowest layer fills it in; layers above add context in front.
 * Functions that can fail take `struct status *status` last and return false (or an enum) then.
 * How each code becomes an answer is the front end's: contracts/fivetran.md, "Answers". */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include "base/slice.h"

#include <stdbool.h>

enum status_code {
    STATUS_OK = 0,
    STATUS_TASK,        /* the customer must act: settings, rights, quota, a destination's limit */
    STATUS_DATA_LOSS,   /* an input file is missing, broken or holds an impossible value */
    STATUS_UNAVAILABLE, /* the API is down, throttled past the deadline, or its answer unknown */
    STATUS_CANCELLED,   /* the caller went away, or the process is stopping */
    STATUS_DEADLINE,    /* past the caller's deadline */
    STATUS_INVALID_ARGUMENT, /* a request that no client should send */
    STATUS_EXHAUSTED,        /* a request larger than we take */
    STATUS_INTERNAL,         /* our own fault, memory included */
};

enum { STATUS_MESSAGE_BYTES = 1024 };

struct status {
    enum status_code code;
    bool names_record; /* the message names a record's key: for the customer, not for a log */
    char message[STATUS_MESSAGE_BYTES]; /* well-formed UTF-8 whatever it quotes */
};

#define STATUS_INIT ((struct status){.code = STATUS_OK})

/* Fills *status and returns false, so that `return status_fail(…)` reads well. Never pass record
 * values, keys or secret settings. */
bool status_fail(struct status *status, enum status_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "context: " in front of the message. Returns false, as status_fail. */
bool status_context(struct status *status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* status_fail(status, STATUS_INTERNAL, "out of memory while <doing>"). */
bool status_no_memory(struct status *status, const char *doing);

/* The code's name for logs: "task", "data_loss", … */
const char *status_code_name(enum status_code code);

#endif
