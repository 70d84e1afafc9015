"""WriteHistoryBatch and soft truncates on Dust's tables, through the real server."""
import json
import random

import grpc
import pytest

from support import dust, tables
from support.tables import assert_success, secret, write_batch

MAX = "9999-12-31T23:59:59.999Z"
ITEMS = tables.Table("items", {"id": "INT", "text": "STRING", "n": "INT",
                               "_fivetran_synced": "UTC_DATETIME", "_fivetran_start": "UTC_DATETIME",
                               "_fivetran_end": "UTC_DATETIME", "_fivetran_active": "BOOLEAN"},
                     ["id", "_fivetran_start"])


@pytest.fixture
def config(sandbox):
    return tables.dust_configuration(sandbox)


def at(second, fraction=""):
    return f"2024-01-01T00:00:{second:02}{fraction}Z"


def before(second):
    """A millisecond before it."""
    return at(second - 1, ".999")


def version(number, start, text="a", n=0, end=MAX, active=True):
    return {"id": number, "text": secret(text), "n": n, "_fivetran_synced": at(50),
            "_fivetran_start": start, "_fivetran_end": end, "_fivetran_active": active}


def changed(number, start, end=MAX, active=True, **columns):
    """A row of an update file: what it does not name is unmodified."""
    return {"id": number, "_fivetran_synced": at(50), "_fivetran_start": start,
            "_fivetran_end": end, "_fivetran_active": active, **columns}


def earliest(number, start):
    return {"id": number, "_fivetran_start": start}


def deleted(number, end):
    """As production sends it: without a start (lesson 26)."""
    return {"id": number, "_fivetran_start": None, "_fivetran_end": end,
            "_fivetran_active": None, "_fivetran_synced": at(51)}


def write(client, sandbox, config, **kinds):
    assert_success(write_batch(client, sandbox, ITEMS, config=config, history=True, **kinds))


def exact(row, column):
    """A time as it was sent: our own column has it where Dust's does not show it whole."""
    texts = json.loads(row.get("_fivetran_exact") or "{}")
    if column in texts:
        return texts[column]
    shown = row[column]["string_value"]
    return shown.replace(" ", "T") + "Z"


def versions(sandbox):
    """{(id, start): (text, n, end, active)}."""
    rows = {}
    for row in dust.shown(sandbox, ITEMS, exact=True).values():
        key = (row["id"], exact(row, "_fivetran_start"))
        assert key not in rows, f"two rows of one version: {key}"
        rows[key] = (row["text"].split(" ")[-1], row.get("n"), exact(row, "_fivetran_end"),
                     row["_fivetran_active"])
    return rows


def test_a_timeline_grows_by_versions_that_close_each_other(client, sandbox, config):
    write(client, sandbox, config, earliest=[earliest(1, at(1)), earliest(2, at(1))],
          replace=[version(1, at(1), "a"), version(2, at(1), "b", n=5)])
    write(client, sandbox, config, earliest=[earliest(1, at(3)), earliest(2, at(4))],
          replace=[version(1, at(3), "c")], update=[changed(2, at(4), n=6)])
    write(client, sandbox, config, delete=[deleted(1, at(9)), deleted(3, at(9))])
    assert versions(sandbox) == {
        (1, at(1)): ("a", 0, before(3), False), (1, at(3)): ("c", 0, at(9), False),
        (2, at(1)): ("b", 5, before(4), False), (2, at(4)): ("b", 6, MAX, True)}


def test_lesson_24_an_update_continues_a_version_of_the_same_request(client, sandbox, config):
    write(client, sandbox, config, replace=[version(1, at(1), "a", n=1)])
    write(client, sandbox, config, earliest=[earliest(1, at(2))],
          replace=[version(1, at(4), "b", n=4, end=before(5), active=False)],
          update=[changed(1, at(5), n=5), changed(1, at(2), before(4), False, n=2)])
    assert versions(sandbox) == {
        (1, at(1)): ("a", 1, before(2), False), (1, at(2)): ("a", 2, before(4), False),
        (1, at(4)): ("b", 4, before(5), False), (1, at(5)): ("b", 5, MAX, True)}


def test_lesson_25_versions_in_one_file_chain_whatever_their_order(client, sandbox, config):
    write(client, sandbox, config, replace=[version(1, at(1), "a", n=1)])
    write(client, sandbox, config, earliest=[earliest(1, at(2))],
          update=[changed(1, at(4)), changed(1, at(3), before(4), False, text=secret("c")),
                  changed(1, at(2), before(3), False, n=None)])
    assert versions(sandbox) == {
        (1, at(1)): ("a", 1, before(2), False), (1, at(2)): ("a", None, before(3), False),
        (1, at(3)): ("c", None, before(4), False), (1, at(4)): ("c", None, MAX, True)}


@pytest.mark.parametrize("start, end", [
    ("2024-03-01T00:00:00Z", "2024-02-29T23:59:59.999Z"),
    ("2024-03-01T00:00:00.123456789Z", "2024-03-01T00:00:00.122456789Z"),
    ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.998Z"),
    ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.499Z"),
    ("0001-01-01T00:00:01Z", "0001-01-01T00:00:00.999Z")])
def test_lesson_26_a_version_ends_exactly_a_millisecond_before_the_next(client, sandbox, config,
                                                                       start, end):
    first = "0001-01-01T00:00:00Z"
    write(client, sandbox, config, replace=[version(1, first, "a")])
    write(client, sandbox, config, earliest=[earliest(1, start)], replace=[version(1, start, "b")])
    shown = versions(sandbox)
    assert shown[1, first] == ("a", 0, end, False)
    assert shown[1, start] == ("b", 0, MAX, True)


def test_the_earliest_start_takes_later_versions_away(client, sandbox, config):
    write(client, sandbox, config, replace=[
        version(1, at(1), "a", end=before(3), active=False),
        version(1, at(3), "b", end=before(5), active=False), version(1, at(5), "c")])
    for _ in range(2):  # lesson 8
        write(client, sandbox, config, earliest=[earliest(1, at(3))], update=[changed(1, at(4), n=9)])
        assert versions(sandbox) == {(1, at(1)): ("a", 0, before(3), False),
                                     (1, at(4)): ("a", 9, MAX, True)}


def test_an_update_without_a_version_to_continue_is_ignored(client, sandbox, config):
    write(client, sandbox, config, replace=[version(1, at(1))])
    write(client, sandbox, config, update=[changed(2, at(4), n=9)])
    assert list(versions(sandbox)) == [(1, at(1))]


def test_a_table_that_is_not_there_is_made(client, sandbox, config):
    write(client, sandbox, config, earliest=[earliest(1, at(1))], update=[changed(1, at(2), n=1)],
          replace=[version(1, at(1), end=before(2), active=False)], delete=[deleted(1, at(7))])
    assert versions(sandbox) == {(1, at(1)): ("a", 0, before(2), False),
                                 (1, at(2)): ("a", 1, at(7), False)}


# A random mix against a model that knows no more than the contract.


class Model:
    def __init__(self):
        self.rows = {}  # {(id, second): {text, n, end, active}}

    def of(self, number):
        return {start: row for (key, start), row in self.rows.items() if key == number}

    def apply(self, request):
        former = {key: dict(row) for key, row in self.rows.items()}
        for number, start in request["earliest"]:
            for second, row in self.of(number).items():
                if second >= start:
                    del self.rows[number, second]
                elif row["active"]:
                    row.update(active=False, end=before(start))
        given = set()
        for number, start, row in request["replace"]:
            self.rows[number, start] = dict(row)
            given.add((number, start))
        for number, start, changes in sorted(request["update"], key=lambda each: each[1]):
            base = self.base(number, start, given, former)
            if base is not None:
                self.rows[number, start] = {**base, "active": True, "end": MAX, **changes}
                given.add((number, start))
        for number, end in request["delete"]:
            for row in self.of(number).values():
                if row["active"]:
                    row.update(active=False, end=at(end))

    def base(self, number, start, given, former):
        if (number, start) in given:
            return self.rows[number, start]
        below = [second for second in self.of(number) if second < start]
        if below:
            return self.rows[number, max(below)]
        gone = [second for key, second in former if key == number and second <= start]
        return former[number, max(gone)] if gone else None

    def as_shown(self):
        return {(number, at(start)): (row["text"], row["n"], row["end"], row["active"])
                for (number, start), row in self.rows.items()}


def draw_request(draw):
    def some(most):
        return [(draw.randint(1, 6), draw.randint(1, 12)) for _ in range(draw.randint(0, most))]
    firsts = {}
    for number, start in some(4):
        firsts[number] = min(start, firsts.get(number, start))
    return {
        "earliest": list(firsts.items()),
        "replace": [(number, start, {"text": f"t{draw.randint(0, 99)}x", "n": draw.randint(0, 99),
                                     "end": MAX, "active": True}) for number, start in some(8)],
        "update": [(number, start, draw.choice([{"n": draw.randint(0, 99)}, {"n": None}, {},
                                                {"text": f"u{draw.randint(0, 99)}x"}]))
                   for number, start in some(8)],
        "delete": list({number: draw.randint(13, 40) for number, _ in some(2)}.items())}


def rows_of(request):
    """The same as the rows of files."""
    def text(columns):
        return {**columns, "text": secret(columns["text"])} if "text" in columns else columns
    return {
        "earliest": [earliest(number, at(start)) for number, start in request["earliest"]] or None,
        "replace": [version(number, at(start), row["text"], row["n"])
                    for number, start, row in request["replace"]] or None,
        "update": [changed(number, at(start), **text(changes))
                   for number, start, changes in request["update"]] or None,
        "delete": [deleted(number, at(end)) for number, end in request["delete"]] or None}


FAULTS = [("status", {"status": 429, "retry_after": "1"}), ("status", {"status": 503}),
          ("reset_before", {}), ("reset_after", {}), ("close_after", {})]
CALLS = ["dust-upsert-rows", "dust-delete-row", "dust-list-rows", "dust-get-table"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_lesson_08_a_random_mix_under_faults_ends_right_or_fails(client, sandbox, config, seed):
    draw = random.Random(seed)
    model = Model()
    sandbox.config(merge_quiet_ms=30, merge_takes_ms=20, merge_delay_max_ms=200, seed=seed)
    for number in range(8):
        request = draw_request(draw)
        for _ in range(draw.randint(0, 2)):
            action, more = draw.choice(FAULTS)
            sandbox.fault(draw.choice(CALLS), action, after=draw.randint(0, 2), **more)
        for _ in range(5):
            try:
                write(client, sandbox, config, **rows_of(request))
                break
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.UNAVAILABLE, error
        else:
            pytest.fail("the call never came through")
        sandbox.clear_faults()
        model.apply(request)
        if model.rows:
            assert versions(sandbox) == model.as_shown(), f"after step {number}"
    assert model.rows


# Truncate.

NOTES = tables.Table("notes", {"id": "INT", "text": "STRING", "_fivetran_deleted": "BOOLEAN"}, ["id"])


def truncate(client, config, before_text, table=NOTES, soft=None):
    request = tables.protos.message("TruncateRequest")(
        configuration=config, schema_name=table.schema, table_name=table.name,
        synced_column="_fivetran_synced")
    request.utc_delete_before.FromJsonString(before_text)
    if soft:
        request.soft.deleted_column = soft
    return tables.answer_of(client.call("Truncate", request))


@pytest.fixture
def notes(client, sandbox, config):
    rows = [{"id": n, "text": secret(str(n)), "_fivetran_deleted": n == 0,
             "_fivetran_synced": at(n, ".0005")} for n in range(5)]
    assert_success(write_batch(client, sandbox, NOTES, config=config, replace=rows))


def deleted_notes(sandbox):
    return {row["id"] for row in dust.shown(sandbox, NOTES).values() if row["_fivetran_deleted"]}


def test_lesson_06_a_hard_truncate_removes_rows_strictly_before(client, sandbox, config, notes):
    assert truncate(client, config, at(2, ".001")) == ("success", True)
    assert sorted(dust.shown(sandbox, NOTES)) == ["3", "4"]
    assert truncate(client, config, at(3)) == ("success", True)  # its row is in that millisecond
    assert sorted(dust.shown(sandbox, NOTES)) == ["3", "4"]
    assert truncate(client, config, at(59)) == ("success", True)
    assert dust.shown(sandbox, NOTES) == {}


def test_a_soft_truncate_sets_the_column_and_nothing_else(client, sandbox, config, notes):
    rows = dust.shown(sandbox, NOTES)
    assert truncate(client, config, at(3), soft="_fivetran_deleted") == ("success", True)
    assert deleted_notes(sandbox) == {0, 1, 2}
    now = dust.shown(sandbox, NOTES)
    assert {key: {**row, "_fivetran_deleted": None} for key, row in now.items()} == \
        {key: {**row, "_fivetran_deleted": None} for key, row in rows.items()}


def test_lesson_06_what_is_not_there_is_success_or_a_task(client, sandbox, config, notes):
    missing = tables.Table("missing", {"id": "INT"}, ["id"])
    assert truncate(client, config, at(3), missing) == ("success", True)
    kind, text = truncate(client, config, at(3), soft="gone")
    assert kind == "task" and 'tester.notes has no column "gone"' in text
    assert len(dust.shown(sandbox, NOTES)) == 5
