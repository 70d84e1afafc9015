"""The gRPC server: messages of every size and kind, and the statuses that answer them."""
import socket
import threading

import grpc
import pytest

from support import protos
from support.echo import echo, start_echo  # noqa: F401 (fixtures)
from support.echo import ECHO, FAIL, LARGE, LONG, MIB, call, failure

WRITE_BATCH = f"/{protos.SERVICE}/WriteBatch"


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


def test_lesson_03_status_texts_are_valid_utf8_and_bounded(echo):
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
