/* Inside Dust: the test of the setup form, for tables and documents alike. */
#ifndef DESTINATIONS_DUST_TEST_H
#define DESTINATIONS_DUST_TEST_H

#include "destinations/destination.h"

/* The test "connection": finds out, in two or three requests and without writing, whether the key
 * may write to the data source, as the data format of the settings needs it (contracts/dust.md, 7;
 * lesson 11). False with *status, which names the setting to mend. A destination_ops.test. */
bool dust_test(struct destination *d, const char *name, struct status *status);

#endif
