"""CreateTable, DescribeTable and drop_table at Dust, whose tables remember the source's columns in their tags."""
import pytest

from support import protos, stub, tables

ALL_TYPES = {kind.lower(): kind for kind in protos.common().DataType.keys()[1:]}
EVERYTHING = tables.Table("everything", {**ALL_TYPES, "decimal": ("DECIMAL", 38, 10), "bare": "DECIMAL",
                                         "narrow": ("DECIMAL", 1, 0)}, ["int", "string"])
ITEMS = tables.Table("items", {"id": "INT", "text": "STRING"}, ["id"])
ITEMS_ID = "fivetran_tester__items"


class Tables:
    """The calls about tables, in one line each."""

    def __init__(self, client, config):
        self.client, self.config = client, config

    def _call(self, name, **fields):
        return self.client.call(name, protos.message(name + "Request")(configuration=self.config, **fields))

    def create(self, table):
        return tables.answer_of(self._call("CreateTable", schema_name=table.schema, table=table.message()))

    def describe(self, table):
        """The table's message; None: not found; a text: a Task."""
        response = self._call("DescribeTable", schema_name=table.schema, table_name=table.name)
        kind = response.WhichOneof("response")
        return {"table": response.table, "not_found": None, "task": response.task.message}[kind]

    def drop(self, table):
        details = protos.message("MigrationDetails")(schema=table.schema, table=table.name, drop={"drop_table": True})
        return tables.answer_of(self._call("Migrate", details=details))


@pytest.fixture
def api(client, sandbox):
    return Tables(client, tables.dust_configuration(sandbox))


@pytest.mark.parametrize("table", [EVERYTHING, ITEMS], ids=lambda table: table.name)
def test_lesson_07_describe_gives_back_exactly_what_was_created(api, table):
    assert api.describe(table) is None
    assert api.create(table) == ("success", True)
    assert api.describe(table) == table.message()


@pytest.mark.parametrize("form", ["tables", "documents"])
def test_a_table_that_is_not_there_yet_is_nothing_to_warn_of(client, bigdust, sandbox, form):
    api = Tables(client, tables.dust_configuration(sandbox, data_format=form))
    assert api.describe(ITEMS) is None
    assert api.create(ITEMS) == ("success", True)
    bigdust.wait_events("call_finished", 2)
    assert [event["message"] for event in bigdust.events() if event["level"] != "INFO"] == []


def test_a_table_is_known_to_another_process(api, start_bigdust):
    """Lesson 9: Fivetran starts a new container per sync."""
    assert api.create(EVERYTHING) == ("success", True)
    with stub.Client(start_bigdust().address) as other:
        assert Tables(other, api.config).describe(EVERYTHING) == EVERYTHING.message()


def test_a_table_is_named_for_people_and_for_agents(api, sandbox):
    api.create(ITEMS)
    table = sandbox.dust("GET", "tables/" + ITEMS_ID).json()["table"]
    assert table["name"] == table["table_id"] == ITEMS_ID
    assert table["title"] == "tester.items"
    assert "tester.items" in table["description"] and "Fivetran" in table["description"]
    assert table["tags"]


@pytest.mark.parametrize("schema, name", [
    ("s", "a\"b\\c\n\t/"), ("s", "caf\N{LATIN SMALL LETTER E WITH ACUTE}"), ("s", "\N{GRINNING FACE}"),
    ("S", "Table With Spaces"), ("s__x", "t"), ("s", "n" * 200), ("s", "..")], ids=lambda text: repr(text)[:20])
def test_any_name_can_be_created_described_and_dropped(api, sandbox, schema, name):
    table = tables.Table(name, {"id": "INT", name: "STRING"}, ["id"], schema=schema)
    assert api.create(table) == ("success", True)
    assert api.describe(table) == table.message()
    assert api.drop(table) == ("success", True)
    assert api.describe(table) is None


def test_lesson_05_create_of_a_table_that_exists_is_a_task(api, sandbox):
    api.create(ITEMS)
    kind, text = api.create(ITEMS)
    assert kind == "task" and "tester.items exists already" in text
    assert len(sandbox.requests("dust-upsert-table")) == 1


def test_lesson_08_rows_of_a_former_table_do_not_come_back(api, sandbox):
    """Rows that wait to be merged outlive their table."""
    sandbox.config(merge_quiet_ms=3600000)
    api.create(ITEMS)
    rows = {"rows": [{"row_id": "1", "value": {"id": 1}}]}
    assert sandbox.dust("POST", f"tables/{ITEMS_ID}/rows", rows).status == 200
    assert sandbox.dust("DELETE", f"tables/{ITEMS_ID}").status == 200
    assert api.create(ITEMS) == ("success", True)
    sandbox.dust_merge()
    assert sandbox.dust_rows(ITEMS_ID) == {}


def test_drop_removes_rows_that_wait_too(api, sandbox):
    sandbox.config(merge_quiet_ms=3600000)
    api.create(ITEMS)
    rows = {"rows": [{"row_id": "1", "value": {"id": 1}}]}
    assert sandbox.dust("POST", f"tables/{ITEMS_ID}/rows", rows).status == 200
    assert api.drop(ITEMS) == ("success", True)
    assert api.describe(ITEMS) is None
    assert sandbox.dust("POST", "tables", {"name": "n", "title": "n", "description": "", "table_id": ITEMS_ID}).status == 200
    sandbox.dust_merge()
    assert sandbox.dust_rows(ITEMS_ID) == {}


def test_lesson_08_drop_again_is_no_error(api):
    api.create(ITEMS)
    assert api.drop(ITEMS) == ("success", True)
    assert api.drop(ITEMS) == ("success", True)


def test_a_name_that_is_taken_is_a_task_that_says_by_whom(api, sandbox):
    other = {"name": ITEMS_ID, "title": "t", "description": "", "table_id": "tbl_other"}
    assert sandbox.dust("POST", "tables", other).status == 200
    kind, text = api.create(ITEMS)
    assert kind == "task" and "tbl_other" in text and "tester.items" in text
    assert api.describe(ITEMS) is None


def test_a_table_that_somebody_else_made_is_left_alone(api, sandbox):
    other = {"name": "mine", "title": "mine", "description": "", "table_id": ITEMS_ID, "tags": ["mine"]}
    assert sandbox.dust("POST", "tables", other).status == 200
    for kind, text in (api.create(ITEMS), api.drop(ITEMS), ("task", api.describe(ITEMS))):
        assert kind == "task" and ITEMS_ID in text
    assert sandbox.dust("GET", "tables/" + ITEMS_ID).json()["table"]["tags"] == ["mine"]


def test_a_prefix_of_ones_own_makes_tables_apart(client, sandbox):
    one = Tables(client, tables.dust_configuration(sandbox, table_id_prefix="one_"))
    two = Tables(client, tables.dust_configuration(sandbox, table_id_prefix="two_"))
    assert one.create(ITEMS) == ("success", True)
    assert two.describe(ITEMS) is None
    assert two.create(ITEMS) == ("success", True)
    assert {"one_tester__items", "two_tester__items"} <= set(sandbox.dust_tables())


def test_a_fault_passes_and_the_table_is_made(api, sandbox):
    sandbox.fault("dust-get-table", "status", status=500)
    sandbox.fault("dust-upsert-table", "reset_after")
    sandbox.fault("dust-upsert-rows", "status", status=503)
    assert api.create(ITEMS) == ("success", True)
    assert api.describe(ITEMS) == ITEMS.message()
    sandbox.assert_fired()


def test_a_missing_table_is_missing_when_the_answer_is_cut_at_first(api, sandbox):
    sandbox.fault("dust-get-table", "cut")
    assert api.describe(ITEMS) is None
    sandbox.assert_fired()


def test_a_fault_that_stays_is_no_missing_table(api, sandbox):
    api.create(ITEMS)
    sandbox.fault("dust-get-table", "status", status=500, times=3)
    request = protos.message("DescribeTableRequest")(configuration=api.config, schema_name="tester", table_name="items")
    assert api.client.error("DescribeTable", request).code().name == "UNAVAILABLE"
    assert len(sandbox.requests("dust-get-table")) == 4, "one of CreateTable, then three tries"
