#include "frontends/fivetran/descriptor_walk.h"

#include "frontends/fivetran/wire.h"

enum { NAME = 1 };

/* Where a kind of definition keeps its members; every definition has its name in field 1. */
struct scope {
    uint32_t messages; /* nested scopes */
    uint32_t enums;    /* their values are named in the scope around them */
    uint32_t services;
    uint32_t plain[2]; /* members that hold nothing further */
};

static const struct scope FILE_SCOPE = {
    .messages = DESCRIPTOR_FILE_MESSAGE,
    .enums = DESCRIPTOR_FILE_ENUM,
    .services = DESCRIPTOR_FILE_SERVICE,
};
static const struct scope MESSAGE_SCOPE = {.messages = 3, .enums = 4, .plain = {2, 8}};
static const struct scope ENUM_SCOPE = {.plain = {2}};
static const struct scope SERVICE_SCOPE = {.plain = {2}};

/* Takes "name" or "name." off the front of *symbol. */
static bool take_prefix(struct slice *symbol, struct slice name) {
    if (name.len == 0 || symbol->len < name.len || memcmp(symbol->data, name.data, name.len) != 0 ||
        (symbol->len > name.len && symbol->data[name.len] != '.')) {
        return false;
    }
    size_t taken = symbol->len > name.len ? name.len + 1 : name.len;
    *symbol = slice_make(symbol->data + taken, symbol->len - taken);
    return true;
}

static bool scope_defines(const struct scope *scope, struct slice bytes, struct slice symbol);

/* Whether the member is the symbol, or (given the scope it opens) holds the rest of it. A dot at
 * the symbol's end leaves a rest of nothing, which only a symbol without one may have. */
static bool member_defines(const struct scope *opens, struct slice member, struct slice symbol) {
    struct slice rest = symbol;
    if (!take_prefix(&rest, wire_find(member, NAME))) {
        return false;
    }
    if (rest.len == 0) {
        return symbol.data[symbol.len - 1] != '.';
    }
    return opens && scope_defines(opens, member, rest);
}

static bool scope_defines(const struct scope *scope, struct slice bytes, struct slice symbol) {
    struct wire w = wire_open(bytes);
    struct wire_field field;
    bool found = false;
    while (!found && wire_next(&w, &field)) {
        if (field.type != WIRE_BYTES) {
            continue;
        }
        if (field.number == scope->messages) {
            found = member_defines(&MESSAGE_SCOPE, field.bytes, symbol);
        } else if (field.number == scope->enums) {
            found = member_defines(NULL, field.bytes, symbol) ||
                    scope_defines(&ENUM_SCOPE, field.bytes, symbol);
        } else if (field.number == scope->services) {
            found = member_defines(&SERVICE_SCOPE, field.bytes, symbol);
        } else if (field.number == scope->plain[0] || field.number == scope->plain[1]) {
            found = member_defines(NULL, field.bytes, symbol);
        }
    }
    return found;
}

bool descriptor_file_defines(struct slice file, struct slice symbol) {
    struct slice package = wire_find(file, DESCRIPTOR_FILE_PACKAGE);
    if (package.len && (!take_prefix(&symbol, package) || symbol.len == 0)) {
        return false;
    }
    return symbol.len > 0 && scope_defines(&FILE_SCOPE, file, symbol);
}
