"""The sandbox against the contract "The Dust side": who may do what, tables, documents, and what the
control API shows and spoils. Rows: test_sandbox_dust_rows.py, cells: test_sandbox_dust_cells.py."""
import http.client
import threading
import time

import pytest

from support.sandbox import DUST_KEY, DUST_READ_ONLY_KEY, loads

TABLE = {"name": "t", "title": "T", "description": "", "table_id": "t"}
ROW = {"rows": [{"row_id": "1", "value": {"a": 1}}]}


def error(answer):
    """(status, type) of an answer that has the shape of an error."""
    body = answer.json()
    assert set(body) == {"error"}, body
    assert {"type", "message"} <= set(body["error"]) <= {"type", "message", "data_source_error"}
    assert body["error"]["message"]
    return answer.status, body["error"]["type"]


def message(answer):
    return answer.json()["error"]["message"]


def make(sandbox, table="t", **more):
    body = {**TABLE, "name": table, "table_id": table, **more}
    answer = sandbox.dust("POST", "tables", body)
    assert answer.status == 200, answer.body
    return answer.json()["table"]


# Section 6. "Auth order: header present -> sandbox/OAuth/API key -> workspace exists -> plan ->
# maintenance -> membership -> route (zod) -> ds -> rights."

def unauthorised(sandbox, key):
    return sandbox.dust_api("GET", "ws1/spaces", key=None, Authorization=key)


@pytest.mark.parametrize("header, kind", [
    (None, "not_authenticated"),
    ("", "malformed_authorization_header_error"),
    (DUST_KEY, "malformed_authorization_header_error"),
    ("Basic abc", "malformed_authorization_header_error"),
    ("Bearer", "malformed_authorization_header_error"),
    ("Bearer abc", "malformed_authorization_header_error"),
    ("Bearer sk-unknown", "invalid_api_key_error"),
    ("Bearer sk-disabled", "invalid_api_key_error"),
    ("Bearer sk-other-region", "invalid_api_key_error"),
    ("Bearer eyJhbGciOiJub25lIn0.e30.", "invalid_oauth_token_error"),
    ("Bearer sk-other-workspace", "workspace_auth_error"),
])
def test_401(sandbox, header, kind):
    assert error(unauthorised(sandbox, header)) == (401, kind)


def test_404_unknown_workspace(sandbox):
    assert error(sandbox.dust_api("GET", "ws2/spaces")) == (404, "workspace_not_found")


def test_404_relocated_workspace(sandbox):
    sandbox.config(dust_state="relocated")
    answer = sandbox.dust_api("GET", "ws1/spaces")
    assert error(answer) == (404, "workspace_not_found")
    assert "[relocation-done]" in message(answer)


def test_403_plan_without_api(sandbox):
    answer = sandbox.dust_api("GET", "ws1/spaces", key="sk-no-product")
    assert error(answer) == (403, "workspace_can_use_product_required_error")


def test_503_maintenance(sandbox):
    sandbox.config(dust_state="maintenance")
    assert error(sandbox.dust_api("GET", "ws1/spaces")) == (503, "service_unavailable")


def test_checks_come_in_order(sandbox):
    """Each request has everything wrong that comes after the wrong thing that is told."""
    sandbox.config(dust_state="maintenance")

    def ask(key, workspace="ws1", **more):
        return error(sandbox.dust("POST", "tables", {"name": 1}, key=key, workspace=workspace,
                                  source="nothing", **more))[1]

    assert ask(None, "ws2") == "not_authenticated"
    assert ask("x", "ws2") == "malformed_authorization_header_error"
    assert ask("sk-unknown", "ws2") == "invalid_api_key_error"
    assert ask("sk-no-product", "ws2") == "workspace_not_found"
    assert ask("sk-no-product") == "workspace_can_use_product_required_error"
    assert ask("sk-other-workspace") == "service_unavailable"
    sandbox.config(dust_state="normal")
    assert ask("sk-other-workspace") == "workspace_auth_error"
    assert ask(DUST_READ_ONLY_KEY) == "invalid_request_error"
    missing = sandbox.dust("POST", "tables", TABLE, key=DUST_READ_ONLY_KEY, source="nothing")
    assert error(missing) == (404, "data_source_not_found")
    rights = sandbox.dust("POST", "tables", {**TABLE, "mime_type": "x"}, key=DUST_READ_ONLY_KEY)
    assert error(rights) == (403, "data_source_auth_error")


# "404 text "404 Not Found" | unknown path, e.g. `data-sources`, or wrong method"

@pytest.mark.parametrize("method, path", [
    ("GET", "ws1"), ("GET", "ws1/nothing"), ("POST", "ws1/spaces"),
    ("GET", "ws1/spaces/spc1/data_sources/ds1"),
    ("GET", "ws1/spaces/spc1/data-sources/ds1/documents"),
    ("GET", "ws1/spaces/spc1/data-sources/ds1/tables"),
    ("PUT", "ws1/spaces/spc1/data_sources/ds1/tables"),
    ("PATCH", "ws1/spaces/spc1/data_sources/ds1/tables/t"),
    ("DELETE", "ws1/spaces/spc1/data_sources/ds1/tables/t/rows"),
    ("POST", "ws1/spaces/spc1/data_sources/ds1/documents"),
    ("GET", "ws1/spaces/spc1/data_sources/ds1/tables/csv"),
    ("GET", "ws1/spaces/spc1/data_sources/ds1/tables/t/rows/"),
])
def test_404_unknown_path(sandbox, method, path):
    answer = sandbox.dust_api(method, path)
    assert (answer.status, answer.body) == (404, b"404 Not Found")
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_documents_may_live_under_hyphens(start_sandbox):
    sandbox = start_sandbox("--set", "hyphens=true")
    assert sandbox.dust("GET", "documents").status == 404
    hyphens = sandbox.dust_api("GET", "ws1/spaces/spc1/data-sources/ds1/documents")
    assert hyphens.json() == {"documents": [], "total": 0}
    assert sandbox.dust("GET", "tables").status == 200


# "404 | data_source_not_found | unknown ds, ds not in that space" "dsId may be the sId or the name."

@pytest.mark.parametrize("space, source", [
    ("spc1", "nothing"), ("spc2", "ds1"), ("spc1", "ds_other"), ("spc_other", "ds1")])
@pytest.mark.parametrize("method, path, body", [
    ("GET", "tables", None), ("GET", "documents", None), ("GET", "tables/t/rows", None),
    ("POST", "tables/t/rows", ROW), ("POST", "documents/d", {"text": "x"}),
    ("DELETE", "tables/t/rows/1", None), ("DELETE", "tables/t", None)])
def test_404_unknown_data_source(sandbox, space, source, method, path, body):
    answer = sandbox.dust(method, path, body, space=space, source=source)
    assert error(answer) == (404, "data_source_not_found")


def test_a_data_source_goes_by_its_name_too(sandbox):
    make(sandbox)
    assert sandbox.dust("GET", "tables/t", source="Test%20data").json()["table"]["name"] == "t"


# "403 | data_source_auth_error | no write right ("You are not allowed to update data in this data
# source.") or managed ds ("You cannot upsert a document on a managed data source.")"

@pytest.mark.parametrize("method, path, body", [
    ("POST", "tables", TABLE), ("POST", "tables/t/rows", ROW), ("DELETE", "tables/t/rows/1", None),
    ("POST", "documents/d", {"text": "x"}), ("DELETE", "documents/d", None)])
def test_403_no_write_right(sandbox, method, path, body):
    make(sandbox)
    answer = sandbox.dust(method, path, body, key=DUST_READ_ONLY_KEY)
    assert error(answer) == (403, "data_source_auth_error")
    assert message(answer) == "You are not allowed to update data in this data source."


def test_a_key_that_may_not_write_may_read(sandbox):
    make(sandbox)
    for path in ("tables", "tables/t", "tables/t/rows", "documents"):
        assert sandbox.dust("GET", path, key=DUST_READ_ONLY_KEY).status == 200


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_403_managed_data_source(sandbox, method):
    answer = sandbox.dust(method, "documents/d", {"text": "x"}, source="ds_managed")
    assert error(answer) == (403, "data_source_auth_error")
    assert message(answer) == "You cannot upsert a document on a managed data source."


# "400 | invalid_request_error | zod ("Invalid request body: Validation error: …"), bad JSON
# ("Malformed JSON in request body"), bad query ("Invalid query parameters: …")"

@pytest.mark.parametrize("path, body, what", [
    ("tables", "{", "Malformed JSON in request body"),
    ("tables", "", "Malformed JSON in request body"),
    ("tables", "[]", "Required"),
    ("tables", {}, "Required at \"name\""),
    ("tables", {**TABLE, "title": None}, "Expected string, received null at \"title\""),
    ("tables", {"name": "t", "title": "T"}, "Required at \"description\""),
    ("tables", {"name": "t", "description": "T"}, "Required at \"title\""),
    ("tables", {**TABLE, "tags": "x"}, "Expected array, received string at \"tags\""),
    ("tables", {**TABLE, "tags": ["a", 1]}, "Expected string at \"tags[1]\""),
    ("tables", {**TABLE, "timestamp": "1"}, "Expected number, received string"),
    ("documents/d", {"text": 1}, "Expected string, received number at \"text\""),
    ("documents/d", {"text": "x", "async": 1}, "Expected boolean"),
    ("documents/d", "nonsense", "Malformed JSON in request body"),
    ("tables/t/rows", "{\"rows\":[}", "Malformed JSON in request body"),
])
def test_400_bad_body(sandbox, path, body, what):
    answer = sandbox.dust("POST", path, body)
    assert error(answer) == (400, "invalid_request_error")
    assert what in message(answer)


@pytest.mark.parametrize("path", ["tables/t/rows", "documents"])
@pytest.mark.parametrize("query", ["limit=-1", "limit=x", "limit=1.5", "offset=-1", "offset=ten"])
def test_400_bad_query(sandbox, path, query):
    make(sandbox)
    answer = sandbox.dust("GET", f"{path}?{query}")
    assert error(answer) == (400, "invalid_request_error")
    assert message(answer).startswith("Invalid query parameters: ")


# "A request without `Content-Type: application/json` is validated as `{}` -> 400"

@pytest.mark.parametrize("path, body", [
    ("tables", TABLE), ("tables/t/rows", ROW), ("documents/d", {"text": "x"})])
@pytest.mark.parametrize("content_type", [None, "text/plain"])
def test_400_without_content_type(sandbox, path, body, content_type):
    make(sandbox)
    answer = sandbox.dust("POST", path, body, Content_Type=content_type)
    assert error(answer) == (400, "invalid_request_error")
    assert sandbox.dust_documents() == {}


# Section 3. "413 {error:{type:"content_too_large",…}}"; "413, plain text "Body exceeded 1mb limit""

def test_413(start_sandbox):
    sandbox = start_sandbox("--max-body", "1000")
    make(sandbox)
    big = {"rows": [{"row_id": "1", "value": {"a": "x" * 2000}}]}
    assert error(sandbox.dust("POST", "tables/t/rows", big)) == (413, "content_too_large")
    sandbox.config(body_limit_style="text")
    answer = sandbox.dust("POST", "tables/t/rows", big)
    assert (answer.status, answer.body) == (413, b"Body exceeded 1mb limit")
    assert error(sandbox.dust("POST", "tables/t/rows", big, key="sk-x"))[0] == 401


# Section 7. "GET /api/v1/w/{w}/spaces -> {spaces:[…]}", "GET …/spaces/{s}/data_sources ->
# {data_sources:[…]} … non-null `connectorId` = managed"; "404 | space_not_found | bad space"

def test_spaces(sandbox):
    spaces = sandbox.dust_api("GET", "ws1/spaces").json()["spaces"]
    assert [space["sId"] for space in spaces] == ["spc1", "spc_other"]
    assert {space["kind"] for space in spaces} == {"regular"}


def test_data_sources(sandbox):
    sources = sandbox.dust_api("GET", "ws1/spaces/spc1/data_sources").json()["data_sources"]
    assert [(s["sId"], s["name"], s["connectorId"] is None) for s in sources] == [
        ("ds1", "Test data", True), ("ds_managed", "ds_managed", False)]
    other = sandbox.dust_api("GET", "ws1/spaces/spc_other/data_sources").json()["data_sources"]
    assert [s["sId"] for s in other] == ["ds_other"]


def test_data_sources_of_an_unknown_space(sandbox):
    answer = sandbox.dust_api("GET", "ws1/spaces/nothing/data_sources")
    assert error(answer) == (404, "space_not_found")


# "Write right, no write (rights are checked before these errors)"

def test_the_right_to_write_can_be_probed_without_a_write(sandbox):
    probe = {"name": "probe", "title": "probe", "description": "", "mime_type": "x"}
    answer = sandbox.dust("POST", "tables", probe)
    assert error(answer) == (400, "invalid_request_error")
    assert "mimeType must not be provided" in message(answer)
    assert sandbox.dust("POST", "tables", probe, key=DUST_READ_ONLY_KEY).status == 403
    probe = {"text": "x", "parents": ["probe"]}
    answer = sandbox.dust("POST", "documents/probe", probe)
    assert error(answer) == (400, "invalid_request_error")
    assert message(answer).startswith("Setting a custom hierarchy")
    assert sandbox.dust("POST", "documents/probe", probe, key=DUST_READ_ONLY_KEY).status == 403
    assert sandbox.dust_tables() == {} and sandbox.dust_documents() == {}


# Section 2, tables.

def test_a_table_is_made_and_read(sandbox):
    made = make(sandbox, tags=["a", "b:c"], description="About \"it\"", timestamp=1700000000000)
    assert made == sandbox.dust("GET", "tables/t").json()["table"]
    assert made == {
        "name": "t", "table_id": "t", "description": "About \"it\"", "schema": None,
        "timestamp": 1700000000000, "tags": ["a", "b:c"], "parents": ["t"], "parent_id": None,
        "mime_type": made["mime_type"], "title": "T"}
    assert sandbox.dust("GET", "tables").json() == {"tables": [made]}


def test_a_table_without_an_id_gets_one(sandbox):
    """"An `id` field is ignored (table_id is the name)." """
    body = {"name": "n", "title": "n", "description": "", "id": "mine"}
    made = sandbox.dust("POST", "tables", body).json()["table"]["table_id"]
    assert made and made != "mine"
    assert sandbox.dust("GET", f"tables/{made}").status == 200


@pytest.mark.parametrize("more, what", [
    ({"mime_type": "text/csv"}, "mimeType must not be provided"),
    ({"parents": ["x"]}, "Please omit the parents field"),
    ({"parent_id": "x"}, "Please omit the parent_id field"),
])
def test_what_normal_keys_may_not_say_of_a_table(sandbox, more, what):
    answer = sandbox.dust("POST", "tables", {**TABLE, **more})
    assert error(answer) == (400, "invalid_request_error")
    assert what in message(answer)
    assert sandbox.dust("GET", "tables").json() == {"tables": []}


def test_table_names_are_unique_in_a_data_source(sandbox):
    """"another table_id with the same `name` in the data source -> **500** `internal_server_error`
    "Failed to upsert table (table names must be unique)." with `data_source_error`." """
    make(sandbox)
    answer = sandbox.dust("POST", "tables", {**TABLE, "table_id": "u"})
    assert error(answer) == (500, "internal_server_error")
    assert message(answer) == "Failed to upsert table (table names must be unique)."
    assert answer.json()["error"]["data_source_error"]
    assert sandbox.dust("GET", "tables/u").status == 404
    assert sandbox.dust("POST", "tables", TABLE, space="spc_other", source="ds_other").status == 200


def test_an_upsert_replaces_all_metadata_and_keeps_rows(sandbox):
    """"updates name, description, timestamp, title, tags, source_url (all replaced; omitted tags =
    []) and keeps rows, `created` and schema." """
    make(sandbox, tags=["a"], source_url="https://x.example/", timestamp=5)
    sandbox.dust("POST", "tables/t/rows", {**ROW, "truncate": True})
    before = sandbox.dust_tables()["t"]
    made = make(sandbox, name="renamed", title="New", description="new")
    assert (made["name"], made["title"], made["description"]) == ("renamed", "New", "new")
    assert made["tags"] == [] and made["timestamp"] > 1700000000000
    assert made["schema"] == before["table"]["schema"] != []
    after = sandbox.dust_tables()["t"]
    assert (before["source_url"], after["source_url"]) == ("https://x.example/", None)
    assert before["created"] == after["created"]
    assert sandbox.dust_rows("t") == {"1": {"a": 1}}


@pytest.mark.parametrize("more, title", [
    ({"title": " Given "}, "Given"), ({"title": "", "tags": ["x", "title: Tag "]}, "Tag"),
    ({"title": " "}, "t"), ({"title": "", "name": ""}, "Untitled")])
def test_an_empty_title_falls_back(sandbox, more, title):
    """"Empty title falls back: title -> `title:` tag -> name -> "Untitled"." """
    assert make(sandbox, **more)["title"] == title


def test_a_missing_table(sandbox):
    """"GET missing table -> 404 `table_not_found` "Failed to get table."" """
    answer = sandbox.dust("GET", "tables/nothing")
    assert error(answer) == (404, "table_not_found")
    assert message(answer) == "Failed to get table."


def test_a_table_is_deleted(sandbox):
    """"DELETE -> 200 **empty body**; DELETE needs builder role (else 404 data_source_not_found); core
    treats a missing table as success." """
    make(sandbox)
    denied = sandbox.dust("DELETE", "tables/t", key=DUST_READ_ONLY_KEY)
    assert error(denied) == (404, "data_source_not_found")
    for _ in range(2):
        answer = sandbox.dust("DELETE", "tables/t")
        assert (answer.status, answer.body) == (200, b"")
    assert sandbox.dust("GET", "tables/t").status == 404
    assert sandbox.dust("GET", "tables").json() == {"tables": []}


def test_csv_upload_is_for_system_keys(sandbox):
    assert sandbox.dust("POST", "tables/csv", {"name": "x"}).status == 403


# Section 4, documents.

def put(sandbox, document="d", **body):
    return sandbox.dust("POST", f"documents/{document}", {"text": "x", **body})


def test_a_document_is_stored_and_read(sandbox):
    answer = put(sandbox, text="héllo", title=" T ", tags=["a"], source_url="https://x.example/a",
                 timestamp=1700000000000, mime_type="application/json").json()
    assert set(answer) == {"document", "data_source"}
    document = sandbox.dust("GET", "documents/d").json()["document"]
    assert document["text"] == "héllo" and document["chunks"]
    assert document["document_id"] == "d" and document["title"] == "T"
    assert document["tags"] == ["a", "title:T"]
    assert document["source_url"] == "https://x.example/a"
    assert document["timestamp"] == 1700000000000
    assert document["mime_type"] == "application/json"
    assert document["text_size"] == 5
    assert sandbox.dust_documents()["d"]["text"] == "héllo"


def test_the_same_id_replaces(sandbox):
    first = put(sandbox, text="1", tags=["a"]).json()["document"]["hash"]
    second = put(sandbox, text="2").json()["document"]["hash"]
    assert first != second
    assert sandbox.dust("GET", "documents/d").json()["document"]["text"] == "2"
    assert sandbox.dust_documents()["d"]["tags"] == []


def test_a_light_answer(sandbox):
    """"With light_document_output document = {hash,text_size,chunk_count,token_count,created}." """
    answer = put(sandbox, light_document_output=True).json()
    assert set(answer["document"]) == {"hash", "text_size", "chunk_count", "token_count", "created"}


def test_an_asynchronous_answer(sandbox):
    """"Async 200: {document:{document_id}} only (no data_source)" """
    answer = put(sandbox, **{"async": True})
    assert answer.json() == {"document": {"document_id": "d"}}
    assert sandbox.dust("GET", "documents/d").json()["document"]["text"] == "x"


def test_an_empty_text_is_accepted(sandbox):
    assert put(sandbox, text="").status == 200
    assert sandbox.dust("GET", "documents/d").json()["document"]["chunks"] == []


@pytest.mark.parametrize("body", [{}, {"text": None}, {"title": "t"}])
def test_neither_text_nor_section(sandbox, body):
    answer = sandbox.dust("POST", "documents/d", body)
    assert error(answer) == (400, "invalid_request_error")


def test_a_section_is_a_text(sandbox):
    section = {"prefix": "A", "content": "b", "sections": [
        {"prefix": None, "content": "c", "sections": []}]}
    assert sandbox.dust("POST", "documents/d", {"section": section}).status == 200
    assert sandbox.dust_documents()["d"]["text"] == "Abc"


# "title: body.title.trim() || `title:` tag || document id; 512 UTF-16 units -> 400"

@pytest.mark.parametrize("body, title", [
    ({"title": " x "}, "x"), ({"tags": ["a", "title: y"]}, "y"), ({"title": " "}, "d"), ({}, "d")])
def test_the_title_of_a_document(sandbox, body, title):
    assert put(sandbox, **body).json()["document"]["title"] == title


@pytest.mark.parametrize("title, status", [
    ("x" * 512, 200), ("x" * 513, 400), ("é" * 512, 200), ("😀" * 256, 200), ("😀" * 257, 400)])
def test_long_titles(sandbox, title, status):
    answer = put(sandbox, title=title)
    assert answer.status == status
    if status == 400:
        assert message(answer) == "Invalid title: title too long (max 512 characters)."


# "tags: if no tag starts with `title:`, `title:<title>` is appended - in sync mode only if the request
# had a `tags` array (even empty)."

@pytest.mark.parametrize("body, tags", [
    ({}, []), ({"tags": []}, ["title:d"]), ({"tags": ["a"], "title": "T"}, ["a", "title:T"]),
    ({"tags": ["title:own", "b"], "title": "T"}, ["title:own", "b"])])
def test_the_title_becomes_a_tag(sandbox, body, tags):
    put(sandbox, **body)
    assert sandbox.dust_documents()["d"]["tags"] == tags


# "source_url: falsy = none; otherwise http(s) URL and no `//` in its path, else 400; stored as
# `url.href`."

@pytest.mark.parametrize("url, stored", [
    ("", None), (None, None), ("https://x.example", "https://x.example/"),
    ("http://x.example/a?b=//c", "http://x.example/a?b=//c"), ("x.example", False),
    ("ftp://x.example/", False), ("https://x.example/a//b", False), ("https://", False)])
def test_source_url(sandbox, url, stored):
    answer = put(sandbox, source_url=url)
    if stored is False:
        assert error(answer) == (400, "invalid_request_error")
        assert "`source_url` if provided must be a valid URL" in message(answer)
    else:
        assert sandbox.dust_documents()["d"]["source_url"] == stored


# "size: fullText.length > 1024*1024*plan.documents.sizeMb -> 403 data_source_quota_error"; "quota:
# used > … -> 403 workspace_quota_error"

def test_a_document_may_be_too_large(sandbox):
    sandbox.config(document_size_mb=1)
    assert put(sandbox, text="x" * 1024 * 1024).status == 200
    assert error(put(sandbox, text="x" * (1024 * 1024 + 1))) == (403, "data_source_quota_error")
    sandbox.config(document_size_mb=0)
    assert put(sandbox, text="x" * (1024 * 1024 + 1)).status == 200


def test_a_workspace_may_be_full(sandbox):
    sandbox.config(document_quota_bytes=10)
    assert put(sandbox, "a", text="x" * 11).status == 200
    assert error(put(sandbox, "b")) == (403, "workspace_quota_error")


@pytest.mark.parametrize("more", [{"parents": ["d"]}, {"parent_id": "p"}])
def test_documents_have_no_parents(sandbox, more):
    assert error(put(sandbox, **more)) == (400, "invalid_request_error")
    assert sandbox.dust_documents() == {}


# "JSON/zod 400 -> data source 404 -> managed 403 -> canWrite 403 -> rate limit 429 -> source_url 400
# -> no text/section 400 -> size 403 -> quota 403 -> parents/parent_id 400 -> title length 400"

def test_checks_of_a_document_come_in_order(sandbox):
    sandbox.config(documents_per_minute=0, document_quota_bytes=1, document_size_mb=1)
    body = {"text": 1, "source_url": "x", "parents": ["x"], "title": "x" * 513}

    def ask(**more):
        answer = sandbox.dust("POST", "documents/d", body, **more)
        return answer.status, message(answer)

    assert ask(source="nothing")[0] == 400
    del body["text"]
    assert ask(source="nothing")[0] == 404
    assert ask(source="ds_managed", key=DUST_READ_ONLY_KEY)[1].startswith("You cannot upsert")
    assert ask(key=DUST_READ_ONLY_KEY)[0] == 403
    assert ask()[0] == 429
    sandbox.config(documents_per_minute=1000)
    assert "source_url" in ask()[1]
    del body["source_url"]
    assert "section" in ask()[1]
    sandbox.config(document_quota_bytes=0)
    put(sandbox, "full", text="xx")
    sandbox.config(document_quota_bytes=1)
    body["text"] = "x" * (1024 * 1024 + 1)
    assert "upload size" in ask()[1]
    body["text"] = "x"
    assert "plan limit" in ask()[1]
    sandbox.config(document_quota_bytes=0)
    assert "parents" in ask()[1]
    del body["parents"]
    assert "title" in ask()[1]
    del body["title"]
    assert sandbox.dust("POST", "documents/d", body).status == 200


def test_a_missing_document(sandbox):
    """"Missing -> **400** data_source_error with data_source_error.code =
    "data_source_document_not_found" (not 404)." """
    answer = sandbox.dust("GET", "documents/nothing")
    assert error(answer) == (400, "data_source_error")
    code = answer.json()["error"]["data_source_error"]["code"]
    assert code == "data_source_document_not_found"


def test_a_document_is_deleted(sandbox):
    put(sandbox)
    answer = sandbox.dust("DELETE", "documents/d")
    assert (answer.status, answer.json()) == (200, {"document": {"document_id": "d"}})
    assert sandbox.dust("GET", "documents/d").status == 400
    assert sandbox.dust_documents() == {}


# "GET documents: limit default 10, no max, offset; repeatable `document_ids=` filter … tags yes, text
# no … `ORDER BY timestamp DESC` with no tie-break"

def test_documents_are_listed_latest_first(sandbox):
    for i in range(12):
        put(sandbox, f"d{i}", timestamp=1700000000000 + i, tags=["n"])
    answer = sandbox.dust("GET", "documents").json()
    assert [d["document_id"] for d in answer["documents"]] == [f"d{i}" for i in range(11, 1, -1)]
    assert answer["total"] == 12
    first = answer["documents"][0]
    assert first["tags"] == ["n", "title:d11"]
    assert (first["text"], first["chunks"], first["token_count"]) == (None, [], None)
    page = sandbox.dust("GET", "documents?limit=5&offset=10").json()["documents"]
    assert [d["document_id"] for d in page] == ["d1", "d0"]
    assert len(sandbox.dust("GET", "documents?limit=100000").json()["documents"]) == 12


def test_documents_are_found_by_their_ids(sandbox):
    for i in range(20):
        put(sandbox, f"d{i}")
    answer = sandbox.dust("GET", "documents?limit=50&document_ids=d3&document_ids=d17"
                                 "&document_ids=nothing").json()
    assert {d["document_id"] for d in answer["documents"]} == {"d3", "d17"}


def test_ties_of_documents_come_in_any_order(sandbox):
    for i in range(30):
        put(sandbox, f"d{i}", timestamp=1700000000000)
    lists = {tuple(d["document_id"] for d in
                   sandbox.dust("GET", "documents?limit=30").json()["documents"])
             for _ in range(10)}
    assert len(lists) > 1
    assert {frozenset(ids) for ids in lists} == {frozenset(f"d{i}" for i in range(30))}


def test_the_total_of_documents_may_lag_or_be_zero(sandbox):
    """"`total` comes from Elasticsearch: lagging, and 0 if ES fails" """
    sandbox.config(documents_total="lagging")
    put(sandbox)
    assert sandbox.dust("GET", "documents").json()["total"] == 0
    assert sandbox.dust("GET", "documents").json()["total"] == 1
    sandbox.config(documents_total="zero")
    answer = sandbox.dust("GET", "documents").json()
    assert (answer["total"], len(answer["documents"])) == (0, 1)


# 4.5 "null/NaN/negative -> null (= now); < 1e10 -> seconds*1000; else floor ms."

@pytest.mark.parametrize("given, stored", [
    (1700000000000, 1700000000000), (1700000000000.9, 1700000000000), (1700000000, 1700000000000),
    (1700000000.5, 1700000000500), (0, 0), (9999999999, 9999999999000), (10000000000, 10000000000)])
def test_timestamps_are_cleaned(sandbox, given, stored):
    put(sandbox, timestamp=given)
    assert sandbox.dust_documents()["d"]["timestamp"] == stored
    assert make(sandbox, timestamp=given)["timestamp"] == stored


@pytest.mark.parametrize("given", [None, -1, -1700000000000])
def test_a_senseless_timestamp_is_now(sandbox, given):
    put(sandbox, timestamp=given)
    stored = sandbox.dust_documents()["d"]["timestamp"]
    assert abs(stored - time.time() * 1000) < 60000


# Section 5. "sliding window, per workspace (shared by all keys), rejected calls not counted … 121st in
# 60 s -> 429 … **No Retry-After.**"

def test_the_121st_document_in_a_minute_is_429(sandbox):
    connection = sandbox.connect()
    for i in range(120):
        assert sandbox.dust("POST", f"documents/d{i}", {"text": "x"},
                            connection=connection).status == 200
    answer = sandbox.dust("POST", "documents/more", {"text": "x"}, connection=connection)
    assert error(answer) == (429, "rate_limit_error")
    assert message(answer) == "You have reached the maximum number of 120 upserts per minute."
    assert answer.headers["Retry-After"] is None
    assert sandbox.dust("DELETE", "documents/d0").status == 200
    assert "more" not in sandbox.dust_documents()


def test_the_window_slides(sandbox):
    sandbox.config(documents_per_minute=2, window_ms=3600000)
    start = time.monotonic()
    assert [put(sandbox, str(i)).status for i in range(3)] == [200, 200, 429]
    sandbox.config(window_ms=500)
    while put(sandbox, "third").status == 429:
        pass
    assert time.monotonic() - start > 0.498  # the sandbox counts whole milliseconds


def test_a_refused_document_counts_when_the_window_let_it_in(sandbox):
    sandbox.config(documents_per_minute=1)
    assert put(sandbox, source_url="nonsense").status == 400
    assert put(sandbox).status == 429


# The control API.

def test_settings_of_the_start_and_later(start_sandbox):
    sandbox = start_sandbox("--set", "workspace=w", "--set", "dust_key=sk-other", "--set",
                            "max_pending=7", "--set", "hyphens=false")
    assert sandbox.dust_api("GET", "w/spaces", key="sk-other").status == 200
    assert sandbox.dust_api("GET", "w/spaces").status == 401
    assert sandbox.config()["max_pending"] == 7
    sandbox.config(data_source="mine", max_pending=8)
    assert sandbox.dust("GET", "tables", workspace="w", key="sk-other",
                        source="mine").status == 200
    sandbox.reset()
    assert (sandbox.config()["data_source"], sandbox.config()["max_pending"]) == ("ds1", 7)


@pytest.mark.parametrize("change", [
    {"body_limit_style": "xml"}, {"late_posts": ""}, {"hyphens": 1}, {"max_pending": -1},
    {"max_pending": "7"}, {"workspace": 1}, {"workspace": "x" * 128}, {"dust_state": "gone"}])
def test_unknown_settings_change_nothing(sandbox, change):
    before = sandbox.config()
    assert sandbox.request("POST", "/_sandbox/config", change).status == 400
    assert sandbox.config() == before


@pytest.mark.parametrize("setting", ["nothing=1", "workspace", "max_pending=x", "dust_state=gone"])
def test_a_wrong_start_setting_stops_the_start(start_sandbox, setting):
    with pytest.raises(AssertionError):
        start_sandbox("--set", setting)


def test_reset_forgets_everything(sandbox):
    make(sandbox)
    sandbox.dust("POST", "tables/t/rows", ROW)
    put(sandbox)
    sandbox.reset()
    assert (sandbox.dust_tables(), sandbox.dust_documents(), sandbox.requests()) == ({}, {}, [])
    make(sandbox)
    assert sandbox.dust_rows("t") == {}


CALLS = [
    ("dust-list-spaces", "GET", None, None, None, 0),
    ("dust-list-data-sources", "GET", None, None, None, 0),
    ("dust-list-tables", "GET", "tables", None, None, 1),
    ("dust-upsert-table", "POST", "tables", TABLE, "t", 0),
    ("dust-get-table", "GET", "tables/t", None, "t", 0),
    ("dust-list-rows", "GET", "tables/t/rows", None, "t", 1),
    ("dust-upsert-rows", "POST", "tables/t/rows", ROW, "t", 1),
    ("dust-get-row", "GET", "tables/t/rows/1", None, "t", 1),
    ("dust-delete-row", "DELETE", "tables/t/rows/1", None, "t", 1),
    ("dust-list-documents", "GET", "documents", None, None, 1),
    ("dust-upsert-document", "POST", "documents/d", {"text": "x"}, "d", 1),
    ("dust-get-document", "GET", "documents/d", None, "d", 1),
    ("dust-delete-document", "DELETE", "documents/d", None, "d", 1),
    ("dust-delete-table", "DELETE", "tables/t", None, "t", 0),
]


def call(sandbox, name, method, path, body):
    if name == "dust-list-spaces":
        return sandbox.dust_api(method, "ws1/spaces")
    if name == "dust-list-data-sources":
        return sandbox.dust_api(method, "ws1/spaces/spc1/data_sources")
    return sandbox.dust(method, path, body)


@pytest.mark.parametrize("name, method, path, body, table, records", CALLS)
def test_the_journal_and_faults_know_every_call(sandbox, name, method, path, body, table, records):
    make(sandbox)
    sandbox.dust("POST", "tables/t/rows", {**ROW, "truncate": True})
    put(sandbox)
    sandbox.fault(name, "status", status=502, **({"table": table} if table else {}))
    assert call(sandbox, name, method, path, body).status == 502
    assert call(sandbox, name, method, path, body).status == 200
    sandbox.assert_fired()
    failed, good = sandbox.requests(name)[-2:]
    assert (failed["status"], failed["fault"]) == (502, "status")
    assert (good["status"], good["table"], good["records"]) == (200, table, records)


def test_kinds_tell_a_truncate_from_an_upsert(sandbox):
    make(sandbox)
    sandbox.fault("truncate", "status", status=503)
    assert sandbox.dust("POST", "tables/t/rows", ROW).status == 200
    assert sandbox.dust("POST", "tables/t/rows", {**ROW, "truncate": True}).status == 503
    assert [r["kind"] for r in sandbox.requests("dust-upsert-rows")] == ["upsert", "truncate"]


@pytest.mark.parametrize("action, stored", [("reset_after", True), ("reset_before", False),
                                            ("close_after", True), ("cut", True)])
def test_answers_can_be_lost(sandbox, action, stored):
    make(sandbox)
    sandbox.fault("dust-upsert-rows", action, table="t")
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        sandbox.dust("POST", "tables/t/rows", {**ROW, "truncate": True})
    assert (sandbox.dust_rows("t") == {"1": {"a": 1}}) == stored


def test_an_answer_can_be_held(sandbox):
    make(sandbox)
    sandbox.fault("dust-upsert-document", "hold")
    answers = []
    client = threading.Thread(target=lambda: answers.append(put(sandbox).status))
    client.start()
    sandbox.wait_held()
    assert "d" in sandbox.dust_documents() and answers == []
    sandbox.release()
    client.join(60)
    assert answers == [200]


def test_bodies_are_kept_on_order(start_sandbox):
    sandbox = start_sandbox("--keep-bodies")
    make(sandbox)
    sandbox.dust("POST", "tables/t/rows", ROW)
    number = sandbox.requests("dust-upsert-rows")[0]["number"]
    assert loads(sandbox.body(number)) == ROW
