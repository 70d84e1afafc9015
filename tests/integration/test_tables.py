"""CreateTable, DescribeTable, AlterTable, Truncate and Migrate, and the catalogue behind them."""
import os
import stat

import pytest

from support import protos, stub, tables
from support.tables import secret

ALL_TYPES = {kind.lower(): kind for kind in protos.common().DataType.keys()[1:]}
EVERYTHING = tables.Table("everything", {**ALL_TYPES, "decimal": ("DECIMAL", 38, 10), "bare": "DECIMAL",
                                         "narrow": ("DECIMAL", 1, 0)}, ["int", "string"])
ITEMS = tables.Table("items", {"id": "INT", "text": "STRING"}, ["id"])


class Tables:
    """The calls about tables, in one line each."""

    def __init__(self, client, config):
        self.client, self.config = client, config

    def _call(self, name, **fields):
        request = protos.message(name + "Request")(configuration=self.config, **fields)
        return self.client.call(name, request)

    def create(self, table):
        return tables.answer_of(self._call("CreateTable", schema_name=table.schema, table=table.message()))

    def alter(self, table, drop=False):
        return tables.answer_of(self._call("AlterTable", schema_name=table.schema, table=table.message(),
                                           drop_columns=drop))

    def describe(self, table):
        """The table's message; None: not found."""
        response = self._call("DescribeTable", schema_name=table.schema, table_name=table.name)
        kind = response.WhichOneof("response")
        assert kind in ("table", "not_found"), response
        return response.table if kind == "table" else None

    def migrate(self, table, **operation):
        details = protos.message("MigrationDetails")(schema=table.schema, table=table.name, **operation)
        return tables.answer_of(self._call("Migrate", details=details))

    def truncate(self, table, before_ms, soft=None, nanos=0):
        request = protos.message("TruncateRequest")(
            configuration=self.config, schema_name=table.schema, table_name=table.name,
            synced_column="_fivetran_synced")
        request.utc_delete_before.FromNanoseconds(before_ms * 10**6 + nanos)
        if soft:
            request.soft.deleted_column = soft
        return tables.answer_of(self.client.call("Truncate", request))


@pytest.fixture
def api(client, config):
    return Tables(client, config)


def column(table, name):
    return next(c for c in table.columns if c.name == name)


# Create and describe

def test_lesson_07_a_table_is_described_exactly_as_it_was_created(api, sandbox):
    assert api.create(EVERYTHING) == ("success", True)
    described = api.describe(EVERYTHING)
    assert described == EVERYTHING.message()
    assert column(described, "decimal").params.decimal.precision == 38
    assert not column(described, "bare").HasField("params"), "what was not said is not made up"
    assert sandbox.requests() == [], "BigGeo has no tables to make"


def test_lesson_07_parameters_of_zero_are_told_from_none(api):
    zero = ITEMS.message()
    zero.name = "zero"
    zero.columns.add(name="d", type="DECIMAL").params.decimal.SetInParent()
    response = api._call("CreateTable", schema_name="tester", table=zero)
    tables.assert_success(response)
    described = api._call("DescribeTable", schema_name="tester", table_name="zero").table
    assert column(described, "d").params.WhichOneof("params") == "decimal"


def test_a_string_s_length_is_not_described(api):
    table = ITEMS.message()
    column(table, "text").params.string_byte_length = 256
    tables.assert_success(api._call("CreateTable", schema_name="tester", table=table))
    assert not column(api.describe(ITEMS), "text").HasField("params")


def test_lesson_05_a_table_is_created_once(api):
    assert api.create(ITEMS) == ("success", True)
    kind, text = api.create(tables.Table("items", {"other": "INT"}, []))
    assert kind == "task" and "tester.items" in text
    assert api.describe(ITEMS) == ITEMS.message()


def test_a_table_nobody_created_is_not_found(api):
    assert api.describe(ITEMS) is None
    assert api.create(ITEMS) == ("success", True)
    assert api.describe(tables.Table("ITEMS", {}, [])) is None
    assert api.describe(tables.Table("items", {}, [], schema="other")) is None


@pytest.mark.parametrize("name", ["x" * 500, "Ünïcödé 🌍", "quote'\"", "a;b--", "%s%n", "../../etc"])
def test_tables_and_columns_may_have_any_name(api, name):
    table = tables.Table(name, {name: "STRING", "id": "INT"}, ["id"], schema=name)
    assert api.create(table) == ("success", True)
    assert api.describe(table) == table.message()


def test_a_table_without_a_name_or_with_a_column_twice_is_invalid(client, config):
    for table in (protos.message("Table")(), protos.message("Table")(name="t", columns=[{"name": "a"}] * 2),
                  protos.message("Table")(name="t", columns=[{"name": ""}])):
        request = protos.message("CreateTableRequest")(configuration=config, schema_name="s", table=table)
        assert client.error("CreateTable", request).code().name == "INVALID_ARGUMENT"


# Alter

WIDER = tables.Table("items", {"id": "LONG", "more": ("DECIMAL", 10, 2), "text": "STRING"}, ["id", "text"])
NARROWER = tables.Table("items", {"id": "INT"}, ["id"])


def test_an_altered_table_has_new_columns_types_and_keys(api):
    api.create(ITEMS)
    assert api.alter(WIDER) == ("success", True)
    described = api.describe(ITEMS)
    assert {c.name: (c.type, c.primary_key, c.params) for c in described.columns} == \
        {c.name: (c.type, c.primary_key, c.params) for c in WIDER.message().columns}


def test_lesson_05_alter_drops_columns_only_when_told_to(api):
    api.create(ITEMS)
    assert api.alter(NARROWER) == ("success", True)
    assert "text" in [c.name for c in api.describe(ITEMS).columns]
    assert api.alter(NARROWER, drop=True) == ("success", True)
    assert [c.name for c in api.describe(ITEMS).columns] == ["id", "_fivetran_synced"]


def test_the_same_alter_twice_is_success(api):
    api.create(ITEMS)
    for _ in range(2):
        assert api.alter(WIDER, drop=True) == ("success", True)
        assert api.describe(ITEMS) == WIDER.message()


def test_lesson_09_a_table_that_another_container_made_can_be_altered(api):
    assert api.alter(WIDER) == ("success", True)
    assert api.describe(ITEMS) == WIDER.message()


# Truncate

def write(api, sandbox, *numbers, table=ITEMS):
    rows = [{"id": n, "text": secret("a"), "_fivetran_synced": f"2024-01-01T00:00:00.{n:03}Z"} for n in numbers]
    tables.assert_success(tables.write_batch(api.client, sandbox, table, replace=rows))


NEW_YEAR_MS = 1704067200000


def test_lesson_06_a_truncate_is_a_marker_and_keeps_what_is_not_strictly_older(api, sandbox):
    write(api, sandbox, 1, 2, 3)
    kind, text = api.truncate(ITEMS, NEW_YEAR_MS + 2, nanos=999999)
    assert kind == "warning" and "truncate" in text
    marker = sandbox.rows("tester__items")[-1]
    del marker["_fivetran_op_at"]
    assert marker == {"_fivetran_op": "truncate", "_fivetran_truncate_before": (NEW_YEAR_MS + 2) * 1000,
                      "_fivetran_synced_column": "_fivetran_synced"}
    assert sorted(sandbox.state("tester__items", ["id"])) == [(2,), (3,)]


def test_a_soft_truncate_marks_the_older_rows(api, sandbox):
    table = tables.Table("soft", {**ITEMS.columns, "_fivetran_deleted": "BOOLEAN"}, ["id"])
    write(api, sandbox, 1, 2, table=table)
    assert api.truncate(table, NEW_YEAR_MS + 2, soft="_fivetran_deleted")[0] == "warning"
    assert sandbox.rows("tester__soft")[-1]["_fivetran_op"] == "soft_truncate"
    assert {key: row["_fivetran_deleted"] for key, row in sandbox.state("tester__soft", ["id"]).items()} == \
        {(1,): True, (2,): None}


def test_lesson_06_a_truncate_of_a_table_never_written_sends_nothing(api, sandbox):
    assert api.truncate(ITEMS, NEW_YEAR_MS) == ("success", True)
    api.create(ITEMS)
    assert api.truncate(ITEMS, NEW_YEAR_MS) == ("success", True)
    assert sandbox.posts() == []


def test_lesson_09_a_truncate_finds_a_table_that_another_container_wrote(start_bigdust, sandbox, config):
    with stub.Client(start_bigdust().address) as first:
        write(Tables(first, config), sandbox, 1, 2)
    with stub.Client(start_bigdust().address) as second:
        assert Tables(second, config).truncate(ITEMS, NEW_YEAR_MS + 2)[0] == "warning"
    assert sorted(sandbox.state("tester__items", ["id"])) == [(2,)]


@pytest.mark.parametrize("before_ms", [-62135596800000, -1, 0, 253402300799999])
def test_lesson_18_truncates_of_every_year_say_their_time(api, sandbox, before_ms):
    write(api, sandbox, 1)
    assert api.truncate(ITEMS, before_ms)[0] == "warning"
    assert sandbox.rows("tester__items")[-1]["_fivetran_truncate_before"] == before_ms * 1000


def test_a_truncate_without_a_time_or_column_is_invalid(client, config):
    request = protos.message("TruncateRequest")(configuration=config, table_name="t", synced_column="c")
    assert client.error("Truncate", request).code().name == "INVALID_ARGUMENT"
    request.utc_delete_before.FromMilliseconds(0)
    request.synced_column = ""
    assert client.error("Truncate", request).code().name == "INVALID_ARGUMENT"


# Migrate

LIVE = ["SOFT_DELETE_TO_LIVE", "HISTORY_TO_LIVE", "LIVE_TO_SOFT_DELETE", "LIVE_TO_HISTORY"]
UNSUPPORTED = {
    "drop_column_in_history_mode": {"drop": {"drop_column_in_history_mode": {"column": "text"}}},
    "copy_table": {"copy": {"copy_table": {"from_table": "items", "to_table": "copy"}}},
    "copy_column": {"copy": {"copy_column": {"from_column": "text", "to_column": "copy"}}},
    "copy_table_to_history_mode": {"copy": {"copy_table_to_history_mode": {"from_table": "items"}}},
    "rename_table": {"rename": {"rename_table": {"from_table": "items", "to_table": "other"}}},
    "rename_column": {"rename": {"rename_column": {"from_column": "text", "to_column": "other"}}},
    "add_column_in_history_mode": {"add": {"add_column_in_history_mode": {"column": "new"}}},
    "add_column_with_default_value": {"add": {"add_column_with_default_value": {"column": "new"}}},
    "update_column_value": {"update_column_value": {"column": "text", "value": "x"}},
    **{kind: {"table_sync_mode_migration": {"type": kind}}
       for kind in [*LIVE, "SOFT_DELETE_TO_HISTORY", "HISTORY_TO_SOFT_DELETE"]},
}


@pytest.mark.parametrize("operation", UNSUPPORTED)
def test_migrations_that_must_read_rows_are_unsupported(api, sandbox, operation):
    api.create(ITEMS)
    assert api.migrate(ITEMS, **UNSUPPORTED[operation]) == ("unsupported", True)
    assert api.describe(ITEMS) == ITEMS.message()
    assert sandbox.requests() == []


def test_drop_table_forgets_the_table_and_says_that_biggeo_keeps_the_data(api, sandbox):
    api.create(ITEMS)
    write(api, sandbox, 1)
    kind, text = api.migrate(ITEMS, drop={"drop_table": True})
    assert kind == "warning" and "tester.items" in text and "keeps" in text
    assert api.describe(ITEMS) is None
    assert len(sandbox.rows("tester__items")) == 1
    assert api.create(ITEMS) == ("success", True)


def test_a_migration_of_nothing_is_invalid(client, config):
    for details in ({}, {"table": "t"}, {"drop": {"drop_table": True}}):
        request = protos.message("MigrateRequest")(configuration=config, details=details)
        assert client.error("Migrate", request).code().name == "INVALID_ARGUMENT"


# The catalogue's file

def test_the_catalogue_outlives_the_server(start_bigdust, config, tmp_path):
    for number in range(2):
        server = start_bigdust("--state-dir", str(tmp_path / "deep" / "state"))
        with stub.Client(server.address) as client:
            api = Tables(client, config)
            assert number == 1 or api.create(EVERYTHING) == ("success", True)
            assert api.describe(EVERYTHING) == EVERYTHING.message()
        assert server.stop() == 0
    files_made = [path for path in (tmp_path / "deep").rglob("*") if path.is_file()]
    assert all(stat.S_IMODE(os.stat(path.parent).st_mode) == 0o700 for path in files_made)
    assert all(b"test-key" not in path.read_bytes() for path in files_made), "no secrets on disk"


def test_two_servers_share_a_catalogue(start_bigdust, config, tmp_path):
    servers = [start_bigdust("--state-dir", str(tmp_path)) for _ in range(2)]
    with stub.Client(servers[0].address) as one, stub.Client(servers[1].address) as two:
        assert Tables(one, config).create(ITEMS) == ("success", True)
        assert Tables(two, config).describe(ITEMS) == ITEMS.message()
        assert Tables(two, config).create(ITEMS)[0] == "task"
        assert Tables(two, config).alter(WIDER, drop=True) == ("success", True)
        assert Tables(one, config).describe(ITEMS) == WIDER.message()


@pytest.mark.parametrize("spoil", ["a file in its place", "a foreign file"])
def test_a_state_folder_that_cannot_be_used_is_done_without(start_bigdust, sandbox, config, tmp_path, spoil):
    if spoil == "a file in its place":
        (tmp_path / "state").write_text("not a folder")
    else:
        (tmp_path / "state").mkdir()
        (tmp_path / "state" / "catalogue.sqlite3").write_bytes(b"this is no database" * 500)
    server = start_bigdust("--state-dir", str(tmp_path / "state"))
    (event,) = server.wait_events("catalogue_in_memory")
    assert event["level"] == "WARNING"
    with stub.Client(server.address) as client:
        api = Tables(client, config)
        assert api.create(ITEMS) == ("success", True)
        assert api.describe(ITEMS) == ITEMS.message()
        write(api, sandbox, 1)
