"""The program tests/support/programs/grpc_echo_server.c and clients for it: the gRPC server alone, with
handlers that tests steer. What is waited for is a line that the program prints, or a call's end."""
import contextlib
import subprocess
import sys
import threading

import grpc
import pytest

from support import processes, protos

MIB = 1 << 20
LONG = 120  # seconds: the deadline of calls that must end for another reason
ECHO = "/bigdust.test.Echo/Echo"  # answers with the request
HOLD = "/bigdust.test.Echo/Hold"  # answers after SIGUSR1, fails when its cancel fires
LARGE = "/bigdust.test.Echo/Large"  # answers with so many bytes
FAIL = "/bigdust.test.Echo/Fail"  # fails as told
NO_LIMITS = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
CALLER, DEADLINE, SHUTDOWN = 1, 2, 3  # enum cancel_reason


class EchoServer(processes.Process):
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
    """start_echo("--max-calls", 2, …): a server that must end well after the test."""
    running = []

    def start(*options):
        running.append(EchoServer(*options))
        return running[-1]

    yield start
    for server in running:
        server.finish()


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


CLIENT = """
import grpc, sys
channel = grpc.insecure_channel(sys.argv[1])
call = channel.unary_unary(sys.argv[2])
print(call(sys.argv[3].encode(), timeout=float(sys.argv[4])), flush=True)
print(sys.stdin.read())
"""


@contextlib.contextmanager
def client_process(echo, path, text, timeout=LONG):
    """A client of its own process: prints the call's answer, then waits; killed in the end."""
    with subprocess.Popen([sys.executable, "-c", CLIENT, echo.address, path, text, str(timeout)],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def check(channel, service=""):
    health = protos.health()
    request = health.HealthCheckRequest(service=service).SerializeToString()
    answer = call(channel, "/grpc.health.v1.Health/Check", request)
    return health.HealthCheckResponse.FromString(answer).status


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
