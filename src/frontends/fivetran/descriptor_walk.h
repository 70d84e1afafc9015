/* Questions to a serialized google.protobuf.FileDescriptorProto, answered by walking its bytes
 * (field numbers: google/protobuf/descriptor.proto). Pure. */
#ifndef FRONTENDS_FIVETRAN_DESCRIPTOR_WALK_H
#define FRONTENDS_FIVETRAN_DESCRIPTOR_WALK_H

#include "base/slice.h"

enum descriptor_file_field {
    DESCRIPTOR_FILE_NAME = 1,
    DESCRIPTOR_FILE_PACKAGE = 2,
    DESCRIPTOR_FILE_DEPENDENCY = 3,
    DESCRIPTOR_FILE_MESSAGE = 4,
    DESCRIPTOR_FILE_ENUM = 5,
    DESCRIPTOR_FILE_SERVICE = 6,
};

/* Whether the file defines that fully qualified name (no dot in front): a message, field, oneof,
 * enum, enum value, service or method. A package alone is no symbol. */
bool descriptor_file_defines(struct slice file, struct slice symbol);

#endif
