"""Two calls by the Go client of go/: one of a large compressed request, and a long one on a
connection that is kept alive by pings.
go_keepalive.py <client> <descriptors> <seconds that the long call lasts>"""
import json
import pathlib
import subprocess
import sys
import time

import common
from google.protobuf import json_format
from support import tables

PING_SECONDS = 10  # grpc-go pings no faster


class GoClient:
    def __init__(self, program, descriptors, address):
        self.command = [program, "-address", address, "-descriptors", descriptors,
                        "-ping-every", f"{PING_SECONDS}s"]

    def start(self, method, request, folder):
        path = pathlib.Path(folder) / "request.json"
        path.write_text(json_format.MessageToJson(request, preserving_proto_field_name=True),
                        encoding="utf-8")
        return subprocess.Popen([*self.command, "-method", method, "-request", str(path)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    @staticmethod
    def result(started, timeout=120):
        try:
            out, err = started.communicate(timeout=timeout)
        finally:
            started.kill()
        assert started.returncode == 0, f"the call failed: {err}"
        result = json.loads(out)
        assert result["response"] == {"success": True}, result
        return result


def wide_rows(columns, count):
    return [{name: f"value {i}" for name in columns} | {"id": i} for i in range(count)]


def large_request(go, sandbox):
    """Over gRPC's usual 4 MB limit once it is decompressed."""
    columns = {"id": "LONG"} | {f"column_{i}_" + "x" * 200: "STRING" for i in range(25000)}
    table = tables.Table("wide", columns, ["id"])
    with tables.batch_of(table, replace=wide_rows(columns, 3)) as batch:
        request = batch.request(tables.configuration(sandbox))
        result = go.result(go.start("WriteBatch", request, batch.folder))
    assert len(sandbox.rows(table.remote_name)) == 3
    assert result["request_bytes"] > 4 * 1024 * 1024, result
    assert result["written_bytes"] < result["request_bytes"] / 2, f"was not compressed: {result}"
    common.ok(f"a request of {result['request_bytes']} bytes, {result['written_bytes']} on the wire (gzip)")


def long_call(go, sandbox, seconds):
    table = tables.Table("slow", {"id": "LONG", "name": "STRING"}, ["id"])
    sandbox.fault("final", "hold")
    with tables.batch_of(table, replace=[{"id": i, "name": f"row {i}"} for i in range(100)]) as batch:
        started = go.start("WriteBatch", batch.request(tables.configuration(sandbox)), batch.folder)
        try:
            sandbox.wait_held()
            begun = time.monotonic()
            while time.monotonic() - begun < seconds and started.poll() is None:
                time.sleep(0.1)
            lasted = time.monotonic() - begun
        finally:
            sandbox.release()
        result = go.result(started)
    assert lasted >= seconds, f"the call ended after {lasted:.1f} s"
    assert len(sandbox.rows(table.remote_name)) == 100
    wanted = max(0, int(seconds / PING_SECONDS) - 1)
    assert result["pings"] >= wanted, f"{result['pings']} pings are too few to prove anything"
    common.ok(f"a call of {lasted:.0f} s with {result['pings']} pings")


def main():
    program, descriptors, seconds = sys.argv[1:]
    with common.running() as (bigdust, sandbox):
        go = GoClient(program, descriptors, bigdust.address)
        large_request(go, sandbox)
        long_call(go, sandbox, float(seconds))


main()
