/* A file that the platform wrote for us, whole. Inside the room. */
#ifndef FRONTENDS_AIRBYTE_TEXT_FILE_H
#define FRONTENDS_AIRBYTE_TEXT_FILE_H

#include "base/buf.h"
#include "base/status.h"

/* Reads the file into text, an initialised buffer whose maximum is the most that is taken; room is
 * made at once, so that buf_wipe leaves nothing behind. what names it for a person. False with
 * *status, a Task. */
bool text_file_read(const char *path, const char *what, struct buf *text, struct status *status);

#endif
