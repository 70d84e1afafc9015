/* Walks the fields of a serialized protobuf message, one level, within its bounds. Pure. */
#ifndef FRONTENDS_FIVETRAN_WIRE_H
#define FRONTENDS_FIVETRAN_WIRE_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum wire_type { WIRE_VARINT = 0, WIRE_64BIT = 1, WIRE_BYTES = 2, WIRE_32BIT = 5 };

struct wire_field {
    uint32_t number;
    enum wire_type type;
    uint64_t value;     /* of WIRE_VARINT */
    struct slice bytes; /* of WIRE_BYTES; points into the message */
};

struct wire {
    struct slice left;
    bool broken; /* cut, a length past the end, a group, a number that no field has */
};

static inline struct wire wire_open(struct slice message) {
    return (struct wire){.left = message};
}

/* The next field. False at the end, and when the bytes are broken. */
bool wire_next(struct wire *w, struct wire_field *field);

/* The last WIRE_BYTES field of that number; the empty slice when there is none. */
struct slice wire_find(struct slice message, uint32_t number);

#endif
