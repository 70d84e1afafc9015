"""Requests of more than 4 MB (gRPC's usual limit), compressed with gzip by grpcio: one of many files, one
of a wide table."""
import pathlib
import socket
import threading

import common
import grpc
from support import files, stub, tables

USUAL_LIMIT = 4 * 1024 * 1024
FILES = 11000  # each path is in the request twice: as a file, and with its key
COLUMNS = 25000
PIECE = 64 * 1024


class Relay:
    """Passes on what one connection sends to an address, and counts the bytes on their way there."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.target = (host, int(port))
        self.sent = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:{}".format(self.listener.getsockname()[1])
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        client, _ = self.listener.accept()
        server = socket.create_connection(self.target)
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=self._pass_on, args=(server, client, False), daemon=True).start()
        self._pass_on(client, server, True)

    def _pass_on(self, source, target, count):
        try:
            while data := source.recv(PIECE):
                self.sent += len(data) if count else 0
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the other side went first

    def close(self):
        self.listener.close()


def send(bigdust, request):
    """WriteBatch, compressed; checks that it was large, and small on the wire."""
    relay = Relay(bigdust.address)
    try:
        with stub.Client(relay.address, compression=grpc.Compression.Gzip) as client:
            tables.assert_success(client.call("WriteBatch", request))
    finally:
        relay.close()
    size = request.ByteSize()
    assert size > USUAL_LIMIT, f"only {size} bytes"
    assert 0 < relay.sent < size / 2, f"{relay.sent} of {size} bytes on the wire: not compressed"
    return f"a request of {size} bytes, {relay.sent} on the wire"


def many_files(bigdust, sandbox):
    table = tables.Table("many_files", {"id": "INT", "name": "STRING"}, ["id"])
    with tables.batch_of(table) as batch:
        folder = pathlib.Path(batch.folder, "long" * 45)
        folder.mkdir()
        for i in range(FILES):
            path = folder / f"{i}.csv.zst.aes"
            key = files.write_rows(path, table.columns, [{"id": i, "name": f"row {i}"}])
            batch.add_path("replace", path, key)
        how = send(bigdust, batch.request(tables.configuration(sandbox)))
    arrived = sorted((row["id"], row["name"]) for row in sandbox.rows(table.remote_name))
    assert arrived == [(i, f"row {i}") for i in range(FILES)], f"{len(arrived)} rows arrived"
    common.ok(f"{FILES} files: {how}")


def wide_table(bigdust, sandbox):
    names = [f"column_{i}_" + "w" * 190 for i in range(COLUMNS)]
    table = tables.Table("wide", {"id": "INT"} | dict.fromkeys(names, "STRING"), ["id"])
    rows = [{"id": id} | {name: f"{id} {i}" for i, name in enumerate(names)} for id in range(3)]
    config = tables.configuration(sandbox, max_batch_bytes=str(16 * 1024 * 1024))
    with tables.batch_of(table, replace=rows) as batch:
        how = send(bigdust, batch.request(config))
    arrived = sandbox.rows(table.remote_name)
    assert len(arrived) == len(rows), f"{len(arrived)} rows arrived"
    for got, row in zip(sorted(arrived, key=lambda r: r["id"]), rows):
        assert all(got[name] == value for name, value in row.items())
    common.ok(f"{COLUMNS} columns: {how}")


def main():
    with common.running() as (bigdust, sandbox):
        many_files(bigdust, sandbox)
        wide_table(bigdust, sandbox)


main()
