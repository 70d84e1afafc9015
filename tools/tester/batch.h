/* The files and the request of one WriteBatch or WriteHistoryBatch. */
#ifndef TESTER_BATCH_H
#define TESTER_BATCH_H

#include "tester/calls.h"
#include "tester/csv_writer.h"
#include "tester/ops.h"
#include "tester/packing.h"

struct batch_file {
    const char *path; /* where it is written */
    char *told;       /* the same as the destination is told */
    struct slice csv;
    struct slice packed;
    unsigned char key[PACKING_KEY_BYTES];
    struct batch_file *next;
};

struct batch {
    const struct model_table *table;
    struct packing packing;
    struct csv_markers markers;
    struct batch_file *files[OPS_KINDS];
    size_t n_files[OPS_KINDS];
    struct batch_file *last; /* the one with rows that was written last: faults are made of it */
    const char *method;
    const char *subject; /* for the report: schema.table, the rows */
    ProtobufCMessage *request;
    struct message_pair *keys; /* of all files; in mode large-message of many more */
    size_t n_keys;
    struct batch *next;
};

/* Writes the files and makes the request, ready to be sent. False with *status when a file cannot
 * be written. */
bool batch_make(struct run *run, struct ops_table *ops, struct batch *batch, struct status *status);

/* Writes the bytes to the path: over what is there. */
bool batch_save(const char *path, struct slice bytes, struct status *status);

/* Compresses and encrypts as the batch's packing says; fills key when it encrypts. out is emptied
 * first. */
void batch_pack(struct run *run, struct packing packing, struct slice csv,
                unsigned char key[PACKING_KEY_BYTES], struct buf *out);

#endif
