/* The log of requests that tests and people look at. Any thread. */
#ifndef SANDBOX_JOURNAL_H
#define SANDBOX_JOURNAL_H

#include "sandbox/exchange.h"

struct journal;

/* keep_bodies: the bytes of request bodies too. */
struct journal *journal_new(bool keep_bodies);
void journal_destroy(struct journal *journal);
void journal_reset(struct journal *journal);

/* Enters a request whose answer is ready; fault may be NULL. Takes over ex->body when bodies are
 * kept. Called before the answer leaves, so a client that has its answer finds its request here. */
void journal_enter(struct journal *journal, struct exchange *ex, const char *fault);

/* Appends a JSON array of the entries with numbers over `after`. */
void journal_list(struct journal *journal, uint64_t after, struct buf *json);

/* Appends the body of the request of that number. False when it is not there. */
bool journal_body(struct journal *journal, uint64_t number, struct buf *out);

#endif
