"""The reducer: what BigGeo's appended records come to, in whatever way they were delivered."""
import random

import pytest

from support.reducer import instant_ns, instant_text, reduce


class Log:
    """Records as the destination appends them: each operation at a later time."""

    def __init__(self):
        self.records = []
        self.at = 1700000000000000

    def add(self, op, **columns):
        self.at += 1
        self.records.append({**columns, "_fivetran_op": op, "_fivetran_op_at": self.at})
        return self

    def upsert(self, **columns):
        return self.add("upsert", **columns)

    def update(self, key, **changed):
        return self.add("update", **key, **changed, _fivetran_changed=list(changed))

    def delete(self, **columns):
        return self.add("delete", **columns, _fivetran_deleted=True)

    def truncate(self, before, column="_fivetran_synced", soft=None):
        more = {"_fivetran_deleted_column": soft} if soft else {}
        return self.add("soft_truncate" if soft else "truncate", **more,
                        _fivetran_truncate_before=instant_ns(before) // 1000,
                        _fivetran_synced_column=column)

    def earliest(self, **columns):
        return self.add("earliest_start", **columns)

    def again(self, start=0, end=None):
        """Delivers a stretch of the log once more, as a repeated call does: at new times."""
        for record in self.records[start:end]:
            self.add(record["_fivetran_op"], **{
                name: value for name, value in record.items()
                if name not in ("_fivetran_op", "_fivetran_op_at")})
        return self

    def state(self):
        return reduce(self.records, ["id"])

    def history(self):
        return reduce(self.records, ["id", "_fivetran_start"], history=True)


def second(n):
    return f"2024-01-01T00:00:{n:02}Z"


# Times

@pytest.mark.parametrize("text, ns", [
    ("1970-01-01T00:00:00Z", 0),
    ("1970-01-01T00:00:00", 0),
    ("1970-01-01T00:00:01.5Z", 1500000000),
    ("1970-01-01T00:00:00.000000001Z", 1),
    ("1969-12-31T23:59:59.999Z", -1000000),
    ("1970-01-01T01:00:00+01:00", 0),
    ("1969-12-31T23:00:00-01:00", 0),
    ("0001-01-01T00:00:00Z", -62135596800 * 10**9),
    ("9999-12-31T23:59:59.999Z", 253402300799999 * 10**6)])
def test_instants(text, ns):
    assert instant_ns(text) == ns


def test_instants_as_text():
    for text in ("0001-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z",
                 "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000000001Z"):
        assert instant_text(instant_ns(text)) == text
    with pytest.raises(ValueError):
        instant_ns("2024-01-01")


# Live tables (contract, WriteBatch and Truncate)

def test_an_upsert_replaces_the_whole_row():
    log = Log().upsert(id=1, a="x", b="y").upsert(id=1, a="z")
    assert log.state() == {(1,): {"id": 1, "a": "z"}}


def test_an_update_changes_only_what_it_names():
    log = Log().upsert(id=1, a="x", b="y").update({"id": 1}, a=None)
    assert log.state() == {(1,): {"id": 1, "a": None, "b": "y"}}


def test_an_update_of_a_missing_row_does_nothing():
    assert Log().update({"id": 1}, a="x").state() == {}


def test_a_delete_removes_the_row_and_only_it():
    log = Log().upsert(id=1, a="x").upsert(id=2, a="y").delete(id=1).delete(id=3)
    assert log.state() == {(2,): {"id": 2, "a": "y"}}


def test_a_key_of_several_columns():
    log = Log().upsert(a=1, b="x", c=1).upsert(a=1, b="y", c=2).upsert(a=1, b=None, c=3)
    log.delete(a=1, b="x")
    assert reduce(log.records, ["a", "b"]) == {
        (1, "y"): {"a": 1, "b": "y", "c": 2}, (1, None): {"a": 1, "b": None, "c": 3}}


def test_truncate_removes_what_is_strictly_before():
    log = Log()
    for i in range(4):
        log.upsert(id=i, _fivetran_synced=second(i))
    log.upsert(id=9, _fivetran_synced=None)
    assert set(log.truncate("2024-01-01T00:00:02.000Z").state()) == {(2,), (3,), (9,)}


def test_truncate_compares_fractions():
    log = Log().upsert(id=1, _fivetran_synced="2024-01-01T00:00:00.999999Z")
    log.upsert(id=2, _fivetran_synced="2024-01-01T00:00:01Z").truncate(second(1))
    assert set(log.state()) == {(2,)}


def test_truncate_looks_at_the_named_column():
    log = Log().upsert(id=1, s=second(1), _fivetran_synced=second(9))
    assert log.truncate(second(5), column="s").state() == {}


def test_soft_truncate_marks_the_older_rows():
    log = Log().upsert(id=1, gone=False, _fivetran_synced=second(1))
    log.upsert(id=2, gone=False, _fivetran_synced=second(2)).truncate(second(2), soft="gone")
    assert {key: row["gone"] for key, row in log.state().items()} == {(1,): True, (2,): False}


def test_rows_written_after_a_truncate_stay():
    log = Log().truncate(second(5)).upsert(id=1, _fivetran_synced=second(1))
    assert set(log.state()) == {(1,)}


# Order and repeats

def test_the_order_in_which_records_are_found_is_nothing():
    log = Log().upsert(id=1, a="x").update({"id": 1}, a="y").delete(id=2).upsert(id=2, a="z")
    wanted = log.state()
    for seed in range(20):
        random.Random(seed).shuffle(log.records)
        assert log.state() == wanted


def test_a_record_found_twice_counts_once():
    log = Log().upsert(id=1, n=1).delete(id=1).upsert(id=1, n=2)
    wanted = log.state()
    log.records += [dict(record) for record in log.records]
    assert log.state() == wanted


def test_two_operations_at_one_time_are_an_error():
    log = Log().upsert(id=1, n=1)
    log.records.append({**log.records[0], "n": 2})
    with pytest.raises(ValueError):
        log.state()


def test_an_unknown_operation_is_an_error():
    with pytest.raises(AttributeError):
        Log().add("merge", id=1).state()


class Model:
    """The same, told independently: a list of rows, searched."""

    def __init__(self):
        self.rows = []

    def find(self, number):
        return next((row for row in self.rows if row["id"] == number), None)

    def apply(self, log, kind, number, value, now):
        row = self.find(number)
        if kind == "upsert":
            log.upsert(id=number, a=value, b=value, gone=False, _fivetran_synced=second(now))
            self.rows = [r for r in self.rows if r["id"] != number]
            self.rows.append({"id": number, "a": value, "b": value, "gone": False,
                              "_fivetran_synced": second(now)})
        elif kind == "update":
            log.update({"id": number}, a=value, _fivetran_synced=second(now))
            if row:
                row["a"], row["_fivetran_synced"] = value, second(now)
        elif kind == "delete":
            log.delete(id=number)
            self.rows = [r for r in self.rows if r["id"] != number]
        else:
            log.truncate(second(now - 3), soft="gone" if kind == "soft" else None)
            old = [r for r in self.rows if r["_fivetran_synced"] < second(now - 3)]
            if kind == "soft":
                for each in old:
                    each["gone"] = True
            else:
                self.rows = [r for r in self.rows if r not in old]

    def state(self):
        return {(row["id"],): row for row in self.rows}


KINDS = ["upsert"] * 4 + ["update"] * 4 + ["delete"] * 2 + ["truncate", "soft"]


@pytest.mark.parametrize("seed", range(60))
def test_random_logs_and_random_redeliveries(seed):
    chance = random.Random(seed)
    log, model = Log(), Model()
    # Time moves on with the calls; a repeated stretch repeats its times, as Fivetran's files do.
    for now in range(3, 55):
        start = len(log.records)
        for _ in range(chance.randrange(1, 4)):
            model.apply(log, chance.choice(KINDS), chance.randrange(4), chance.random(), now)
        if chance.random() < 0.3:
            log.again(chance.choice([start, max(0, start - 5)]))
        assert log.state() == model.state()
    chance.shuffle(log.records)
    log.records += chance.sample(log.records, 10)
    assert log.state() == model.state()


# History mode (contract, WriteHistoryBatch)

FOREVER = "9999-12-31T23:59:59.999Z"


def version(log, start, end=FOREVER, active=True, number=1, **columns):
    return log.upsert(id=number, _fivetran_start=second(start), _fivetran_end=end,
                      _fivetran_active=active, **columns)


def shape(log):
    """{(id, start): (end, active)}, seconds of starts as numbers."""
    return {(key[0], int(key[1][17:19])): (row["_fivetran_end"], row["_fivetran_active"])
            for key, row in log.history().items()}


def just_before(n):
    return instant_text(instant_ns(second(n)) - 10**6)


def test_versions_are_kept_side_by_side():
    log = version(version(Log(), 10, just_before(20), False, a=1), 20, a=2)
    assert shape(log) == {(1, 10): (just_before(20), False), (1, 20): (FOREVER, True)}


def test_earliest_start_closes_the_active_version_one_millisecond_before():
    log = version(Log(), 10, a=1).earliest(id=1, _fivetran_start=second(20))
    assert shape(log) == {(1, 10): ("2024-01-01T00:00:19.999Z", False)}


def test_earliest_start_deletes_versions_from_its_time_on():
    log = version(version(version(Log(), 10, just_before(20), False), 20, just_before(30), False), 30)
    version(log, 20, number=2)
    log.earliest(id=1, _fivetran_start=second(20))
    assert shape(log) == {(1, 10): (just_before(20), False), (2, 20): (FOREVER, True)}


def test_an_update_takes_what_it_leaves_out_from_the_version_before():
    log = version(Log(), 10, a="old", b="kept").earliest(id=1, _fivetran_start=second(20))
    log.update({"id": 1, "_fivetran_start": second(20)}, a="new", _fivetran_end=FOREVER,
               _fivetran_active=True)
    assert log.history()[(1, second(20))] == {
        "id": 1, "_fivetran_start": second(20), "_fivetran_end": FOREVER, "_fivetran_active": True,
        "a": "new", "b": "kept"}
    assert shape(log)[(1, 10)] == (just_before(20), False)


def test_updates_of_one_file_chain_by_their_start():
    log = version(Log(), 10, a=0, b=0, c=0)
    log.update({"id": 1, "_fivetran_start": second(30)}, b=3)
    log.update({"id": 1, "_fivetran_start": second(20)}, a=2)
    rows = log.history()
    assert [rows[(1, second(n))][c] for n in (20, 30) for c in "abc"] == [2, 0, 0, 2, 3, 0]


def test_an_update_without_an_earlier_version_is_ignored():
    log = version(Log(), 20, a=1).update({"id": 1, "_fivetran_start": second(20)}, a=2)
    log.update({"id": 2, "_fivetran_start": second(30)}, a=2)
    assert [row["a"] for row in log.history().values()] == [1]


def test_starts_are_compared_as_instants():
    log = version(Log(), 10, a=1)
    log.update({"id": 1, "_fivetran_start": "2024-01-01T00:00:10.000Z"}, a=2)
    assert len(log.history()) == 1
    log.upsert(id=1, _fivetran_start="2024-01-01T00:00:10.0Z", a=3)
    assert [row["a"] for row in log.history().values()] == [3]


def test_a_delete_closes_the_active_version():
    log = version(Log(), 10, _fivetran_synced="s1")
    log.delete(id=1, _fivetran_start=None, _fivetran_end=second(40), _fivetran_synced="s2")
    assert shape(log) == {(1, 10): (second(40), False)}
    assert log.history()[(1, second(10))]["_fivetran_synced"] == "s2"
    log.delete(id=1, _fivetran_end=second(50))
    assert shape(log) == {(1, 10): (second(40), False)}


def history_call(log, chance, now):
    """One WriteHistoryBatch: earliest starts, then replace rows, updates and deletes."""
    start = len(log.records)
    numbers = chance.sample(range(4), chance.randrange(1, 4))
    for number in numbers:
        log.earliest(id=number, _fivetran_start=second(now))
    updates = [number for number in numbers if chance.random() < 0.5]
    for number in numbers:
        if number not in updates:
            version(log, now, number=number, a=chance.random(), b=chance.random())
    for number in updates:
        log.update({"id": number, "_fivetran_start": second(now)}, a=chance.random(),
                   _fivetran_end=FOREVER, _fivetran_active=True)
    for number in numbers:
        if chance.random() < 0.2:
            log.delete(id=number, _fivetran_start=None, _fivetran_end=second(now + 1))
    return start


@pytest.mark.parametrize("seed", range(40))
def test_redelivered_history_comes_to_the_same(seed):
    once, often = Log(), Log()
    starts = []
    chance = random.Random(seed)
    for now in range(10, 50, 2):
        begin = history_call(once, chance, now)
        mark = len(often.records)
        starts.append(mark)
        for record in once.records[begin:]:
            often.add(record["_fivetran_op"], **{
                name: value for name, value in record.items()
                if name not in ("_fivetran_op", "_fivetran_op_at")})
        if chance.random() < 0.5:
            often.again(chance.choice(starts[-2:]))
        assert often.history() == once.history()
    active = [key[0] for key, row in once.history().items() if row["_fivetran_active"]]
    assert len(active) == len(set(active))
