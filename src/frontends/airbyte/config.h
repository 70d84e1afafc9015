/* The --config file: the JSON object that the platform made from our spec. Inside the room. */
#ifndef FRONTENDS_AIRBYTE_CONFIG_H
#define FRONTENDS_AIRBYTE_CONFIG_H

#include "settings/settings.h"

/* Fills *settings from the file's text. Which destination it is for follows from `destination`,
 * else from `workspace_id` (the configs of the two older connectors name none). A value of another
 * JSON type than the spec says is refused. False with *status, a Task that names what is wrong and
 * never a value. settings_clean_up either way. */
bool config_parse(struct settings *settings, struct slice text, struct status *status);

/* The same for a file. */
bool config_read(struct settings *settings, const char *path, struct status *status);

#endif
