/* Judges a small JSON body by a list of its members, as upstream's schemas do. */
#ifndef SANDBOX_DUST_FIELDS_H
#define SANDBOX_DUST_FIELDS_H

#include "base/buf.h"

enum dust_field_kind { FIELD_TEXT, FIELD_NUMBER, FIELD_FLAG, FIELD_TEXTS, FIELD_ANY };

struct dust_field {
    const char *name;
    enum dust_field_kind kind;
    bool required;
    bool nullable;
};

/* Per field what it holds: NULL data when it is absent or null, else the bytes of the JSON value.
 * False with *error filled: what the 400 says. Members that are not listed are dropped. */
bool dust_fields_read(struct slice body, const struct dust_field *fields, size_t count,
                      struct slice *values, struct buf *error);

/* Appends the text of a JSON string; nothing for an absent one. */
void dust_field_text(struct slice value, struct buf *out);

/* Steps through an array of strings: *at starts at 0; appends the next text to out, emptied. */
bool dust_field_next(struct slice value, size_t *at, struct buf *out);

/* A JSON number; fallback when it is absent. */
double dust_field_number(struct slice value, double fallback);

/* Whether JSON true. */
bool dust_field_flag(struct slice value);

#endif
