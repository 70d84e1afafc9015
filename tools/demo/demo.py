"""See bigdust work, without an account and without a network: real places as encrypted batch files, through real gRPC calls,
into a local server that plays BigGeo's and Dust's APIs; then everything is read back and compared. See run.sh."""
import argparse
import pathlib
import signal
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools/demo"), str(ROOT / "tests")]

from places import SHOWN, TABLE, Story, compare  # noqa: E402
from screen import GREEN, RED, Progress, command, paint, quoted_json, remark, sample, step, title  # noqa: E402
from support import processes, protos, stub, tables  # noqa: E402
from targets import TARGETS  # noqa: E402


class Demo:
    """A destination and what it writes to; counts what it is sent."""

    def __init__(self, target, folder):
        self.target = target
        self.folder = folder
        self.server = processes.Bigdust()
        self.client = stub.Client(self.server.address)
        self.config = target.configuration()
        self.rows_sent = 0
        self.seconds = 0.0

    def close(self):
        self.client.close()
        self.server.stop()

    def timed_call(self, text, name, request, rows=0):
        first = self.target.begin()
        start = time.monotonic()
        with Progress(lambda: self.target.progress(rows)):
            kind, value = tables.answer_of(self.client.call(name, request))
        took = time.monotonic() - start
        if kind != "success":
            raise SystemExit(f"{name} was answered with a {kind}: {value}")
        self.rows_sent += rows
        self.seconds += took if rows else 0
        step(text, "success" + (f", {rows:,} rows" if rows else ""), took, good=True)
        about = self.target.call_remark(first) if rows else None
        if about:
            remark(about)

    def test(self):
        for name in ("settings", "connection"):
            request = protos.message("TestRequest")(name=name, configuration=self.config)
            self.timed_call(f'Test "{name}"', "Test", request)

    def create(self):
        request = protos.message("CreateTableRequest")(configuration=self.config, schema_name=TABLE.schema,
                                                       table=TABLE.message())
        self.timed_call("CreateTable world.places", "CreateTable", request)

    def write(self, text, kind, parts):
        batch = tables.Batch(TABLE, self.folder)
        for rows in parts:
            batch.add(kind, rows)
        names = f"{len(parts)} file{'s' if len(parts) > 1 else ''}, zstd, AES-256"
        self.timed_call(f"{text} ({names})", "WriteBatch", batch.request(self.config), sum(map(len, parts)))


def send(demo, story):
    title("What Fivetran would send")
    demo.test()
    demo.create()
    demo.write("WriteBatch: upsert", "replace", [story.places[0::2], story.places[1::2]])
    demo.write("WriteBatch: update one column", "update", [story.updates])
    demo.write("WriteBatch: delete", "delete", [story.deletes])


def show_landing(demo, writes, found, faults, n_expected):
    title("What landed")
    print("  " + demo.target.landing(len(found)))
    for key in sorted(found)[:: max(1, len(found) // 3)][:3]:
        sample(found[key], SHOWN)
    most = max(r["records"] for r in writes)
    each = f"of {most:,} records and" if most > 1 else "a record each, of"
    print(f"  {len(writes):,} requests wrote it, {each} {max(r['body_bytes'] for r in writes):,} bytes at most; "
          f"{demo.rows_sent / demo.seconds:,.0f} rows/s")
    for fault in faults:
        print("  " + paint(RED, fault))
    print("\n" + (paint(RED, "Not every row is as it should be.") if faults else paint(
        GREEN, f"Every one of the {n_expected:,} rows is as it should be.")))


def show_poking(demo):
    service = f"{demo.server.address} fivetran_sdk.v2.DestinationConnector"
    table = {"configuration": demo.config, "schema_name": TABLE.schema, "table_name": TABLE.name}
    title("Both keep running; Ctrl-C ends them")
    command("grpcurl -plaintext", f"{demo.server.address} list")
    command("grpcurl -plaintext -d", quoted_json({"name": "connection", "configuration": demo.config}),
            f"{service}/Test")
    command("grpcurl -plaintext -d", quoted_json(table), f"{service}/DescribeTable")
    command(*demo.target.look())
    sys.stdout.flush()


def wait_for_signal():
    """Until SIGINT or SIGTERM. Either may reach a thread of gRPC's; this one hears of it between two naps."""
    while True:
        time.sleep(0.2)


def run(demo, keep):
    target = demo.target
    title(f"bigdust: real places, encrypted, over gRPC, into {target.into}")
    step(f"sandbox, which plays {target.api}'s API", target.sandbox.url)
    for text in target.remarks:
        remark(text)
    step("bigdust, the destination", demo.server.address)
    story = Story(target.most_places)
    send(demo, story)
    writes = target.writes()
    start = time.monotonic()
    found = target.read_back()
    step("Everything read back through the API", f"{len(found):,} rows", time.monotonic() - start)
    faults = compare(story.expected(), found)
    show_landing(demo, writes, found, faults, len(story.expected()))
    if keep:
        try:
            show_poking(demo)
            wait_for_signal()
        except KeyboardInterrupt:
            pass
    else:
        which = "" if target.name == "biggeo" else f" --destination {target.name}"
        print(f"To keep both running and poke with grpcurl: ./run.sh demo{which} --keep")
    return 1 if faults else 0


def main():
    parser = argparse.ArgumentParser(prog="./run.sh demo", description=__doc__)
    parser.add_argument("--destination", choices=TARGETS, default="biggeo", help="where the places land (%(default)s)")
    parser.add_argument("--keep", action="store_true", help="keep the server and the sandbox running")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    target = TARGETS[options.destination]()
    try:
        with tempfile.TemporaryDirectory() as folder:
            demo = Demo(target, folder)
            try:
                return run(demo, options.keep)
            finally:
                demo.close()
    except KeyboardInterrupt:
        print("\nStopped before the end.")
        return 130
    finally:
        target.sandbox.stop()


if __name__ == "__main__":
    sys.exit(main())
