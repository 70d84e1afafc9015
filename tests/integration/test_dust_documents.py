"""Records as Dust's documents: what lands, what is sent again and what is not, and how fast."""
import json
import re

import pytest

from support import protos, stub, tables
from support.tables import secret

SYNCED, DELETED = "_fivetran_synced", "_fivetran_deleted"
NOTES = tables.Table("notes", {"id": "INT", "title": "STRING", "body": "STRING", "data": "JSON",
                               "price": ("DECIMAL", 38, 10), DELETED: "BOOLEAN"}, ["id"], schema="demo")
MANIFEST = "bigdust.table.fivetran_demo__notes"


def at(second, minute=0):
    return f"2024-01-01T00:{minute:02}:{second:02}.123Z"


def note(number, title="a title", second=0, **more):
    return {"id": number, "title": secret(title), "body": secret("body"), "data": None, "price": None,
            DELETED: False, SYNCED: at(second), **more}


@pytest.fixture
def config(sandbox):
    return tables.dust_configuration(sandbox, data_format="documents")


class Notes:
    """Calls about the table, in one line each."""

    def __init__(self, client, sandbox, config):
        self.client, self.sandbox, self.config = client, sandbox, config

    def write(self, table=NOTES, **options):
        options.setdefault("config", self.config)
        return tables.write_batch(self.client, self.sandbox, table, **options)

    def must_write(self, table=NOTES, **options):
        tables.assert_success(self.write(table, **options))

    def call(self, rpc, **fields):
        return self.client.call(rpc, protos.message(rpc + "Request")(configuration=self.config, **fields))

    def truncate(self, second, soft=False, table=NOTES):
        request = protos.message("TruncateRequest")(
            configuration=self.config, schema_name=table.schema, table_name=table.name, synced_column=SYNCED)
        request.utc_delete_before.FromJsonString(at(second))
        if soft:
            request.soft.deleted_column = DELETED
        return tables.answer_of(self.client.call("Truncate", request))

    def create(self, table=NOTES):
        return tables.answer_of(self.call("CreateTable", schema_name=table.schema, table=table.message()))

    def describe(self, table=NOTES):
        response = self.call("DescribeTable", schema_name=table.schema, table_name=table.name)
        kind = response.WhichOneof("response")
        return {"table": response.table, "not_found": None, "task": response.task.message}[kind]

    def alter(self, table, drop_columns=False):
        return tables.answer_of(self.call("AlterTable", schema_name=table.schema, table=table.message(),
                                          drop_columns=drop_columns))

    def drop(self, table=NOTES):
        details = protos.message("MigrationDetails")(schema=table.schema, table=table.name, drop={"drop_table": True})
        return tables.answer_of(self.call("Migrate", details=details))

    def documents(self):
        """{document id: document}, the manifests left out."""
        return {name: document for name, document in self.sandbox.dust_documents().items()
                if not name.startswith("bigdust.")}

    def records(self, table=NOTES):
        """{key: record} as the texts say."""
        start = f"{table.schema}__{table.name}-"
        return {name.removeprefix(start): json.loads(document["text"])
                for name, document in self.documents().items() if name.startswith(start)}

    def posts(self):
        """Documents that were sent, manifests and all."""
        return [r for r in self.sandbox.requests("dust-upsert-document") if r["status"] == 200]


@pytest.fixture
def notes(client, sandbox, config):
    return Notes(client, sandbox, config)


# What a document is

def test_a_record_becomes_a_document_as_the_older_connector_made_it(notes):
    notes.must_write(replace=[note(42, "A \"title\"", data='{"b": [1.50, {}], "a": null}', price="0.10")])
    (name, document), = notes.documents().items()
    assert name == "demo__notes-42"
    assert document["title"] == secret("A \"title\"")
    assert document["text"] == "\n".join([
        '{',
        '  "id": 42,',
        '  "title": "canary-5d1e A \\"title\\"",',
        '  "body": "canary-5d1e body",',
        '  "data": {',
        '    "b": [',
        '      1.50,',
        '      {}',
        '    ],',
        '    "a": null',
        '  },',
        '  "price": 0.10,',
        '  "_fivetran_deleted": false,',
        '  "_fivetran_synced": "2024-01-01T00:00:00.123Z"',
        '}'])
    assert document["timestamp"] == 1704067200123
    assert document["mime_type"] == "application/json"
    tags = [tag for tag in document["tags"] if not tag.startswith("title:")]
    assert tags[:2] == ["fivetran:table:demo.notes", "bigdust:table:fivetran_demo__notes"]
    assert len(tags) == 3 and re.fullmatch(r"bigdust:sha256:[0-9a-f]{16}", tags[2])


def test_titles_come_from_the_first_column_that_has_one_and_are_cut(notes):
    table = tables.Table("papers", {"id": "INT", "label": "STRING", "name": "STRING"}, ["id"], schema="demo")
    face = "\N{GRINNING FACE}"
    notes.must_write(table, replace=[
        {"id": 1, "name": "a name", "label": "a label", SYNCED: at(0)},
        {"id": 2, "name": "  ", "label": "a label", SYNCED: at(0)},
        {"id": 3, "name": None, "label": "", SYNCED: at(0)},
        {"id": 4, "name": "x" * 511 + face, "label": None, SYNCED: at(0)},
        {"id": 5, "name": face * 300, "label": None, SYNCED: at(0)}])
    titles = {name[-1]: document["title"] for name, document in notes.documents().items()}
    assert titles == {"1": "a name", "2": "a label", "3": "papers record", "4": "x" * 511, "5": face * 256}


@pytest.mark.parametrize("synced, shown_ms", [
    ("1969-12-31T23:59:59.999Z", 1000),  # the first second: what is earlier would become today
    ("1970-01-01T00:00:00Z", 1000),
    ("1970-02-01T00:00:00.5Z", 2678400000),  # whole seconds, or they would be read as such
    ("1970-04-26T17:46:40Z", 10000000000),
    ("9999-12-31T23:59:59.999Z", 253402300799999)])
def test_lesson_18_no_timestamp_is_misread(notes, synced, shown_ms):
    notes.must_write(replace=[note(1, **{SYNCED: synced})])
    assert notes.documents()["demo__notes-1"]["timestamp"] == shown_ms


def test_keys_of_any_kind_name_documents_apart(notes):
    table = tables.Table("keyed", {"a": "STRING", "b": "STRING", "v": "INT"}, ["a", "b"], schema="demo")
    keys = [("x", "y"), ("x-y", ""), ("x", "-y"), ("", "x-y"), ("a/b?c#d", "\N{GRINNING FACE}"), ("..", ".."),
            ("k" * 300, "1"), ("k" * 300, "2"), ("null", "NULL")]
    notes.must_write(table, replace=[{"a": a, "b": b, "v": n, SYNCED: at(0)} for n, (a, b) in enumerate(keys)])
    texts = [json.loads(document["text"]) for document in notes.documents().values()]
    assert sorted((t["a"], t["b"], t["v"]) for t in texts) == sorted((a, b, n) for n, (a, b) in enumerate(keys))


# Upserts, updates, deletes

def test_upserts_updates_and_deletes_make_the_state(notes):
    notes.must_write(
        replace=[[note(n, f"note {n}") for n in range(5)]],
        update=[{"id": 1, "body": secret("changed"), SYNCED: at(1)}, {"id": 9, "body": secret("ghost")},
                {"id": 2, DELETED: True, SYNCED: at(2)}],
        delete=[{"id": 3, SYNCED: at(1)}, {"id": 8, SYNCED: at(1)}])
    records = notes.records()
    assert sorted(records) == ["0", "1", "2", "4"]
    assert records["1"] == {**records["0"], "id": 1, "title": secret("note 1"), "body": secret("changed"),
                            SYNCED: at(1)}
    assert records["2"][DELETED] is True
    documents = notes.documents()
    assert documents["demo__notes-1"]["timestamp"] == 1704067201123
    deleted = [name for name, document in documents.items() if "fivetran:deleted" in document["tags"]]
    assert deleted == ["demo__notes-2"]


def test_an_update_keeps_every_other_value_as_it_was(notes):
    table = tables.Table("types", {
        "id": "LONG", "n": "LONG", "d": ("DECIMAL", 38, 20), "f": "DOUBLE", "s": "STRING", "j": "JSON",
        "b": "BOOLEAN", "x": "XML", "u": "UTC_DATETIME", "l": "NAIVE_DATETIME", "t": "NAIVE_TIME",
        "bin": "BINARY", "v": "STRING"}, ["id"], schema="demo")
    row = {"id": 9007199254740993, "n": 9223372036854775807, "d": "12345678901234567.12345678901234567890",
           "f": "1.7976931348623157E308", "s": " 007\t\"\\\u00e9\N{GRINNING FACE}\n", "b": True,
           "j": '{"k": [1.0, "1.0", {"a": []}, 12345678901234567890]}', "x": "<a>\n</a>",
           "u": "2024-01-02T03:04:05.123456789Z", "l": "2024-01-02T03:04:05", "t": "10:15:30",
           "bin": "AAEC", "v": "old", SYNCED: at(0)}
    notes.must_write(table, replace=[row])
    before = notes.documents()["demo__types-9007199254740993"]["text"]
    notes.must_write(table, update=[{"id": 9007199254740993, "v": "new"}])
    after = notes.documents()["demo__types-9007199254740993"]["text"]
    assert before.replace('"v": "old"', '"v": "new"') == after != before
    assert '"n": 9223372036854775807' in after and "12345678901234567.12345678901234567890" in after


def test_lesson_13_the_order_of_columns_changes_nothing(notes, sandbox):
    """Neither of a file nor of a request: ids and texts stay."""
    shape = {"a": "STRING", "b": "STRING", "v": "STRING"}
    rows = [{"a": "x", "b": "y", "v": "1", SYNCED: at(0)}]
    one = tables.Table("ordered", shape, ["a", "b"], schema="demo")
    other = tables.Table("ordered", dict(reversed(one.columns.items())), ["b", "a"], schema="demo")
    notes.must_write(one, replace=rows)
    posts = len(notes.posts())
    notes.must_write(other, replace=rows)
    assert len(notes.posts()) == posts, "it is the same document"
    notes.must_write(other, update=[{"a": "x", "b": "y", "v": "2"}])
    notes.must_write(other, replace=[{"a": "x", "b": "z", "v": "3", SYNCED: at(0)}], delete=[{"a": "x", "b": "z"}])
    (name, document), = notes.documents().items()
    assert name == "demo__ordered-x-y" and json.loads(document["text"])["v"] == "2"


def test_a_document_that_somebody_changed_is_a_task(notes, sandbox):
    notes.must_write(replace=[note(1)])
    assert sandbox.dust("POST", "documents/demo__notes-1", {"text": "hello"}).status == 200
    kind, text = tables.answer_of(notes.write(update=[{"id": 1, "body": "x"}]))
    assert kind == "task" and "demo.notes" in text and "demo__notes-1" in text


# Truncate

def test_lesson_06_truncate_removes_what_is_strictly_older(notes):
    assert notes.truncate(30) == ("success", True), "a table that is not there"
    other = tables.Table("notes2", NOTES.columns, ["id"], schema="demo")
    notes.must_write(replace=[note(n, second=n) for n in range(6)])
    notes.must_write(other, replace=[note(1, second=0)])
    assert notes.truncate(3) == ("success", True)
    assert sorted(notes.records()) == ["3", "4", "5"]
    assert sorted(notes.records(other)) == ["1"]
    assert notes.describe() == NOTES.message()


def test_a_soft_truncate_sets_the_deleted_state(notes):
    notes.must_write(replace=[note(n, second=n) for n in range(4)])
    assert notes.truncate(2, soft=True) == ("success", True)
    assert {key: record[DELETED] for key, record in notes.records().items()} == {
        "0": True, "1": True, "2": False, "3": False}
    posts = len(notes.posts())
    assert notes.truncate(2, soft=True) == ("success", True)
    assert len(notes.posts()) == posts, "they are set already"


@pytest.mark.parametrize("total", ["exact", "lagging", "zero"])
def test_truncate_finds_all_of_many_documents_whose_times_tie(notes, sandbox, total):
    """Dust's pages do not say in which order ties come, and its totals lie."""
    sandbox.config(documents_total=total, documents_per_minute=100000)
    text = {"text": "{}", "timestamp": 1704067200123, "tags": ["bigdust:table:fivetran_demo__notes"]}
    assert notes.create() == ("success", True)
    connection = sandbox.connect()
    for number in range(1500):
        sandbox.dust("POST", f"documents/demo__notes-{number}", text, connection=connection)
    for number in range(700):
        sandbox.dust("POST", f"documents/other-{number}", {**text, "tags": []}, connection=connection)
    connection.close()
    assert notes.truncate(1) == ("success", True)
    assert sorted(notes.documents()) == sorted(f"other-{number}" for number in range(700))


# Sending again

def test_lesson_08_a_call_that_comes_again_sends_nothing_that_is_there(notes):
    rows = [note(n, f"note {n}") for n in range(120)]
    notes.config["documents_per_minute"] = "6000"
    notes.sandbox.config(documents_per_minute=6000)
    notes.must_write(replace=rows)
    before = notes.documents()
    assert len(before) == 120 and len(notes.posts()) == 121
    notes.must_write(replace=rows)
    assert len(notes.posts()) == 121
    rows[7] = note(7, "another title")
    rows[8] = note(8, "note 8", second=1)
    notes.must_write(replace=rows)
    sent = [r["path"].rpartition("/")[2] for r in notes.posts()[121:]]
    assert sent == ["demo__notes-7", "demo__notes-8"]


def test_lesson_08_a_call_that_failed_continues_where_it_stopped(notes, sandbox):
    rows = [note(n, f"note {n}") for n in range(10)]
    sandbox.fault("dust-upsert-document", "status", status=400, after=6)
    assert tables.answer_of(notes.write(replace=rows))[0] == "task"
    assert len(notes.posts()) == 6
    notes.must_write(replace=rows)
    assert len(notes.posts()) == 11, "the manifest and each document once"


def test_of_several_versions_in_a_call_the_last_stays(notes):
    versions = [note(1, f"version {n}") for n in range(3)]
    for _ in range(2):
        notes.must_write(replace=[[versions[0], note(2)], [versions[1]], [versions[2]]])
        assert notes.records()["1"]["title"] == secret("version 2")
    assert len(notes.posts()) == 3, "the manifest and two documents, once"


def test_lesson_33_a_lost_answer_is_repeated(notes, sandbox):
    sandbox.fault("dust-upsert-document", "reset_after", after=2)
    sandbox.fault("dust-list-documents", "close_before")
    notes.must_write(replace=[note(n) for n in range(4)])
    sandbox.assert_fired()
    assert sorted(notes.records()) == ["0", "1", "2", "3"]


# Limits and pace

def test_lesson_21_a_document_that_is_too_large_is_a_task_that_names_it(notes, sandbox):
    sandbox.config(document_size_mb=1)
    rows = [note(1), note(7, body="x" * (1024 * 1024)), note(8)]
    kind, text = tables.answer_of(notes.write(replace=rows))
    assert kind == "task"
    for word in ("demo.notes", "id=7", "HTTP 403", "2 MB", "plan"):
        assert word in text
    assert "1" in notes.records()


def test_lesson_21_the_key_of_a_large_document_is_in_no_log(notes, sandbox, log_watch):
    table = tables.Table("large", {"id": "STRING", "body": "STRING"}, ["id"], schema="demo")
    log_watch.forbid("key-geheim", "a key")
    sandbox.fault("dust-upsert-document", "too_large", after=1, times=-1)
    kind, text = tables.answer_of(notes.write(table, replace=[{"id": "key-geheim", "body": "b", SYNCED: at(0)}]))
    assert kind == "task" and "id=key-geheim" in text and "HTTP 413" in text


def test_a_rest_that_does_not_fit_is_said_with_what_was_written(notes, sandbox):
    """Five a minute, the manifest among them, and time for a few seconds only."""
    notes.config["documents_per_minute"] = "5"
    rows = [note(n, f"note {n}") for n in range(12)]
    with tables.batch_of(NOTES, replace=rows, delete=[{"id": 99}]) as batch:
        error = notes.client.error("WriteBatch", batch.request(notes.config), timeout=65)
    assert error.code().name == "UNAVAILABLE"
    assert "demo.notes: 4 documents written and 0 found unchanged, 8 left" in error.details()
    assert len(notes.documents()) == 4
    assert all(r["status"] == 200 for r in sandbox.requests("dust-upsert-document"))


def test_lesson_31_429_is_waited_for_and_the_pace_keeps_it_rare(notes, bigdust, sandbox):
    """Another program has used up the workspace's minute but for three documents."""
    sandbox.config(documents_per_minute=3, window_ms=2000)
    sandbox.fault("dust-upsert-document", "status", status=429, retry_after="1", after=2, times=2)
    notes.must_write(replace=[note(n) for n in range(3)])
    sandbox.assert_fired()
    assert len(notes.documents()) == 3
    bigdust.wait_events("request_failed", 2)


# Tables

def test_lesson_07_describe_gives_back_what_was_created(notes, start_bigdust):
    assert notes.describe() is None
    assert notes.create() == ("success", True)
    assert notes.describe() == NOTES.message()
    with stub.Client(start_bigdust().address) as other:
        assert Notes(other, notes.sandbox, notes.config).describe() == NOTES.message()
    manifest = notes.sandbox.dust_documents()[MANIFEST]
    assert manifest["text"] == ""


def test_lesson_05_create_of_a_table_that_exists_is_a_task(notes):
    notes.create()
    kind, text = notes.create()
    assert kind == "task" and "demo.notes exists already" in text
    assert len(notes.posts()) == 1


def test_a_table_that_is_missing_is_made_and_learns_new_columns(notes):
    notes.must_write(replace=[note(1)])
    assert notes.describe() == NOTES.message()
    wider = tables.Table("notes", {**NOTES.columns, "extra": "STRING"}, ["id"], schema="demo")
    notes.must_write(wider, replace=[{**note(2), "extra": "more"}])
    assert notes.describe() == wider.message()
    assert notes.records()["2"]["extra"] == "more"


def test_lesson_05_alter_adds_changes_and_drops_only_what_it_may(notes):
    notes.must_write(replace=[note(1, price="1.5"), note(2)])
    changed = {**NOTES.columns, "price": "STRING", "extra": "INT"}
    del changed["data"]
    wanted = tables.Table("notes", changed, ["id"], schema="demo")
    assert notes.alter(wanted) == ("success", True)
    names = {column.name: column.type for column in notes.describe().columns}
    assert set(names) == {*NOTES.columns, "extra"}, "data stays until it may be dropped"
    assert names["price"] == protos.common().DataType.Value("STRING")
    assert notes.alter(wanted, drop_columns=True) == ("success", True)
    assert sorted(column.name for column in notes.describe().columns) == sorted(wanted.columns)
    notes.must_write(wanted, update=[{"id": 1, "extra": 7}])
    record = notes.records()["1"]
    assert (record["price"], record["extra"], record["title"]) == ("1.5", 7, secret("a title"))
    assert "data" not in record


def test_a_new_key_is_a_task_once_there_are_documents(notes):
    table = tables.Table("pairs", {"a": "INT", "b": "INT", "v": "STRING"}, ["a"], schema="demo")
    wider = tables.Table("pairs", table.columns, ["a", "b"], schema="demo")
    assert notes.create(table) == notes.alter(wider) == notes.alter(table) == ("success", True)
    notes.must_write(table, replace=[{"a": 1, "b": 10, "v": "x", SYNCED: at(0)}])
    kind, text = notes.alter(wider)
    assert kind == "task" and "demo.pairs" in text and "primary key" in text
    assert notes.describe(table) == table.message()


def test_drop_removes_the_table_s_documents_and_no_others(notes):
    other = tables.Table("other", NOTES.columns, ["id"], schema="demo")
    notes.must_write(replace=[note(n) for n in range(3)])
    notes.must_write(other, replace=[note(1)])
    assert notes.drop() == ("success", True)
    assert notes.drop() == ("success", True), "lesson 8: again is no error"
    assert notes.describe() is None
    assert notes.describe(other) == other.message()
    assert list(notes.documents()) == ["demo__other-1"]


def test_history_mode_is_a_task_that_says_what_to_choose(notes):
    table = tables.Table("versions", {"id": "INT", "_fivetran_start": "UTC_DATETIME",
                                      "_fivetran_end": "UTC_DATETIME", "_fivetran_active": "BOOLEAN"},
                         ["id", "_fivetran_start"], schema="demo")
    kind, text = tables.answer_of(notes.write(table, replace=[], history=True))
    assert kind == "task" and "demo.versions" in text and "Choose tables" in text
    assert notes.posts() == []


def test_lesson_11_the_connection_test_writes_nothing(notes, sandbox):
    response = notes.call("Test", name="connection")
    assert response.WhichOneof("response") == "success"
    assert sandbox.dust_documents() == {}


def test_records_with_values_of_every_sort_are_logged_nowhere(notes, bigdust):
    notes.must_write(replace=[note(n, f"note {n}") for n in range(3)])
    assert "written=3 unchanged=0" in bigdust.wait_event("documents_written")
