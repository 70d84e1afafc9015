"""docs/fivetran.md says what is true: what the test answers, what works where, and that no text is made up."""
import pathlib
import re

import pytest

from support import protos, tables

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/fivetran.md").read_text()
SYNCED = "2026-01-02T03:04:05.678Z"
DELETED = "_fivetran_deleted"
TYPES = protos.common().DataType
MODES = protos.sdk().TableSyncModeMigrationType
T = "2026-02-01T00:00:00Z"
ITEMS = tables.Table("items", {"id": "INT", "text": "STRING", DELETED: "BOOLEAN"}, ["id"])
VERSIONS = tables.Table("versions", {"id": "INT", "text": "STRING", "_fivetran_start": "UTC_DATETIME",
                                     "_fivetran_end": "UTC_DATETIME", "_fivetran_active": "BOOLEAN"},
                        ["id", "_fivetran_start"])


def section(heading):
    return re.split(r"\n## ", PAGE.split(f"## {heading}\n", 1)[1])[0]


def rows_of(heading):
    lines = [line for line in section(heading).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


# Texts


def texts_of(heading):
    return [text for row in rows_of(heading) for text in re.findall(r"`([^`]+)`", row[0])]


def source():
    """All of the source, its broken string literals joined."""
    text = "\n".join(path.read_text() for path in sorted((ROOT / "src").rglob("*.c")))
    return re.sub(r'"\s*\n\s*"', "", text)


@pytest.mark.parametrize("heading", ["What the test says", "What a sync says"])
def test_every_text_is_one_of_ours(heading):
    code = source()
    texts = texts_of(heading)
    assert len(texts) > 10
    assert [text for text in texts if text not in code] == []


def run_test(client, config):
    """The failure of the connection test."""
    response = client.call("Test", protos.message("TestRequest")(name="connection", configuration=config))
    return response.failure


DUST_TEXTS = {
    "this is not an API key of a workspace": {"api_key": "no-key-of-dusts"},
    "the API key is unknown or disabled, or belongs to Dust's other region": {"api_key": "sk-other-region"},
    "the API key belongs to another workspace": {"api_key": "sk-other-workspace"},
    "there is no such workspace in this region": {"workspace_id": "nowhere"},
    "the workspace has no such space, or the API key may not see it": {"space_id": "nowhere"},
    "the space has no such data source, or the API key may not read it": {"data_source_id": "nowhere"},
    "A Dust connection manages the data source": {"data_source_id": "ds_managed"},
    "the API key may not write to this data source": {"api_key": "sk-read-only"},
    "the plan of this workspace has no access to Dust's API": {"api_key": "sk-no-product"},
    "the server knows no such address": {"base_url": "{url}/elsewhere"},
}
BIGGEO_TEXTS = {
    "Unauthorized: the API key was not accepted": {"action": "status", "status": 401},
    "BigGeo says that the connection failed": {"action": "success_false", "message": "why"},
    "the server answered, but not as BigGeo does": {"action": "garbage"},
}


def test_the_page_names_what_is_provoked_here():
    said = section("What the test says")
    of_biggeo, of_dust = said.split("\nBigGeo:\n")[1].split("\nDust:\n")
    assert re.findall(r"^\| `([^`]*)`", of_dust, re.M) == list(DUST_TEXTS)
    assert re.findall(r"^\| `([^`]*)`", of_biggeo, re.M) == list(BIGGEO_TEXTS)


@pytest.mark.parametrize("text", DUST_TEXTS)
def test_what_a_wrong_setting_of_dusts_is_told(client, sandbox, text):
    changes = {name: value.format(url=sandbox.url) for name, value in DUST_TEXTS[text].items()}
    assert text in run_test(client, tables.dust_configuration(sandbox, **changes))


@pytest.mark.parametrize("text", BIGGEO_TEXTS)
def test_what_a_connection_to_biggeo_is_told(client, sandbox, text):
    sandbox.fault("check-connection", **BIGGEO_TEXTS[text])
    assert text in run_test(client, tables.configuration(sandbox))


def test_the_form_s_labels_are_those_of_the_page(client):
    form = client.call("ConfigurationForm")
    groups = [field for field in form.fields if field.WhichOneof("type") == "conditional_fields"]
    labels = [field.label for group in groups for field in group.conditional_fields.fields]
    labels += [field.label for field in form.fields if field not in groups and field.label != "Destination"]
    said = section("Set-up for BigGeo") + section("Set-up for Dust")
    for label in labels:
        assert f"**{label}**" in said or f"| {label} |" in said, label
    for test in form.tests:
        assert test.label in section("What the test checks")


# What works


class Place:
    """A destination with a table of rows and one of versions."""

    def __init__(self, client, sandbox, name):
        self.client = client
        self.sandbox = sandbox
        self.config = tables.configuration(sandbox) if name == "BigGeo" else tables.dust_configuration(
            sandbox, data_format=name.split()[1])
        self.has_history = name != "Dust documents"
        tables.assert_success(self.write(ITEMS, replace=[
            {"id": n, "text": "x", DELETED: False, "_fivetran_synced": SYNCED} for n in range(3)]))
        if self.has_history:
            tables.assert_success(self.history())

    def write(self, table, **kinds):
        return tables.write_batch(self.client, self.sandbox, table, config=self.config, **kinds)

    def history(self):
        return self.write(VERSIONS, history=True, replace=[{
            "id": 1, "text": "x", "_fivetran_start": SYNCED, "_fivetran_end": "9999-12-31T23:59:59.999Z",
            "_fivetran_active": True, "_fivetran_synced": SYNCED}])

    def call(self, rpc, **fields):
        return self.client.call(rpc, protos.message(rpc + "Request")(configuration=self.config, **fields))

    def truncate(self, **more):
        request = protos.message("TruncateRequest")(
            configuration=self.config, schema_name=ITEMS.schema, table_name=ITEMS.name,
            synced_column="_fivetran_synced", **more)
        request.utc_delete_before.FromJsonString("2027-01-01T00:00:00Z")
        return self.client.call("Truncate", request)

    def create(self):
        return self.call("CreateTable", schema_name="tester", table=tables.Table("new", {"id": "INT"}, ["id"]).message())

    def describe(self):
        tables.assert_success(self.create())
        response = self.call("DescribeTable", schema_name="tester", table_name="new")
        assert response.WhichOneof("response") == "table"
        return protos.message("WriteBatchResponse")(success=True)

    def alter(self, columns, key=("id",), drop=False):
        return self.call("AlterTable", schema_name=ITEMS.schema, table=tables.Table("items", columns, key).message(),
                         drop_columns=drop)

    def migrate(self, table=ITEMS, **operation):
        details = protos.message("MigrationDetails")(schema=table.schema, table=table.name, **operation)
        return self.call("Migrate", details=details)

    def mode(self, name, table=ITEMS, **more):
        return self.migrate(table, table_sync_mode_migration={"type": MODES.Value(name), **more})


def live_kinds(place):
    kinds = [name for name in MODES.keys() if "LIVE" in name]
    assert len(kinds) == 4
    (outcome,) = {place.mode(kind).WhichOneof("response") for kind in kinds}
    return protos.message("MigrateResponse")(**{outcome: True})


STRING = TYPES.Value("STRING")
OPERATIONS = {
    "upsert": lambda p: p.write(ITEMS, replace=[{"id": 9, "text": "y", DELETED: False, "_fivetran_synced": SYNCED}]),
    "update": lambda p: p.write(ITEMS, update=[{"id": 1, "text": "y", "_fivetran_synced": SYNCED}]),
    "delete": lambda p: p.write(ITEMS, delete=[{"id": 1, "_fivetran_synced": SYNCED}]),
    "truncate": lambda p: p.truncate(),
    "soft truncate": lambda p: p.truncate(soft={"deleted_column": DELETED}),
    "history mode": lambda p: p.history(),
    "create table": lambda p: p.create(),
    "describe table": lambda p: p.describe(),
    "add column": lambda p: p.alter({**ITEMS.columns, "more": "INT"}),
    "change type": lambda p: p.alter({**ITEMS.columns, "text": "JSON"}),
    "change key": lambda p: p.alter(ITEMS.columns, key=("id", "text")),
    "drop column": lambda p: p.alter({"id": "INT", DELETED: "BOOLEAN"}, drop=True),
    "drop_table": lambda p: p.migrate(drop={"drop_table": True}),
    "copy_table": lambda p: p.migrate(copy={"copy_table": {"from_table": "items", "to_table": "new"}}),
    "rename_table": lambda p: p.migrate(rename={"rename_table": {"from_table": "items", "to_table": "new"}}),
    "copy_column": lambda p: p.migrate(copy={"copy_column": {"from_column": "text", "to_column": "new"}}),
    "rename_column": lambda p: p.migrate(rename={"rename_column": {"from_column": "text", "to_column": "new"}}),
    "add_column_with_default_value": lambda p: p.migrate(add={"add_column_with_default_value": {
        "column": "new", "column_type": STRING, "default_value": "z"}}),
    "update_column_value": lambda p: p.migrate(update_column_value={"column": "text", "value": "z"}),
    "set_column_to_null": lambda p: p.migrate(update_column_value={"column": "text", "value": "NULL"}),
    "add_column_in_history_mode": lambda p: p.migrate(VERSIONS, add={"add_column_in_history_mode": {
        "column": "new", "column_type": STRING, "default_value": "z", "operation_timestamp": T}}),
    "drop_column_in_history_mode": lambda p: p.migrate(VERSIONS, drop={"drop_column_in_history_mode": {
        "column": "text", "operation_timestamp": T}}),
    "copy_table_to_history_mode": lambda p: p.migrate(copy={"copy_table_to_history_mode": {
        "from_table": "items", "to_table": "new", "soft_deleted_column": DELETED}}),
    "soft_delete_to_history": lambda p: p.mode("SOFT_DELETE_TO_HISTORY", soft_deleted_column=DELETED),
    "history_to_soft_delete": lambda p: p.mode("HISTORY_TO_SOFT_DELETE", VERSIONS, soft_deleted_column=DELETED),
    "the four kinds of live mode": live_kinds,
}
ANSWERS = {"yes": "success", "as a record": "success", "as records": "success", "for later records": "success",
           "for later documents": "success", "as a record, and a warning": "warning",
           "a warning: the data stays": "warning",
           "a task": "task", "a task, when there are documents": "task", "no": "unsupported"}
WORKS = rows_of("What works")


def test_every_operation_is_on_the_page_once():
    assert sorted(name for row in WORKS[1:] for name in row[0].split(", ")) == sorted(OPERATIONS)


@pytest.mark.parametrize("destination, name, said", [
    (destination, name, said) for row in WORKS[1:] for name in row[0].split(", ")
    for destination, said in zip(WORKS[0][1:], row[1:])])
def test_what_works_is_what_the_page_says(client, sandbox, destination, name, said):
    sandbox.config(documents_per_minute=6000)
    answer = tables.answer_of(OPERATIONS[name](Place(client, sandbox, destination)))
    assert answer[0] == ANSWERS[said], answer
