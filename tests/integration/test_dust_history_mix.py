"""History mode in Dust's tables: random batches of any times and keys, against a model, whatever happens on the
way."""
import random

import grpc
import pytest

from support import dust_inputs, reducer, tables
from support.files import UNMODIFIED
from support.tables import Table, assert_success, secret, write_batch

START, END, ACTIVE, SYNCED = "_fivetran_start", "_fivetran_end", "_fivetran_active", "_fivetran_synced"
MAX = "9999-12-31T23:59:59.999Z"
FIRST_NS = reducer.instant_ns("0001-01-01T00:00:00Z")
LAST_NS = reducer.instant_ns(MAX)
MS = 10**6
VALUES = ("text", "number", "amount")
ITEMS = Table("items", {"id": "STRING", "text": "STRING", "number": "LONG", "amount": ("DECIMAL", 38, 10),
                        SYNCED: "UTC_DATETIME", START: "UTC_DATETIME", END: "UTC_DATETIME", ACTIVE: "BOOLEAN"},
              key=["id", START])


def instant(ns):
    """As Fivetran writes it, with 0 to 9 digits of fraction."""
    text = reducer.instant_text(ns).removesuffix("Z")
    whole, fraction = text.split(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}Z" if fraction else whole + "Z"


class Model:
    """What the table must hold: {id: {start: row}}, times in nanoseconds (contract "The Fivetran side",
    WriteHistoryBatch). What an update does not change comes from the version before it, among those that are there
    and those of the same batch; when the batch takes all of these away, from the one that went last. Rows of one
    start are one version: the later win, an update's column by column."""

    def __init__(self):
        self.rows = {}

    def apply(self, batch):
        before = {key: dict(versions) for key, versions in self.rows.items()}
        for row in batch["earliest"]:
            self._begin(self.rows.get(row["id"], {}), row[START])
        for row in batch["replace"]:
            self.rows.setdefault(row["id"], {})[row[START]] = dict(row)
        given = {(row["id"], row[START]) for row in batch["replace"]}
        for row in sorted(batch["update"], key=lambda row: row[START]):
            self._update(row, before.get(row["id"], {}), (row["id"], row[START]) in given)
            given.add((row["id"], row[START]))
        for row in batch["delete"]:
            self._end(self.rows.get(row["id"], {}), row[END], row.get(SYNCED))
        self.rows = {key: versions for key, versions in self.rows.items() if versions}

    def _begin(self, versions, start):
        for later in [each for each in versions if each >= start]:
            del versions[later]
        self._end(versions, max(start - MS, FIRST_NS), None)

    @staticmethod
    def _end(versions, end, synced):
        for row in versions.values():
            if row[ACTIVE]:
                row.update({ACTIVE: False, END: end}, **({SYNCED: synced} if synced else {}))

    def _update(self, row, before, said):
        versions = self.rows.get(row["id"], {})
        older = [start for start in versions if start < row[START]]
        gone = [start for start in before if start <= row[START]]
        base = versions[max(older)] if older else before[max(gone)] if gone else None
        base = versions.get(row[START], base) if said else base
        if base:
            changed = {name: value for name, value in row.items() if value is not UNMODIFIED}
            versions[row[START]] = {**base, **changed}
            self.rows[row["id"]] = versions

    def as_read(self):
        return {(key, start): row for key, versions in self.rows.items() for start, row in versions.items()}


class Draw:
    """Batches as Fivetran makes them, and some that it should not."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.keys = ["1", "01", "1.0", "", " ", "T", "2024-01-01", "a-b", "a_b", "naïve 漢字",
                     *map(str, range(100, 110))]

    def values(self, some=False):
        draw = self.random
        long_decimal = f"{draw.randint(-10**27, 10**27)}.{draw.randint(1, 10**10 - 1):010d}"
        row = {"text": secret(f"text {draw.randint(0, 99)}"),
               "number": draw.choice([None, draw.randint(-2**63, 2**63 - 1)]),
               "amount": draw.choice([None, "0.1", long_decimal])}
        for name in draw.sample(VALUES, draw.randint(1, 2)) if some else ():
            row[name] = UNMODIFIED
        return row

    def moment(self, versions):
        """Anywhere from the year 1 to 9999, or next to a version that is there."""
        draw = self.random
        if versions and draw.random() < 0.7:
            near = draw.choice(sorted(versions)) + draw.choice([-MS, -1, 0, 1, 999, MS, 10**9, 10**17])
        else:
            near = draw.randint(FIRST_NS, LAST_NS)
            near -= near % draw.choice([1, 10**3, 10**6, 10**9])
        return min(max(near, FIRST_NS), LAST_NS - 1)

    def versions(self, key, present, synced):
        """(rows to replace, rows to update) of a key, and its earliest start."""
        draw = self.random
        starts = sorted({self.moment(present) for _ in range(draw.randint(1, 3))})
        replace, update = [], []
        for start, following in zip(starts, [*starts[1:], None]):
            for _ in range(draw.choice([1, 1, 1, 2, 3])):  # the same version, said again
                is_update = draw.random() < 0.5
                row = {"id": key, **self.values(some=is_update), SYNCED: synced, START: start,
                       END: max(following - MS, FIRST_NS) if following else LAST_NS, ACTIVE: following is None}
                (update if is_update else replace).append(row)
        return replace, update, starts[0]

    def batch(self, model, clock):
        draw = self.random
        batch = {"earliest": [], "replace": [], "update": [], "delete": []}
        synced = reducer.instant_ns("2026-01-01T00:00:00.5Z") + clock * 10**9
        for key in draw.sample(self.keys, 8):
            present = model.rows.get(key, {})
            if draw.random() < 0.8:
                replace, update, first = self.versions(key, present, synced)
                batch["replace"] += replace
                batch["update"] += update
                if draw.random() < 0.9:
                    first = first if draw.random() < 0.8 else self.moment(present)
                    batch["earliest"].append({"id": key, START: first})
            elif draw.random() < 0.2:
                batch["earliest"].append({"id": key, START: self.moment(present)})
            for _ in range(draw.choice([0, 0, 0, 0, 1, 2])):
                batch["delete"].append({"id": key, END: self.moment(present), SYNCED: synced})
        for rows in batch.values():
            draw.shuffle(rows)
        return batch

    def files(self, rows):
        """The rows of a kind in one file or two; None when there is none."""
        half = self.random.randint(0, len(rows))
        return [part for part in (rows[:half], rows[half:]) if part] or None


def as_written(row):
    return {name: instant(value) if name in (START, END, SYNCED) and isinstance(value, int) else value
            for name, value in row.items()}


def as_read(row):
    """A row as inputs reads it, in the model's terms."""
    typed = {name: reducer.instant_ns(value) if name in (START, END, SYNCED) else value for name, value in row.items()}
    typed["number"] = None if row["number"] is None else int(row["number"])
    typed["amount"] = None if row["amount"] is None else str(row["amount"])
    return typed


def read(sandbox):
    """{(id, start): row} as they are in Dust."""
    rows = [as_read(row) for row in dust_inputs.Tables(sandbox).rows("items", ["id", START], True)]
    found = {(row["id"], row[START]): row for row in rows}
    assert len(found) == len(rows), "two rows share a key"
    return found


@pytest.fixture
def config(sandbox):
    return tables.dust_configuration(sandbox)


def deliver(client, sandbox, config, draw, batch):
    """One delivery; False when the call failed in a way that Fivetran repeats."""
    kinds = {kind: draw.files([as_written(row) for row in rows]) for kind, rows in batch.items()}
    try:
        assert_success(write_batch(client, sandbox, ITEMS, history=True, config=config, **kinds))
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.UNAVAILABLE, error
        return False
    return True


FAULTS = [
    ("status", {"status": 429, "retry_after": "1"}), ("status", {"status": 500}), ("status", {"status": 503}),
    ("reset_before", {}), ("reset_after", {}), ("close_after", {}), ("cut", {})]
CALLS = ["dust-upsert-rows", "dust-delete-row", "dust-list-rows", "dust-get-row", "dust-get-table", "dust-upsert-table"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_lesson_24_random_batches_under_faults_end_right_or_fail(client, sandbox, config, seed):
    draw = Draw(seed)
    model = Model()
    sandbox.config(merge_quiet_ms=20, merge_takes_ms=10, merge_delay_max_ms=150, seed=seed)
    for clock in range(8):
        batch = draw.batch(model, clock)
        for _ in range(draw.random.randint(0, 2)):
            action, more = draw.random.choice(FAULTS)
            sandbox.fault(draw.random.choice(CALLS), action, after=draw.random.randint(0, 2), **more)
        assert any(deliver(client, sandbox, config, draw, batch) for _ in range(5)), "the call never came through"
        sandbox.clear_faults()
        model.apply(batch)
        assert read(sandbox) == model.as_read(), f"after batch {clock}"


@pytest.mark.parametrize("seed", [11])
def test_lesson_08_batches_that_are_delivered_again_change_nothing(client, sandbox, config, seed):
    draw = Draw(seed)
    model = Model()
    for clock in range(10):
        batch = draw.batch(model, clock)
        model.apply(batch)
        for _ in range(2):
            assert deliver(client, sandbox, config, draw, batch)
            assert read(sandbox) == model.as_read(), f"after batch {clock}"


@pytest.mark.parametrize("call", ["dust-upsert-rows", "dust-delete-row", "dust-list-rows"])
def test_lesson_08_a_batch_that_broke_off_anywhere_ends_right_when_it_comes_again(client, sandbox, config, call):
    """The batch fails for good at its first, second, … call; the next delivery completes it."""
    draw = Draw(21)
    model = Model()
    config = {**config, "batch_size": "3"}
    refused = 0
    for clock in range(6):
        batch = draw.batch(model, clock)
        sandbox.fault(call, "status", status=403, body='{"error":{"type":"data_source_auth_error","message":"no"}}',
                      after=clock % 4)
        answers = []
        for _ in range(2):
            kinds = {kind: draw.files([as_written(row) for row in rows]) for kind, rows in batch.items()}
            answer = write_batch(client, sandbox, ITEMS, history=True, config=config, **kinds)
            answers.append(tables.answer_of(answer)[0])
            sandbox.clear_faults()
        assert answers[1] == "success" and answers[0] in ("task", "success")
        refused += answers[0] == "task"
        model.apply(batch)
        assert read(sandbox) == model.as_read(), f"after batch {clock}"
    assert refused > 0
