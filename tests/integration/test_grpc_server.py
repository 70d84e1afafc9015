"""The gRPC server alone, with handlers of its own (tests/support/programs/grpc_echo_server.c), driven by
Python's grpcio. What is waited for is a line that the program prints, or a call's end."""
import signal
import socket
import subprocess
import sys
import threading
import time

import grpc
import pytest
from google.protobuf import descriptor_pb2

from support import processes, protos

MIB = 1 << 20
LONG = 120  # seconds: the deadline of calls that must end for another reason
ECHO = "/bigdust.test.Echo/Echo"
HOLD = "/bigdust.test.Echo/Hold"
LARGE = "/bigdust.test.Echo/Large"
FAIL = "/bigdust.test.Echo/Fail"
WRITE_BATCH = f"/{protos.SERVICE}/WriteBatch"
NO_LIMITS = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
CALLER, DEADLINE, SHUTDOWN = 1, 2, 3  # enum cancel_reason


class Echo(processes.Process):
    def __init__(self, *options):
        super().__init__([processes.binary("GRPC_ECHO_SERVER"), *(str(o) for o in options)])
        self.port = int(self.wait_line(r"^started port=(\d+)").group(1))
        self.address = f"127.0.0.1:{self.port}"
        self.channels = []

    def channel(self, *options, address=None):
        """A connection of its own (the Python library shares them otherwise)."""
        options = [*NO_LIMITS, ("grpc.use_local_subchannel_pool", 1), *options]
        self.channels.append(grpc.insecure_channel(address or self.address, options))
        return self.channels[-1]

    def finish(self):
        for channel in self.channels:
            channel.close()
        code = self.stop()
        assert code == 0, f"exit code {code}:\n{self.text()}"
        assert not self.stderr, self.text()
        assert self.stdout[-1] == "stopped"


@pytest.fixture
def start_echo():
    running = []

    def start(*options):
        running.append(Echo(*options))
        return running[-1]

    yield start
    for echo in running:
        echo.finish()


@pytest.fixture
def echo(start_echo):
    return start_echo()


def call(channel, path, request=b"", timeout=LONG, **options):
    return channel.unary_unary(path)(request, timeout=timeout, **options)


def begin(channel, path, request=b"", timeout=LONG):
    return channel.unary_unary(path).future(request, timeout=timeout)


def failure(work):
    with pytest.raises(grpc.RpcError) as error:
        work()
    return error.value.code(), error.value.details()


def hold(echo, channel, name, timeout=LONG):
    """A Hold call that has reached its handler."""
    future = begin(channel, HOLD, name.encode(), timeout)
    echo.wait_line(rf"^hold_started name={name} ")
    return future


def ended_reason(echo, name):
    return int(echo.wait_line(rf"^hold_ended name={name} reason=(\d)").group(1))


class Silence:
    """A request stream that never sends and never ends, until it is closed."""

    def __init__(self, *first):
        self.first = list(first)
        self.closed = threading.Event()

    def __iter__(self):
        return self

    def __next__(self):
        if self.first:
            return self.first.pop(0)
        self.closed.wait()
        raise StopIteration


# ---- messages


def test_answers_with_the_request_and_logs_with_the_calls_keys(echo):
    assert call(echo.channel(), ECHO, b"a\0b\xff") == b"a\0b\xff"
    echo.wait_line(r"log level=1 echoed bytes=4 rpc=Echo call=1$")
    assert call(echo.channel(), ECHO, b"") == b""


class CountingProxy:
    """Forwards one connection and counts the bytes that the client sends."""

    def __init__(self, port):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.port = port
        self.sent = 0
        threading.Thread(target=self.run, daemon=True).start()

    def pump(self, source, sink, count):
        try:
            while data := source.recv(1 << 16):
                self.sent += len(data) if count else 0
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the other side has closed

    def run(self):
        client, _ = self.listener.accept()
        with client, socket.create_connection(("127.0.0.1", self.port)) as server:
            back = threading.Thread(target=self.pump, args=(server, client, False), daemon=True)
            back.start()
            self.pump(client, server, True)
            back.join()


def test_takes_gzip_compressed_requests(echo):
    proxy = CountingProxy(echo.port)
    request = b"z" * (2 * MIB)
    channel = echo.channel(address=proxy.address)
    assert call(channel, ECHO, request, compression=grpc.Compression.Gzip) == request
    assert proxy.sent < MIB // 4, "the client did not compress: this test proves nothing"


@pytest.mark.parametrize("mib", [5, 100])
def test_carries_large_messages_both_ways(echo, mib):
    request = bytes(range(256)) * (mib * MIB // 256)
    assert call(echo.channel(), ECHO, request) == request


def test_refuses_a_request_over_128_mib(echo):
    channel = echo.channel()
    code, details = failure(lambda: call(channel, ECHO, bytes(129 * MIB)))
    assert (code, "larger than max" in details) == (grpc.StatusCode.RESOURCE_EXHAUSTED, True)
    assert call(channel, ECHO, b"still there") == b"still there"


def test_an_answer_over_128_mib_is_our_own_fault(echo):
    channel = echo.channel()
    code, _ = failure(lambda: call(channel, LARGE, b"%d" % (129 * MIB)))
    assert code == grpc.StatusCode.INTERNAL
    assert len(call(channel, LARGE, b"%d" % (120 * MIB))) == 120 * MIB


# ---- statuses


@pytest.mark.parametrize("number, code", [
    (1, "FAILED_PRECONDITION"), (2, "DATA_LOSS"), (3, "UNAVAILABLE"), (4, "CANCELLED"),
    (5, "DEADLINE_EXCEEDED"), (6, "INVALID_ARGUMENT"), (7, "RESOURCE_EXHAUSTED"), (8, "INTERNAL")])
def test_maps_every_status(echo, number, code):
    got, details = failure(lambda: call(echo.channel(), FAIL, b"%d why" % number))
    assert (got.name, details) == (code, "why")


@pytest.mark.parametrize("text", ["100 % of %s and %41", "two\nlines\ttab", "größer, 日本, 🚀", ""])
def test_status_texts_arrive_as_they_are(echo, text):
    assert failure(lambda: call(echo.channel(), FAIL, b"2 " + text.encode()))[1] == text


def test_status_texts_are_valid_utf8_and_bounded(echo):
    assert failure(lambda: call(echo.channel(), FAIL, b"2 a\xffb\xc3"))[1] == "a?b?"
    _, details = failure(lambda: call(echo.channel(), FAIL, b"2 " + "ü".encode() * 900))
    assert set(details) == {"ü"} and 400 < len(details) < 600


def test_unknown_methods_are_unimplemented(echo):
    channel = echo.channel()
    for path in ("/bigdust.test.Echo/Nothing", "/nobody.Here/Echo", "/x"):
        code, details = failure(lambda: call(channel, path, b"x"))
        assert (code, details) == (grpc.StatusCode.UNIMPLEMENTED, f"unknown method {path}")


def test_a_call_without_a_message_is_invalid(echo):
    for path in (ECHO, "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"):
        stream = echo.channel().stream_stream(path)(iter(()), timeout=LONG)
        code, details = failure(lambda: list(stream))
        assert code == grpc.StatusCode.INVALID_ARGUMENT and "no request message" in details


# ---- hostile messages


def test_a_malformed_message_is_invalid(echo):
    channel = echo.channel()
    for request in (b"\xff", b"\x0a\x7f", b"\x1b\x1c", b"\x12\x03a\0b", b"\x12\x02\xc3("):
        code, _ = failure(lambda: call(channel, WRITE_BATCH, request))
        assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert call(channel, WRITE_BATCH, b"") == b"\x08\x01"


@pytest.mark.parametrize("piece, times, code", [
    (b"\x0a\x00", 8 * MIB, "RESOURCE_EXHAUSTED"),       # empty map entries, 56 bytes each unpacked
    (b"\xfa\x07\x00", 4 * MIB, "RESOURCE_EXHAUSTED"),   # fields that nobody knows
    (b"\x1a\x02\x12\x00", 256 * 1024, "INVALID_ARGUMENT"),  # a table again and again: quadratic
    (b"\x42\x00", 512 * 1024, "INVALID_ARGUMENT")])     # file_params again and again
def test_no_message_costs_more_than_its_size_warrants(echo, piece, times, code):
    got, _ = failure(lambda: call(echo.channel(), WRITE_BATCH, piece * times))
    assert got.name == code
    assert echo.peak_memory() < 400 * MIB


# ---- cancels and deadlines


def test_the_deadline_reaches_the_handler(echo):
    future = begin(echo.channel(), HOLD, b"late", 0.5)
    assert echo.wait_line(r"^hold_started name=late has_deadline=(\d)").group(1) == "1"
    assert failure(future.result)[0] == grpc.StatusCode.DEADLINE_EXCEEDED
    assert ended_reason(echo, "late") == DEADLINE


def test_a_call_without_a_deadline_has_none(echo):
    future = begin(echo.channel(), HOLD, b"free", None)
    assert echo.wait_line(r"^hold_started name=free has_deadline=(\d)").group(1) == "0"
    echo.signal(signal.SIGUSR1)
    assert future.result() == b"released"


def test_an_explicit_cancel_reaches_the_handler(echo):
    hold(echo, echo.channel(), "cancelled").cancel()
    assert ended_reason(echo, "cancelled") == CALLER


CLIENT = """
import grpc, sys
channel = grpc.insecure_channel(sys.argv[1])
print(channel.unary_unary(sys.argv[2])(sys.argv[3].encode()), flush=True)
print(sys.stdin.read())
"""


def start_client(echo, path, text):
    return subprocess.Popen([sys.executable, "-c", CLIENT, echo.address, path, text],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_a_killed_client_cancels_its_call(echo):
    with start_client(echo, HOLD, "orphan") as client:
        echo.wait_line("^hold_started name=orphan ")
        client.kill()
        assert ended_reason(echo, "orphan") == CALLER


# ---- many calls


def test_eight_calls_run_at_once(echo):
    channel = echo.channel()
    futures = [hold(echo, channel, f"n{i}") for i in range(8)]
    echo.signal(signal.SIGUSR1)
    assert [f.result() for f in futures] == [b"released"] * 8


def test_further_calls_wait_and_none_is_lost(start_echo):
    echo = start_echo("--max-calls", 2)
    channel, other = echo.channel(), echo.channel()
    futures = [begin(channel, HOLD, b"w%d" % i) for i in range(7)]
    while not all(f.done() for f in futures):
        lines = echo.text()
        if lines.count("hold_started") > lines.count("hold_ended"):
            assert check(other) == 1, "health waits for no handler"
            echo.signal(signal.SIGUSR1)
    assert [f.result() for f in futures] == [b"released"] * 7
    assert max(int(line.rsplit("most=", 1)[1]) for line in echo.stdout if "most=" in line) == 2


def test_a_waiting_call_can_be_cancelled(start_echo):
    echo = start_echo("--max-calls", 1)
    channel = echo.channel()
    first = hold(echo, channel, "first")
    waiting = [begin(channel, HOLD, b"never") for _ in range(3)]
    short = begin(channel, HOLD, b"never", 0.3)
    assert failure(short.result)[0] == grpc.StatusCode.DEADLINE_EXCEEDED
    for future in waiting:
        future.cancel()
    assert check(channel) == 1  # behind the cancels on the same connection
    echo.signal(signal.SIGUSR1)
    assert first.result() == b"released"
    assert call(channel, ECHO, b"next") == b"next"
    assert "name=never" not in echo.text()


def test_a_call_that_sends_nothing_gives_its_place_up_when_others_wait(start_echo):
    echo = start_echo("--max-calls", 1, "--receive-ms", 100)
    channel, silence = echo.channel(), Silence()
    silent = channel.stream_unary(ECHO).future(silence, timeout=LONG)
    assert check(channel) == 1  # behind it on the same connection
    assert call(echo.channel(), ECHO, b"through") == b"through"
    code, details = failure(silent.result)
    assert code == grpc.StatusCode.UNAVAILABLE and "took too long" in details
    silence.closed.set()


def test_a_client_that_never_half_closes_gets_its_answer(echo):
    silence = Silence(b"one message")
    future = echo.channel().stream_unary(ECHO).future(silence, timeout=LONG)
    assert future.result() == b"one message"
    silence.closed.set()


def test_frequent_keepalive_pings_do_not_end_a_long_call(echo):
    channel = echo.channel(("grpc.keepalive_time_ms", 1000), ("grpc.keepalive_timeout_ms", 60000),
                           ("grpc.keepalive_permit_without_calls", 1),
                           ("grpc.http2.max_pings_without_data", 0),
                           ("grpc.http2.min_time_between_pings_ms", 1000))
    future = hold(echo, channel, "pinging")
    time.sleep(5)  # five pings; two strikes ended the call when pings were policed
    assert not future.done()
    echo.signal(signal.SIGUSR1)
    assert future.result() == b"released"


# ---- addresses


def refused(*options):
    process = processes.Process([processes.binary("GRPC_ECHO_SERVER"), *(str(o) for o in options)])
    match = process.wait_line(r"^not_started code=(\S+) message=(.*)")
    assert process.wait() == 1 and not process.stderr, process.text()
    return match.group(1), match.group(2)


def test_serves_ipv4_and_ipv6(echo):
    for address in (f"127.0.0.1:{echo.port}", f"[::1]:{echo.port}", f"localhost:{echo.port}"):
        assert call(echo.channel(address=address), ECHO, b"x") == b"x"


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost", "[::1]", "[::]"])
def test_listens_where_it_is_told(start_echo, host):
    echo = start_echo("--host", host)
    at = "[::1]" if host == "[::1]" else "127.0.0.1"
    assert call(echo.channel(address=f"{at}:{echo.port}"), ECHO, b"x") == b"x"


def test_loopback_alone_is_not_reached_over_ipv6(start_echo):
    echo = start_echo("--host", "127.0.0.1")
    with pytest.raises(OSError):
        socket.create_connection(("::1", echo.port)).close()


@pytest.mark.parametrize("host", ["[::]", "127.0.0.1", "0.0.0.0"])
def test_a_busy_port_is_named(echo, host):
    code, message = refused("--host", host, "--port", echo.port)
    assert code == "unavailable"
    assert f"cannot listen on {host}:{echo.port}: Address already in use" in message
    assert "another port" in message


def test_the_cores_log_comes_through_ours(echo):
    process = processes.Process([processes.binary("GRPC_ECHO_SERVER"), "--port", str(echo.port)])
    process.wait_line(rf'^log level=2 grpc_core at=\S+:\d+ text="[^"]*{echo.port}[^"]*"$')
    assert process.wait() == 1 and not process.stderr, process.text()


@pytest.mark.parametrize("host, port", [
    ("[::]", 99999), ("[::]", -1), ("[::]", 65536), ("", 0), ("nonsense.invalid", 0), ("::", 0),
    ("[::", 0), ("1.2.3", 0), ("*", 0), ("unix:/tmp/x", 0), ("[127.0.0.1]", 0)])
def test_wrong_addresses_are_refused(host, port):
    assert refused("--host", host, "--port", port)[0] == "invalid_argument"


# ---- health and reflection


def check(channel, service=""):
    health = protos.health()
    request = health.HealthCheckRequest(service=service).SerializeToString()
    answer = call(channel, "/grpc.health.v1.Health/Check", request)
    return health.HealthCheckResponse.FromString(answer).status


def test_health_knows_the_services_that_are_served(echo):
    channel = echo.channel()
    assert [check(channel, s) for s in ("", "bigdust.test.Echo", protos.SERVICE)] == [1, 1, 1]
    for unknown in ("bigdust.test", "bigdust.test.Echo/Echo", "nobody", "fivetran_sdk.v2"):
        assert failure(lambda: check(channel, unknown))[0] == grpc.StatusCode.NOT_FOUND
    path = "/grpc.health.v1.Health/Check"
    assert failure(lambda: call(channel, path, b"\xff"))[0] == grpc.StatusCode.INVALID_ARGUMENT
    assert failure(lambda: call(channel, path, b"\xfa\x07\x00" * MIB))[0] == \
        grpc.StatusCode.RESOURCE_EXHAUSTED


def watch(channel, service=""):
    health = protos.health()
    return channel.unary_stream(
        "/grpc.health.v1.Health/Watch", request_serializer=lambda m: m.SerializeToString(),
        response_deserializer=health.HealthCheckResponse.FromString)(
            health.HealthCheckRequest(service=service), timeout=LONG)


def reflect(channel, version, requests):
    reflection = protos.reflection(version)
    stream = channel.stream_stream(
        f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=lambda m: m.SerializeToString(),
        response_deserializer=reflection.ServerReflectionResponse.FromString)
    return stream(requests, timeout=LONG)


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


# ---- shutdown


def wait_refused(port):
    """Until nobody listens there any more."""
    until = time.monotonic() + processes.PATIENCE
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            return
    raise AssertionError(f"port {port} still accepts")


def test_a_running_call_completes_before_the_end(start_echo):
    echo = start_echo("--drain-ms", LONG * 1000)
    future = hold(echo, echo.channel(), "last")
    echo.signal(signal.SIGTERM)
    wait_refused(echo.port)
    echo.signal(signal.SIGUSR1)
    assert future.result() == b"released"
    assert echo.wait() == 0


def test_waiting_calls_complete_before_the_end(start_echo):
    echo = start_echo("--drain-ms", LONG * 1000, "--max-calls", 1)
    channel = echo.channel()
    first = hold(echo, channel, "first")
    waiting = begin(channel, ECHO, b"second")
    assert check(channel) == 1  # behind it on the same connection
    echo.signal(signal.SIGTERM)
    wait_refused(echo.port)
    echo.signal(signal.SIGUSR1)
    assert (first.result(), waiting.result()) == (b"released", b"second")
    assert echo.wait() == 0


def test_the_drain_has_an_end_and_the_handler_its_last_word(start_echo):
    echo = start_echo("--drain-ms", 100)
    future = hold(echo, echo.channel(), "slow")
    echo.signal(signal.SIGTERM)
    code, details = failure(future.result)
    assert (code, details) == (grpc.StatusCode.UNAVAILABLE,
                               "stopped because the server shuts down")
    assert ended_reason(echo, "slow") == SHUTDOWN
    assert echo.wait() == 0


def test_a_second_signal_ends_at_once(start_echo):
    echo = start_echo("--drain-ms", LONG * 1000)
    future = hold(echo, echo.channel(), "stuck")
    echo.signal(signal.SIGTERM)
    echo.wait_line("^stopping$")
    echo.signal(signal.SIGTERM)
    assert failure(future.result)[0] == grpc.StatusCode.UNAVAILABLE
    assert ended_reason(echo, "stuck") == SHUTDOWN
    assert echo.wait() == 0


def test_an_idle_client_does_not_hold_the_end_up(start_echo):
    echo = start_echo("--drain-ms", LONG * 1000)
    with start_client(echo, ECHO, "hello") as client:
        assert client.stdout.readline() == b"b'hello'\n"
        client.send_signal(signal.SIGSTOP)  # the core alone would wait 20 s for it
        echo.signal(signal.SIGTERM)
        try:
            assert echo.wait(15) == 0
        finally:
            client.kill()


def test_open_streams_end_with_the_server(start_echo):
    echo = start_echo("--drain-ms", LONG * 1000)
    channel = echo.channel()
    known, unknown = watch(channel), watch(channel, "nobody")
    assert (next(known).status, next(unknown).status) == (1, 3)
    silence = Silence(protos.reflection().ServerReflectionRequest(list_services=""))
    reflection = reflect(channel, "v1", silence)
    assert next(reflection).list_services_response.service
    echo.signal(signal.SIGTERM)
    assert next(known).status == 2  # NOT_SERVING
    for stream in (known, unknown, reflection):
        assert failure(lambda: next(stream))[0] == grpc.StatusCode.UNAVAILABLE
    silence.closed.set()
    assert echo.wait() == 0


def test_a_client_that_never_sends_does_not_hold_the_end_up(start_echo):
    echo = start_echo("--drain-ms", LONG * 1000)
    silences, futures = [], []
    for path in (ECHO, "/grpc.health.v1.Health/Check"):
        silences.append(Silence())
        futures.append(echo.channel().stream_unary(path).future(silences[-1], timeout=LONG))
    assert check(echo.channels[0]) == 1  # behind the silent call on the same connection
    assert check(echo.channels[1]) == 1
    echo.signal(signal.SIGTERM)
    for future in futures:
        assert failure(future.result)[0] == grpc.StatusCode.UNAVAILABLE
    for silence in silences:
        silence.closed.set()
    assert echo.wait() == 0
