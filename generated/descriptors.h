/* The descriptors of every service that is served, with all they import: a serialized
 * google.protobuf.FileDescriptorSet, for reflection. The bytes are made by the build. */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stddef.h>

extern const unsigned char bigdust_descriptors[];
extern const size_t bigdust_descriptors_len;

#endif
