"""See bigdust work, without an account and without a network: real places as encrypted batch files, through real gRPC calls,
into a local server that plays BigGeo's API; then everything is read back and compared. See run.sh."""
import argparse
import csv
import io
import json
import pathlib
import signal
import sys
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import zstandard  # noqa: E402
from support import files, processes, protos, reducer, stub, tables  # noqa: E402
from support.sandbox import Sandbox, loads  # noqa: E402

PLACES = tables.Table("places", {"id": "INT", "name": "STRING", "country": "STRING", "population": "LONG",
                                 "timezone": "STRING", "geometry": "JSON"}, ["id"], schema="world")
SYNCED = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"]
WIDTH = 100
BOLD, DIM, GREEN, RED, PLAIN = ("\033[1m", "\033[2m", "\033[32m", "\033[31m", "\033[0m")


def paint(colour, text):
    return f"{colour}{text}{PLAIN}" if sys.stdout.isatty() else text


def title(text):
    print("\n" + paint(BOLD, text))


def step(text, outcome, seconds=None):
    took = f"{seconds:6.2f} s" if seconds is not None else ""
    print(f"  {text:<58} {outcome:<30}{paint(DIM, took)}".rstrip(), flush=True)


def read_places():
    """The 20,000 places as rows of the table."""
    packed = (ROOT / "tests/data/cities.csv.zst").read_bytes()
    text = zstandard.ZstdDecompressor().decompressobj().decompress(packed).decode()
    for place in csv.DictReader(io.StringIO(text)):
        point = f'{{"type":"Point","coordinates":[{place["longitude"]},{place["latitude"]}]}}'
        yield {"id": int(place["id"]), "name": place["name"], "country": place["country"],
               "population": int(place["population"]), "timezone": place["timezone"], "geometry": point,
               "_fivetran_synced": SYNCED[0]}


def expected_state(places, updates, deletes):
    """What must be there in the end, by key, as JSON has it."""
    state = {(row["id"],): {**row, "geometry": loads(row["geometry"])} for row in places}
    for row in updates:
        state[(row["id"],)].update(row)
    for row in deletes:
        del state[(row["id"],)]
    return state


def read_back(sandbox, table):
    """Every record of the table, page by page, through the API itself."""
    records, cursor = [], ""
    while True:
        path = f"get-data-source/{table.remote_name}?chunkSize=5000{cursor}"
        page = loads(sandbox.api("GET", path).body)
        records += page["data"]
        if not page["hasMore"]:
            return records
        cursor = "&cursor=" + urllib.parse.quote(str(page["nextCursor"]))


def compare(expected, found):
    """Sentences about what differs, the first ten; [] when every row is as it should be."""
    faults = [f"missing: {key}" for key in expected.keys() - found.keys()]
    faults += [f"unexpected: {key}" for key in found.keys() - expected.keys()]
    for key in expected.keys() & found.keys():
        wrong = [name for name, value in expected[key].items() if str(found[key].get(name)) != str(value)]
        if wrong:
            faults.append(f"row {key} differs in {', '.join(wrong)}")
    return faults[:10]


class Demo:
    def __init__(self, folder):
        self.folder = folder
        self.sandbox = Sandbox()
        self.server = processes.Bigdust()
        self.client = stub.Client(self.server.address)
        self.config = tables.configuration(self.sandbox)
        self.rows_sent = 0
        self.seconds = 0.0

    def close(self):
        self.client.close()
        self.server.stop()
        self.sandbox.stop()

    def timed_call(self, text, name, request, rows=0):
        start = time.monotonic()
        kind, value = tables.answer_of(self.client.call(name, request))
        took = time.monotonic() - start
        if kind != "success":
            raise SystemExit(f"{name} was answered with a {kind}: {value}")
        self.rows_sent += rows
        self.seconds += took if rows else 0
        step(text, paint(GREEN, "success") + (f", {rows:,} rows" if rows else ""), took)

    def test(self):
        for name in ("settings", "connection"):
            request = protos.message("TestRequest")(name=name, configuration=self.config)
            self.timed_call(f'Test "{name}"', "Test", request)

    def create(self):
        request = protos.message("CreateTableRequest")(configuration=self.config, schema_name=PLACES.schema,
                                                       table=PLACES.message())
        self.timed_call("CreateTable world.places", "CreateTable", request)

    def write(self, text, kind, parts):
        batch = tables.Batch(PLACES, self.folder)
        for rows in parts:
            batch.add(kind, rows)
        names = f"{len(parts)} file{'s' if len(parts) > 1 else ''}, zstd, AES-256"
        self.timed_call(f"{text} ({names})", "WriteBatch", batch.request(self.config), sum(map(len, parts)))


def show_samples(state, count=3):
    for row in list(state.values())[:: max(1, len(state) // count)][:count]:
        shown = {name: row[name] for name in ("id", "name", "country", "population", "geometry")}
        line = json.dumps(shown, ensure_ascii=False, default=str)
        print("    " + (line if len(line) <= WIDTH - 4 else line[: WIDTH - 5] + "…"))


def show_landing(demo, records, state, faults):
    posts = demo.sandbox.posts()
    title("What landed")
    print(f"  table {PLACES.remote_name}: {len(records):,} records in the log, which make {len(state):,} rows")
    show_samples(state)
    print(f"  {len(posts)} requests, of {max(post['records'] for post in posts):,} records and "
          f"{max(post['body_bytes'] for post in posts):,} bytes at most; {demo.rows_sent / demo.seconds:,.0f} rows/s")
    for fault in faults:
        print("  " + paint(RED, fault))
    verdict = paint(RED, "Not every row is as it should be.") if faults else paint(
        GREEN, f"Every one of the {len(state):,} rows is as it should be.")
    print("\n" + verdict)


def show_poking(demo):
    message = json.dumps({"name": "connection", "configuration": demo.config})
    title("Both keep running; Ctrl-C ends them")
    print(f"  grpcurl -plaintext {demo.server.address} list")
    print(f"  grpcurl -plaintext -d '{message}' \\\n    {demo.server.address} fivetran_sdk.v2.DestinationConnector/Test")
    print(f"  curl -s {demo.sandbox.url}/_sandbox/rows/{PLACES.remote_name} | head -3", flush=True)
    signal.sigwait([signal.SIGINT, signal.SIGTERM])


def run(demo, keep):
    title("bigdust: real places, encrypted, over gRPC, into a local BigGeo")
    step("sandbox, which plays BigGeo's API", demo.sandbox.url)
    step("bigdust, the destination", demo.server.address)
    places = list(read_places())
    updates = [{"id": row["id"], "population": row["population"] + 1, "_fivetran_synced": SYNCED[1]}
               for row in places[::10]]
    deletes = [{"id": row["id"], "_fivetran_synced": SYNCED[2]} for row in places[5::100]]
    title("What Fivetran would send")
    demo.test()
    demo.create()
    demo.write("WriteBatch: upsert", "replace", [places[0::2], places[1::2]])
    demo.write("WriteBatch: update one column", "update", [updates])
    demo.write("WriteBatch: delete", "delete", [deletes])
    records = read_back(demo.sandbox, PLACES)
    state = reducer.reduce(records, PLACES.key)
    faults = compare(expected_state(places, updates, deletes), state)
    show_landing(demo, records, state, faults)
    if keep:
        show_poking(demo)
    else:
        print("To keep both running and poke with grpcurl: ./run.sh demo --keep")
    return 1 if faults else 0


def main():
    parser = argparse.ArgumentParser(prog="./run.sh demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="keep the server and the sandbox running")
    keep = parser.parse_args().keep
    if keep:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGTERM])
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(folder)
        try:
            return run(demo, keep)
        finally:
            demo.close()


if __name__ == "__main__":
    sys.exit(main())
