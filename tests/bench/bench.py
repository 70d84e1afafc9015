"""The benchmark: a million rows, encrypted and compressed, through the real server into a local API that discards
them; against what openssl and zstd take for the same file in the same run."""
import math
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support import files, processes, stub, tables  # noqa: E402
from support.sandbox import Sandbox  # noqa: E402

ROWS = int(os.environ.get("BENCH_ROWS", 1_000_000))
RUNS = 5
SEED = 20
PIECE = 10_000
COLUMNS = {"id": "LONG", "name": "STRING", "lat": "DOUBLE", "lon": "DOUBLE", "height": "DECIMAL",
           "open": "BOOLEAN", "visits": "INT", "shape": "JSON", "seen": "UTC_DATETIME"}
TABLE = tables.Table("places", COLUMNS, ["id"], schema="bench")
WORDS = ["harbour", "café", "museum", "station", "park", "library", "bridge", "market", "school", "lake"]


def pieces():
    """The CSV: ten columns with _fivetran_synced, the same for every run of the benchmark."""
    rand = random.Random(SEED)
    yield (",".join(TABLE.columns) + "\n").encode()
    for start in range(0, ROWS, PIECE):
        lines = []
        for number in range(start, min(start + PIECE, ROWS)):
            lat, lon = round(math.degrees(math.asin(rand.uniform(-1, 1))), 6), round(rand.uniform(-180, 180), 6)
            lines.append(
                f'{number},"the {rand.choice(WORDS)} of {rand.getrandbits(32):08x}",{lat},{lon},{rand.randint(0, 88480) / 10},'
                f'{"true" if rand.random() < .5 else "false"},{rand.randint(0, 100000)},'
                f'"{{""type"":""Point"",""coordinates"":[{lon},{lat}]}}",'
                f'2024-05-06T07:08:09.{number % 1000:03d}Z,2024-05-06T08:00:00.000Z\n')
        yield "".join(lines).encode()


def timed(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def reference(path, key):
    """openssl enc -d | zstd -d > /dev/null; the IV, which openssl wants as an option, is cut off."""
    with open(path, "rb") as file:
        iv = file.read(16)
    command = (f"tail -c +17 '{path}' | openssl enc -d -aes-256-cbc -K {key.hex()} -iv {iv.hex()} "
               "| zstd -d -q -c > /dev/null")
    return timed(lambda: subprocess.run(command, shell=True, check=True))


def write(client, sandbox, path, key, run):
    # A table of its own: there is nothing to read back from an API that discards.
    batch = tables.Batch(tables.Table(f"places_{run}", COLUMNS, ["id"], schema="bench"), path.parent)
    batch.add_path("replace", path, key)
    request = batch.request(tables.configuration(sandbox))
    return timed(lambda: tables.assert_success(client.call("WriteBatch", request, timeout=600)))


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "places.csv.zst.aes"
        plain = sum(map(len, pieces()))
        key = files.write_bytes(path, pieces(), key=bytes(range(32)))
        print(f"{ROWS:,} rows, {plain / 1e6:.1f} MB of CSV, {path.stat().st_size / 1e6:.1f} MB stored; "
              f"{os.cpu_count()} cores; median of {RUNS} runs\n")
        sandbox = Sandbox("--discard")
        server = processes.Bigdust()
        references, calls = [], []
        with stub.Client(server.address) as client:
            for run in range(RUNS):
                references.append(reference(path, key))
                calls.append(write(client, sandbox, path, key, run))
        base, call = statistics.median(references), statistics.median(calls)
        posts = [post for post in sandbox.posts("nonfinal")]
        report("WriteBatch", call, base, f"{ROWS / call:,.0f} rows/s, {plain / call / 1e6:.0f} MB/s")
        report("openssl enc -d | zstd -d", base, base, "")
        print(f"\nruns: {' '.join(f'{c:.2f}' for c in calls)} s; openssl | zstd {' '.join(f'{r:.2f}' for r in references)} s")
        print(f"peak memory {server.peak_memory() / 2**20:.1f} MiB; {len(posts) // RUNS} requests a call, "
              f"{statistics.mean(p['records'] for p in posts):.0f} records and "
              f"{statistics.mean(p['body_bytes'] for p in posts) / 2**20:.3f} MiB each")
        server.finish()
        sandbox.finish()
        print("\nCPU time stage by stage, one thread, each line with those above it:")
        types = ",".join(f"{name}:{kind}" for name, kind in TABLE.columns.items())
        out = subprocess.run([os.environ["BENCH_STAGES"], path, key.hex(), types], check=True,
                             capture_output=True, text=True).stdout
        for line in out.splitlines():
            name, seconds, _ = line.split("\t")
            report(name, float(seconds), base, "")


def report(name, seconds, base, more):
    print(f"{name:<26}{seconds:8.3f} s {seconds / base:6.2f} x  {more}")


main()
