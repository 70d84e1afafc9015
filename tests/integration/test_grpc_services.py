"""Health and reflection beside the calls."""
import grpc
import pytest
from google.protobuf import descriptor_pb2

from support import protos
from support.echo import echo, start_echo  # noqa: F401 (fixtures)
from support.echo import LONG, MIB, call, check, failure, reflect, watch


def test_health_knows_the_services_that_are_served(echo):
    channel = echo.channel()
    assert [check(channel, s) for s in ("", "bigdust.test.Echo", protos.SERVICE)] == [1, 1, 1]
    for unknown in ("bigdust.test", "bigdust.test.Echo/Echo", "nobody", "fivetran_sdk.v2"):
        assert failure(lambda: check(channel, unknown))[0] == grpc.StatusCode.NOT_FOUND
    path = "/grpc.health.v1.Health/Check"
    assert failure(lambda: call(channel, path, b"\xff"))[0] == grpc.StatusCode.INVALID_ARGUMENT
    assert failure(lambda: call(channel, path, b"\xfa\x07\x00" * MIB))[0] == \
        grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
def test_reflection_lists_and_describes(echo, version):
    request = protos.reflection(version).ServerReflectionRequest
    symbol = f"{protos.SERVICE}.WriteBatch"
    requests = [request(list_services="*"), request(host="h", file_containing_symbol=symbol),
                request(file_by_filename="common.proto"), request(file_by_filename="none.proto")]
    answers = list(reflect(echo.channel(), version, iter(requests)))
    assert [a.original_request for a in answers] == requests
    assert {s.name for s in answers[0].list_services_response.service} == {
        protos.SERVICE, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection"}
    assert answers[1].valid_host == "h"
    files = answers[1].file_descriptor_response.file_descriptor_proto
    assert [parsed(f).name for f in files] == [
        "destination_sdk.proto", "common.proto", "google/protobuf/timestamp.proto"]
    assert parsed(files[0]) == parsed(protos.sdk().DESCRIPTOR.serialized_pb)
    assert len(answers[2].file_descriptor_response.file_descriptor_proto) == 2
    assert answers[3].error_response.error_code == 5


def parsed(file):
    """A FileDescriptorProto without the JSON names, which Python's own copy leaves out."""
    proto = descriptor_pb2.FileDescriptorProto.FromString(file)
    for message in proto.message_type:
        for part in [message, *message.nested_type]:
            for field in part.field:
                field.ClearField("json_name")
    return proto


def test_a_broken_reflection_request_ends_the_stream(echo):
    path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
    stream = echo.channel().stream_stream(path)(iter([b"\xff"]), timeout=LONG)
    assert failure(lambda: list(stream))[0] == grpc.StatusCode.INVALID_ARGUMENT


def test_streams_survive_cancelled_neighbours(echo):
    channel = echo.channel()
    for service in ("", "nobody") * 10:
        stream = watch(channel, service)
        assert next(stream).status == (3 if service else 1)
        stream.cancel()
    assert check(channel) == 1
