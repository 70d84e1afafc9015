"""A million Airbyte records of about 330 bytes from a file through `bigdust write` into a local API that discards them,
against a Python loop that does what the older connector did: json.loads, batches of 1000, requests.post(json=…)."""
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support import airbyte, processes  # noqa: E402
from support.sandbox import API_KEY, Sandbox  # noqa: E402

RECORDS = int(os.environ.get("BENCH_ROWS", 1_000_000))
RUNS = 5
BATCH = 1000
WORDS = ["harbour", "café", "museum", "station", "park", "library", "bridge", "market", "school", "lake"]


def write_input(path):
    """The messages, the same for every run of the benchmark."""
    rand = random.Random(20)
    with open(path, "w") as file:
        for number in range(RECORDS):
            lat, lon = round(rand.uniform(-90, 90), 6), round(rand.uniform(-180, 180), 6)
            data = {"id": number, "name": f"the {rand.choice(WORDS)} of {rand.getrandbits(32):08x}", "lat": lat, "lon": lon,
                    "height": rand.randint(0, 88480) / 10, "open": rand.random() < .5, "visits": rand.randint(0, 100000),
                    "shape": {"type": "Point", "coordinates": [lon, lat]}, "seen": "2024-05-06T07:08:09.123Z"}
            file.write(json.dumps({"type": "RECORD", "record": {
                "stream": "places", "data": data, "emitted_at": airbyte.EMITTED_AT + number}}) + "\n")


def bigdust(path, arguments):
    """Seconds, seconds of CPU, and the most memory in bytes."""
    with open(path) as messages:
        start = time.perf_counter()
        child = subprocess.Popen([processes.binary("BIGDUST"), "write", *arguments], stdin=messages,
                                 stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        assert status == 0
        return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def python_loop(path, url):
    session, sync_id = requests.Session(), str(uuid.uuid4())
    session.headers["x-api-key"] = API_KEY

    def post(chunks, final=False):
        body = {"sync_id": sync_id, "table_name": "places", "chunks": chunks, "is_final": final}
        answer = session.post(f"{url}/data-sources/v1/post-data-source", json=body)
        assert answer.json()["success"]

    start, cpu = time.perf_counter(), time.process_time()
    chunks = []
    with open(path) as messages:
        for text in messages:
            message = json.loads(text)
            if message["type"] == "RECORD":
                chunks.append({"type": "RECORD", "record": message["record"]})
                if len(chunks) == BATCH:
                    post(chunks)
                    chunks = []
    post(chunks, final=True)
    return time.perf_counter() - start, time.process_time() - cpu


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "messages.jsonl"
        write_input(path)
        size = path.stat().st_size
        print(f"{RECORDS:,} records, {size / RECORDS:.0f} bytes each, {size / 1e6:.0f} MB; {os.cpu_count()} cores\n")
        sandbox = Sandbox("--discard")
        files = airbyte.Files(pathlib.Path(folder))
        arguments = files.arguments(airbyte.config(sandbox), airbyte.catalog("places"))
        runs = [bigdust(path, arguments) for _ in range(RUNS)]
        ours = statistics.median(run[0] for run in runs)
        our_cpu = statistics.median(run[1] for run in runs)
        assert sum(post["records"] for post in sandbox.posts("nonfinal")) == RUNS * RECORDS
        theirs, their_cpu = python_loop(path, sandbox.url)
        print(f"bigdust write   {ours:8.3f} s  {RECORDS / ours:11,.0f} records/s  {size / ours / 1e6:5.0f} MB/s  CPU {our_cpu:6.2f} s  "
              f"(median of {RUNS}: {' '.join(f'{run[0]:.2f}' for run in runs)} s), peak memory {max(run[2] for run in runs) / 2**20:.1f} MiB")
        print(f"Python loop     {theirs:8.3f} s  {RECORDS / theirs:11,.0f} records/s  {size / theirs / 1e6:5.0f} MB/s  CPU {their_cpu:6.2f} s")
        print(f"\nbigdust is {theirs / ours:.1f} times as fast, with {their_cpu / our_cpu:.1f} times less CPU; the goal is 10")
        sandbox.finish()


main()
