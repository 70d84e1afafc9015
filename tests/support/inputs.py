"""The cases of tests/data/inputs: input files for the tester, and the state that they must end in.

A case is a folder with one or more input*.json, played in the order of their names, and an expected.json:

    what          a sentence
    options       options of the tester, when the case wants some
    tables        {table: {key, columns: {name: type}, history, rows}}: the rows by their key. A column that a row leaves
                  out is NULL, _fivetran_deleted then false; _fivetran_synced is not compared. In history mode
                  _fivetran_start joins the key. {synced} stands for the table's latest _fivetran_synced
    destinations  {destination: {note, tables}}: where one ends in another state than all others, and why
    only          the destinations that can be written as the case does
"""
import decimal
import functools
import json
import pathlib

from support import reducer, tables

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "data/inputs"
START, END, ACTIVE, DELETED, SYNCED = ("_fivetran_start", "_fivetran_end", "_fivetran_active", "_fivetran_deleted",
                                       "_fivetran_synced")
SYSTEM = {START: "UTC_DATETIME", END: "UTC_DATETIME", ACTIVE: "BOOLEAN", DELETED: "BOOLEAN"}
LATEST = "{synced}"


def loads(text):
    return json.loads(text, parse_float=decimal.Decimal)


class Case:
    def __init__(self, name):
        self.folder = FOLDER / name
        self.inputs = sorted(self.folder.glob("input*.json"))
        self.expected = loads((self.folder / "expected.json").read_text())
        self.options = self.expected.get("options", [])

    def tables(self, destination):
        """{table: what is expected of it} at the destination of that name."""
        own = self.expected.get("destinations", {}).get(destination, {})
        return {**self.expected["tables"], **own.get("tables", {})}


def names():
    return sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir())


class BigGeo:
    """BigGeo behind bigdust: what the records of the sandbox come to.

    Another destination is a class with these members: name, settings(), rows(), json_is_text when it gives back
    JSON columns as text, cases when it does not take all, and shows(name, kind, value) when it does not give back
    every value: what it gives back of one in a column that is not in the key."""
    name = "biggeo"
    json_is_text = False
    shows = None

    def __init__(self, sandbox, schema="tester"):
        self.sandbox = sandbox
        self.schema = schema

    def settings(self):
        return tables.configuration(self.sandbox)

    def rows(self, table, key, history):
        """The rows as they are now, as dictionaries; [] for a table that is not there."""
        found = self.sandbox.tables()
        if self.remote_name(table) not in found:
            return []
        return list(self.sandbox.state(self.remote_name(table), key, history).values())

    def remote_name(self, table):
        return f"{self.schema}__{table}"


def _number(value):
    return None if value is None else decimal.Decimal(str(value))


def _float(value):
    return None if value is None else float(value)


def _instant(value):
    return None if value is None else reducer.instant_ns(value)


def _text(value):
    return None if value is None else str(value)


def _frozen_json(value):
    """JSON values so that equal ones compare equal: 1, 1.0 and Decimal("1E0") are, true is not 1."""
    if isinstance(value, dict):
        return {name: _frozen_json(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_frozen_json(each) for each in value]
    if isinstance(value, (int, float, decimal.Decimal)) and not isinstance(value, bool):
        return ("number", decimal.Decimal(str(value)))
    return value


def _json_text(value):
    try:
        return loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


READERS = {"SHORT": _number, "INT": _number, "LONG": _number, "DECIMAL": _number, "FLOAT": _float, "DOUBLE": _float,
           "UTC_DATETIME": _instant, "NAIVE_DATETIME": _instant, "JSON": _frozen_json, "BOOLEAN": lambda value: value}


def _typed(row, columns, json_is_text):
    """The row's values by their types; what is NULL is left out, and _fivetran_deleted when it is false."""
    typed = {}
    for name, value in row.items():
        kind = columns.get(name, SYSTEM.get(name))
        value = _json_text(value) if kind == "JSON" and json_is_text else value
        value = READERS.get(kind, _text)(value)
        if value is not None and not (name == DELETED and value is False) and name != SYNCED:
            typed[name] = value
    return typed


def _hashable(value):
    return repr(value) if isinstance(value, (dict, list)) else value


def _by_key(rows, key, columns, json_is_text):
    """{key: row}; a fault when two rows share one."""
    found = {}
    for row in rows:
        typed = _typed(row, columns, json_is_text)
        place = tuple(_hashable(typed.get(name)) for name in key)
        assert place not in found, f"two rows share the key {place}"
        found[place] = typed
    return found


def _latest(rows):
    """The latest _fivetran_synced of a table, for {synced}."""
    return max((row[SYNCED] for row in rows if row.get(SYNCED)), key=reducer.instant_ns, default=None)


def _shown(row, expected, key, shows):
    """What of an expected row is given back."""
    return {name: value if name in key else shows(name, expected["columns"].get(name, SYSTEM.get(name)), value)
            for name, value in row.items()}


def differences(expected, rows, json_is_text=False, shows=None):
    """Sentences about how the rows of a table differ from what is expected of it; [] when they do not. json_is_text
    and shows: as a destination has them."""
    history = expected.get("history", False)
    key = [*expected["key"], START] if history else expected["key"]
    latest = functools.partial(lambda synced, value: synced if value == LATEST else value, _latest(rows))
    wanted = [{name: latest(value) for name, value in row.items()} for row in expected["rows"]]
    wanted = [_shown(row, expected, key, shows) for row in wanted] if shows else wanted
    want = _by_key(wanted, key, expected["columns"], False)
    have = _by_key(rows, key, expected["columns"], json_is_text)
    faults = [f"missing: {place}" for place in want.keys() - have.keys()]
    faults += [f"unexpected: {place}" for place in have.keys() - want.keys()]
    for place in want.keys() & have.keys():
        for name in want[place].keys() | have[place].keys():
            if want[place].get(name) != have[place].get(name):
                faults.append(f"row {place}: {name} is {have[place].get(name)!r}, not {want[place].get(name)!r}")
    return faults


def faults(case, destination):
    """{table: differences} of a case's tables at a destination; {} when all is as it should be."""
    found = {}
    for name, expected in case.tables(destination.name).items():
        rows = destination.rows(name, expected["key"], expected.get("history", False))
        wrong = differences(expected, rows, destination.json_is_text, destination.shows)
        if wrong:
            found[name] = wrong
    return found
