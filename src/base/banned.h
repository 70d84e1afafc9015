/* Functions whose bounds nobody checks; using one is a compile error. Included by base/slice.h, so
 * every room sees it. Use buf_printf, snprintf and slices instead. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

/* The system headers that declare them come first, or the poison would hit their declarations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok asctime ctime gmtime
#pragma GCC poison localtime atoi atol atof srand

#endif
