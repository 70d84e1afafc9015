"""docs/dust.md says what is true: every row of its tables through the real server into the sandbox's Dust, and back."""
import decimal
import json
import pathlib
import re

import pytest

from support import dust, tables

PAGE = (pathlib.Path(__file__).resolve().parents[2] / "docs/dust.md").read_text()
SYNCED = "2026-01-02T03:04:05Z"
DECIMAL = ("DECIMAL", 38, 20)


def rows_of(heading, first):
    """The rows of the table below a heading whose first column is called so, as lists of cells."""
    section = re.split(r"\n#+ ", PAGE.split(f"{heading}\n", 1)[1])[0]
    lines = [line.strip("|\n ") for line in section.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"\|", "| " + line + " ")[1:]] for line in lines]
    start = next(i for i, row in enumerate(cells) if row[0] == first)
    width = len(cells[start])
    rows = [row + [""] * (width - len(row)) for row in cells[start + 2:]]
    assert rows and all(len(row) == width for row in rows), heading
    return rows


def code(cell):
    """What stands in a cell of code."""
    match = re.fullmatch(r"`(.*)`", cell)
    assert match, f"not in backquotes: {cell}"
    return match.group(1)


def text(cell):
    """A text; in quotes where the page shows it so. NULL and nothing: None."""
    if cell in ("NULL", "nothing"):
        return None
    shown = code(cell)
    return json.loads(shown) if shown.startswith('"') else shown


def kind_of(name):
    return {"DECIMAL": DECIMAL, "any": "STRING"}.get(name, name)


class Examples:
    """A table with a column for every example, and its one row."""

    def __init__(self, rows):
        self.rows = rows
        self.names = [f"v_{n}" for n in range(len(rows))]
        kinds = {name: kind_of(row[0]) for name, row in zip(self.names, rows)}
        self.table = tables.Table("examples", {"id": "INT", **kinds, "other": "INT"}, ["id"])
        self.row = {"id": 1, **{name: text(row[1]) for name, row in zip(self.names, rows)},
                    "other": 1, "_fivetran_synced": SYNCED}

    def __iter__(self):
        return zip(self.names, self.rows)


def write(client, sandbox, config, examples, **kinds):
    return tables.answer_of(tables.write_batch(client, sandbox, examples.table, config=config, **kinds))


ROWS = Examples(rows_of("## Types in tables", "Fivetran type"))
DOCUMENTS = Examples(rows_of("## Types in documents", "Fivetran type"))


def test_the_page_has_every_type():
    from support import protos
    every = set(protos.common().DataType.keys()) - {"UNSPECIFIED"}
    for examples in (ROWS, DOCUMENTS):
        assert {row[0] for row in examples.rows} == every | {"any"}


class Shown:
    """The row of the examples as Dust has it."""

    def __init__(self, sandbox, table):
        sandbox.dust_merge()
        identity = dust.table_id(table)
        self.stored = sandbox.dust_rows(identity, raw=True)["1"]
        body = sandbox.dust("GET", f"tables/{identity}/rows/1").body
        self.cells = json.loads(body, parse_float=str, parse_int=str)["row"]["value"]
        schema = sandbox.dust("GET", f"tables/{identity}").json()["table"]["schema"]
        self.types = {column["name"]: column["value_type"] for column in schema}

    def say(self, name):
        """As the page says it."""
        cell = self.cells.get(name)
        if isinstance(cell, dict):
            return f"datetime `{cell['string_value']}`"
        return "`" + (cell if self._is_number(name) else json.dumps(cell, ensure_ascii=False)) + "`"

    def _is_number(self, name):
        return self.types.get(name) in ("int", "float")


@pytest.fixture
def dust_sandbox(start_sandbox):
    return start_sandbox("--keep-bodies")


def sent_cells(sandbox):
    """{column: JSON as it was sent} of the first row."""
    first = sandbox.requests("dust-upsert-rows", "upsert")[0]
    body = sandbox.body(first["number"]).decode()
    pairs = re.findall(r'"(v_\d+)":(\{.*?\}|"(?:[^"\\]|\\.)*"|[^,}]+)', body)
    exact = json.loads(json.loads(body)["rows"][0]["value"].get("_fivetran_exact", "{}"))
    return dict(pairs), exact


def test_values_in_tables(client, dust_sandbox):
    sandbox = dust_sandbox
    config = tables.dust_configuration(sandbox)
    kind, warning = write(client, sandbox, config, ROWS, replace=[ROWS.row])
    assert kind == "warning" and "tester." in warning and "NaN" in warning
    shown = Shown(sandbox, ROWS.table)
    sent, exact = sent_cells(sandbox)
    said = [[row[0], row[1], f"`{sent[name]}`", row[3], shown.say(name), shown.types.get(name, ""),
             "yes" if name in exact else ""] for name, row in ROWS]
    assert said == ROWS.rows
    assert [shown.stored.get(name) for name in ROWS.names] == [text(row[3]) for row in ROWS.rows]
    assert exact == {name: ROWS.row[name] for name, row in ROWS if row[6]}
    kept = json.loads(shown.cells["_fivetran_exact"])
    assert set(kept) - set(exact) == {"~"} and exact.items() <= kept.items()


def test_an_update_of_another_column_leaves_what_dust_shows(client, dust_sandbox):
    sandbox = dust_sandbox
    config = tables.dust_configuration(sandbox)
    write(client, sandbox, config, ROWS, replace=[ROWS.row])
    before = Shown(sandbox, ROWS.table)
    assert write(client, sandbox, config, ROWS, update=[{"id": 1, "other": 2}]) == ("success", True)
    after = Shown(sandbox, ROWS.table)
    assert after.cells["other"] == "2"
    for name, row in ROWS:
        assert after.say(name) == before.say(name), row


def test_values_in_documents(client, dust_sandbox):
    sandbox = dust_sandbox
    config = tables.dust_configuration(sandbox, data_format="documents")
    for kinds in ({"replace": [DOCUMENTS.row]}, {"update": [{"id": 1, "other": 2}]}):
        kind, warning = write(client, sandbox, config, DOCUMENTS, **kinds)
        assert kind == ("warning" if "replace" in kinds else "success"), "for the NaN"
        assert kind == "success" or "NaN" in warning
        lines = sandbox.dust_documents()["tester__examples-1"]["text"]
        for name, row in DOCUMENTS:
            value = re.search(rf'"{name}": (.*?),\n  "', lines, re.S).group(1)
            assert " ".join(value.split()) == code(row[2]), row


def test_names_of_columns(client, sandbox):
    names = [(text(a), text(b)) for a, b in rows_of("### Columns of tables", "column")]
    table = tables.Table("named", {"id": "INT", **{name: "INT" for name, _ in names}}, ["id"], synced=False)
    row = {"id": 1000, **{name: number for number, (name, _) in enumerate(names)}}
    response = tables.write_batch(client, sandbox, table, replace=[row], config=tables.dust_configuration(sandbox))
    tables.assert_success(response)
    shown = {value: name for name, value in dust.shown(sandbox, table)["1000"].items()}
    assert [shown[number] for number in range(len(names))] == [name for _, name in names]


@pytest.mark.parametrize("name, identity", rows_of("### Tables", "table"))
def test_ids_of_tables(client, sandbox, name, identity):
    schema, _, name = text(name).partition(".")
    table = tables.Table(name, {"id": "INT"}, ["id"], schema=schema)
    response = tables.write_batch(client, sandbox, table, replace=[{"id": 1}],
                                  config=tables.dust_configuration(sandbox))
    tables.assert_success(response)
    (shown,) = sandbox.dust_tables()
    assert shown == text(identity)
    assert sandbox.dust("GET", f"tables/{shown}").json()["table"]["title"] == f"{schema}.{name}"


@pytest.mark.parametrize("key, row_id, document_id", rows_of("### Rows and documents", "primary key"))
def test_ids_of_rows_and_documents(client, sandbox, key, row_id, document_id):
    parts = re.findall(r"([A-Z_]+) `([^`]*)`", key)
    columns = {f"key_{n}": kind_of(kind) for n, (kind, _) in enumerate(parts)}
    table = tables.Table("orders", columns, list(columns), schema="shop")
    row = {name: value for name, (_, value) in zip(columns, parts)}
    for data_format in ("tables", "documents"):
        config = tables.dust_configuration(sandbox, data_format=data_format)
        tables.assert_success(tables.write_batch(client, sandbox, table, replace=[row], config=config))
    assert list(dust.shown(sandbox, table)) == [text(row_id)]
    assert set(sandbox.dust_documents()) == {"bigdust.table.fivetran_shop__orders", text(document_id)}


@pytest.mark.parametrize("tag, where, _", rows_of("### Tags", "tag"))
def test_tags(client, sandbox, tag, where, _):
    table = tables.Table("orders", {"id": "INT", "_fivetran_deleted": "BOOLEAN"}, ["id"], schema="shop")
    for data_format in ("tables", "documents"):
        config = tables.dust_configuration(sandbox, data_format=data_format)
        tables.assert_success(tables.write_batch(client, sandbox, table, config=config,
                                                 replace=[{"id": 1, "_fivetran_deleted": True}]))
    there = {"tables": sandbox.dust("GET", "tables/fivetran_shop__orders").json()["table"]["tags"],
             "documents": sandbox.dust_documents()["shop__orders-1"]["tags"]}
    pattern = re.escape(text(tag)).replace("…", ".+")
    for data_format, tags in there.items():
        found = [one for one in tags if re.fullmatch(pattern, one)]
        assert bool(found) == (data_format == where)


def limit(what):
    (row,) = [row for row in rows_of("## Limits", "what") if row[0].startswith(what)]
    return row[1]


@pytest.mark.parametrize("data_format, most", zip(("tables", "documents"), re.findall(r"\d+", limit("columns of a table"))))
def test_as_many_columns_as_the_page_says(client, sandbox, data_format, most):
    config = tables.dust_configuration(sandbox, data_format=data_format)
    for count, answer in ((int(most), "success"), (int(most) + 1, "task")):
        names = [f"c_{n}" for n in range(count - 2)]
        table = tables.Table(f"of_{count}", {"id": "INT", **dict.fromkeys(names, "INT")}, ["id"])
        response = tables.write_batch(client, sandbox, table, replace=[{"id": 1}], config=config)
        assert tables.answer_of(response)[0] == answer, tables.answer_of(response)


def test_as_many_semicolons_as_a_request_has_cells(client, sandbox):
    assert limit("`;`, or tabs") == ("as many as a request, or any 16 KiB of it, has cells that are not NULL; "
                                     "its header counts as a row")
    config = tables.dust_configuration(sandbox)
    table = tables.Table("texts", {"id": "INT", "text": "STRING"}, ["id"])
    row = {"id": 1, "_fivetran_synced": "2026-01-02T03:04:05Z"}  # what is NULL is no cell
    for value, answer in ((";" * 6, "success"), (";" * 7, "task"), (";" * 7 + ",", "success"), ("\t" * 7, "task")):
        response = tables.write_batch(client, sandbox, table, replace=[{**row, "text": "a" + value}], config=config)
        assert tables.answer_of(response)[0] == answer, value
        sandbox.dust_merge()
        assert set(sandbox.dust_rows(dust.table_id(table))["1"]) >= {"id", "text", "_fivetran_synced"}
        assert "_dust_id" not in str(sandbox.dust_rows(dust.table_id(table)))


def texts_of(sandbox, table):
    sandbox.dust_merge()
    return {int(key): row["text"] for key, row in sandbox.dust_rows(dust.table_id(table)).items()}


def test_semicolons_are_judged_by_the_16_kib_that_dust_looks_at(client, sandbox):
    """Twenty rows in front of hundreds that would make up for them, and behind them."""
    config = tables.dust_configuration(sandbox)
    table = tables.Table("texts", {"id": "INT", "text": "STRING", **{f"n_{n}": "INT" for n in range(25)}}, ["id"])
    rows = [{"id": n, "text": "a;" * 400 if n < 20 else "plain", "n_0": n} for n in range(490)]
    for given in (rows, rows[::-1]):
        assert tables.answer_of(tables.write_batch(client, sandbox, table, replace=given, config=config))[0] == "task"
        assert texts_of(sandbox, table) == {}


def test_a_last_row_full_of_semicolons_is_seen_merged_with_the_others(client, sandbox):
    """Posted again alone, to wait for it, Dust would mix it up."""
    config = tables.dust_configuration(sandbox)
    table = tables.Table("texts", {"id": "INT", "text": "STRING"}, ["id"])
    rows = [{"id": n, "text": "a;" * 30 if n == 399 else "plain"} for n in range(400)]
    tables.assert_success(tables.write_batch(client, sandbox, table, replace=rows, config=config))
    assert texts_of(sandbox, table) == {row["id"]: row["text"] for row in rows}


def test_the_largest_numbers_that_are_exact():
    """"exact up to 9007199254740991": the rows of LONG on both sides of it."""
    longs = {text(row[1]): row for row in ROWS.rows if row[0] == "LONG"}
    assert "9007199254740991" in longs and longs["9007199254740991"][6] == ""
    assert all(row[6] == "yes" for value, row in longs.items() if decimal.Decimal(value) > 2 ** 53)
