/* Memory of one run: handed out zeroed, never taken back. A tool that has none left can only say so
 * and end. */
#ifndef TESTER_MEMORY_H
#define TESTER_MEMORY_H

#include "base/arena.h"
#include "base/buf.h"

/* bytes zero bytes for the rest of the run. Ends the program (exit code 1) when there are none. */
void *memory_take(struct arena *arena, size_t bytes);

/* A copy of the text with a NUL behind it, for the rest of the run; ends the program as above. */
char *memory_copy(struct arena *arena, struct slice text);

/* printf into a text for the rest of the run; ends the program as above. */
char *memory_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Ends the program unless every append to the buffer found its room. */
void memory_check(const struct buf *b);

/* A whole file. Empties the buffer first; false when it cannot be read. */
bool memory_read_file(const char *path, struct buf *out);

#endif
