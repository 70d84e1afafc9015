/* Inside Dust: calls to the API of one data source (contracts/dust.md, 3). */
#ifndef DESTINATIONS_DUST_API_H
#define DESTINATIONS_DUST_API_H

#include "destinations/destination.h"
#include "json/json_value.h"

enum {
    DUST_MAX_ANSWER_BYTES = 64 * 1024 * 1024,
    DUST_ERROR_TYPE_BYTES = 64,
};

/* One thread's calls. Initialise, then any number of calls one after another. */
struct dust_api {
    struct destination *d;
    struct buf url;
    struct buf authorization; /* secret; wiped */
    struct buf scope;
    /* What follows is about the call under way, or the last one. */
    const char *what;
    bool may_miss;        /* a GET or DELETE: that there is no such thing is an answer */
    bool of_table;        /* it has a table's scope, else the workspace's */
    size_t route_sign_at; /* the sign of its URL's `data_sources` or `data-sources`; 0: no matter */
    bool respelled;       /* that was changed, once */
    unsigned faults;      /* answers 500: tried a few times, then given up */
    int status;           /* HTTP status of the last answer; 0: no answer */
    char error_type[DUST_ERROR_TYPE_BYTES]; /* of the last answer: "table_not_found", …; "": none */
    char error_code[DUST_ERROR_TYPE_BYTES]; /* of a data_source_error in it: "data_source_document_
                                               not_found", …; "": none */
};

void dust_api_init(struct dust_api *api, struct destination *d);
void dust_api_clean_up(struct dust_api *api);

/* Fills *call (valid until the next init of the same api): URL, key, dust_judge, repeatable (every
 * call to Dust is), scope: the table of that id when given, else the workspace. path is what stands
 * behind /data_sources/{id}, escaped: "/tables/x/rows?limit=0". what must live as long.
 *
 * A path below /documents that is answered by a 404 without an error of Dust's is tried once more
 * with the hyphenated `data-sources`, which the older connector documents (contracts/dust.md, 10);
 * the process remembers what worked. */
void dust_call_init(struct dust_api *api, struct api_call *call, enum http_method method,
                    const char *what, const char *table_id, const char *path);
/* The same for a path behind /api/v1/w/{workspace}. */
void dust_call_init_workspace(struct dust_api *api, struct api_call *call, enum http_method method,
                              const char *what, const char *path);

/* Performs the call. False with *status; dust_error_is then tells a 404 that is an answer. response
 * may be NULL; else initialised by the caller, and holds the last answer. */
bool dust_perform(struct dust_api *api, const struct api_call *call, struct http_response *response,
                  struct status *status);

/* Whether the last answer was an error of that type, or a data_source_error of that code. */
bool dust_error_is(const struct dust_api *api, const char *type);

/* Performs the call and parses its answer; NULL with *status, UNAVAILABLE when it is not JSON. */
struct json_value *dust_perform_json(struct dust_api *api, const struct api_call *call,
                                     struct status *status);

/* A GET below the data source, parsed; NULL with *status. */
struct json_value *dust_get_json(struct dust_api *api, const char *what, const char *table_id,
                                 const char *path, struct status *status);

#endif
