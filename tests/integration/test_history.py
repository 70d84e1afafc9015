"""WriteHistoryBatch: what lands, in which order, and what it comes to."""
import random

from support import tables
from support.tables import secret

MAX = "9999-12-31T23:59:59.999Z"
ITEMS = tables.Table("items", {"id": "INT", "text": "STRING", "n": "INT", "_fivetran_synced": "UTC_DATETIME",
                               "_fivetran_start": "UTC_DATETIME", "_fivetran_end": "UTC_DATETIME",
                               "_fivetran_active": "BOOLEAN"}, ["id", "_fivetran_start"])
REMOTE = ITEMS.remote_name


def at(second, ms=0):
    return f"2024-01-01T00:00:{second:02}.{ms:03}Z"


def version(number, second, text="a", n=0, end=MAX, active=True, **more):
    return {"id": number, "text": secret(text), "n": n, "_fivetran_synced": at(50), "_fivetran_start": at(second),
            "_fivetran_end": end, "_fivetran_active": active, **more}


def earliest(number, second):
    return {"id": number, "_fivetran_start": at(second)}


def changed(number, second, **columns):
    """A row of an update file: what it does not name is unmodified."""
    return {"id": number, "_fivetran_synced": at(50), "_fivetran_start": at(second), "_fivetran_end": MAX,
            "_fivetran_active": True, **columns}


def deleted(number, second):
    return {"id": number, "_fivetran_end": at(second), "_fivetran_synced": at(51)}


def write(client, sandbox, **options):
    tables.assert_success(tables.write_batch(client, sandbox, ITEMS, history=True, **options))


def timeline(sandbox, number):
    """[(text, n, start, end, active)] of a key, by start."""
    state = sandbox.state(REMOTE, ["id", "_fivetran_start"], history=True)
    return [(row["text"].split(" ")[-1], row["n"], row["_fivetran_start"], row["_fivetran_end"],
             row["_fivetran_active"]) for key, row in sorted(state.items()) if key[0] == number]


def test_kinds_land_whole_after_one_another(client, sandbox):
    write(client, sandbox, delete=[[deleted(3, 9)]], update=[[changed(1, 5, n=1)], [changed(2, 5, n=2)]],
          replace=[[version(3, 1)], [version(4, 1)]], earliest=[[earliest(3, 1), earliest(4, 1)], [earliest(1, 5)]])
    rows = sandbox.rows(REMOTE)
    assert [row["_fivetran_op"] for row in rows] == \
        ["earliest_start"] * 3 + ["upsert"] * 2 + ["update"] * 2 + ["delete"]
    times = [row["_fivetran_op_at"] for row in rows]
    assert times == sorted(set(times))


def test_records_carry_what_their_kind_says(client, sandbox):
    write(client, sandbox, earliest=[earliest(1, 1)], update=[changed(1, 1, n=2)], delete=[deleted(1, 9)])
    rows = sandbox.rows(REMOTE)
    for row in rows:
        del row["_fivetran_op_at"]
    first, second, third = rows
    assert first == {"id": 1, "_fivetran_start": at(1), "_fivetran_op": "earliest_start"}
    assert sorted(second.pop("_fivetran_changed")) == \
        ["_fivetran_active", "_fivetran_end", "_fivetran_synced", "n"]
    assert second == {**changed(1, 1, n=2), "_fivetran_op": "update"}
    assert {name: value for name, value in third.items() if value is not None} == \
        {**deleted(1, 9), "_fivetran_deleted": True, "_fivetran_op": "delete"}


def test_a_first_load_is_what_its_replace_file_says(client, sandbox):
    write(client, sandbox, earliest=[earliest(1, 1), earliest(2, 1)],
          replace=[version(1, 1, "a", end=at(3), active=False), version(1, 3, "b"), version(2, 1, "c")])
    assert timeline(sandbox, 1) == [("a", 0, at(1), at(3), False), ("b", 0, at(3), MAX, True)]
    assert timeline(sandbox, 2) == [("c", 0, at(1), MAX, True)]


def test_lesson_26_a_new_version_closes_the_one_before_a_millisecond_earlier(client, sandbox):
    write(client, sandbox, earliest=[earliest(1, 1)], replace=[version(1, 1, "a")])
    write(client, sandbox, earliest=[earliest(1, 5)], replace=[version(1, 5, "b")])
    assert timeline(sandbox, 1) == [("a", 0, at(1), at(4, 999), False), ("b", 0, at(5), MAX, True)]


def test_versions_at_or_after_the_earliest_start_are_replaced(client, sandbox):
    write(client, sandbox, earliest=[earliest(1, 1)],
          replace=[version(1, 1, "a", end=at(2, 999), active=False), version(1, 3, "b", end=at(4, 999), active=False),
                   version(1, 5, "c")])
    write(client, sandbox, earliest=[earliest(1, 3)], replace=[version(1, 4, "d")])
    assert timeline(sandbox, 1) == [("a", 0, at(1), at(2, 999), False), ("d", 0, at(4), MAX, True)]


def test_lesson_24_an_update_is_filled_from_the_version_below_it(client, sandbox):
    write(client, sandbox, earliest=[earliest(1, 1)], replace=[version(1, 1, "a", 7)])
    write(client, sandbox, earliest=[earliest(1, 5)], update=[changed(1, 5, text=secret("b"))])
    assert timeline(sandbox, 1) == [("a", 7, at(1), at(4, 999), False), ("b", 7, at(5), MAX, True)]


def test_lesson_25_versions_in_one_update_file_chain_by_their_start(client, sandbox):
    write(client, sandbox, earliest=[earliest(1, 1)], replace=[version(1, 1, "a", 7)])
    write(client, sandbox, earliest=[earliest(1, 3)], update=[
        changed(1, 5, text=secret("c")),
        changed(1, 3, n=8, _fivetran_end=at(4, 999), _fivetran_active=False)])
    assert timeline(sandbox, 1) == [("a", 7, at(1), at(2, 999), False), ("a", 8, at(3), at(4, 999), False),
                                    ("c", 8, at(5), MAX, True)]


def test_an_update_without_a_version_below_it_is_ignored(client, sandbox):
    write(client, sandbox, earliest=[earliest(1, 5)], update=[changed(1, 5, n=1)])
    assert timeline(sandbox, 1) == []


def test_lesson_26_a_delete_closes_the_active_version(client, sandbox):
    write(client, sandbox, earliest=[earliest(1, 1), earliest(2, 1)], replace=[version(1, 1), version(2, 1)])
    write(client, sandbox, delete=[deleted(1, 9), deleted(3, 9)])
    assert timeline(sandbox, 1) == [("a", 0, at(1), at(9), False)]
    assert timeline(sandbox, 2) == [("a", 0, at(1), MAX, True)]


def test_lesson_18_the_first_and_last_moments_are_values(client, sandbox):
    first = "0001-01-01T00:00:00Z"
    write(client, sandbox, earliest=[{"id": 1, "_fivetran_start": first}],
          replace=[{**version(1, 1), "_fivetran_start": first}])
    assert timeline(sandbox, 1) == [("a", 0, first, MAX, True)]


def test_lesson_08_a_history_call_delivered_twice_ends_in_the_same_state(client, sandbox, config):
    write(client, sandbox, earliest=[earliest(n, 1) for n in range(3)], replace=[version(n, 1) for n in range(3)])
    with tables.batch_of(ITEMS, earliest=[earliest(1, 4), earliest(2, 6)], replace=[version(2, 6, "b")],
                         update=[changed(1, 4, n=1, _fivetran_end=at(5, 999), _fivetran_active=False),
                                 changed(1, 6, text=secret("c"))],
                         delete=[deleted(0, 9)]) as batch:
        request = batch.request(config, history=True)
        tables.assert_success(client.call("WriteHistoryBatch", request))
        once = sandbox.state(REMOTE, ["id", "_fivetran_start"], history=True)
        tables.assert_success(client.call("WriteHistoryBatch", request))
    assert len(once) == 6
    assert sandbox.state(REMOTE, ["id", "_fivetran_start"], history=True) == once


def test_a_random_history_ends_as_a_simple_model_says(client, sandbox):
    """Each call brings one new version of some keys: closed, replaced or changed; the model keeps lists."""
    rng, model = random.Random(5), {}
    for second in range(1, 40):
        calls = {"earliest": [], "replace": [], "update": [], "delete": []}
        for number in rng.sample(range(6), rng.randrange(4)):
            versions = model.setdefault(number, [])
            kind = rng.choice(["replace", "update", "delete"])
            if kind == "delete":
                calls["delete"].append(deleted(number, second))
                if versions and versions[-1][-1]:
                    versions[-1][-2:] = [at(second), False]
                continue
            calls["earliest"].append(earliest(number, second))
            base = list(versions[-1]) if versions else None
            if versions and versions[-1][-1]:
                versions[-1][-2:] = [at(second - 1, 999), False]
            text, n = f"t{second}", rng.randrange(100)
            if kind == "replace":
                calls["replace"].append(version(number, second, text, n))
                versions.append([text, n, at(second), MAX, True])
            else:
                calls["update"].append(changed(number, second, n=n))
                if base:
                    versions.append([base[0], n, at(second), MAX, True])
        write(client, sandbox, **{kind: rows or None for kind, rows in calls.items()}, seed=second)
    for number, versions in model.items():
        assert timeline(sandbox, number) == [tuple(v) for v in versions]
