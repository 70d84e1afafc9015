"""WriteHistoryBatch and truncates on Dust's tables, through the real server: case by case."""
import json

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
