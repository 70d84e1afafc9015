"""The gRPC server: deadlines and cancels, many calls at once, and where it listens."""
import signal
import socket
import time

import grpc
import pytest

from support import processes
from support.echo import echo, start_echo  # noqa: F401 (fixtures)
from support.echo import (CALLER, DEADLINE, ECHO, HOLD, LONG, Silence, begin, call, check,
                          client_process, ended_reason, failure, hold)


# ---- cancels and deadlines


def test_the_deadline_reaches_the_handler(echo):
    channel = echo.channel()
    assert check(channel) == 1  # connected: the deadline is the call's alone
    future = begin(channel, HOLD, b"late", 3)
    assert echo.wait_line(r"^hold_started name=late has_deadline=(\d)").group(1) == "1"
    assert failure(future.result)[0] == grpc.StatusCode.DEADLINE_EXCEEDED
    assert ended_reason(echo, "late") in (DEADLINE, CALLER)  # the client gives up by itself too


def test_a_call_without_a_deadline_has_none(echo):
    future = begin(echo.channel(), HOLD, b"free", None)
    assert echo.wait_line(r"^hold_started name=free has_deadline=(\d)").group(1) == "0"
    echo.signal(signal.SIGUSR1)
    assert future.result() == b"released"


def test_an_explicit_cancel_reaches_the_handler(echo):
    hold(echo, echo.channel(), "cancelled").cancel()
    assert ended_reason(echo, "cancelled") == CALLER


def test_the_server_keeps_the_deadline_itself(echo):
    with client_process(echo, HOLD, "frozen", 6) as client:
        echo.wait_line("^hold_started name=frozen ")
        client.send_signal(signal.SIGSTOP)  # so that no cancel comes from there
        assert ended_reason(echo, "frozen") == DEADLINE
        client.kill()


def test_a_killed_client_cancels_its_call(echo):
    with client_process(echo, HOLD, "orphan") as client:
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
    futures = [hold(echo, channel, f"first{i}") for i in range(2)]
    futures += [begin(channel, HOLD, b"waits%d" % i) for i in range(5)]
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
