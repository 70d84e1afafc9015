/* Inside the settings room: one value on its way into struct settings. */
#ifndef SETTINGS_SETTING_VALUE_H
#define SETTINGS_SETTING_VALUE_H

#include "base/buf.h"
#include "settings/settings.h"

/* Without the white space around it: ASCII's, and what pages put invisibly around copied text
 * (no-break and zero-width spaces, byte order marks). */
struct slice setting_value_trim(struct slice text);

enum setting_stored { SETTING_STORED, SETTING_WRONG, SETTING_NO_MEMORY };

/* Checks a trimmed value that is not empty, and puts it where it belongs. WRONG: appends what is
 * allowed, as a sentence with the setting's label, to problem, and stores nothing. */
enum setting_stored setting_value_store(const struct setting *setting, struct slice text,
                                        struct settings *settings, struct buf *problem);

#endif
