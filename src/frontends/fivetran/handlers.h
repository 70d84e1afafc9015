/* The calls as operations, a file each for what belongs together. Inside the room. */
#ifndef FRONTENDS_FIVETRAN_HANDLERS_H
#define FRONTENDS_FIVETRAN_HANDLERS_H

#include "frontends/fivetran/operation.h"

extern const struct operation OPERATION_TEST;                /* service.c */
extern const struct operation OPERATION_DESCRIBE_TABLE;      /* tables.c */
extern const struct operation OPERATION_CREATE_TABLE;        /* tables.c */
extern const struct operation OPERATION_ALTER_TABLE;         /* tables.c */
extern const struct operation OPERATION_TRUNCATE;            /* truncate.c */
extern const struct operation OPERATION_WRITE_BATCH;         /* write_batch.c */
extern const struct operation OPERATION_WRITE_HISTORY_BATCH; /* write_batch.c */
extern const struct operation OPERATION_MIGRATE;             /* migrate.c */

#endif
