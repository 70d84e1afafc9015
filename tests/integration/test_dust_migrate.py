"""Migrate on Dust tables through the real server: each operation, and each cut at every request."""
import pytest

from support import dust, protos, tables
from support.tables import Table, assert_success, secret, write_batch

ALWAYS = "9999-12-31T23:59:59.999Z"
T = "2024-05-01T10:00:00Z"
ITEMS = Table("items", {"id": "INT", "name": "STRING", "_fivetran_deleted": "BOOLEAN"}, key=["id"])
COPY = Table("copy", ITEMS.columns, key=["id"])
HISTORY = Table("items", {"id": "INT", "name": "STRING", "_fivetran_start": "UTC_DATETIME",
                          "_fivetran_end": "UTC_DATETIME", "_fivetran_active": "BOOLEAN"},
                key=["id", "_fivetran_start"])


def item(number, deleted=False, synced="2024-05-02T00:00:00.25Z", **more):
    return {"id": number, "name": secret(number), "_fivetran_deleted": deleted,
            "_fivetran_synced": synced, **more}


def version(number, start, end=ALWAYS, name=None):
    return {"id": number, "name": name, "_fivetran_start": start, "_fivetran_end": end,
            "_fivetran_active": end == ALWAYS, "_fivetran_synced": "2024-05-02T00:00:00Z"}


def instants(row):
    """Dates by their instant: Dust has a text of its own for them."""
    return {name: value["epoch"] if isinstance(value, dict) else value
            for name, value in row.items()}


class Place:
    """A Dust with tables in it."""

    def __init__(self, client, sandbox):
        self.client, self.sandbox = client, sandbox
        self.config = tables.dust_configuration(sandbox, batch_size="2")

    def write(self, table, history=False, **kinds):
        assert_success(write_batch(self.client, self.sandbox, table, config=self.config,
                                   history=history, **kinds))

    def migrate(self, table="items", **operation):
        details = protos.message("MigrationDetails")(schema="tester", table=table, **operation)
        return tables.answer_of(self.client.call("Migrate", protos.message("MigrateRequest")(
            configuration=self.config, details=details)))

    def columns(self, name="items"):
        """{name: (type, whether it is in the key)}; None: no such table."""
        response = self.client.call("DescribeTable", protos.message("DescribeTableRequest")(
            configuration=self.config, schema_name="tester", table_name=name))
        if response.WhichOneof("response") == "not_found":
            return None
        types = protos.common().DataType
        return {column.name: (types.Name(column.type), column.primary_key)
                for column in response.table.columns}

    def rows(self, table=ITEMS):
        return dust.shown(self.sandbox, table)

    def state(self):
        """Everything that is there: columns and rows of each table."""
        return {table.name: (self.columns(table.name),
                             {identity: instants(row) for identity, row in self.rows(table).items()})
                for table in (ITEMS, COPY) if self.columns(table.name) is not None}


def soft_delete_items(place):
    place.write(ITEMS, replace=[item(1), item(2, deleted=True), item(3, synced="2024-05-01T00:00:00Z"),
                                item(4, name=None), item(5, deleted=None)])


def history_items(place):
    place.write(HISTORY, history=True, replace=[
        version(1, "2024-01-01T00:00:00Z", "2024-01-31T23:59:59.999Z", "old"),
        version(1, "2024-02-01T00:00:00.5Z", name="one"),
        version(2, "0001-01-01T00:00:00Z"),
        version(3, "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z", "three"),
        version(4, T, name="four")])


def no_items(place):
    place.client.call("CreateTable", protos.message("CreateTableRequest")(
        configuration=place.config, schema_name="tester", table=ITEMS.message()))


def sync_mode(kind, **more):
    return {"table_sync_mode_migration": {"type": kind, **more}}


OPERATIONS = {
    "drop_table": (soft_delete_items, {"drop": {"drop_table": True}}),
    "copy_table": (soft_delete_items, {"copy": {"copy_table": {"from_table": "items",
                                                               "to_table": "copy"}}}),
    "copy_column": (soft_delete_items, {"copy": {"copy_column": {"from_column": "name",
                                                                 "to_column": "title"}}}),
    "copy_table_to_history_mode": (soft_delete_items, {"copy": {"copy_table_to_history_mode": {
        "from_table": "items", "to_table": "copy", "soft_deleted_column": "_fivetran_deleted"}}}),
    "rename_table": (soft_delete_items, {"rename": {"rename_table": {"from_table": "items",
                                                                     "to_table": "copy"}}}),
    "rename_column": (soft_delete_items, {"rename": {"rename_column": {"from_column": "name",
                                                                       "to_column": "title"}}}),
    "rename_key_column": (soft_delete_items, {"rename": {"rename_column": {"from_column": "id",
                                                                           "to_column": "number"}}}),
    "add_column_with_default_value": (soft_delete_items, {"add": {"add_column_with_default_value": {
        "column": "level", "column_type": "INT", "default_value": "7"}}}),
    "update_column_value": (soft_delete_items, {"update_column_value": {"column": "name",
                                                                        "value": "same"}}),
    "add_column_in_history_mode": (history_items, {"add": {"add_column_in_history_mode": {
        "column": "level", "column_type": "INT", "default_value": "7", "operation_timestamp": T}}}),
    "drop_column_in_history_mode": (history_items, {"drop": {"drop_column_in_history_mode": {
        "column": "name", "operation_timestamp": T}}}),
    "soft_delete_to_history": (soft_delete_items, sync_mode(
        "SOFT_DELETE_TO_HISTORY", soft_deleted_column="_fivetran_deleted")),
    "history_to_soft_delete": (history_items, sync_mode(
        "HISTORY_TO_SOFT_DELETE", soft_deleted_column="_fivetran_deleted")),
}


@pytest.fixture
def place(client, sandbox):
    return Place(client, sandbox)


def done(place, operation):
    set_up, details = OPERATIONS[operation]
    set_up(place)
    assert place.migrate(**details) == ("success", True)
    return place


@pytest.mark.parametrize("operation", OPERATIONS)
def test_lesson_8_an_operation_is_cut_at_every_request_and_done_again(start_sandbox, client,
                                                                      operation):
    set_up, details = OPERATIONS[operation]
    place = done(Place(client, start_sandbox()), operation)
    expected = place.state()
    assert place.migrate(**details) == ("success", True)  # the answer was lost
    assert place.state() == expected
    for after in range(100):
        sandbox = start_sandbox()
        place = Place(client, sandbox)
        set_up(place)
        sandbox.fault("any", "status", status=403, after=after, times=-1)
        kind, _ = place.migrate(**details)
        sandbox.clear_faults()
        assert place.migrate(**details) == ("success", True), f"cut after {after}"
        assert place.state() == expected, f"cut after {after}"
        sandbox.kill()
        if kind == "success":
            break
    assert kind == "success" and after > 1


def test_a_table_is_copied_renamed_and_dropped(place):
    done(place, "copy_table")
    assert place.rows(COPY) == place.rows(ITEMS)
    assert place.columns("copy") == place.columns("items")
    assert place.migrate(drop={"drop_table": True}) == ("success", True)
    assert place.columns() is None
    details = {"rename": {"rename_table": {"from_table": "copy", "to_table": "items"}}}
    assert place.migrate("copy", **details) == ("success", True)
    assert place.columns("copy") is None
    assert sorted(place.rows()) == ["1", "2", "3", "4", "5"]
    place.write(ITEMS, update=[{"id": 3, "name": "found"}])
    assert place.rows()["3"]["name"] == "found"


def test_another_table_of_the_new_name_is_a_task(place):
    soft_delete_items(place)
    place.write(COPY, replace=[item(9)])
    kind, text = place.migrate(rename={"rename_table": {"from_table": "items", "to_table": "copy"}})
    assert kind == "task" and "tester.copy" in text
    assert sorted(place.rows(COPY)) == ["9"]
    assert len(place.rows()) == 5


def test_columns_are_copied_renamed_and_set(place):
    done(place, "copy_column")
    assert all(row.get("title") == row.get("name") for row in place.rows().values())
    details = {"rename": {"rename_column": {"from_column": "name", "to_column": "label"}}}
    assert place.migrate(**details) == ("success", True)
    rows = place.rows()
    assert all("name" not in row and row.get("label") == row.get("title") for row in rows.values())
    assert "name" not in place.columns() and place.columns()["label"] == ("STRING", False)
    assert place.migrate(update_column_value={"column": "label", "value": "NULL"}) == \
        ("success", True)
    assert all("label" not in row for row in place.rows().values())


def test_a_renamed_key_column_is_written_by_its_new_name(place):
    done(place, "rename_key_column")
    assert place.columns()["number"] == ("INT", True)
    renamed = Table("items", {"number": "INT", "name": "STRING", "_fivetran_deleted": "BOOLEAN"},
                    key=["number"])
    place.write(renamed, update=[{"number": 2, "name": "found"}])
    rows = place.rows()
    assert len(rows) == 5
    assert [row["number"] for row in rows.values() if row.get("name") == "found"] == [2]


def test_a_default_value_is_of_its_columns_type(place):
    done(place, "add_column_with_default_value")
    assert all(row["level"] == 7 for row in place.rows().values())
    before = place.state()
    kind, text = place.migrate(add={"add_column_with_default_value": {
        "column": "day", "column_type": "NAIVE_DATE", "default_value": "tomorrow"}})
    assert kind == "task" and '"day"' in text and "tomorrow" not in text
    assert place.state() == before
    assert place.migrate(add={"add_column_with_default_value": {
        "column": "day", "column_type": "NAIVE_DATE", "default_value": "NULL"}}) == ("success", True)
    assert place.columns()["day"] == ("NAIVE_DATE", False)


def test_a_column_comes_in_history_mode(place):
    done(place, "add_column_in_history_mode")
    rows = sorted((row["id"], row["_fivetran_active"], row.get("name"), row.get("level"))
                  for row in place.rows().values() if row["id"] != 1)
    assert rows == [(2, False, None, None), (2, True, None, 7), (3, False, "three", None),
                    (4, True, "four", 7)]
    first = sorted((row["_fivetran_active"], row["name"], row.get("level"))
                   for row in place.rows().values() if row["id"] == 1)
    assert first == [(False, "old", None), (False, "one", None), (True, "one", 7)]
    closed = [instants(row) for row in place.rows().values() if row.get("name") == "one"
              and not row["_fivetran_active"]]
    assert closed[0]["_fivetran_end"] // 1000 == 1714557599  # T less a millisecond


def test_lesson_27_several_migrations_share_a_timestamp_and_a_batch_follows(place):
    done(place, "add_column_in_history_mode")
    assert place.migrate(**OPERATIONS["drop_column_in_history_mode"][1]) == ("success", True)
    active = {row["id"]: row for row in place.rows().values() if row["_fivetran_active"]}
    assert sorted(active) == [1, 2, 4]
    assert all(row["level"] == 7 and "name" not in row for row in active.values())
    closed = [row for row in place.rows().values() if row.get("name") == "one"]
    assert len(closed) == 1 and not closed[0]["_fivetran_active"]
    # What Fivetran writes next finds the versions that the migration made.
    wider = Table("items", {**HISTORY.columns, "level": "INT"}, key=HISTORY.key)
    place.write(wider, history=True,
                earliest=[{"id": 1, "_fivetran_start": "2024-06-01T00:00:00Z"}],
                replace=[{**version(1, "2024-06-01T00:00:00Z", name="next"), "level": 8}])
    active = [row for row in place.rows().values() if row["id"] == 1 and row["_fivetran_active"]]
    assert [(row["name"], row["level"]) for row in active] == [("next", 8)]


def test_an_active_row_that_starts_later_is_a_task(place):
    history_items(place)
    place.write(HISTORY, history=True, replace=[version(5, "2024-05-01T10:00:00.001Z")])
    before = place.state()
    kind, text = place.migrate(**OPERATIONS["add_column_in_history_mode"][1])
    assert kind == "task" and "start later" in text
    assert place.state() == before


def test_lesson_27_an_empty_history_table_gets_the_column(place):
    place.client.call("CreateTable", protos.message("CreateTableRequest")(
        configuration=place.config, schema_name="tester", table=HISTORY.message()))
    assert place.migrate(**OPERATIONS["add_column_in_history_mode"][1]) == ("success", True)
    assert place.columns()["level"] == ("INT", False)


def test_history_mode_and_back(place):
    soft_delete_items(place)
    before = place.rows()
    to_history = OPERATIONS["soft_delete_to_history"][1]
    assert place.migrate(**to_history) == ("success", True)
    assert place.columns()["_fivetran_start"] == ("UTC_DATETIME", True)
    assert "_fivetran_deleted" not in place.columns()
    rows = {row["id"]: instants(row) for row in place.rows().values()}
    assert {number: row["_fivetran_active"] for number, row in rows.items()} == \
        {1: True, 2: False, 3: True, 4: True, 5: True}
    assert rows[2]["_fivetran_start"] == rows[2]["_fivetran_end"] == 0
    assert rows[1]["_fivetran_start"] // 1000 == 1714608000
    back = OPERATIONS["history_to_soft_delete"][1]
    assert place.migrate(**back) == ("success", True)
    assert place.columns().keys() == ITEMS.columns.keys()
    after = place.rows()
    assert sorted(after) == sorted(before)
    for identity, row in before.items():
        assert after[identity].get("name") == row.get("name")
        assert after[identity]["_fivetran_deleted"] == row.get("_fivetran_deleted", False)
    place.write(ITEMS, delete=[{"id": 1}])
    assert "1" not in place.rows()


@pytest.mark.parametrize("keep, left", [(None, [1, 2, 3, 4]), (True, [1, 2, 3, 4]),
                                        (False, [1, 2, 4])])
def test_rows_that_are_not_active_go_only_when_told_to(place, keep, left):
    history_items(place)
    more = {} if keep is None else {"keep_deleted_rows": keep}
    assert place.migrate(**sync_mode("HISTORY_TO_SOFT_DELETE", **more)) == ("success", True)
    assert sorted(row["id"] for row in place.rows().values()) == left
    assert place.columns()["_fivetran_deleted"] == ("BOOLEAN", False)


def test_lesson_27_a_table_without_a_deleted_column_is_live(place):
    bare = Table("items", {"id": "INT"}, key=["id"])
    place.write(bare, replace=[{"id": 1, "_fivetran_synced": "2024-05-02T00:00:00Z"}])
    assert place.migrate(**sync_mode("SOFT_DELETE_TO_HISTORY")) == ("success", True)
    assert [row["_fivetran_active"] for row in place.rows().values()] == [True]


def test_empty_tables_change_mode_too(place):
    no_items(place)
    assert place.migrate(**OPERATIONS["soft_delete_to_history"][1]) == ("success", True)
    assert place.columns()["_fivetran_active"] == ("BOOLEAN", False)
    assert place.migrate(**OPERATIONS["history_to_soft_delete"][1]) == ("success", True)
    assert place.columns().keys() == ITEMS.columns.keys()


@pytest.mark.parametrize("kind", ["SOFT_DELETE_TO_LIVE", "HISTORY_TO_LIVE", "LIVE_TO_SOFT_DELETE",
                                  "LIVE_TO_HISTORY"])
def test_live_kinds_are_unsupported(place, kind):
    soft_delete_items(place)
    before = place.state()
    assert place.migrate(**sync_mode(kind)) == ("unsupported", True)
    assert place.state() == before


@pytest.mark.parametrize("operation", OPERATIONS)
def test_documents_are_dropped_and_nothing_else(place, operation):
    place.config["data_format"] = "documents"
    place.write(ITEMS, replace=[item(1)])
    expected = "success" if operation == "drop_table" else "unsupported"
    assert place.migrate(**OPERATIONS[operation][1]) == (expected, True)


def test_an_alter_of_documents_sets_columns(place):
    place.config["data_format"] = "documents"
    place.write(ITEMS, replace=[item(1)])
    wider = Table("items", {**ITEMS.columns, "level": "INT"}, key=["id"])
    response = place.client.call("AlterTable", protos.message("AlterTableRequest")(
        configuration=place.config, schema_name="tester", table=wider.message()))
    assert tables.answer_of(response) == ("success", True)
    assert place.columns()["level"] == ("INT", False)
