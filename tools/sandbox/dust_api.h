/* Inside Dust's API: one request, and what its calls share. */
#ifndef SANDBOX_DUST_API_H
#define SANDBOX_DUST_API_H

#include "sandbox/dust_documents.h"
#include "sandbox/dust_rows.h"
#include "sandbox/dust_store.h"

enum { DUST_MAX_SEGMENTS = 9 };

struct dust_request {
    struct sandbox *sandbox;
    struct exchange *ex;
    struct dust_config config;         /* as it was when the request came */
    const struct dust_route *route;    /* NULL: no such path */
    char *segments[DUST_MAX_SEGMENTS]; /* of the path behind the prefix */
    size_t segment_count;
    const char *space;
    const char *source; /* the data source's id, from dust_enter on */
    const char *id;     /* of the table or document */
    const char *row;
    bool may_write;
    struct slice body;     /* JSON; `{}` without a Content-Type that says so */
    struct dust_rows rows; /* of POST rows */
    struct buf error;      /* why they are wrong */
};

/* One call. */
struct dust_route {
    const char *method;
    const char *path; /* behind the workspace; `*` any segment, `**` all that follow */
    const char *name; /* for faults and the journal */
    void (*perform)(struct dust_request *request);
};

/* Answers {"error":{…}}. */
void dust_error(struct dust_request *request, unsigned status, const char *type,
                const char *message);
/* The same with `data_source_error`. */
void dust_source_error(struct dust_request *request, unsigned status, const char *type,
                       const char *message, const char *code, const char *what);
/* Answers plain text. */
void dust_text(struct dust_request *request, unsigned status, const char *text);
void dust_not_found(struct dust_request *request);

/* Who asks: in upstream's order of checks. False: answered. */
bool dust_authorise(struct dust_request *request);

/* Finds the data source and, for a write, judges the right to it. False: answered. */
bool dust_enter(struct dust_request *request, bool write);

/* `limit` and `offset`. False: answered. */
bool dust_paging(struct dust_request *request, uint64_t *limit, uint64_t *offset);

/* A timestamp as upstream cleans it (contract 4.5): ms; of an absent or senseless one now. */
int64_t dust_timestamp(struct slice value);

/* Appends an array of the texts of one, or [] of none. */
void dust_tags(struct slice value, struct buf *json);

/* The title: body's, else that of a `title:` tag, else the fallback. */
void dust_title(struct slice title, struct slice tags, const char *fallback, struct buf *out);

/* The calls. */
void dust_list_tables(struct dust_request *request);
void dust_upsert_table(struct dust_request *request);
void dust_get_table(struct dust_request *request);
void dust_delete_table(struct dust_request *request);
void dust_table_csv(struct dust_request *request);
void dust_list_rows(struct dust_request *request);
void dust_upsert_rows(struct dust_request *request);
void dust_get_row(struct dust_request *request);
void dust_delete_row(struct dust_request *request);
void dust_list_documents(struct dust_request *request);
void dust_upsert_document(struct dust_request *request);
void dust_get_document(struct dust_request *request);
void dust_delete_document(struct dust_request *request);

/* A table's row as GET answers it, `{"row_id":…,"value":…}`; texts: the CSV's cells instead of what
 * is read from them. record is scratch. */
void dust_show_row(const struct dust_image *image, size_t row, bool texts,
                   struct dust_record *record, struct buf *json);

/* The members that a GET of a table answers, in braces. */
void dust_show_table(const struct dust_table *table, struct buf *json);

#endif
