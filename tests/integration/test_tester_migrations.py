"""tools/tester: what each schema migration of an input file becomes, and what the tester knows afterwards."""
import pytest

from support import protos, tester

TABLE = {"columns": {"id": "INT", "amount": "DOUBLE", "text": "STRING"}, "primary_key": ["id"]}
T = "2024-05-28T20:57:00Z"
MODES = protos.sdk().TableSyncModeMigrationType
TYPES = protos.common().DataType
SOFT = ["id", "amount", "text", "_fivetran_synced", "_fivetran_deleted"]
HISTORY = ["id", "amount", "text", "_fivetran_synced", "_fivetran_start", "_fivetran_end", "_fivetran_active"]

# kind: (entry, the operation as the destination must see it, {table: its columns afterwards}, what is called instead
# when the destination answers `unsupported`)
MIGRATIONS = {
    "add_column_with_default_value": (
        {"table": "t", "column": "n", "data_type": "LONG", "default_value": 5},
        {"add": {"add_column_with_default_value": {"column": "n", "column_type": TYPES.Value("LONG"), "default_value": "5"}}},
        {"t": SOFT + ["n"]}, "AlterTable"),
    "update_column_value": (
        {"table": "t", "column": "amount", "value": "202.57"},
        {"update_column_value": {"column": "amount", "value": "202.57"}}, {"t": SOFT}, None),
    "set_column_to_null": (
        {"table": "t", "column": "text"}, {"update_column_value": {"column": "text", "value": "NULL"}}, {"t": SOFT}, None),
    "copy_column": (
        {"table": "t", "from_column": "text", "to_column": "copy"},
        {"copy": {"copy_column": {"from_column": "text", "to_column": "copy"}}}, {"t": SOFT + ["copy"]}, "AlterTable"),
    "rename_column": (
        {"table": "t", "from_column": "text", "to_column": "words"},
        {"rename": {"rename_column": {"from_column": "text", "to_column": "words"}}},
        {"t": ["id", "amount", "words", *SOFT[3:]]}, "AlterTable"),
    "copy_table": (
        {"from_table": "t", "to_table": "u"}, {"copy": {"copy_table": {"from_table": "t", "to_table": "u"}}},
        {"t": SOFT, "u": SOFT}, "CreateTable"),
    "rename_table": (
        {"from_table": "t", "to_table": "u"}, {"rename": {"rename_table": {"from_table": "t", "to_table": "u"}}},
        {"u": SOFT}, "CreateTable"),
    "drop_table": ({"table": "t"}, {"drop": {"drop_table": True}}, {}, None),
    "add_column_in_history_mode": (
        {"table": "h", "column": "n", "data_type": "STRING", "default_value": "new", "operation_timestamp": T},
        {"add": {"add_column_in_history_mode": {"column": "n", "column_type": TYPES.Value("STRING"), "default_value": "new",
                                                "operation_timestamp": T}}}, {"h": HISTORY + ["n"]}, None),
    "drop_column_in_history_mode": (
        {"table": "h", "column": "text", "operation_timestamp": T},
        {"drop": {"drop_column_in_history_mode": {"column": "text", "operation_timestamp": T}}}, {"h": HISTORY}, None),
    "copy_table_to_history_mode": (
        {"from_table": "t", "to_table": "u", "deleted_column": "_fivetran_deleted"},
        {"copy": {"copy_table_to_history_mode": {"from_table": "t", "to_table": "u",
                                                 "soft_deleted_column": "_fivetran_deleted"}}},
        {"t": SOFT, "u": HISTORY}, None),
    "migrate_soft_delete_to_history": (
        {"table": "t", "deleted_column": "_fivetran_deleted"},
        {"table_sync_mode_migration": {"type": MODES.Value("SOFT_DELETE_TO_HISTORY"),
                                       "soft_deleted_column": "_fivetran_deleted"}}, {"t": HISTORY}, None),
    "migrate_history_to_soft_delete": (
        {"table": "h", "deleted_column": "gone"},
        {"table_sync_mode_migration": {"type": MODES.Value("HISTORY_TO_SOFT_DELETE"), "soft_deleted_column": "gone"}},
        {"h": [*SOFT[:4], "gone"]}, None),
    "migrate_soft_delete_to_live": (
        {"table": "t", "deleted_column": "_fivetran_deleted"},
        {"table_sync_mode_migration": {"type": MODES.Value("SOFT_DELETE_TO_LIVE"),
                                       "soft_deleted_column": "_fivetran_deleted"}}, {}, None),
    "migrate_history_to_live": (
        {"table": "h", "keep_deleted_rows": True},
        {"table_sync_mode_migration": {"type": MODES.Value("HISTORY_TO_LIVE"), "keep_deleted_rows": True}}, {}, None),
    "migrate_live_to_soft_delete": (
        {"table": "t", "deleted_column": "_fivetran_deleted"},
        {"table_sync_mode_migration": {"type": MODES.Value("LIVE_TO_SOFT_DELETE"),
                                       "soft_deleted_column": "_fivetran_deleted"}}, {}, None),
    "migrate_live_to_history": (
        {"table": "t"}, {"table_sync_mode_migration": {"type": MODES.Value("LIVE_TO_HISTORY")}}, {}, None),
}


def play(folder, kind, entry, **answers):
    """The run, and the requests that the destination got."""
    tester.write_json(folder / "a.json", {"create_table": {"t": TABLE, "h": {**TABLE, "history_mode": True}},
                                          "schema_migration": [{kind: [entry]}]})
    with tester.Destination(**answers) as destination:
        return tester.run(destination.port, folder, settings={}), destination.requests


def columns_written(requests):
    return {request.table.name: [column.name for column in request.table.columns]
            for name, request in requests if name in ("WriteBatch", "WriteHistoryBatch")}


@pytest.mark.parametrize("kind", MIGRATIONS)
def test_a_migration_is_what_its_entry_says(tmp_path, kind):
    entry, operation, _, _ = MIGRATIONS[kind]
    run, requests = play(tmp_path, kind, entry)
    run.assert_passed()
    (_, request), = [pair for pair in requests if pair[0] == "Migrate"]
    table = entry.get("table") or entry["from_table"]
    assert request.details == protos.message("MigrationDetails")(schema="tester", table=table, **operation)
    assert "AlterTable" not in [name for name, _ in requests]


@pytest.mark.parametrize("kind", [kind for kind in MIGRATIONS if MIGRATIONS[kind][2]])
def test_the_tester_knows_the_columns_afterwards(tmp_path, kind):
    entry, _, after, _ = MIGRATIONS[kind]
    for name, columns in after.items():
        folder = tmp_path / name
        folder.mkdir()
        tester.write_json(folder / "a.json", {
            "create_table": {"t": TABLE, "h": {**TABLE, "history_mode": True}}, "schema_migration": [{kind: [entry]}],
            "ops": [{"upsert": {name: [{"id": 1}]}}]})
        with tester.Destination() as destination:
            tester.run(destination.port, folder, settings={}).assert_passed()
        assert columns_written(destination.requests) == {name: columns}


@pytest.mark.parametrize("kind", MIGRATIONS)
def test_what_is_unsupported_is_done_otherwise(tmp_path, kind):
    entry, _, after, instead = MIGRATIONS[kind]
    run, requests = play(tmp_path, kind, entry, Migrate=protos.message("MigrateResponse")(unsupported=True))
    run.assert_passed()
    names = [name for name, _ in requests]
    called = names[names.index("Migrate") + 1:]
    called = [name for name in called if name in ("AlterTable", "CreateTable")]
    assert called == ([instead] if instead else [])
    if instead:
        _, request = [pair for pair in requests if pair[0] == instead][-1]
        assert [column.name for column in request.table.columns] == after[request.table.name]


ALTERS = {
    "add_column": ({"table": "t", "column": "at", "data_type": "UTC_DATETIME"}, SOFT + ["at"], False),
    "change_column_data_type": ({"table": "t", "column": "amount", "data_type": "FLOAT"}, SOFT, False),
    "drop_column": ({"table": "t", "column": "text"}, [name for name in SOFT if name != "text"], True),
}


@pytest.mark.parametrize("kind", ALTERS)
def test_lesson_05_changes_of_columns_are_alter_tables(tmp_path, kind):
    entry, columns, drops = ALTERS[kind]
    run, requests = play(tmp_path, kind, entry)
    run.assert_passed()
    (_, request), = [pair for pair in requests if pair[0] == "AlterTable"]
    assert ([column.name for column in request.table.columns], request.drop_columns) == (columns, drops)
    amount, = [TYPES.Name(column.type) for column in request.table.columns if column.name == "amount"]
    assert amount == ("FLOAT" if kind == "change_column_data_type" else "DOUBLE")
    assert "Migrate" not in [name for name, _ in requests]


def test_migrations_are_played_in_their_order(tmp_path):
    tester.write_json(tmp_path / "a.json", {"create_table": {"t": TABLE}, "schema_migration": [
        {"rename_table": [{"from_table": "t", "to_table": "u"}], "drop_table": [{"table": "u"}]},
        {"add_column": [{"table": "nothing", "column": "a", "data_type": "INT"}]}, {"drop_table": [{"table": "t"}]}]})
    with tester.Destination() as destination:
        run = tester.run(destination.port, tmp_path, settings={})
    run.assert_failed('add_column of table "nothing", which is not known')
    assert [request.details.table for request in destination.of("Migrate")] == ["t", "u"]


@pytest.mark.parametrize("kind, entry, why", [
    ("drop_table", {}, 'an entry of drop_table lacks "table"'), ("drop_table", "t", "is no object"),
    ("add_column", {"table": "t", "column": "a", "data_type": "TEXT"}, "no known data type"),
    ("nonsense", {}, 'no schema migration "nonsense"')])
def test_a_broken_migration_fails_and_says_why(tmp_path, kind, entry, why):
    play(tmp_path, kind, entry)[0].assert_failed(why)


def test_entries_that_are_no_list_fail(tmp_path):
    tester.write_json(tmp_path / "input.json", {"schema_migration": [{"drop_table": {"table": "t"}}]})
    with tester.Destination() as destination:
        tester.run(destination.port, tmp_path, settings={}).assert_failed("drop_table is to be a list")


def test_a_migration_that_fails_fails_the_run(tmp_path):
    task = protos.message("MigrateResponse")(task=protos.message("Task")(message="do it by hand"))
    play(tmp_path, "drop_table", {"table": "t"}, Migrate=task)[0].assert_failed("Migrate t drop_table: task: do it by hand")
    refused = protos.message("MigrateResponse")(unsupported=False)
    play(tmp_path, "drop_table", {"table": "t"}, Migrate=refused)[0].assert_failed("unsupported: false")


def test_a_date_default_is_the_text_it_is(tmp_path):
    entry = {"table": "t", "column": "at", "data_type": "UTC_DATETIME", "default_value": "2005-05-28T20:57:00.000Z"}
    _, requests = play(tmp_path, "add_column_with_default_value", entry)
    (_, request), = [pair for pair in requests if pair[0] == "Migrate"]
    assert request.details.add.add_column_with_default_value.default_value == "2005-05-28T20:57:00.000Z"
    _, requests = play(tmp_path, "add_column_with_default_value", {**entry, "default_value": None})
    (_, request), = [pair for pair in requests if pair[0] == "Migrate"]
    assert request.details.add.add_column_with_default_value.default_value == "NULL"
