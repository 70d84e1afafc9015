#include "rewrite/packed_cells.h"

/* A cell is a number of 7 bits a byte, the low ones first: its kind, or its text's length above
 * the kinds, and then the text. */
enum { LENGTH_BASE = CELL_TEXT, MAX_NUMBER_BYTES = 10 };

static size_t number_of(const struct cell *cell) {
    return cell->kind == CELL_TEXT ? LENGTH_BASE + cell->text.len : (size_t)cell->kind;
}

static char *put_number(char *at, size_t number) {
    for (; number >= 0x80; number >>= 7) {
        *at++ = (char)(number & 0x7f) | (char)0x80;
    }
    *at++ = (char)number;
    return at;
}

static const char *get_number(const char *at, size_t *number) {
    *number = 0;
    for (unsigned shift = 0;; shift += 7) {
        unsigned char byte = (unsigned char)*at++;
        *number |= (size_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            return at;
        }
    }
}

struct slice packed_cells(struct arena *arena, const struct cell *cells, size_t n_cells) {
    char number[MAX_NUMBER_BYTES];
    size_t size = 0;
    for (size_t i = 0; i < n_cells; i++) {
        size += (size_t)(put_number(number, number_of(&cells[i])) - number);
        size += cells[i].kind == CELL_TEXT ? cells[i].text.len : 0;
    }
    char *packed = arena_alloc(arena, size + 1);
    char *at = packed;
    for (size_t i = 0; packed && i < n_cells; i++) {
        at = put_number(at, number_of(&cells[i]));
        if (cells[i].kind == CELL_TEXT && cells[i].text.len) {
            memcpy(at, cells[i].text.data, cells[i].text.len);
            at += cells[i].text.len;
        }
    }
    return slice_make(packed, size);
}

void packed_cells_read(struct slice packed, struct cell *cells, size_t n_cells) {
    const char *at = packed.data;
    for (size_t i = 0; i < n_cells; i++) {
        size_t number;
        at = get_number(at, &number);
        if (number < LENGTH_BASE) {
            cells[i] = (struct cell){.kind = (enum cell_kind)number};
        } else {
            cells[i] = (struct cell){CELL_TEXT, slice_make(at, number - LENGTH_BASE)};
            at += number - LENGTH_BASE;
        }
    }
}
