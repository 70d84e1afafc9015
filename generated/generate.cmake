# bigdust_generated: what protoc and protoc-c make of protos/ and of Debian's grpc-proto, as a static
# library. Everything lands in the build folder. Its users write
#   #include "destination_sdk.pb-c.h"  "common.pb-c.h"  "health.pb-c.h"  "reflection.pb-c.h"
#   #include "descriptors.h"
# Reflection's v1 and v1alpha messages are the same on the wire: C code is made of v1 alone.

find_program(PROTOC protoc REQUIRED)
find_program(PROTOC_GEN_C protoc-gen-c REQUIRED)
find_path(GRPC_PROTO_DIR grpc/health/v1/health.proto PATHS /usr/share/grpc-proto REQUIRED)
find_path(PROTOBUF_PROTO_DIR google/protobuf/timestamp.proto PATHS /usr/include REQUIRED)

set(generated_dir ${CMAKE_BINARY_DIR}/generated)
set(generated_from ${CMAKE_CURRENT_LIST_DIR})
set(protos ${PROJECT_SOURCE_DIR}/protos)
set(proto_path -I${protos} -I${PROTOBUF_PROTO_DIR} -I${GRPC_PROTO_DIR})
set(proto_names common destination_sdk google/protobuf/timestamp grpc/reflection/v1/reflection
    grpc/health/v1/health)
set(proto_inputs ${protos}/common.proto ${protos}/destination_sdk.proto)
list(TRANSFORM proto_names APPEND .proto OUTPUT_VARIABLE proto_files)
list(TRANSFORM proto_names PREPEND ${generated_dir}/ OUTPUT_VARIABLE proto_outputs)
list(TRANSFORM proto_outputs APPEND .pb-c.c OUTPUT_VARIABLE proto_sources)
list(TRANSFORM proto_outputs APPEND .pb-c.h OUTPUT_VARIABLE proto_headers)
file(MAKE_DIRECTORY ${generated_dir})

add_custom_command(
  OUTPUT ${proto_sources} ${proto_headers}
  COMMAND ${PROTOC} --plugin=protoc-gen-c=${generated_from}/protoc-gen-c-proto3-optional
          ${proto_path} --c_out=${generated_dir} ${proto_files}
  DEPENDS ${proto_inputs} ${generated_from}/protoc-gen-c-proto3-optional
  COMMENT "protobuf-c code of protos/"
  VERBATIM)

add_custom_command(
  OUTPUT ${generated_dir}/descriptors.c
  COMMAND ${PROTOC} ${proto_path} --include_imports
          --descriptor_set_out=${generated_dir}/descriptors.bin destination_sdk.proto
          grpc/reflection/v1/reflection.proto grpc/reflection/v1alpha/reflection.proto
          grpc/health/v1/health.proto
  COMMAND ${CMAKE_COMMAND} -DINPUT=${generated_dir}/descriptors.bin
          -DOUTPUT=${generated_dir}/descriptors.c -P ${generated_from}/embed.cmake
  DEPENDS ${proto_inputs} ${generated_from}/embed.cmake
  COMMENT "descriptors for reflection"
  VERBATIM)

add_library(bigdust_generated STATIC ${proto_sources} ${generated_dir}/descriptors.c)
target_include_directories(bigdust_generated SYSTEM PUBLIC ${generated_dir} ${generated_from}
  ${generated_dir}/grpc/health/v1 ${generated_dir}/grpc/reflection/v1)
target_compile_options(bigdust_generated PRIVATE -w)
target_link_libraries(bigdust_generated PUBLIC PkgConfig::PROTOBUF_C)
