"""Memory does not grow with what is written."""
import os

import pytest
from support import files, tables

MIB = 1024 * 1024
MAX_MEMORY = 64 * MIB
ROWS = 1_000_000
PIECE = 10_000

PLACES = tables.Table("volume", {"id": "LONG", "name": "STRING", "lat": "DOUBLE", "lon": "DOUBLE",
                                 "geo": "JSON", "seen": "UTC_DATETIME"}, ["id"])


def _line(number):
    lat, lon = number * 7919 % 180000 / 1000 - 90, number * 104729 % 360000 / 1000 - 180
    return (f'{number},"place number {number}, the {number * 2654435761 % 4294967296:08x}th",{lat},{lon},'
            f'"{{""type"":""Point"",""coordinates"":[{lon},{lat}]}}",'
            f'2024-05-06T07:08:09.{number % 1000:03d}Z,2024-05-06T08:00:00.000Z\n')


def _pieces(rows):
    yield b"id,name,lat,lon,geo,seen,_fivetran_synced\n"
    for start in range(0, rows, PIECE):
        yield "".join(map(_line, range(start, min(start + PIECE, rows)))).encode()


@pytest.fixture(scope="module")
def big_file(tmp_path_factory):
    """About 180 MB of CSV, compressed and encrypted; path and key."""
    path = tmp_path_factory.mktemp("volume") / "places.csv.zst.aes"
    return path, files.write_bytes(path, _pieces(ROWS))


def _write(client, sandbox, big_file, times):
    path, key = big_file
    batch = tables.Batch(PLACES, path.parent)
    for copy in range(times):
        link = path.with_name(f"copy{copy}_of_{times}.csv")
        os.link(path, link)
        batch.add_path("replace", link, key)
    tables.assert_success(client.call("WriteBatch", batch.request(tables.configuration(sandbox)),
                                      timeout=600))


@pytest.mark.parametrize("times", [1, 4], ids=["1,000,000 rows", "4,000,000 rows"])
@pytest.mark.skipif("SANITIZED" in os.environ, reason="a sanitizer's own memory would be measured")
def test_memory_is_bounded_whatever_the_number_of_rows(bigdust, client, start_sandbox, big_file, times):
    sandbox = start_sandbox("--discard")
    _write(client, sandbox, big_file, times)
    posts = sandbox.posts()
    assert sum(post["records"] for post in posts) == times * ROWS
    assert all(post["body_bytes"] <= MIB for post in posts)
    assert [post["kind"] for post in posts].count("final") == 1
    assert bigdust.peak_memory() <= MAX_MEMORY
    print(f"peak memory {bigdust.peak_memory() / MIB:.1f} MiB, {bigdust.wait_events('call_finished')}")


def test_lesson_09_eight_calls_at_once_stay_within_their_memory(bigdust, client, start_sandbox,
                                                                tmp_path):
    sandbox = start_sandbox("--discard")
    path = tmp_path / "places.csv.zst.aes"
    key = files.write_bytes(path, _pieces(50_000))
    calls = []
    for number in range(8):
        table = tables.Table(f"volume_{number}", {n: t for n, t in PLACES.columns.items()}, ["id"])
        batch = tables.Batch(table, tmp_path)
        batch.add_path("replace", path, key)
        calls.append(client.start("WriteBatch", batch.request(tables.configuration(sandbox))))
    for call in calls:
        tables.assert_success(call.result())
    assert sum(post["records"] for post in sandbox.posts()) == 8 * 50_000
    if "SANITIZED" not in os.environ:
        assert bigdust.peak_memory() <= 8 * MAX_MEMORY
