/* One call to the destination and what it answered. */
#ifndef TESTER_CALLS_H
#define TESTER_CALLS_H

#include "tester/run.h"

enum { CALLS_SHORT_MS = 3600 * 1000 }; /* every call has an hour, as WriteBatch has officially */

struct call_result {
    struct client_reply reply;
    struct message_answer answer; /* "nothing" when the call failed */
};

/* Makes the call with the run's settings; request->configuration is filled in. cancel_after_ms: 0
 * for never. calls_clean_up frees the result. */
void calls_make(struct run *run, const char *method, ProtobufCMessage *request,
                int64_t cancel_after_ms, struct call_result *result);
void calls_clean_up(struct call_result *result);

/* Only fills the settings in, for a request that is sent more than once or by another thread. */
void calls_prepare(struct run *run, ProtobufCMessage *request);

/* Sends what calls_prepare has prepared. Any thread. */
void calls_send(struct client *client, const char *method, const ProtobufCMessage *request,
                int64_t cancel_after_ms, struct call_result *result);

/* The answer's kind, but "refused" for success, unsupported or not_found that is not true. */
const char *calls_kind(const struct call_result *result);
bool calls_is(const struct call_result *result, const char *kind);

/* The answer for a person: "task: the key is wrong", "UNAVAILABLE: …". In the arena. */
const char *calls_text(const struct call_result *result, struct arena *arena);

/* Reports a call that wants success (a warning will do): true then. */
bool calls_judge(struct run *run, const char *method, const char *subject,
                 const struct call_result *result);

/* calls_make, calls_judge and calls_clean_up. */
bool calls_succeed(struct run *run, const char *method, const char *subject,
                   ProtobufCMessage *request);

#endif
