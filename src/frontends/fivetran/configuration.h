/* The setup form, made from the table of settings (contracts/fivetran.md, ConfigurationForm). */
#ifndef FRONTENDS_FIVETRAN_CONFIGURATION_H
#define FRONTENDS_FIVETRAN_CONFIGURATION_H

#include "base/buf.h"
#include "base/status.h"

/* The names of the tests that the form offers; they come back in TestRequest.name. */
#define CONFIGURATION_TEST_SETTINGS "settings"
#define CONFIGURATION_TEST_CONNECTION "connection"

/* Appends a packed ConfigurationFormResponse: settings that are always shown as fields, those of
 * one destination in one conditional group each, and the tests to offer. False with *status
 * (INTERNAL) when there is no memory or response is full. Any thread. */
bool configuration_form(struct buf *response, struct status *status);

#endif
