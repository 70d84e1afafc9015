"""The released executable, alone in a directory that is its root, does a sync over HTTPS for a client outside.
tests/self_contained.py <bigdust>; as root"""
import contextlib
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

from support import processes, protos, stub, tables
from support.sandbox import API_KEY, Sandbox

NAME = "api.bigdust.test"
NAME_SERVER = "127.53.53.53"
A_RECORD = b"\0\1\0\1"  # type A, class IN
BUNDLE = "etc/ssl/certs/ca-certificates.crt"
WRONG_CA = "SSL certificate problem"
PIECE = 64 * 1024
ITEMS = tables.Table("items", {"id": "INT", "name": "STRING"}, ["id"])


def serve_name():
    """A name server that knows NAME, 127.0.0.1, alone."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((NAME_SERVER, 53))
    known = b"".join(bytes([len(label)]) + label.encode() for label in NAME.split(".")) + b"\0"

    def run():
        while True:
            query, client = server.recvfrom(512)
            question = query[12:12 + len(known) + 4]
            found = question == known + A_RECORD
            answer = b"\xc0\x0c" + A_RECORD + b"\0\0\0\x3c\0\4" + socket.inet_aton("127.0.0.1")
            server.sendto(query[:2] + b"\x81\x80\0\1" + (b"\0\1" if found else b"\0\0") + b"\0\0\0\0" + question
                          + (answer if found else b""), client)

    threading.Thread(target=run, daemon=True).start()


def make_certificates(folder):
    """ca.pem, of an authority that nobody knows, and its certificate for NAME."""
    def openssl(*arguments):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *arguments],
                       cwd=folder, check=True, capture_output=True)

    openssl("-subj", "/CN=an authority of this test", "-keyout", "ca.key", "-out", "ca.pem")
    openssl("-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-addext", "basicConstraints=CA:FALSE",
            "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "server.key", "-out", "server.pem")


def serve_tls(folder, sandbox):
    """An HTTPS server in front of the sandbox; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    listener = socket.create_server(("127.0.0.1", 0))

    def pass_on(source, target):
        try:
            while data := source.recv(PIECE):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the other side went first

    def serve(connection):
        try:
            client = context.wrap_socket(connection, server_side=True)
        except OSError:
            return  # the client did not trust us
        server = socket.create_connection(("127.0.0.1", int(sandbox.url.rsplit(":", 1)[1])))
        threading.Thread(target=pass_on, args=(server, client), daemon=True).start()
        pass_on(client, server)

    def run():
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    return listener.getsockname()[1]


def make_root(folder, bigdust):
    """The folder that becomes the server's root, and BIGDUST, which starts it there."""
    root = folder / "root"
    (root / BUNDLE).parent.mkdir(parents=True)
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n")
    (root / "etc/resolv.conf").write_text(f"nameserver {NAME_SERVER}\n")
    (root / "batches").mkdir()
    root.joinpath(*root.parent.parts[1:]).mkdir(parents=True)
    root.joinpath(*root.parts[1:]).symlink_to("/")  # so that a file's path outside is its path inside
    shutil.copy2(bigdust, root)
    start = folder / "start.sh"
    start.write_text(f'#!/bin/sh\nexec chroot {root} /bigdust "$@"\n')
    start.chmod(0o755)
    os.environ["BIGDUST"] = str(start)
    return root


def connects(client, config):
    """True, or why not."""
    response = client.call("Test", protos.message("TestRequest")(name="connection", configuration=config))
    return getattr(response, response.WhichOneof("response"))


def sync(client, config, sandbox, root, row):
    assert connects(client, config) is True, connects(client, config)
    tables.assert_success(tables.write_batch(client, sandbox, ITEMS, config=config, replace=[row],
                                             folder=root / "batches"))
    assert row.items() <= sandbox.rows(ITEMS.remote_name)[-1].items(), sandbox.rows(ITEMS.remote_name)


def be_refused(client, config):
    refusal = connects(client, config)
    assert WRONG_CA in str(refusal), refusal


@contextlib.contextmanager
def serving():
    """A client of a server in the root; the server must end without fault."""
    watch = processes.LogWatch()
    watch.forbid(API_KEY, "the API key")
    server = processes.Bigdust("--listen", "localhost", watch=watch)
    try:
        with stub.Client(server.address) as client:
            yield client
    except BaseException:
        server.kill()
        raise
    server.finish()


def check(bigdust, sandbox, folder):
    make_certificates(folder)
    root = make_root(folder, bigdust)
    serve_name()
    plain = tables.configuration(sandbox, biggeo_base_url=sandbox.url.replace("127.0.0.1", "localhost"))
    tls = tables.configuration(sandbox, biggeo_base_url=f"https://{NAME}:{serve_tls(folder, sandbox)}")

    shutil.copy("/" + BUNDLE, root / BUNDLE)
    with serving() as client:
        sync(client, plain, sandbox, root, {"id": 1, "name": "plain"})
        print("ok: a sync to localhost", flush=True)
        be_refused(client, tls)
        print("ok: an unknown authority's certificate is refused", flush=True)
    with open(root / BUNDLE, "a") as bundle:
        bundle.write((folder / "ca.pem").read_text())
    with serving() as client:
        sync(client, tls, sandbox, root, {"id": 2, "name": "over TLS"})
        print("ok: a sync over HTTPS, to a name that a name server knows", flush=True)


def main(bigdust):
    sandbox = Sandbox()
    try:
        with tempfile.TemporaryDirectory() as place:
            check(bigdust, sandbox, pathlib.Path(place).resolve())
    except BaseException:
        sandbox.kill()
        raise
    sandbox.finish()


main(sys.argv[1])
