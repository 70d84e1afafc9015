/* Delivery's door: records in, acknowledged requests out. */
#ifndef DELIVERY_DELIVERY_H
#define DELIVERY_DELIVERY_H

#include "delivery/attempt.h"
#include "delivery/pipeline.h"
#include "delivery/writer.h"

#endif
