"""The sandbox against the contract "The BigGeo side", row by row, and every fault that it can do."""
import concurrent.futures
import decimal
import http.client
import json
import signal
import socket
import uuid

import pytest

from support.sandbox import loads

SYNC_ID = "0b8f1c5e-6f0a-4c3e-9d57-2f4a1c9e7b10"


def record(data, table="t", emitted_at=1700000000000):
    return {"type": "RECORD", "record": {"stream": table, "data": data, "emitted_at": emitted_at}}


STATE = {"type": "STATE", "state": {"data": {}}}


def body(*chunks, table="t", sync_id=SYNC_ID, final=False):
    return {"sync_id": sync_id, "table_name": table, "chunks": list(chunks), "is_final": final}


def post(sandbox, *chunks, **more):
    return sandbox.api("POST", "post-data-source", body(*chunks, **more))


def get(sandbox, name="t", query=""):
    return sandbox.api("GET", f"get-data-source/{name}{query}")


def export(sandbox, *rows, table="t", sync_id=None):
    """A whole session; its sync_id."""
    sync_id = sync_id or str(uuid.uuid4())
    chunks = [record(row, table) for row in rows]
    assert post(sandbox, *chunks, STATE, table=table, sync_id=sync_id).json()["success"]
    assert post(sandbox, table=table, sync_id=sync_id, final=True).json()["success"]
    return sync_id


# "GET /data-sources/v1/check-connection | none | 200 {"status":"SUCCEEDED"} or
# {"status":"FAILED","message":"…"}; 401 for a bad key"

def test_check_connection_succeeds(sandbox):
    answer = sandbox.api("GET", "check-connection")
    assert (answer.status, answer.json()) == (200, {"status": "SUCCEEDED"})


def test_check_connection_fails_on_order(sandbox):
    sandbox.fault("check-connection", "success_false", message="no such account")
    answer = sandbox.api("GET", "check-connection")
    assert (answer.status, answer.json()) == (
        200, {"status": "FAILED", "message": "no such account"})


@pytest.mark.parametrize("key", ["wrong", "", None, "test-key2"])
@pytest.mark.parametrize("method, path", [
    ("GET", "check-connection"), ("POST", "post-data-source"), ("GET", "get-data-source/t")])
def test_a_bad_key_is_401(sandbox, key, method, path):
    answer = sandbox.api(method, path, body(STATE) if method == "POST" else None, key=key)
    assert answer.status == 401
    assert sandbox.sessions() == []


def test_another_key_can_be_the_right_one(start_sandbox):
    sandbox = start_sandbox("--api-key", "other")
    assert sandbox.api("GET", "check-connection", key="other").status == 200
    assert sandbox.api("GET", "check-connection").status == 401


# "POST /data-sources/v1/post-data-source | {"sync_id","table_name","chunks":[…],"is_final":bool} |
# 200 {"success":true,"records_processed":N,"path":"…"} (path on the final one)"

def test_posts_count_records_and_the_final_one_names_a_path(sandbox):
    assert post(sandbox, record({"id": 1}), record({"id": 2}), STATE).json() == {
        "success": True, "records_processed": 2}
    answer = post(sandbox, final=True).json()
    assert answer.pop("path")
    assert answer == {"success": True, "records_processed": 0}


def test_records_processed_may_count_the_session(sandbox):
    sandbox.config(counts="session")
    post(sandbox, record({"id": 1}), record({"id": 2}))
    assert post(sandbox, record({"id": 3})).json()["records_processed"] == 3
    assert post(sandbox, final=True).json()["records_processed"] == 3


# "A session that never gets its final post is never exported."

def test_nothing_is_exported_before_the_final_post(sandbox):
    post(sandbox, record({"id": 1}))
    assert get(sandbox).status == 404
    assert sandbox.rows("t") == []
    assert sandbox.tables()["t"]["pending_records"] == 1
    post(sandbox, final=True)
    assert get(sandbox).json()["data"] == [{"id": 1}]


# "The final post may carry chunks or none; both are known to be sent."

def test_the_final_post_may_carry_chunks(sandbox):
    assert post(sandbox, record({"id": 1}), STATE, final=True).json()["records_processed"] == 1
    assert sandbox.rows("t") == [{"id": 1}]


# "A repeated final answered `success: false` counts as refused"

def test_a_second_final_is_refused(sandbox):
    export(sandbox, {"id": 1}, sync_id=SYNC_ID)
    for again in (post(sandbox, final=True), post(sandbox, record({"id": 2}))):
        assert again.status == 200
        assert again.json()["success"] is False and again.json()["message"]
    assert sandbox.rows("t") == [{"id": 1}]


def test_a_final_for_a_session_that_never_was_is_refused(sandbox):
    assert post(sandbox, final=True).json()["success"] is False
    assert get(sandbox).status == 404


def test_an_expired_session_is_gone(sandbox):
    export(sandbox, {"id": 0})
    post(sandbox, record({"id": 1}))
    sandbox.expire()
    assert post(sandbox, final=True).json()["success"] is False
    assert sandbox.rows("t") == [{"id": 0}]


def test_one_sync_id_may_name_sessions_of_two_tables(sandbox):
    export(sandbox, {"id": 1}, table="a", sync_id=SYNC_ID)
    export(sandbox, {"id": 2}, table="b", sync_id=SYNC_ID)
    assert (sandbox.rows("a"), sandbox.rows("b")) == ([{"id": 1}], [{"id": 2}])


# "A chunk is {"type":"RECORD","record":{"stream":T,"data":{…},"emitted_at":<ms>}} or
# {"type":"STATE","state":{"data":{}}}. `stream` equals `table_name`. `sync_id` is a UUID"

GOOD = json.dumps(body(record({"id": 1}), STATE))
RECORD_TEXT = json.dumps(record({"id": 1}))


def without(name):
    return {key: value for key, value in body(record({"id": 1})).items() if key != name}


MALFORMED = {
    "empty": "",
    "not JSON": "hello",
    "cut": GOOD[:-1],
    "more behind": GOOD + "{}",
    "an array": "[]",
    "no sync_id": without("sync_id"),
    "no table_name": without("table_name"),
    "no chunks": without("chunks"),
    "no is_final": without("is_final"),
    "unknown member": {**body(), "extra": 1},
    "a member twice": GOOD[:-1] + ', "is_final": false}',
    "sync_id no UUID": body(record({"id": 1}), sync_id="sync-1"),
    "sync_id too short": body(record({"id": 1}), sync_id=SYNC_ID[:-1]),
    "sync_id a number": {**body(), "sync_id": 7},
    "table_name empty": body(table=""),
    "table_name null": {**body(), "table_name": None},
    "chunks an object": {**body(), "chunks": {}},
    "is_final a text": {**body(), "is_final": "true"},
    "is_final null": {**body(), "is_final": None},
    "chunk no object": body("RECORD"),
    "chunk without type": body({"record": record({})["record"]}),
    "chunk of another type": body({"type": "LOG", "log": {}}),
    "RECORD without record": body({"type": "RECORD"}),
    "RECORD with state": body({"type": "RECORD", "state": {"data": {}}}),
    "both": body({**record({}), "state": {"data": {}}}),
    "STATE without state": body({"type": "STATE"}),
    "STATE without data": body({"type": "STATE", "state": {}}),
    "stream of another table": body(record({"id": 1}, table="u")),
    "streams differ": body(record({"id": 1}), record({"id": 1}, table="T")),
    "no stream": RECORD_TEXT.replace('"stream": "t", ', ""),
    "no data": RECORD_TEXT.replace('"data": {"id": 1}, ', ""),
    "no emitted_at": RECORD_TEXT.replace(', "emitted_at": 1700000000000', ""),
    "data an array": body(record([1])),
    "data null": body(record(None)),
    "emitted_at a text": body(record({}, emitted_at="1700000000000")),
    "emitted_at a fraction": body(record({}, emitted_at=1.5)),
    "emitted_at with exponent": RECORD_TEXT.replace("1700000000000", "17e11"),
    "emitted_at too large": RECORD_TEXT.replace("1700000000000", "9" * 20),
    "a comma too many": RECORD_TEXT.replace('{"id": 1}', '{"id": 1,}'),
    "a number like +5": RECORD_TEXT.replace('"id": 1', '"id": +5'),
    "a number like 007": RECORD_TEXT.replace('"id": 1', '"id": 007'),
    "a number like .5": RECORD_TEXT.replace('"id": 1', '"id": .5'),
    "a number like 1.": RECORD_TEXT.replace('"id": 1', '"id": 1.'),
    "NaN": RECORD_TEXT.replace('"id": 1', '"id": NaN'),
    "a bare word": RECORD_TEXT.replace('"id": 1', '"id": nul'),
    "a raw newline in a text": RECORD_TEXT.replace('"id": 1', '"id": "a\nb"'),
    "an unknown escape": RECORD_TEXT.replace('"id": 1', '"id": "a\\x"'),
    "a cut escape": RECORD_TEXT.replace('"id": 1', '"id": "\\u12"'),
    "Latin-1": RECORD_TEXT.replace('"id": 1', '"id": "é"').encode("latin-1"),
    "a surrogate in UTF-8": RECORD_TEXT.encode().replace(b'"id": 1', b'"id": "\xed\xa0\x80"'),
    "overlong UTF-8": RECORD_TEXT.encode().replace(b'"id": 1', b'"id": "\xc0\xaf"'),
    "too deep": RECORD_TEXT.replace('"id": 1', '"id": ' + "[" * 600 + "]" * 600),
}


def whole(case):
    """A malformed chunk becomes a post around it; anything else is a post itself."""
    value = MALFORMED[case]
    if isinstance(value, dict):
        return json.dumps(value).encode()
    value = value.encode() if isinstance(value, str) else value
    if value.startswith(b'{"type"'):
        return GOOD.encode().replace(RECORD_TEXT.encode(), value)
    return value


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_post_is_400(sandbox, case):
    answer = sandbox.api("POST", "post-data-source", whole(case))
    assert answer.status == 400, answer.body
    assert answer.json()["message"]
    assert sandbox.sessions() == []
    assert sandbox.posts()[0]["error"] == answer.json()["message"]


def test_the_good_post_of_those_cases_is_good(sandbox):
    assert sandbox.api("POST", "post-data-source", GOOD).status == 200


def test_a_post_must_say_that_it_is_json(sandbox):
    for content_type in ("text/plain", "application/jsonx", ""):
        headers = {"x-api-key": "test-key", "Content-Type": content_type}
        answer = sandbox.request("POST", "/data-sources/v1/post-data-source", GOOD, headers)
        assert answer.status == 400, content_type


def test_members_may_come_in_any_order_with_white_space(sandbox):
    text = ('\n{ "is_final" :\ttrue , "chunks":[ {"record":{"emitted_at":-5,"data": { } ,"stream":'
            '"\\u0074"},"type":"RECORD"} ],\r\n"table_name":"t","sync_id":"%s" } ' % SYNC_ID)
    assert sandbox.api("POST", "post-data-source", text).status == 200
    assert sandbox.envelopes("t") == [{"sync_id": SYNC_ID, "emitted_at": -5, "data": {}}]


RAW = ('{"b" : 1E+3, "a":0.1234567890123456789012345678901234567890,"b":-0,'
       '"c":"\\u00e9é\U0001F30D\\/\\n","nested":{"z":[1,  2,{}],"y":null},"":""}')


def test_record_bytes_are_kept_as_they_came(sandbox):
    text = GOOD.replace('{"id": 1}', RAW).replace('"is_final": false', '"is_final": true')
    assert sandbox.api("POST", "post-data-source", text).status == 200
    assert list(sandbox.lines("t")) == [RAW.encode()]
    assert b'{"data":[' + RAW.encode() + b'],"syncId"' in get(sandbox).body


def test_rows_are_one_line_each_even_with_raw_line_ends(sandbox):
    text = GOOD.replace('{"id": 1}', '{"id":\r\n1}').replace("false", "true")
    sandbox.api("POST", "post-data-source", text)
    assert list(sandbox.lines("t")) == [b'{"id":  1}']
    assert b'{"id":\r\n1}' in get(sandbox).body


def test_numbers_come_back_as_decimals(sandbox):
    assert loads(RAW)["a"] == decimal.Decimal("0.1234567890123456789012345678901234567890")


# "GET /data-sources/v1/get-data-source/{name}?chunkSize=&cursor=&syncId= | none |
# {"data":[…],"syncId","nextCursor","hasMore"}; 404 unknown name; names are case-sensitive."

def test_pages_hold_all_rows_in_order(sandbox):
    rows = [{"id": i} for i in range(25)]
    export(sandbox, *rows[:10])
    export(sandbox, *rows[10:11])
    export(sandbox, *rows[11:])
    for size in (1, 7, 10, 24, 25, 26):
        seen, query = [], f"?chunkSize={size}"
        while True:
            page = get(sandbox, query=query).json()
            assert set(page) == {"data", "syncId", "nextCursor", "hasMore"}
            assert len(page["data"]) == size or not page["hasMore"]
            seen += page["data"]
            if not page["hasMore"]:
                break
            query = f"?chunkSize={size}&cursor={page['nextCursor']}&syncId={page['syncId']}"
        assert page["nextCursor"] is None
        assert seen == rows


def test_a_page_holds_1000_rows_unless_told(sandbox):
    export(sandbox, *[{"id": i} for i in range(1001)])
    page = get(sandbox).json()
    assert (len(page["data"]), page["hasMore"]) == (1000, True)


def test_sync_id_is_given_or_echoed(sandbox):
    export(sandbox, {"id": 1})
    uuid.UUID(get(sandbox).json()["syncId"])
    assert get(sandbox, query="?syncId=" + SYNC_ID).json()["syncId"] == SYNC_ID


@pytest.mark.parametrize("query", ["?chunkSize=0", "?chunkSize=10001", "?chunkSize=x",
                                   "?chunkSize=", "?cursor=-1", "?cursor=abc", "?syncId=1"])
def test_wrong_query_parameters_are_400(sandbox, query):
    export(sandbox, {"id": 1})
    assert get(sandbox, query=query).status == 400


def test_names_are_case_sensitive_and_may_hold_anything(sandbox):
    export(sandbox, {"id": 1}, table="Shop__Käufe /%?")
    assert get(sandbox, "Shop__K%C3%A4ufe%20%2F%25%3F").json()["data"] == [{"id": 1}]
    assert get(sandbox, "shop__K%C3%A4ufe%20%2F%25%3F").status == 404
    assert sandbox.rows("Shop__Käufe /%?") == [{"id": 1}]


def test_unknown_paths_and_methods_are_404(sandbox):
    for method, path in (("GET", "post-data-source"), ("DELETE", "check-connection"),
                         ("GET", "nothing"), ("POST", "get-data-source/t")):
        assert sandbox.api(method, path).status == 404, path
    assert sandbox.request("GET", "/").status == 404


# "Unknown: whether a second final post for a table, in a new session, appends or replaces."

def test_a_second_export_appends(sandbox):
    export(sandbox, {"id": 1})
    export(sandbox, {"id": 2})
    assert get(sandbox).json()["data"] == sandbox.rows("t") == [{"id": 1}, {"id": 2}]


def test_a_second_export_replaces_on_order(sandbox):
    export(sandbox, {"id": 1})
    sandbox.config(finals="replace")
    export(sandbox, {"id": 7}, table="other")
    export(sandbox, {"id": 2})
    assert get(sandbox).json()["data"] == sandbox.rows("t") == [{"id": 2}]
    assert sandbox.rows("other") == [{"id": 7}]


def test_rows_come_in_the_order_of_exports(sandbox):
    late, early = str(uuid.uuid4()), str(uuid.uuid4())
    post(sandbox, record({"id": "late"}), sync_id=late)
    export(sandbox, {"id": "early"}, sync_id=early)
    post(sandbox, sync_id=late, final=True)
    assert [row["id"] for row in sandbox.rows("t")] == ["early", "late"]
    assert [(s["sync_id"], s["exported"]) for s in sandbox.sessions()] == [(late, 2), (early, 1)]


# "exports may lag"

def test_exports_lag_by_requests(sandbox):
    sandbox.config(export_lag_requests=2)
    export(sandbox, {"id": 1})
    assert [get(sandbox).status for _ in range(3)] == [404, 404, 200]
    export(sandbox, {"id": 2})
    assert [len(get(sandbox).json()["data"]) for _ in range(3)] == [1, 1, 2]
    assert sandbox.rows("t") == [{"id": 1}, {"id": 2}]


def test_a_lagging_replacement_hides_the_old_rows_only_when_it_shows(sandbox):
    export(sandbox, {"id": 1})
    sandbox.config(export_lag_requests=1, finals="replace")
    export(sandbox, {"id": 2})
    assert [get(sandbox).json()["data"] for _ in range(2)] == [[{"id": 1}], [{"id": 2}]]


def test_exports_lag_by_time(sandbox):
    sandbox.config(export_lag_ms=3600000)
    export(sandbox, {"id": 1})
    assert get(sandbox).status == 404
    sandbox.config(export_lag_ms=0)
    export(sandbox, {"id": 2})
    assert get(sandbox).json()["data"] == [{"id": 2}]
    assert sandbox.rows("t") == [{"id": 1}, {"id": 2}]


# Sizes, options and life.

def test_bodies_over_the_limit_are_413(start_sandbox):
    sandbox = start_sandbox("--max-body", str(len(GOOD)))
    assert sandbox.api("POST", "post-data-source", GOOD).status == 200
    assert sandbox.api("POST", "post-data-source", GOOD + " ").status == 413
    assert sandbox.api("POST", "post-data-source", GOOD + " " * 5_000_000).status == 413
    assert [r["records"] for r in sandbox.posts()] == [1, 0, 0]
    assert sandbox.posts()[2]["body_bytes"] == len(GOOD) + 5_000_000


def test_a_large_post_is_taken(sandbox):
    assert export(sandbox, {"text": "x" * 24 * 1024 * 1024, "more": "é\\" * 1000})
    assert len(next(sandbox.lines("t"))) > 24 * 1024 * 1024


def test_discard_counts_and_keeps_nothing(start_sandbox):
    sandbox = start_sandbox("--discard")
    export(sandbox, {"id": 1}, {"id": 2})
    assert sandbox.tables()["t"]["records"] == 2
    assert sandbox.rows("t") == []
    assert sandbox.api("POST", "post-data-source", "{").status == 400


def test_a_database_outlives_the_sandbox(start_sandbox, tmp_path):
    first = start_sandbox("--db", str(tmp_path / "db"))
    export(first, {"id": 1})
    post(first, record({"id": 2}))
    assert first.stop() == 0
    second = start_sandbox("--db", str(tmp_path / "db"))
    post(second, final=True)
    assert second.rows("t") == [{"id": 1}, {"id": 2}]


def test_bodies_are_kept_on_order(start_sandbox, sandbox):
    keeper = start_sandbox("--keep-bodies")
    keeper.api("POST", "post-data-source", GOOD)
    assert keeper.body(keeper.posts()[0]["number"]) == GOOD.encode()
    assert sandbox.request("GET", "/_sandbox/bodies/1").status == 404


def test_requests_are_logged(sandbox):
    connection = sandbox.connect()
    sandbox.api("GET", "check-connection", connection=connection)
    sandbox.api("POST", "post-data-source", GOOD, connection=connection)
    sandbox.api("GET", "check-connection", key="wrong")
    first, second, third = sandbox.requests()
    assert (first["method"], first["path"], first["call"], first["status"]) == (
        "GET", "/data-sources/v1/check-connection", "check-connection", 200)
    assert (second["kind"], second["table"], second["sync_id"], second["records"],
            second["states"], second["body_bytes"]) == ("nonfinal", "t", SYNC_ID, 1, 1, len(GOOD))
    assert first["connection"] == second["connection"] != third["connection"]
    assert third["status"] == 401
    assert [r["number"] for r in sandbox.control("GET", "requests?after=2")] == [3]


def test_reset_forgets_everything(sandbox):
    export(sandbox, {"id": 1})
    sandbox.fault("any", "status", times=-1)
    sandbox.config(finals="replace", export_lag_requests=5)
    sandbox.reset()
    assert (sandbox.requests(), sandbox.sessions(), sandbox.faults()) == ([], [], [])
    assert sandbox.config()["finals"] == "append"
    export(sandbox, {"id": 2})
    assert get(sandbox).json()["data"] == [{"id": 2}]


def test_eight_clients_at_once(sandbox):
    def client(number):
        connection = sandbox.connect()
        sync_id = str(uuid.uuid4())
        for i in range(20):
            chunk = record({"client": number, "i": i})
            sandbox.api("POST", "post-data-source", body(chunk, sync_id=sync_id),
                        connection=connection)
        sandbox.api("POST", "post-data-source", body(sync_id=sync_id, final=True),
                    connection=connection)
        connection.close()

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(client, range(8)))
    rows = sandbox.rows("t")
    for number in range(8):
        assert [r["i"] for r in rows if r["client"] == number] == list(range(20))


def test_signals_stop_it_with_clients_connected(start_sandbox):
    for number in (signal.SIGTERM, signal.SIGINT):
        sandbox = start_sandbox()
        connection = sandbox.connect()
        sandbox.api("GET", "check-connection", connection=connection)
        sandbox.signal(number)
        assert sandbox.wait() == 0
        connection.close()


def test_a_client_that_leaves_in_mid_body_does_no_harm(sandbox):
    host, port = sandbox.host.split(":")
    with socket.create_connection((host, int(port))) as half:
        half.sendall(b"POST /data-sources/v1/post-data-source HTTP/1.1\r\nHost: x\r\nx-api-key: "
                     b"test-key\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n{")
    assert sandbox.api("GET", "check-connection").status == 200
    assert sandbox.posts() == []


# Faults.

GONE = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


def test_status_faults(sandbox):
    sandbox.fault("post-data-source", "status", status=503, retry_after="2", body='{"m":1}',
                  content_type="text/plain", times=2)
    for _ in range(2):
        answer = post(sandbox, record({"id": 1}))
        assert (answer.status, answer.headers["Retry-After"], answer.headers["Content-Type"],
                answer.body) == (503, "2", "text/plain", b'{"m":1}')
    assert sandbox.sessions() == []
    assert post(sandbox, record({"id": 1})).status == 200
    assert [r["fault"] for r in sandbox.posts()] == ["status", "status", None]


def test_a_status_fault_may_store(sandbox):
    sandbox.fault("post-data-source", "status", status=502, store=True)
    assert post(sandbox, record({"id": 1}), final=True).status == 502
    assert sandbox.rows("t") == [{"id": 1}]


def test_faults_choose_by_final_and_nonfinal(sandbox):
    sandbox.fault("final", "status", status=500)
    sandbox.fault("nonfinal", "status", status=429, after=1)
    assert [post(sandbox, record({"id": i})).status for i in range(3)] == [200, 429, 200]
    assert [post(sandbox, final=True).status for _ in range(2)] == [500, 200]
    assert sandbox.rows("t") == [{"id": 0}, {"id": 2}]


def test_faults_choose_by_table_and_count_what_they_match(sandbox):
    sandbox.fault("any", "status", table="b", times=-1, after=1)
    for table in "abab":
        post(sandbox, record({}, table=table), table=table)
    assert [r["status"] for r in sandbox.posts()] == [200, 200, 200, 500]
    assert [(f["matched"], f["fired"]) for f in sandbox.faults()] == [(2, 1)]
    sandbox.assert_fired()
    sandbox.clear_faults()
    assert sandbox.faults() == []


def test_assert_fired_fails_for_a_fault_that_never_hit(sandbox):
    sandbox.fault("final", "status")
    with pytest.raises(AssertionError):
        sandbox.assert_fired()


def test_the_first_ordered_fault_hits(sandbox):
    sandbox.control("POST", "faults", [
        {"match": "check-connection", "action": "status", "status": 500},
        {"match": "any", "action": "status", "status": 503, "times": 2}])
    statuses = [sandbox.api("GET", "check-connection").status for _ in range(3)]
    assert statuses == [500, 503, 200]


@pytest.mark.parametrize("action, stored", [("reset_before", 0), ("reset_after", 1),
                                            ("close_before", 0), ("close_after", 1)])
def test_connections_end_without_an_answer(sandbox, action, stored):
    sandbox.fault("post-data-source", action)
    with pytest.raises(ConnectionResetError if "reset" in action else GONE) as caught:
        post(sandbox, record({"id": 1}), final=True)
    assert isinstance(caught.value, http.client.RemoteDisconnected) == ("close" in action)
    assert len(sandbox.rows("t")) == stored
    assert sandbox.posts()[0]["status"] == 0


def test_an_answer_cut_in_half(sandbox):
    sandbox.fault("post-data-source", "cut")
    with pytest.raises(http.client.IncompleteRead):
        post(sandbox, record({"id": 1}), final=True)
    assert sandbox.rows("t") == [{"id": 1}]


def test_a_slow_answer_is_the_true_one_late(sandbox):
    sandbox.fault("check-connection", "slow", ms=50)
    assert sandbox.api("GET", "check-connection").json() == {"status": "SUCCEEDED"}
    assert sandbox.requests()[0]["took_ms"] >= 50


def test_a_held_answer_waits_until_it_is_let_go(sandbox):
    sandbox.fault("post-data-source", "hold")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(post, sandbox, record({"id": 1}))
        sandbox.wait_held()
        assert not answer.done()
        assert sandbox.tables()["t"]["pending_records"] == 1
        assert sandbox.api("GET", "check-connection").status == 200
        assert sandbox.release() == 1
        assert answer.result().json()["success"] is True
    assert {r["call"]: r["in_flight"] for r in sandbox.requests()}["check-connection"] >= 2


def test_a_held_answer_that_stores_nothing_fails(sandbox):
    sandbox.fault("post-data-source", "hold", store=False, status=504)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(post, sandbox, record({"id": 1}))
        sandbox.wait_held()
        sandbox.release()
        assert answer.result().status == 504
    assert sandbox.sessions() == []


def test_waiting_for_a_held_answer_ends(sandbox):
    assert sandbox.request("GET", "/_sandbox/wait?held=1&timeout_ms=1").status == 504


def test_a_stop_lets_held_answers_go(start_sandbox):
    sandbox = start_sandbox()
    sandbox.fault("any", "hold")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(sandbox.api, "GET", "check-connection")
        sandbox.wait_held()
        assert sandbox.stop() == 0
        assert answer.exception() is None or isinstance(answer.exception(), GONE)


@pytest.mark.parametrize("store", [False, True])
def test_garbage_is_200_without_json(sandbox, store):
    sandbox.fault("final", "garbage", store=store)
    answer = post(sandbox, record({"id": 1}), final=True)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html")
    with pytest.raises(ValueError):
        answer.json()
    assert len(sandbox.rows("t")) == store


def test_success_false(sandbox):
    sandbox.fault("post-data-source", "success_false", message='no "room"\n')
    answer = post(sandbox, record({"id": 1}))
    assert (answer.status, answer.json()) == (200, {"success": False, "message": 'no "room"\n'})
    assert sandbox.sessions() == []


def test_too_large(sandbox):
    sandbox.fault("post-data-source", "too_large")
    assert post(sandbox, record({"id": 1})).status == 413


@pytest.mark.parametrize("order", [
    "", "7", "[7]", "{}", {"match": "any"}, {"action": "status"},
    {"match": "any", "action": "explode"}, {"match": "any", "action": "status", "stauts": 503},
    {"match": "any", "action": "status", "status": 42},
    {"match": "any", "action": "status", "times": "2"},
    [{"match": "any", "action": "status"}, {"match": 1, "action": "status"}]])
def test_a_fault_that_is_not_understood_is_400(sandbox, order):
    assert sandbox.request("POST", "/_sandbox/faults", order).status == 400
    assert sandbox.faults() == []


@pytest.mark.parametrize("change", ["", [], {"finals": "merge"}, {"lag": 1}, {"max_body": -1}])
def test_a_configuration_that_is_not_understood_is_400(sandbox, change):
    before = sandbox.config()
    assert sandbox.request("POST", "/_sandbox/config", change).status == 400
    assert sandbox.config() == before


def test_unknown_control_paths_are_404(sandbox):
    for method, path in (("GET", "nothing"), ("GET", "reset"), ("POST", "rows")):
        assert sandbox.request(method, "/_sandbox/" + path).status == 404
