/* Inside Dust: the document that remembers a table of documents: no text, its columns in tags, an
 * id that no record's document has (architecture, "Dust documents"). All block, on the api's
 * thread. */
#ifndef DESTINATIONS_DUST_MANIFEST_H
#define DESTINATIONS_DUST_MANIFEST_H

#include "destinations/dust/dust_api.h"
#include "destinations/dust/dust_columns.h"

/* In front of the table's id; a dot is in no other id of ours. */
#define DUST_MANIFEST_PREFIX "bigdust.table."

/* Reads a table's columns into *found, with memory from arena. Names and id are filled in either
 * way; *there is false, and found->table.n_columns 0, when there is no such table. A Task when the
 * table is another's (dust_tags_read). */
bool dust_manifest_get(struct dust_api *api, struct slice schema, struct slice name,
                       struct arena *arena, struct dust_table *found, bool *there,
                       struct status *status);

/* Makes these the table's columns, and the table when it is missing. id is the table's
 * (dust_table_id_append). */
bool dust_manifest_post(struct dust_api *api, const struct table *table, const char *id,
                        struct status *status);

/* Makes the table, or adds to the columns it has those of table that it lacks; nothing is posted
 * when it lacks none. *result is what it has then: columns in the order in which they first came,
 * which ids and texts are made in, and as table describes them where it does. Copies from arena. */
bool dust_manifest_ensure(struct dust_api *api, const struct table *table, struct arena *arena,
                          struct dust_table *result, struct status *status);

/* Makes wanted's the table's columns; known is what it has. Those that remain keep their places, so
 * that ids stay what they are. *result: copies from arena. */
bool dust_manifest_change(struct dust_api *api, const struct dust_table *known,
                          const struct table *wanted, struct arena *arena,
                          struct dust_table *result, struct status *status);

/* Forgets the table; one that is not there is no error. */
bool dust_manifest_delete(struct dust_api *api, const char *id, struct status *status);

#endif
