"""Sends the batches of java/ through the server to the sandbox and compares every record.
java_batches.py <folder of batches>"""
import json
import pathlib
import sys
import time

import common
from support import files, stub, tables

LARGEST_REQUEST = str(16 * 1024 * 1024)  # the batches hold strings of megabytes


def no_constant(text):
    raise ValueError(f"{text} is no JSON")


def parse(line):
    """JSON whose numbers keep their digits, objects their order and repeats of keys."""
    return json.loads(line, parse_int=lambda text: ("number", text),
                      parse_float=lambda text: ("number", text),
                      parse_constant=no_constant, object_pairs_hook=tuple)


def members(line, where):
    """The members of a record as a dictionary, in which none may be twice."""
    pairs = parse(line)
    found = dict(pairs)
    assert len(found) == len(pairs), f"{where}: a member is there twice"
    return found


def name_of(record):
    return record["_fivetran_op"], record["id"]


def load_expected(path):
    expected = {}
    with open(path, encoding="utf-8", newline="\n") as lines:
        for line in lines:
            record = members(line, "expected")
            expected[name_of(record)] = record
    return expected


def short(value):
    text = repr(value)
    return text if len(text) < 300 else f"{text[:300]}… ({len(text)} characters)"


def check_record(got, expected, key):
    """Every member is as expected; of those that the destination adds only the list of changes is."""
    where = "{} of id {}".format(*name_of(got))
    assert int(got.pop("_fivetran_op_at")[1]) > 0
    if got["_fivetran_op"] == "update":
        changed = got.pop("_fivetran_changed")
        wanted = expected.keys() - key - {"_fivetran_op"}
        assert sorted(changed) == sorted(wanted), f"{where}: changed {changed}, not {wanted}"
    assert got.keys() == expected.keys(), f"{where}: {got.keys() ^ expected.keys()}"
    for name, value in expected.items():
        assert got[name] == value, \
            f"{where}, {name}: {short(got[name])} arrived, {short(value)} was written"


def check_records(sandbox, table, expected):
    count = 0
    for line in sandbox.lines(table.remote_name):
        got = members(line, "arrived")
        record = expected.pop(name_of(got), None)
        assert record is not None, f"never written, or here twice: {name_of(got)}"
        check_record(got, record, set(table.key))
        count += 1
    assert not expected, f"{len(expected)} records did not arrive, as {list(expected)[0]}"
    return count


def batch_of(folder, manifest):
    columns = {column["name"]: column["type"] for column in manifest["columns"]}
    key = [column["name"] for column in manifest["columns"] if column["key"]]
    markers = files.Markers(manifest["null_string"], manifest["unmodified_string"])
    batch = tables.Batch(tables.Table(folder.name, columns, key), folder, manifest["compression"],
                         manifest["encryption"], markers)
    for file in manifest["files"]:
        batch.add_path(file["operation"], file["path"], file["key"] and bytes.fromhex(file["key"]))
    return batch


def play(client, sandbox, folder):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    batch = batch_of(folder, manifest)
    request = batch.request(tables.configuration(sandbox, max_batch_bytes=LARGEST_REQUEST))
    started = time.monotonic()
    kind, text = tables.answer_of(client.call("WriteBatch", request))
    took = time.monotonic() - started
    wanted = f": {manifest['not_finite']} values that are not finite numbers"
    assert kind == "warning" and wanted in text, (kind, text, wanted)
    count = check_records(sandbox, batch.table, load_expected(folder / "expected.jsonl"))
    size = sum(pathlib.Path(file["path"]).stat().st_size for file in manifest["files"])
    common.ok(f"compression {manifest['compression']}, encryption {manifest['encryption']}: {count} records of "
              f"{len(manifest['files'])} files, {size / 1e6:.1f} MB stored, arrived unchanged (sent in {took:.1f} s)")


def main():
    folders = sorted(path.parent for path in pathlib.Path(sys.argv[1]).glob("*/manifest.json"))
    assert len(folders) == 6, f"6 batches were to be there: {folders}"
    with common.running() as (bigdust, sandbox), stub.Client(bigdust.address) as client:
        for folder in folders:
            play(client, sandbox, folder)


main()
