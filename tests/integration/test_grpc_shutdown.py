"""How the gRPC server ends: what it waits for, and for how long."""
import signal
import socket
import time

import grpc

from support import processes, protos
from support.echo import echo, start_echo  # noqa: F401 (fixtures)
from support.echo import (ECHO, LONG, SHUTDOWN, Silence, begin, call, check, client_process,
                          ended_reason, failure, hold, reflect, watch)


def wait_refused(port):
    """Until nobody listens there any more."""
    until = time.monotonic() + processes.PATIENCE
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            return
        except ConnectionResetError:  # it came into the queue of a socket that was just closed
            pass
    raise AssertionError(f"port {port} still accepts")


def test_lesson_38_a_running_call_completes_before_the_end(start_echo):
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
    with client_process(echo, ECHO, "hello") as client:
        assert client.stdout.readline() == b"b'hello'\n"
        client.send_signal(signal.SIGSTOP)  # the core alone would wait 20 s for it
        echo.signal(signal.SIGTERM)
        try:
            assert echo.wait(15) == 0
        finally:
            client.kill()


def test_lesson_38_open_streams_end_with_the_server(start_echo):
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
