/* A stream's table at a Dust of a script. */
#ifndef UNIT_DESTINATIONS_DUST_STREAM_FIXTURE_H
#define UNIT_DESTINATIONS_DUST_STREAM_FIXTURE_H

#include "destinations/dust/tables/dust_stream_table.h"
#include "unit/destinations/dust/dust_fixture.h"

#define STREAM_ID "fivetran_users"
#define STREAM SOURCE "/tables/" STREAM_ID
#define NO_STREAM DUST_ERROR("table_not_found", "Failed to get table.")
#define GET_STREAM "GET " STREAM " "
#define POST_TAGS "POST " SOURCE "/tables {\"table_id\":\"" STREAM_ID "\""
#define CLEAR_STREAM "POST " STREAM "/rows {\"truncate\":true,\"rows\":[]}"

/* The answer of GET table with these tags behind mark and source: `,"bigdust:…"`. */
#define STREAM_ANSWER(more)                                                                        \
    "{\"table\":{\"tags\":[\"bigdust:v1\",\"bigdust:source:{\\\"front_end\\\":\\\"airbyte\\\","    \
    "\\\"schema\\\":\\\"\\\",\\\"table\\\":\\\"users\\\"}\"" more "]}}"
#define COLUMN_TAG(at, name, original)                                                             \
    ",\"bigdust:column:{\\\"at\\\":" #at ",\\\"name\\\":\\\"" name                                 \
    "\\\",\\\"original\\\":\\\"" original "\\\",\\\"type\\\":\\\"UNSPECIFIED\\\"}\""

static const struct table users = {"", "users", NULL, 0};

/* As dust_stream_table_load leaves it behind that answer; only the first line of the script is
 * used up. */
static inline bool load_stream(struct fixture *f, struct dust_stream_table *t) {
    bool is_new;
    f->settings.front_end = FRONT_END_AIRBYTE;
    dust_stream_table_init(t, FRONT_END_AIRBYTE);
    return dust_stream_table_load(t, &f->api, &users, &is_new, &f->status);
}

#endif
