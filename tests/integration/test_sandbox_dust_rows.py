"""The sandbox's rows against sections 1.1, 1.2 and 1.6 of the contract "The Dust side": requests,
merges that come later, reads. Merges that a test does not order are put off for an hour."""
import concurrent.futures
import json
import threading
import time

import pytest

from test_sandbox_dust import error, make, message

NEVER = 3600000


@pytest.fixture
def still(start_sandbox):
    """A sandbox that merges only when it is told to, with a table t."""
    sandbox = start_sandbox("--set", f"merge_quiet_ms={NEVER}")
    make(sandbox)
    return sandbox


def rows(values):
    return [{"row_id": str(row), "value": value} for row, value in values.items()]


def post(sandbox, values, table="t", **more):
    """Posts {row id: value}."""
    return sandbox.dust("POST", f"tables/{table}/rows", {"rows": rows(values), **more})


def upsert(sandbox, values, **more):
    answer = post(sandbox, values, **more)
    assert answer.status == 200, answer.body
    return answer.json()


def listing(sandbox, query="?limit=100000", table="t"):
    answer = sandbox.dust("GET", f"tables/{table}/rows{query}")
    assert answer.status == 200, answer.body
    return answer.json()


def content(sandbox, table="t"):
    return {row["row_id"]: row["value"] for row in listing(sandbox, table=table)["rows"]}


def pending(sandbox, table="t"):
    return sandbox.dust_tables()[table]["pending"]


def until(condition, what):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)


# 1.1 "`row_id` must be a JSON string (number -> 400). Unknown extra keys are stripped. Arrays and other
# objects as a cell -> 400."

@pytest.mark.parametrize("body, what", [
    ({}, "Required at \"rows\""),
    ({"rows": None}, "rows"),
    ({"rows": {}}, "rows"),
    ({"rows": [1]}, "Expected object"),
    ({"rows": [{"value": {}}]}, "Required at \"rows[0].row_id\""),
    ({"rows": [{"row_id": "1"}]}, "Required at \"rows[0].value\""),
    ({"rows": [{"row_id": 1, "value": {}}]}, "Expected string at \"rows[0].row_id\""),
    ({"rows": [{"row_id": None, "value": {}}]}, "rows[0].row_id"),
    ({"rows": [{"row_id": "1", "value": []}]}, "Expected object at \"rows[0].value\""),
    ({"rows": [{"row_id": "0", "value": {}}, {"row_id": "1", "value": {"a": [1]}}]},
     "Invalid input at \"rows[1].value.a\""),
    ({"rows": [{"row_id": "1", "value": {"a": {}}}]}, "Invalid input"),
    ({"rows": [{"row_id": "1", "value": {"a": {"type": "date", "epoch": 1}}}]}, "Invalid input"),
    ({"rows": [{"row_id": "1", "value": {"a": {"type": "datetime"}}}]}, "Invalid input"),
    ({"rows": [{"row_id": "1", "value": {"a": {"type": "datetime", "epoch": "1"}}}]}, "Invalid"),
    ({"rows": [], "truncate": 1}, "Expected boolean"),
    ({"rows": [], "truncate": None}, "Expected boolean"),
])
@pytest.mark.parametrize("source", ["ds1", "nothing"])
def test_a_malformed_post_is_400(still, body, what, source):
    answer = still.dust("POST", "tables/t/rows", body, source=source)
    assert error(answer) == (400, "invalid_request_error")
    assert message(answer).startswith("Invalid request body: Validation error: ")
    assert what in message(answer)
    assert pending(still) == 0


def test_what_is_unknown_is_stripped(still):
    body = {"rows": [{"row_id": "1", "value": {"a": 1}, "more": [1]}], "truncate": True, "x": {}}
    assert still.dust("POST", "tables/t/rows", body).status == 200
    assert content(still) == {"1": {"a": 1}}


def test_of_a_key_that_comes_twice_the_later_counts(still):
    body = ('{"truncate":true,"rows":[{"row_id":"1","value":{"a":1,"b":2,"a":3}},'
            '{"row_id":"2","value":{"b":1,"a":5}}]}')
    assert still.dust("POST", "tables/t/rows", body).status == 200
    assert content(still) == {"1": {"a": 3, "b": 2}, "2": {"a": 5, "b": 1}}


def test_escapes_stand_for_their_characters(still):
    body = ('{"truncate":true,"rows":[{"row_id":"\\u00e9\\"","value":{"\\u0061":'
            '"\\ud83d\\ude00\\n\\\\"}}]}')
    assert still.dust("POST", "tables/t/rows", body).status == 200
    assert content(still) == {'é"': {"a": "😀\n\\"}}


# "All keys of all rows must match … /^[a-z0-9_]+$/ else 400 … "Invalid request body: keys must be
# lowercase alphanumeric." (empty key fails too.)"

@pytest.mark.parametrize("key", ["A", "Name", "a b", "a-b", "é", "", "a.b", "a\n"])
def test_keys_are_slugs(still, key):
    answer = post(still, {"1": {"good": 1}, "2": {key: 1}})
    assert error(answer) == (400, "invalid_request_error")
    assert message(answer) == "Invalid request body: keys must be lowercase alphanumeric."
    assert pending(still) == 0


def test_the_answer_names_the_table(still):
    """"Response 200: `{table:{name,table_id,description,schema}}`; `schema` is what is stored *now*
    (stale for the async path)." """
    assert upsert(still, {"1": {"a": 1}}) == {
        "table": {"name": "t", "table_id": "t", "description": "", "schema": None}}
    schema = upsert(still, {"1": {"a": 1}}, truncate=True)["table"]["schema"]
    assert [column["name"] for column in schema] == ["a"]
    assert upsert(still, {"2": {"b": 1}})["table"]["schema"] == schema


# 1.2 "a row with more than `MAX_TABLE_COLUMNS` = 512 keys -> error … 500"; "512 headers including the
# internal `__dust_id` (so 511 user columns)"

@pytest.mark.parametrize("truncate", [True, False])
def test_more_than_512_keys_are_500(still, truncate):
    answer = post(still, {"1": {f"c_{i}": 1 for i in range(513)}}, truncate=truncate)
    assert error(answer) == (500, "internal_server_error")
    assert message(answer) == "Failed to upsert database rows."
    assert pending(still) == 0


def test_512_keys_are_taken_and_never_read(still):
    upsert(still, {"1": {f"c_{i}": 1 for i in range(512)}}, truncate=True)
    assert error(still.dust("GET", "tables/t/rows")) == (500, "internal_server_error")
    assert error(still.dust("GET", "tables/t/rows/1")) == (500, "internal_server_error")
    upsert(still, {"1": {f"c_{i}": 1 for i in range(511)}}, truncate=True)
    assert len(content(still)["1"]) == 511


def test_files_of_too_many_columns_are_dropped_silently(still):
    """"merge error "Too many columns in CSV file" or "CSV file is too large": ignored and the pending
    files deleted. A 200 is therefore not proof of storage." """
    upsert(still, {"0": {"a": 0}}, truncate=True)
    upsert(still, {"1": {f"c_{i}": 1 for i in range(512)}})
    upsert(still, {"2": {"a": 2}})
    assert still.dust_merge() == [{"table": "t", "error": "Too many columns in CSV file"}]
    assert pending(still) == 0
    assert content(still) == {"0": {"a": 0}}


def test_columns_grow_too_many_over_merges(still):
    upsert(still, {"1": {f"c_{i}": 1 for i in range(511)}})
    assert still.dust_merge() == []
    upsert(still, {"2": {"more": 1}})
    still.dust_merge()
    assert still.dust("GET", "tables/t/rows").status == 500
    upsert(still, {}, truncate=True)
    assert content(still) == {}


# "`truncate:true`: … deletes all pending files of the table … writes the table's CSV with exactly these
# rows. Visible to the next GET."

def test_a_truncate_is_seen_at_once_and_cancels_what_waits(still):
    upsert(still, {"0": {"a": 0}}, truncate=True)
    upsert(still, {"1": {"a": 1}})
    still.dust("DELETE", "tables/t/rows/0")
    assert pending(still) == 2
    upsert(still, {"2": {"b": "x"}, "3": {"b": "y"}}, truncate=True)
    assert pending(still) == 0
    assert content(still) == {"2": {"b": "x"}, "3": {"b": "y"}}
    still.dust_merge()
    assert content(still) == {"2": {"b": "x"}, "3": {"b": "y"}}


def test_ids_that_come_twice_in_a_truncate_stay_until_a_merge(still):
    """"Duplicated row_ids inside one truncate request are **not** deduplicated (they go away at the
    next merge)." """
    twice = [{"row_id": "1", "value": {"a": 1}}, {"row_id": "1", "value": {"a": 2}}]
    still.dust("POST", "tables/t/rows", {"rows": twice, "truncate": True})
    assert listing(still)["total"] == 2
    assert [row["value"]["a"] for row in listing(still)["rows"]] == [1, 2]
    upsert(still, {"2": {"a": 3}})
    still.dust_merge()
    assert content(still) == {"1": {"a": 2}, "2": {"a": 3}}
    assert listing(still)["total"] == 2


def test_an_empty_truncate_empties_the_table(still):
    """"`truncate:true, rows:[]` is valid: leaves an empty table, schema `[]`" """
    upsert(still, {"1": {"a": 1}}, truncate=True)
    assert upsert(still, {}, truncate=True)["table"]["schema"] == []
    assert listing(still) == {"rows": [], "offset": 0, "limit": 100000, "total": 0}


# "`truncate` false/absent: … rows written to one pending CSV file … Returns 200." "Merge: pending files
# oldest first …, later file wins per row_id" "Upsert replaces the whole row"

@pytest.mark.parametrize("more", [{}, {"truncate": False}])
def test_an_upsert_is_seen_after_its_merge_only(still, more):
    upsert(still, {"1": {"a": 1}}, **more)
    assert listing(still)["total"] == 0 and pending(still) == 1
    assert still.dust("GET", "tables/t/rows/1").status == 500
    assert still.dust_merge() == []
    assert content(still) == {"1": {"a": 1}} and pending(still) == 0


def test_an_upsert_replaces_the_whole_row(still):
    upsert(still, {"1": {"a": 1, "b": 2}, "2": {"a": 3, "b": 4}}, truncate=True)
    upsert(still, {"1": {"b": 5}})
    still.dust_merge()
    assert content(still) == {"1": {"a": None, "b": 5}, "2": {"a": 3, "b": 4}}


def test_the_later_file_wins(still):
    upsert(still, {"1": {"a": "first"}, "2": {"a": "only"}})
    upsert(still, {"1": {"a": "second"}})
    still.dust("DELETE", "tables/t/rows/2")
    upsert(still, {"3": {"a": "gone"}})
    still.dust("DELETE", "tables/t/rows/3")
    upsert(still, {"3": {"a": "back"}})
    assert pending(still) == 6
    still.dust_merge()
    assert content(still) == {"1": {"a": "second"}, "3": {"a": "back"}}


def test_within_a_file_the_later_row_wins(still):
    twice = [{"row_id": "1", "value": {"a": 1}}, {"row_id": "1", "value": {"a": 2}}]
    still.dust("POST", "tables/t/rows", {"rows": twice})
    still.dust_merge()
    assert content(still) == {"1": {"a": 2}}


def test_a_deleted_row_goes_with_the_merge(still):
    """"DELETE row: `{success:true}` even when the row does not exist" """
    upsert(still, {"1": {"a": 1}, "2": {"a": 2}}, truncate=True)
    assert still.dust("DELETE", "tables/t/rows/1").json() == {"success": True}
    assert still.dust("DELETE", "tables/t/rows/nothing").json() == {"success": True}
    assert set(content(still)) == {"1", "2"} and pending(still) == 2
    still.dust_merge()
    assert content(still) == {"2": {"a": 2}}


def test_an_empty_upsert_is_a_file_without_effect(still):
    upsert(still, {"1": {"a": 1}}, truncate=True)
    upsert(still, {})
    assert pending(still) == 1
    still.dust_merge()
    assert content(still) == {"1": {"a": 1}} and pending(still) == 0


def test_merges_reshuffle_the_rows(still):
    """"Order = order in the CSV, which a merge reshuffles: stable between merges" """
    upsert(still, {i: {"a": i} for i in range(50)}, truncate=True)
    orders = [[row["row_id"] for row in listing(still)["rows"]]]
    assert orders[0] == [str(i) for i in range(50)]
    for _ in range(2):
        upsert(still, {"0": {"a": 0}})
        still.dust_merge()
        orders.append([row["row_id"] for row in listing(still)["rows"]])
        assert [row["row_id"] for row in listing(still)["rows"]] == orders[-1]
    assert len({tuple(order) for order in orders}) == 3
    assert {frozenset(order) for order in orders} == {frozenset(orders[0])}


def test_the_order_comes_from_the_seed(start_sandbox):
    def order(seed):
        sandbox = start_sandbox("--set", f"seed={seed}", "--set", f"merge_quiet_ms={NEVER}")
        make(sandbox)
        upsert(sandbox, {i: {"a": i} for i in range(50)})
        sandbox.dust_merge()
        return [row["row_id"] for row in listing(sandbox)["rows"]]
    assert order(7) == order(7) != order(8)


def test_a_column_stays_in_the_schema_until_a_truncate(still):
    upsert(still, {"1": {"a": 1, "b": 2}})
    still.dust_merge()
    upsert(still, {"1": {"a": 1}})
    still.dust_merge()
    assert content(still) == {"1": {"a": 1, "b": None}}
    assert still.dust_tables()["t"]["schema_stale"]
    upsert(still, {"1": {"a": 1}}, truncate=True)
    assert content(still) == {"1": {"a": 1}}
    assert not still.dust_tables()["t"]["schema_stale"]


def test_types_mix_over_merges(still):
    upsert(still, {"1": {"a": 1}})
    still.dust_merge()
    upsert(still, {"2": {"a": "x"}})
    still.dust_merge()
    schema = still.dust("GET", "tables/t").json()["table"]["schema"]
    assert [(column["name"], column["value_type"]) for column in schema] == [("a", "text")]


# The cap: "more than N pending (unmerged) files for one table -> 429 `rate_limit_error` on POST rows and
# DELETE row" "**No Retry-After**"

def test_too_many_pending_files_are_429(still):
    assert still.config()["max_pending"] == 200
    connection = still.connect()
    for i in range(200):
        body = {"rows": rows({i: {"a": i}})}
        assert still.dust("POST", "tables/t/rows", body, connection=connection).status == 200
    for answer in (post(still, {"x": {"a": 1}}), still.dust("DELETE", "tables/t/rows/1")):
        assert error(answer) == (429, "rate_limit_error")
        assert message(answer) == ("Too many pending table updates are queued for this table. "
                                   "Please retry later.")
        assert answer.headers["Retry-After"] is None
    make(still, "u")
    assert post(still, {"1": {"a": 1}}, table="u").status == 200
    still.dust_merge()
    assert len(content(still)) == 200
    assert post(still, {"x": {"a": 1}}).status == 200
    still.config(max_pending=1)
    assert post(still, {"y": {"a": 1}}).status == 429
    assert post(still, {"y": {"a": 1}}, truncate=True).status == 200


# "takes tables whose last activity is older than UPSERT_DEBOUNCE_TIME_MS … Each accepted POST/DELETE
# resets the timer" "Rejected (429) calls do not reset it"

def test_activity_puts_the_merge_off_and_a_rejected_call_does_not(still):
    def due():
        return still.dust_tables()["t"]["due_ms"]

    still.config(max_pending=2)
    upsert(still, {"1": {"a": 1}})
    first = due()
    until(lambda: due() < first - 2000, "time stands still")
    start = time.monotonic()
    upsert(still, {"1": {"a": 1}})
    second = due()
    assert second > NEVER - (time.monotonic() - start) * 1000 - 5  # put off since start, however busy the machine
    until(lambda: due() < second - 5, "time stands still")
    assert post(still, {"1": {"a": 1}}).status == 429
    assert due() < second - 5


def test_the_worker_waits_until_a_table_is_quiet(start_sandbox):
    sandbox = start_sandbox("--set", "merge_quiet_ms=300")
    make(sandbox)
    start = time.monotonic()
    upsert(sandbox, {"1": {"a": 1}})
    until(lambda: listing(sandbox)["total"] == 1, "never merged")
    assert time.monotonic() - start > 0.298


def test_the_worker_merges_by_itself(sandbox):
    make(sandbox)
    upsert(sandbox, {"1": {"a": 1}})
    until(lambda: content(sandbox) == {"1": {"a": 1}}, "never merged")
    sandbox.dust("DELETE", "tables/t/rows/1")
    until(lambda: content(sandbox) == {}, "never merged")


# "After a merge the worker deletes the table's queue entry unconditionally: a file posted *during* a
# merge stays pending until the table's next activity."

def during_a_merge(sandbox):
    """Posts row 1, and row 2 while row 1 is being merged."""
    make(sandbox)
    upsert(sandbox, {"1": {"a": 1}})
    until(lambda: sandbox.dust_tables()["t"]["merging"], "the merge never began")
    upsert(sandbox, {"2": {"a": 2}})
    assert content(sandbox) == {}
    sandbox.config(merge_takes_ms=0)
    until(lambda: "1" in content(sandbox), "never merged")


def test_a_post_during_a_merge_waits_for_the_next_activity(start_sandbox):
    sandbox = start_sandbox("--set", f"merge_takes_ms={NEVER}", "--set", "late_posts=wait")
    during_a_merge(sandbox)
    state = sandbox.dust_tables()["t"]
    assert (state["pending"], state["queued"]) == (1, False)
    assert list(content(sandbox)) == ["1"]
    upsert(sandbox, {"3": {"a": 3}})
    until(lambda: set(content(sandbox)) == {"1", "2", "3"}, "never merged")


def test_a_post_during_a_merge_may_be_queued(start_sandbox):
    sandbox = start_sandbox("--set", f"merge_takes_ms={NEVER}")
    during_a_merge(sandbox)
    until(lambda: set(content(sandbox)) == {"1", "2"}, "never merged")


def test_a_truncate_waits_for_a_merge(start_sandbox):
    sandbox = start_sandbox("--set", f"merge_takes_ms={NEVER}")
    make(sandbox)
    upsert(sandbox, {"1": {"a": 1}})
    until(lambda: sandbox.dust_tables()["t"]["merging"], "the merge never began")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(upsert, sandbox, {"2": {"a": 2}}, truncate=True)
        assert not concurrent.futures.wait([answer], 0.2).done
        sandbox.config(merge_takes_ms=0)
        answer.result(60)
    assert content(sandbox) == {"2": {"a": 2}}


def test_an_ordered_merge_hurries_the_one_under_way(start_sandbox):
    sandbox = start_sandbox("--set", f"merge_takes_ms={NEVER}", "--set", "late_posts=wait")
    make(sandbox)
    upsert(sandbox, {"1": {"a": 1}})
    until(lambda: sandbox.dust_tables()["t"]["merging"], "the merge never began")
    upsert(sandbox, {"2": {"a": 2}})
    assert sandbox.dust_merge() == []
    assert set(content(sandbox)) == {"1", "2"}


# "Per pass at most MAX_BATCH_BYTES … and MAX_BATCH_ROWS …; the first file is always taken; the rest wait
# for the next pass."

@pytest.mark.parametrize("limit", [{"max_table_rows": 5}, {"max_csv_bytes": 60}])
def test_a_pass_takes_so_much_and_the_rest_waits(still, limit):
    still.config(**limit)
    for i in range(3):
        upsert(still, {f"{i}{k}": {"a": "xxx"} for k in range(2)})
    merges = still.control("POST", "dust/merge")
    assert merges["merges"] == 2
    still.config(max_table_rows=500000, max_csv_bytes=100 * 1024 * 1024)
    assert len(content(still)) == 6 and pending(still) == 0


# "Limits that bite at *read/merge* time" "Writing past 500k rows succeeds once; then every read/merge
# fails (500 on GET rows) until a truncate."

def test_a_table_of_too_many_rows_can_be_written_and_not_read(still):
    still.config(max_table_rows=10)
    upsert(still, {i: {"a": i} for i in range(8)}, truncate=True)
    upsert(still, {i: {"a": i} for i in range(20, 24)})
    assert still.dust_merge() == []
    answer = still.dust("GET", "tables/t/rows?limit=0")
    assert error(answer) == (500, "internal_server_error")
    assert message(answer) == "Failed to list database rows."
    assert still.dust("GET", "tables/t/rows/1").status == 500
    upsert(still, {"1": {"a": 1}})
    assert still.dust_merge() == [{"table": "t", "error": "Too many rows in CSV file"}]
    assert pending(still) == 1  # tried again and again
    upsert(still, {"1": {"a": 1}}, truncate=True)
    assert content(still) == {"1": {"a": 1}}


def test_a_table_that_is_too_large_loses_what_comes(still):
    upsert(still, {i: {"a": "x" * 100} for i in range(10)}, truncate=True)
    still.config(max_csv_bytes=500)
    assert still.dust("GET", "tables/t/rows").status == 500
    upsert(still, {"new": {"a": "y"}})
    assert still.dust_merge() == [{"table": "t", "error": "CSV file is too large"}]
    still.config(max_csv_bytes=100 * 1024 * 1024)
    assert len(content(still)) == 10 and pending(still) == 0


def test_a_merge_that_fails_too_long_is_dropped(start_sandbox):
    """"queue entry older than MAX_UPSERT_AGE_MS … with attempts>0: its pending files are deleted" """
    sandbox = start_sandbox("--set", "merge_max_age_ms=300")
    make(sandbox)
    upsert(sandbox, {"0": {"a": "1969-12-31T23:59:59.500Z"}}, truncate=True)
    upsert(sandbox, {"1": {"a": 1}})
    until(lambda: pending(sandbox) == 0, "never dropped")
    assert list(content(sandbox)) == ["0"]


def test_a_table_that_fails_does_not_hold_up_others(sandbox):
    make(sandbox)
    make(sandbox, "u")
    upsert(sandbox, {"0": {"a": "1969-12-31T23:59:59.500Z"}}, truncate=True)
    upsert(sandbox, {"1": {"a": 1}})
    upsert(sandbox, {"1": {"a": 1}}, table="u")
    until(lambda: content(sandbox, "u") == {"1": {"a": 1}}, "never merged")
    assert pending(sandbox) == 1


# "Deleting a table removes its CSV but not its pending files; re-creating the same table_id soon can
# bring queued rows back."

def test_a_table_made_again_gets_the_rows_that_waited(still):
    upsert(still, {"0": {"a": 0}}, truncate=True)
    upsert(still, {"1": {"a": 1}})
    still.dust("DELETE", "tables/t")
    state = still.dust_tables()["t"]
    assert (state["table"], state["pending"], state["rows"]) == (None, 1, 0)
    still.dust_merge()
    make(still)
    assert content(still) == {}
    still.dust_merge()
    assert content(still) == {"1": {"a": 1}}


def test_an_empty_truncate_first_keeps_them_away(still):
    upsert(still, {"1": {"a": 1}})
    upsert(still, {}, truncate=True)
    still.dust("DELETE", "tables/t")
    make(still)
    still.dust_merge()
    assert content(still) == {}


# 1.6 "`limit` default 10, `offset` default 0 … no maximum; `limit=0` is legal and returns just `total`"

def test_pages(still):
    upsert(still, {i: {"a": i} for i in range(25)}, truncate=True)
    first = listing(still, "")
    assert (len(first["rows"]), first["offset"], first["limit"], first["total"]) == (10, 0, 10, 25)
    assert listing(still, "?limit=0") == {"rows": [], "offset": 0, "limit": 0, "total": 25}
    pages = [listing(still, f"?limit=7&offset={at}")["rows"] for at in range(0, 35, 7)]
    assert [len(page) for page in pages] == [7, 7, 7, 4, 0]
    assert [row["row_id"] for page in pages for row in page] == [str(i) for i in range(25)]
    assert len(listing(still, "?limit=1000000000")["rows"]) == 25


def test_the_total_does_not_count_what_waits(still):
    upsert(still, {"1": {"a": 1}}, truncate=True)
    upsert(still, {"2": {"a": 1}})
    assert listing(still, "?limit=0")["total"] == 1


def test_a_row_is_read(still):
    upsert(still, {"a/b c": {"x": 1}}, truncate=True)
    answer = still.dust("GET", "tables/t/rows/a%2Fb%20c")
    assert answer.json() == {"row": {"row_id": "a/b c", "value": {"x": 1}}}


# "a missing row, missing table or any core error -> **500** "Failed to get row."" "GET rows of a missing
# table -> 500 "Failed to list database rows."" "POST rows to a missing table -> **500**" "DELETE row …
# missing table -> 404 `table_not_found`"

@pytest.mark.parametrize("method, path, status, kind, what", [
    ("GET", "tables/t/rows/nothing", 500, "internal_server_error", "Failed to get row."),
    ("GET", "tables/nothing/rows/1", 500, "internal_server_error", "Failed to get row."),
    ("GET", "tables/nothing/rows", 500, "internal_server_error", "Failed to list database rows."),
    ("POST", "tables/nothing/rows", 500, "internal_server_error",
     "Failed to upsert database rows."),
    ("DELETE", "tables/nothing/rows/1", 404, "table_not_found", None),
])
def test_what_is_missing(still, method, path, status, kind, what):
    body = {"rows": rows({"1": {"a": 1}})} if method == "POST" else None
    answer = still.dust(method, path, body)
    assert error(answer) == (status, kind)
    assert message(answer) == (what or message(answer))


def test_a_new_table_has_no_rows(still):
    assert listing(still, "") == {"rows": [], "offset": 0, "limit": 10, "total": 0}


def test_data_sources_have_tables_of_their_own(still):
    other = {"space": "spc_other", "source": "ds_other"}
    body = {"name": "t", "title": "t", "description": "", "table_id": "t"}
    still.dust("POST", "tables", body, **other)
    still.dust("POST", "tables/t/rows", {"rows": rows({"1": {"a": 1}}), "truncate": True}, **other)
    assert content(still) == {}
    assert still.dust_rows("t", source="ds_other") == {"1": {"a": 1}}


# Fuzzing and load.

def test_delayed_merges_end_in_the_same_rows(start_sandbox):
    """Random waits, several clients on tables of their own: what was posted last is what is there."""
    sandbox = start_sandbox("--set", "merge_delay_max_ms=30", "--set", "seed=42")

    def client(table):
        make(sandbox, table)
        want = {}
        for i in range(60):
            row = str(i * 7 % 13)
            if i % 5 == 4:
                assert sandbox.dust("DELETE", f"tables/{table}/rows/{row}").status == 200
                want.pop(row, None)
            else:
                upsert(sandbox, {row: {"a": i}}, table=table)
                want[row] = {"a": i}
        return table, want

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        wanted = list(pool.map(client, ["a", "b", "c", "d"]))
    assert sandbox.dust_merge() == []
    for table, want in wanted:
        assert content(sandbox, table) == want


def test_posts_and_reads_during_merges(sandbox):
    """Nothing that was merged is ever missing from a listing."""
    make(sandbox)
    upsert(sandbox, {f"base{i}": {"a": i} for i in range(2000)}, truncate=True)
    stop = threading.Event()
    faults = []

    def read():
        while not stop.is_set():
            answer = listing(sandbox)
            ids = {row["row_id"] for row in answer["rows"]}
            if len(ids) != answer["total"] or not {f"base{i}" for i in range(2000)} <= ids:
                faults.append(answer["total"])

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(40):
        upsert(sandbox, {f"new{i}": {"a": i}})
    stop.set()
    reader.join(60)
    sandbox.dust_merge()
    assert not faults
    assert listing(sandbox, "?limit=0")["total"] == 2040


def test_many_rows(still):
    """100,000 rows in 200 requests; the listing is whole. As fast as it comes: no time is judged."""
    connection = still.connect()
    for i in range(200):
        values = {f"{i}-{k}": {f"c_{n}": f"text {k} {n}" for n in range(4)} for k in range(500)}
        answer = still.dust("POST", "tables/t/rows", json.dumps({"rows": rows(values)}),
                            connection=connection)
        assert answer.status == 200, answer.body
    assert still.dust_merge() == []
    assert len(content(still)) == 100000
    assert sum(1 for _ in still.dust_lines("t")) == 100000


def test_rows_of_the_control_api(still):
    upsert(still, {"1": {"a": "007", "b": None}, "2": {"a": "x", "b": "2021-01-01"}}, truncate=True)
    assert still.dust_rows("t") == {
        "1": {"a": 7, "b": None},
        "2": {"a": "x", "b": {"type": "datetime", "epoch": 1609459200000,
                              "string_value": "2021-01-01"}}}
    assert still.dust_rows("t", raw=True) == {"1": {"a": "007", "b": ""},
                                              "2": {"a": "x", "b": "2021-01-01"}}
    assert still.request("GET", "/_sandbox/dust/rows/nothing").status == 404
