"""Dust as a destination of the cases (support/inputs.py): its tables and its documents.

A table's rows are read as the source knows them: columns by the names that the table's tags remember, and
values from `_fivetran_exact` where it has them. Any other value is what Dust shows, which is not all that
was written: whatever Dust retypes, trims, empties or cuts (contract "The Dust side", 1.3). `shows` is the
model of that, by which an expected value is compared."""
import datetime
import decimal
import json
import re

from support import inputs, reducer, sandbox as sandboxes, tables

EXACT = "_fivetran_exact"
FENCE = "bigdust.fence"
EPOCH = datetime.datetime(1970, 1, 1)
SECOND = 10**9
NUMBERS = ("SHORT", "INT", "LONG", "DECIMAL", "FLOAT", "DOUBLE")
ALWAYS_EXACT = ("SHORT", "INT", "LONG", "DECIMAL")
TIMES = (inputs.SYNCED, inputs.START, inputs.END)


# What Dust shows of what was written.

_NUMBER = re.compile(r"[+-]?(\d+|(\d+\.\d*|\.\d+)([eE][+-]?\d+)?)")
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d:\d\d(\.\d+)?Z?)?")
_WORDS = {"t": "true", "true": "true", "f": "false", "false": "false"}


def _second(text):
    """A time as Dust keeps it: of its seconds only those that are whole."""
    text = text.replace(" ", "T") if "T" in text or " " in text else text + "T00:00:00"
    return _time_text(reducer.instant_ns(text) // SECOND)


def _time_text(seconds):
    return (EPOCH + datetime.timedelta(seconds=seconds)).isoformat() + "Z"


def shows_text(text):
    """Of a text: trimmed, and nothing when that leaves nothing; a number, a boolean or a time when it reads
    like one. Numbers as doubles. Of all the dates that Dust takes only ISO's are known here; one with a T
    and no zone is none."""
    text = text.strip()
    if not text:
        return None
    if _NUMBER.fullmatch(text) and abs(float(text)) != float("inf"):
        return repr(float(text))
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _ISO.fullmatch(text) and ("T" not in text or text.endswith("Z")):
        return _second(text)
    return text


def _shows_naive_datetime(text):
    """The text, since with a T and no zone it is no date to Dust; but bigdust sends no fraction of a second
    with what could be taken for a time before 1970, on which Dust fails (src/destinations/dust/tables/dust_text.h)."""
    return text[:19] if int(text[:4]) <= 1970 else text


def _shows_json(value):
    """Text; but JSON that is a number alone is one to Dust, a double."""
    is_number = isinstance(value, (int, float, decimal.Decimal)) and not isinstance(value, bool)
    return decimal.Decimal(repr(float(value))) if is_number else value


def shows(name, kind, value):
    """What a row's reader finds of a value in a column that is not in the key. Of integers, DECIMALs and
    history mode's times it is the exact value."""
    if value is None or kind in ALWAYS_EXACT or name in TIMES:
        return value
    if kind == "UTC_DATETIME":
        return _second(value)
    if kind == "NAIVE_DATETIME":
        return _shows_naive_datetime(value)
    if kind == "JSON":
        return _shows_json(value)
    return shows_text(value) if kind in ("STRING", "XML", "BINARY") else value


# What was shown, as a value of the column's type.

def _read_time(kind, shown):
    text = _time_text(shown["epoch"] // 1000)
    if kind == "NAIVE_DATE" and text.endswith("T00:00:00Z"):
        return text.removesuffix("T00:00:00Z")
    return text.removesuffix("Z") if kind == "NAIVE_DATETIME" else text


def _read(kind, shown):
    if isinstance(shown, dict):
        return _read_time(kind, shown)
    if kind == "NAIVE_TIME" and isinstance(shown, str):
        return shown.removeprefix("T")
    if kind in ("STRING", "XML", "BINARY"):
        if isinstance(shown, bool):
            return str(shown).lower()
        return repr(float(shown)) if isinstance(shown, (int, decimal.Decimal)) else shown
    return shown


def _assert_alike(kind, exact, shown, where):
    """An exact text stands beside a value that shows as much of it as Dust can."""
    if kind in NUMBERS:
        alike = float(exact) == float(shown)
    elif kind == "UTC_DATETIME":
        alike = _second(exact) == shown
    elif kind == "NAIVE_DATETIME":
        alike = _shows_naive_datetime(exact) == shown
    else:
        alike = shows_text(exact) == shown
    assert alike, f"{where}: {shown!r} stands beside the exact text {exact!r}"


# Tables and documents: what their tags say.

def _members(tags, kind):
    """What follows bigdust:{kind}: in the tags that begin so."""
    start = f"bigdust:{kind}:"
    return [json.loads(tag.removeprefix(start)) for tag in tags if tag.startswith(start)]


def _is_of(tags, schema, table):
    return any((source["schema"], source["table"]) == (schema, table) for source in _members(tags, "source"))


class Tables:
    """Dust's tables behind bigdust."""
    name = "dust"
    json_is_text = True
    shows = staticmethod(shows)

    def __init__(self, sandbox, schema="tester"):
        self.sandbox = sandbox
        self.schema = schema

    def settings(self):
        return tables.dust_configuration(self.sandbox)

    def rows(self, table, key, history):
        """The rows as they are now, as dictionaries; [] for a table that is not there."""
        assert self.sandbox.dust_merge() == []
        found = [(identity, remote["table"]["tags"]) for identity, remote in self.sandbox.dust_tables().items()
                 if remote["table"] and _is_of(remote["table"]["tags"], self.schema, table)]
        assert len(found) <= 1, f"several tables are {self.schema}.{table}: {found}"
        return [row for identity, tags in found for row in self._rows(identity, _members(tags, "column"))]

    def _rows(self, identity, columns):
        lines = [sandboxes.loads(line) for line in self.sandbox.dust_lines(identity)]
        ids = [line["row_id"] for line in lines]
        assert len(set(ids)) == len(ids), f"a row id of {identity} is there twice"
        assert FENCE not in ids, f"a fence stands in {identity}"
        names = {EXACT, *(column["name"] for column in columns)}
        return [self._row(columns, names, line["value"]) for line in lines]

    def _row(self, columns, names, shown):
        unknown = {name for name, value in shown.items() if value is not None} - names
        assert not unknown, f"columns that no tag explains hold values: {unknown}"
        exact = json.loads(shown.get(EXACT) or "{}")
        row = {}
        for column in columns:
            name, kind = column["name"], column["type"]
            value = _read(kind, shown.get(name))
            if name in exact:
                _assert_alike(kind, exact[name], value, column["original"])
            row[column["original"]] = exact.get(name, value)
        return row


class Documents:
    """Dust's documents behind bigdust: each holds a record as JSON. The cases without history mode and
    migrations are for them."""
    name = "dust_documents"
    json_is_text = False
    shows = None
    cases = ("all_types", "basic", "ddl", "missing_records", "odd_names", "odd_texts", "odd_values", "repeated_keys",
             "truncates", "types_as_keys")

    def __init__(self, sandbox, schema="tester"):
        self.sandbox = sandbox
        self.schema = schema

    def settings(self):
        return tables.dust_configuration(self.sandbox, data_format="documents")

    def rows(self, table, key, history):
        found = self.sandbox.dust_documents()
        manifests = [name for name, document in found.items() if _is_of(document["tags"], self.schema, table)]
        assert len(manifests) <= 1, f"several tables are {self.schema}.{table}: {manifests}"
        of_table = {f"bigdust:table:{name.removeprefix('bigdust.table.')}" for name in manifests}
        return [inputs.loads(document["text"]) for document in found.values()
                if of_table & set(document["tags"])]
