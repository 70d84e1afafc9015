/* One field of a setup form, asked for at the terminal. */
#ifndef TESTER_PROMPT_H
#define TESTER_PROMPT_H

#include "base/arena.h"
#include "common.pb-c.h"

/* What the person says, in the arena: the text, a dropdown's value, "true" or "false", the content
 * of the file that is to be uploaded; an empty line gives the field's default. "" for none, and
 * for a hidden field without a default, which is not asked for. Asks again while a required field
 * has no value or an answer cannot be. NULL at the end of the input. */
const char *prompt_field(const FivetranSdk__V2__FormField *field, struct arena *arena);

#endif
