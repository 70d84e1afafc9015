"""What the records that were appended to BigGeo come to: the current rows of a table.

Records are replayed in the order of `_fivetran_op_at`, whatever the order they are found in; exact
repeats count once. A call that was delivered again carries new `_fivetran_op_at` values and is replayed
again: every operation is such that a sequence replayed as a whole ends where it ended before.
"""
import datetime
import re

OP = "_fivetran_op"
OP_AT = "_fivetran_op_at"
CHANGED = "_fivetran_changed"
DELETED = "_fivetran_deleted"
START, END, ACTIVE, SYNCED = ("_fivetran_start", "_fivetran_end", "_fivetran_active",
                              "_fivetran_synced")
MARKERS = {OP, OP_AT, CHANGED}
EPOCH = datetime.datetime(1970, 1, 1)
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?")


def instant_ns(text):
    """Nanoseconds since 1970 of a timestamp with 0 to 9 digits of fraction, years 0001 to 9999."""
    match = _INSTANT.fullmatch(text)
    if not match:
        raise ValueError(f"not a timestamp: {text!r}")
    seconds, fraction, offset = match.groups()
    since = datetime.datetime.fromisoformat(seconds) - EPOCH
    total = (since.days * 86400 + since.seconds) * 10**9 + int((fraction or "").ljust(9, "0"))
    if offset and offset != "Z":
        sign = -1 if offset[0] == "+" else 1
        total += sign * (int(offset[1:3]) * 60 + int(offset[4:6])) * 60 * 10**9
    return total


def instant_text(ns):
    """The other way, with milliseconds, or with nanoseconds where these are not whole."""
    seconds, fraction = divmod(ns, 10**9)
    digits = f"{fraction:09d}"
    digits = digits[:3] if digits.endswith("000000") else digits
    return f"{(EPOCH + datetime.timedelta(seconds=seconds)).isoformat()}.{digits}Z"


def in_order(records):
    """Sorted by operation time; the same record found twice counts once."""
    last = None
    for record in sorted(records, key=lambda record: record[OP_AT]):
        if last is None or record != last:
            if last is not None and record[OP_AT] == last[OP_AT]:
                raise ValueError(f"two records share one operation time: {record[OP_AT]}")
            yield record
        last = record


def _row(record):
    return {name: value for name, value in record.items() if name not in MARKERS}


def _frozen(value):
    return repr(value) if isinstance(value, (dict, list)) else value


class Live:
    """A table in soft delete or live mode."""

    def __init__(self, key):
        self.key = tuple(key)
        self.rows = {}

    def key_of(self, record):
        return tuple(_frozen(record[name]) for name in self.key)

    def upsert(self, record):
        self.rows[self.key_of(record)] = _row(record)

    def update(self, record):
        row = self.rows.get(self.key_of(record))
        if row is not None:
            row.update((name, record[name]) for name in record[CHANGED])

    def delete(self, record):
        self.rows.pop(self.key_of(record), None)

    def _older(self, record):
        before = record["_fivetran_truncate_before"] * 1000
        column = record["_fivetran_synced_column"]
        return [key for key, row in self.rows.items()
                if row.get(column) is not None and instant_ns(row[column]) < before]

    def truncate(self, record):
        for key in self._older(record):
            del self.rows[key]

    def soft_truncate(self, record):
        for key in self._older(record):
            self.rows[key][record["_fivetran_deleted_column"]] = True

    def replay(self, records):
        for record in records:
            getattr(self, record[OP])(record)

    def result(self):
        return self.rows


class History(Live):
    """A table in history mode: the key's columns, and `_fivetran_start` as one more.

    The base of an update is the version of its key with the greatest start below its own, among what
    the steps before it have left. So a call that is delivered twice finds the same base twice.
    """

    def __init__(self, key):
        super().__init__(name for name in key if name != START)

    def versions(self, record):
        """{place: version} of the record's key."""
        key = self.key_of(record)
        return {place: row for place, row in self.rows.items() if place[:-1] == key}

    def place_of(self, record):
        return self.key_of(record) + (instant_ns(record[START]),)

    def close(self, versions, end, synced=None):
        for row in versions.values():
            if row.get(ACTIVE) is True:
                row[ACTIVE] = False
                row[END] = end
                if synced is not None:
                    row[SYNCED] = synced

    def earliest_start(self, record):
        start = instant_ns(record[START])
        for place in self.versions(record):
            if place[-1] >= start:
                del self.rows[place]
        left = self.versions(record)
        if left:  # else the end might lie before the year 1
            self.close(left, instant_text(start - 10**6))

    def upsert(self, record):
        self.rows[self.place_of(record)] = _row(record)

    def update(self, record):
        place = self.place_of(record)
        older = [other for other in self.versions(record) if other < place]
        if older:
            row = dict(self.rows[max(older)])
            row.update((name, record[name]) for name in (*self.key, START, *record[CHANGED]))
            self.rows[place] = row

    def delete(self, record):
        self.close(self.versions(record), record[END], record.get(SYNCED))

    def replay(self, records):
        """Updates that stand together are one file's: they chain in the order of their start."""
        together = []
        for record in records:
            if record[OP] == "update":
                together.append(record)
                continue
            self._replay_updates(together)
            together = []
            getattr(self, record[OP])(record)
        self._replay_updates(together)

    def _replay_updates(self, records):
        for record in sorted(records, key=lambda record: instant_ns(record[START])):
            self.update(record)

    def result(self):
        """{key + (start,): row}, start as the text that the row holds."""
        return {place[:-1] + (row[START],): row for place, row in self.rows.items()}


def reduce(records, key, history=False):
    """{key tuple: row} from records as dictionaries. key: names of the key's columns."""
    table = History(key) if history else Live(key)
    table.replay(in_order(records))
    return table.result()
