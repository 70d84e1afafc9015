"""Dust tables through the real server: what is written is what Dust shows, whatever happens on the
way."""
import random

import grpc
import pytest

from support import dust, files, tables
from support.sandbox import DUST_KEY
from support.stub import Client
from support.tables import Table, assert_success, secret, write_batch

PLACES = Table("places", {"id": "INT", "name": "STRING", "visits": "LONG", "open": "BOOLEAN"},
               key=["id"])
SYNCED = "2026-01-02T03:04:05.678Z"


@pytest.fixture
def config(sandbox):
    return tables.dust_configuration(sandbox)


def place(number, name="somewhere", **more):
    return {"id": number, "name": name, "visits": number * 10, "open": number % 2 == 0,
            "_fivetran_synced": SYNCED, **more}


def write(client, sandbox, config, table=PLACES, **kinds):
    return write_batch(client, sandbox, table, config=config, **kinds)


def test_upserts_updates_and_deletes_land(client, sandbox, config):
    assert_success(write(client, sandbox, config, replace=[place(n) for n in range(5)]))
    assert_success(write(client, sandbox, config,
                         update=[{"id": 1, "name": "elsewhere"}, {"id": 77, "name": "nowhere"}],
                         delete=[{"id": 2}, {"id": 78}]))
    rows = dust.shown(sandbox, PLACES)
    assert sorted(rows) == ["0", "1", "3", "4"]
    assert rows["1"]["name"] == "elsewhere"
    assert rows["1"]["visits"] == 10
    assert rows["3"]["name"] == "somewhere"


def test_success_means_that_rows_can_be_read(client, sandbox, config):
    sandbox.config(merge_quiet_ms=700, merge_takes_ms=300)
    assert_success(write(client, sandbox, config, replace=[place(1)]))
    total = sandbox.request(
        "GET", dust.table_path(PLACES) + "/rows?limit=0",
        headers={"Authorization": f"Bearer {DUST_KEY}"}).json()["total"]
    assert total == 1


def test_without_confirming_the_call_does_not_wait(client, sandbox):
    sandbox.config(merge_quiet_ms=3600000)
    config = tables.dust_configuration(sandbox, confirm_writes="false")
    assert_success(write(client, sandbox, config, replace=[place(1)]))
    sandbox.config(merge_quiet_ms=0)
    assert list(dust.shown(sandbox, PLACES)) == ["1"]


def test_batches_are_as_full_as_the_caps_allow(client, sandbox, config):
    assert_success(write(client, sandbox, {**config, "batch_size": "100"},
                         replace=[place(n) for n in range(250)]))
    posts = [r["records"] for r in sandbox.requests("dust-upsert-rows", "upsert")]
    assert posts == [100, 100, 50, 1]  # the last row once more: the fence
    assert len(dust.shown(sandbox, PLACES)) == 250


ALL_TYPES = {
    "id": "STRING", "b": "BOOLEAN", "s": "SHORT", "i": "INT", "l": "LONG", "d": ("DECIMAL", 38, 10),
    "f": "FLOAT", "g": "DOUBLE", "date": "NAIVE_DATE", "at": "NAIVE_DATETIME", "utc": "UTC_DATETIME",
    "bin": "BINARY", "x": "XML", "t": "STRING", "j": "JSON", "time": "NAIVE_TIME", "n": "INT"}


def random_row(draw, number):
    def text():
        pick = draw.choice(["plain", "007", " padded ", "t", "2021-01-01", "March 2, 2021", "1e5", ".5",
                            "+33612345678", "naïve 漢字 🦀", "a;b", 'quo"ted', "multi\nline", "", "-0",
                            "12345678901234567890", "NaN", "10:15:30", "\\", "1.0"])
        return pick
    row = {
        "id": f"{draw.choice(['k', '00', 'x-', 'Ä', '2021-01-'])}{number}",
        "b": draw.random() < 0.5, "s": draw.randint(-32768, 32767),
        "i": draw.randint(-2**31, 2**31 - 1), "l": draw.randint(-2**63, 2**63 - 1),
        "d": f"{draw.randint(-10**28, 10**28)}.{draw.randint(0, 10**10 - 1):010d}",
        "f": draw.choice(["3.4028237E+38", "1.4E-45", "0.1", "-0.0", "1.0E10"]),
        "g": repr(draw.uniform(-1e300, 1e300)),
        "date": f"{draw.randint(1, 9999):04d}-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}",
        "at": f"{draw.randint(1, 9999):04d}-01-02T10:15:30.{draw.randint(0, 999999999):09d}",
        "utc": draw.choice(["1969-12-31T23:59:59.5Z", "2007-12-03T10:15:30.123Z", "1970-01-01T00:00:00Z",
                            "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"]),
        "bin": draw.choice(["aGVsbG8=", "MTIz", "AAAA", "1234"]),
        "x": draw.choice(["<a/>", "<a>1</a>", " <b/> "]), "t": text(),
        "j": draw.choice(['{"a":1}', "[1,2]", "5", "true", "null", '"text"']),
        "time": draw.choice(["10:15:30", "00:00:00.5", "23:59"]),
        "n": None, "_fivetran_synced": SYNCED}
    for name in draw.sample(sorted(set(row) - {"id", "_fivetran_synced"}), 2):
        row[name] = None
    return row


def test_an_update_of_one_column_leaves_every_other_cell_and_every_id(client, sandbox, config):
    draw = random.Random(7)
    table = Table("wide", ALL_TYPES, key=["id"])
    assert_success(write(client, sandbox, config, table,
                         replace=[random_row(draw, n) for n in range(1000)]))
    before = dust.shown(sandbox, table)
    ids = [row["id"] for row in (random_row(random.Random(7), 0),)]
    draw = random.Random(7)
    ids = [random_row(draw, n)["id"] for n in range(1000)]
    assert_success(write(client, sandbox, config, table, update=[
        {"id": identity, "n": number, "_fivetran_synced": SYNCED}
        for number, identity in enumerate(ids)]))
    after = dust.shown(sandbox, table)
    assert after.keys() == before.keys()
    assert len(after) == 1000
    numbers = sorted(row.pop("n") for row in after.values())
    assert numbers == list(range(1000))
    for identity, row in after.items():
        assert without_texts(row) == without_texts(before[identity]), identity


def without_texts(row):
    """A date's own text becomes Dust's when the table is rewritten: the instant is what counts."""
    return {name: ("instant", value["epoch"]) if isinstance(value, dict) else value
            for name, value in row.items()}


def test_lesson_13_the_order_of_columns_in_a_request_changes_no_id(client, sandbox, config):
    there = {"a": "INT", "b": "STRING", "v": "INT"}
    rows = [{"a": 1, "b": "x", "v": 1, "_fivetran_synced": SYNCED}]
    assert_success(write(client, sandbox, config, Table("pair", there, ["a", "b"]), replace=rows))
    back = Table("pair", dict(reversed(there.items())), ["a", "b"])
    assert_success(write(client, sandbox, config, back, replace=[{**rows[0], "v": 2}],
                         update=[{"a": 1, "b": "x", "v": 3}]))
    assert [row["v"] for row in dust.shown(sandbox, back).values()] == [3]


def test_two_processes_one_after_the_other_write_one_table(start_bigdust, sandbox, config):
    for number in range(2):
        server = start_bigdust()
        with Client(server.address) as client:
            assert_success(write(client, sandbox, config, replace=[place(number)]))
            assert_success(write(client, sandbox, config, update=[{"id": 0, "name": f"by {number}"}]))
            described = client.call("DescribeTable", tables.protos.message("DescribeTableRequest")(
                configuration=config, schema_name="tester", table_name="places"))
            assert [c.name for c in described.table.columns] == list(PLACES.columns)
        server.stop()
    assert dust.shown(sandbox, PLACES)["0"]["name"] == "by 1"
    assert sorted(dust.shown(sandbox, PLACES)) == ["0", "1"]


# A random mix against a model.


class Model:
    """What the table must hold: {id: row}."""

    def __init__(self):
        self.rows = {}

    def apply(self, replace, update, delete):
        for row in replace:
            self.rows[row["id"]] = dict(row)
        for row in update:
            if row["id"] in self.rows:
                self.rows[row["id"]].update(row)
        for row in delete:
            self.rows.pop(row["id"], None)

    def truncate(self, before):
        self.rows = {k: r for k, r in self.rows.items() if r["_fivetran_synced"] >= before}

    def as_shown(self):
        return {str(k): {"id": r["id"], "name": r["name"], "visits": r["visits"], "open": r["open"]}
                for k, r in self.rows.items()}


FAULTS = [
    ("status", {"status": 429, "retry_after": "1"}), ("status", {"status": 500}),
    ("status", {"status": 503}), ("reset_before", {}), ("reset_after", {}), ("close_after", {}),
]
CALLS = ["dust-upsert-rows", "dust-delete-row", "dust-list-rows", "dust-get-row", "dust-get-table"]


def step(draw, clock):
    ids = range(40)
    synced = f"2026-01-01T00:{clock // 60:02d}:{clock % 60:02d}.500Z"
    def some(most):
        return draw.sample(ids, draw.randint(0, most))
    replace = [place(n, f"name {draw.randint(0, 9)}x", _fivetran_synced=synced) for n in some(20)]
    update = [{"id": n, "name": f"new {clock}x", "_fivetran_synced": synced} for n in some(10)]
    delete = [{"id": n, "_fivetran_synced": synced} for n in some(4)]
    return replace, update, delete, synced


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_lesson_08_a_random_mix_under_faults_ends_right_or_fails(client, sandbox, config, seed):
    draw = random.Random(seed)
    model = Model()
    sandbox.config(merge_quiet_ms=30, merge_takes_ms=20, merge_delay_max_ms=200, seed=seed)
    for clock in range(8):
        replace, update, delete, synced = step(draw, clock)
        for _ in range(draw.randint(0, 2)):
            action, more = draw.choice(FAULTS)
            sandbox.fault(draw.choice(CALLS), action, after=draw.randint(0, 2), **more)
        for _ in range(5):
            try:
                assert_success(write(client, sandbox, config, replace=replace or None,
                                     update=update or None, delete=delete or None))
                break
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.UNAVAILABLE, error
        else:
            pytest.fail("the call never came through")
        model.apply(replace, update, delete)
        sandbox.clear_faults()
        if clock % 3 == 2:
            before = f"2026-01-01T00:00:{draw.randint(0, clock):02d}.000Z"
            truncate(client, config, before)
            model.truncate(before)
        shown = {k: {c: r[c] for c in ("id", "name", "visits", "open")}
                 for k, r in dust.shown(sandbox, PLACES).items()}
        assert shown == model.as_shown(), f"after step {clock}"


def truncate(client, config, before, soft=None):
    request = tables.protos.message("TruncateRequest")(
        configuration=config, schema_name=PLACES.schema, table_name=PLACES.name,
        synced_column="_fivetran_synced")
    request.utc_delete_before.FromJsonString(before)
    if soft:
        request.soft.deleted_column = soft
    assert_success(client.call("Truncate", request))
