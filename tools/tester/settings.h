/* The settings of a run: what configuration.json says, else what the person at the terminal says.
 */
#ifndef TESTER_SETTINGS_H
#define TESTER_SETTINGS_H

#include "tester/run.h"

/* configuration.json of the data folder, a flat map of strings, as the run's settings. *found is
 * false when there is no such file. False with *status when it is something else. */
bool settings_read_file(struct run *run, bool *found, struct status *status);

/* Asks for the form's fields on stdin and stdout: conditional fields when their condition holds,
 * dropdowns by number or value, toggles by yes and no, passwords without echo. False with *status
 * when the input ends before a required field has a value. */
bool settings_ask(struct run *run, const FivetranSdk__V2__ConfigurationFormResponse *form,
                  struct status *status);

#endif
