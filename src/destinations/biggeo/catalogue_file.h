/* Inside the catalogue: its SQLite file. Functions answer SQLite's result codes. */
#ifndef DESTINATIONS_CATALOGUE_FILE_H
#define DESTINATIONS_CATALOGUE_FILE_H

#include <sqlite3.h>

/* Opens a file (":memory:" too) that can be written, is whole, and is a catalogue of this version:
 * SQLITE_MISMATCH for another one or another program's. A new or empty file becomes one. Close with
 * sqlite3_close; *database is NULL on failure. One thread at a time. */
int catalogue_file_open(const char *path, sqlite3 **database);

/* A statement that gives no rows and has no parameters. */
int catalogue_file_execute(sqlite3 *database, const char *sql);

/* Every change takes the write lock first: two that only read could not both become writers. */
int catalogue_file_begin(sqlite3 *database);

/* Commits when code is OK, else undoes; returns what went wrong first. */
int catalogue_file_end(sqlite3 *database, int code);

#endif
