/* Inside Dust: calls to the API of one data source, and what its answers mean (contracts/dust.md,
 * 3, 5, 6). */
#ifndef DESTINATIONS_DUST_API_H
#define DESTINATIONS_DUST_API_H

#include "destinations/destination.h"
#include "json/json_value.h"

enum {
    DUST_PENDING_WAIT_MS = 12 * 1000, /* 429 of the pending cap: silence that lets Dust merge */
    DUST_ERROR_TYPE_BYTES = 64,
};

/* One thread's calls. Initialise, then any number of calls one after another. */
struct dust_api {
    struct destination *d;
    struct buf url;
    struct buf authorization; /* secret; wiped */
    struct buf scope;
    unsigned faults; /* answers 500 of the call under way: tried a few times, then given up */
    char
        error_type[DUST_ERROR_TYPE_BYTES]; /* of the last answer: "table_not_found", …; "" : none */
    int status;                            /* its HTTP status; 0: no answer */
};

void dust_api_init(struct dust_api *api, struct destination *d);
void dust_api_clean_up(struct dust_api *api);

/* Fills *call (valid until the next init of the same api): URL, key, judge, repeatable (every call
 * to Dust is), scope: the table of that id when given, else the workspace. path is what stands
 * behind /data_sources/{id}, escaped: "/tables/x/rows?limit=0". */
void dust_call_init(struct dust_api *api, struct api_call *call, enum http_method method,
                    const char *what, const char *table_id, const char *path);
/* The same for a path behind /api/v1/w/{workspace}. */
void dust_call_init_workspace(struct dust_api *api, struct api_call *call, enum http_method method,
                              const char *what, const char *path);

/* The judge that dust_call_init sets; context is the struct dust_api. For judges that add to it.
 * Dust's own sentence is put behind the verdict's text; 401, 403, 404 become Tasks that say what to
 * do; 429 without Retry-After becomes THROTTLED for as long as that kind of limit needs; the third
 * 500 of a call becomes REJECTED. */
void dust_judge(void *context, const struct http_response *response, struct verdict *verdict);

/* Performs the call. False with *status; dust_error_is then tells a 404 that is an answer. response
 * may be NULL; else initialised by the caller, and holds the last answer. */
bool dust_perform(struct dust_api *api, const struct api_call *call, struct http_response *response,
                  struct status *status);
bool dust_error_is(const struct dust_api *api, const char *type);

/* A GET, parsed; NULL with *status. */
struct json_value *dust_get_json(struct dust_api *api, const char *what, const char *table_id,
                                 const char *path, struct status *status);

#endif
