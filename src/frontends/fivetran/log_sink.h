/* Log events in Fivetran's format: one JSON object a line on stdout
 * (contracts/fivetran.md, "Running under Fivetran"). */
#ifndef FRONTENDS_FIVETRAN_LOG_SINK_H
#define FRONTENDS_FIVETRAN_LOG_SINK_H

#include "base/log.h"

/* stdout_fd gets INFO, WARNING and SEVERE; DEBUG, for which the format has no level, goes to
 * debug_fd. Any thread; a line is written whole. The sink lives as long as the process. */
const struct log_sink *fivetran_log_sink(int stdout_fd, int debug_fd);

#endif
