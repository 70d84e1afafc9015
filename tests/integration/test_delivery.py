"""The posts of a batch on the API's bad days: what is tried again, split, begun anew or given up."""
import contextlib
import json
import re
import socket

import pytest

from support import tables
from support.tables import CANARY, secret

ITEMS = tables.Table("items", {"id": "INT", "text": "STRING"}, ["id"])
REMOTE = ITEMS.remote_name


def items(numbers, text="a"):
    return [{"id": n, "text": secret(text), "_fivetran_synced": "2024-01-01T00:00:00Z"} for n in numbers]


def small_batches(sandbox, **more):
    return tables.configuration(sandbox, batch_size="10", **more)


def write(client, sandbox, count=30, **options):
    """(kind, text) of the answer; count rows in posts of ten."""
    options.setdefault("config", small_batches(sandbox))
    return tables.answer_of(tables.write_batch(client, sandbox, ITEMS, replace=items(range(count)), **options))


def assert_exported_once(sandbox, count=30):
    """Every row is exported exactly once, whatever was sent besides."""
    assert sorted(row["id"] for row in sandbox.rows(REMOTE)) == list(range(count))


def assert_nothing_exported(sandbox):
    assert all(table["exports"] == 0 for table in sandbox.tables().values())


def closing(bigdust):
    """The numbers of the call's closing line."""
    (event,) = bigdust.wait_events("call_finished")
    return dict(re.findall(r"(\w+)=(\S+)", event["message"]))


# What passes: tried again, in the same session

@pytest.mark.parametrize("kind", ["nonfinal", "final"])
@pytest.mark.parametrize("status, retry_after", [(503, None), (503, "1"), (429, "1"), (429, "0"), (408, None),
                                                 (429, "Thu, 01 Jan 1970 00:00:00 GMT")])
def test_what_passes_is_tried_again(bigdust, client, sandbox, kind, status, retry_after):
    more = {"retry_after": retry_after} if retry_after else {}
    sandbox.fault(kind, "status", status=status, times=2 if status == 408 else 1, **more)
    assert write(client, sandbox) == ("success", True)
    sandbox.assert_fired()
    assert_exported_once(sandbox)
    assert len(sandbox.sessions()) == 1
    assert closing(bigdust)["retries"] == str(sandbox.faults()[0]["fired"])


def test_retry_after_is_waited_for(client, sandbox):
    sandbox.fault("nonfinal", "status", status=429, retry_after="2")
    assert write(client, sandbox, count=10) == ("success", True)
    first, second = sandbox.posts("nonfinal")
    assert second["time_ms"] - first["time_ms"] >= 1900


def test_lesson_31_a_throttle_holds_back_the_other_calls_too(bigdust, client, sandbox, config):
    sandbox.fault("any", "status", status=429, retry_after="2", table=REMOTE)
    other = tables.Table("other", ITEMS.columns, ["id"])
    with tables.batch_of(ITEMS, replace=items([1])) as one, tables.batch_of(other, replace=items([1])) as two:
        first = client.start("WriteBatch", one.request(config))
        bigdust.wait_event("request_failed")
        second = client.start("WriteBatch", two.request(config))
        tables.assert_success(first.result())
        tables.assert_success(second.result())
    throttled = sandbox.posts()[0]
    assert throttled["status"] == 429
    assert all(post["time_ms"] - throttled["time_ms"] >= 1900 for post in sandbox.posts()[1:])


# Lost answers: a new session, and each row exported once

@pytest.mark.parametrize("action", ["reset_before", "reset_after", "close_before", "close_after", "cut", "garbage"])
def test_lesson_33_a_lost_answer_begins_a_new_session(bigdust, client, sandbox, action):
    sandbox.fault("nonfinal", action, after=1)
    assert write(client, sandbox) == ("success", True)
    sandbox.assert_fired()
    assert_exported_once(sandbox)
    assert [session["exported"] > 0 for session in sandbox.sessions()] == [False, True]
    numbers = closing(bigdust)
    assert len(bigdust.events("starting_over")) == 1
    assert (numbers["rows"], numbers["batches"]) == ("30", "3"), "only the session that counts"


@pytest.mark.parametrize("status", [500, 502, 504])
def test_lesson_33_a_server_error_leaves_the_outcome_unknown(client, sandbox, status):
    sandbox.fault("nonfinal", "status", status=status, store=True)
    assert write(client, sandbox) == ("success", True)
    assert_exported_once(sandbox)
    assert len(sandbox.sessions()) == 2


def test_a_restart_reads_all_kinds_of_files_again(client, sandbox):
    sandbox.fault("nonfinal", "reset_after", after=2)
    response = tables.write_batch(client, sandbox, ITEMS, config=small_batches(sandbox),
                                  replace=[items(range(15)), items(range(15, 25))],
                                  update=[{"id": 1, "text": secret("b")}], delete=[{"id": 2}])
    tables.assert_success(response)
    state = sandbox.state(REMOTE, ["id"])
    assert len(sandbox.rows(REMOTE)) == 27
    assert sorted(key for (key,) in state) == [n for n in range(25) if n != 2]
    assert state[(1,)]["text"] == secret("b")


def test_answers_lost_again_and_again_end_in_a_warning_of_duplicates(client, sandbox):
    sandbox.fault("nonfinal", "reset_after", times=4)
    kind, text = write(client, sandbox, count=10)
    assert kind == "warning" and "twice" in text and "tester.items" in text
    assert len(sandbox.sessions()) == 4
    rows = [row["id"] for row in sandbox.rows(REMOTE)]
    assert sorted(set(rows)) == list(range(10)), "nothing is lost"
    assert len(sandbox.state(REMOTE, ["id"])) == 10


# Too large

def test_a_413_splits_the_batch(client, sandbox):
    sandbox.config(max_body=1500)
    assert write(client, sandbox, count=40, config=tables.configuration(sandbox)) == ("success", True)
    assert [row["id"] for row in sandbox.rows(REMOTE)] == list(range(40)), "in order"
    assert len(sandbox.sessions()) == 1
    assert 413 in [post["status"] for post in sandbox.posts()]


def test_lesson_21_a_413_for_a_lone_record_is_a_task_with_its_key_in_the_answer_only(bigdust, client, sandbox):
    named = tables.Table("named", {"key": "STRING", "part": "INT", "text": "STRING"}, ["key", "part"])
    sandbox.config(max_body=4000)
    rows = [{"key": secret("small"), "part": 1}, {"key": secret("large"), "part": 2, "text": "x" * 5000}]
    kind, text = tables.answer_of(tables.write_batch(client, sandbox, named, replace=rows))
    assert kind == "task"
    assert "tester.named" in text and f"key={secret('large')}, part=2" in text and "413" in text
    assert_nothing_exported(sandbox)
    assert sandbox.posts("final") == []
    assert closing(bigdust)["outcome"] == "task"  # log_watch sees to it that no line holds the key


def test_a_long_key_of_many_byte_characters_still_makes_a_readable_answer(client, sandbox):
    named = tables.Table("named", {"key": "STRING", "text": "STRING"}, ["key"])
    sandbox.config(max_body=2000)
    for pad in range(4):
        rows = [{"key": CANARY + "x" * pad + "🌍" * 200, "text": "x" * 3000}]
        kind, text = tables.answer_of(tables.write_batch(client, sandbox, named, replace=rows))
        assert kind == "task" and "🌍🌍" in text and "413" in text


# Refusals are final

@pytest.mark.parametrize("kind", ["nonfinal", "final"])
@pytest.mark.parametrize("status, words", [
    (400, "HTTP 400"), (401, "API key"), (403, "rights"), (404, "base URL"), (402, "plan"), (301, "URL"),
    (422, "HTTP 422"), (507, "quota")])
def test_lesson_30_a_refusal_is_a_task_and_never_tried_again(client, sandbox, kind, status, words):
    sandbox.fault(kind, "status", status=status, times=-1, body='{"message":"told by the API"}')
    answer, text = write(client, sandbox, count=10)
    assert answer == "task" and words in text and "told by the API" in text
    assert len([post for post in sandbox.posts(kind)]) == 1
    assert_nothing_exported(sandbox)


@pytest.mark.parametrize("kind", ["nonfinal", "final"])
def test_a_200_that_says_false_is_a_refusal(client, sandbox, kind):
    sandbox.fault(kind, "success_false", message="the plan is used up", times=-1)
    answer, text = write(client, sandbox, count=10)
    assert answer == "task" and "the plan is used up" in text
    assert len(sandbox.posts(kind)) == 1
    assert_nothing_exported(sandbox)


@pytest.mark.parametrize("fault, timeout, code", [
    ({"action": "status", "status": 401}, 300, None), ({"action": "success_false"}, 300, None),
    ({"action": "status", "status": 503}, 6, "UNAVAILABLE"), ({"action": "garbage"}, 6, "UNAVAILABLE"),
    ({"action": "status", "status": 429, "retry_after": "3000"}, 300, "UNAVAILABLE"),
    ({"action": "hold"}, 4, "DEADLINE_EXCEEDED")], ids=lambda value: str(value)[:50])
def test_whatever_stops_a_batch_the_answer_names_the_table_and_what_was_kept(bigdust, client, sandbox, fault,
                                                                              timeout, code):
    sandbox.fault("nonfinal", **fault, times=-1)
    with tables.batch_of(ITEMS, replace=items(range(25))) as batch:
        call = client.start("WriteBatch", batch.request(small_batches(sandbox)), timeout=timeout)
        if code is None:
            answer, text = tables.answer_of(call.result())
            assert answer == "task"
        else:
            # Of a deadline the client may tell itself before the server's word arrives: the log has that word.
            assert call.code().name in (code, "DEADLINE_EXCEEDED")
            text = json.loads(bigdust.wait_line(r'"message":\s*"call_finished .*').string)["message"]
    sandbox.release()
    assert "table tester.items: nothing of this batch was kept: " in text
    assert_nothing_exported(sandbox)


@pytest.mark.parametrize("soft", [None, "_fivetran_deleted"])
def test_a_truncate_that_fails_names_its_table(client, sandbox, soft):
    sandbox.fault("any", "status", status=401, times=-1)
    truncate = tables.protos.message("TruncateRequest")(
        configuration=tables.configuration(sandbox), schema_name="tester", table_name="items",
        synced_column="_fivetran_synced")
    truncate.utc_delete_before.seconds = 1
    if soft:
        truncate.soft.deleted_column = soft
    answer, text = tables.answer_of(client.call("Truncate", truncate))
    assert answer == "task" and "401" in text and "table tester.items" in text


def test_lesson_29_the_worst_result_wins_and_the_rest_is_not_sent(client, sandbox):
    sandbox.fault("nonfinal", "status", status=400, after=1)
    assert write(client, sandbox, count=100)[0] == "task"
    assert len(sandbox.posts("nonfinal")) == 2
    assert sandbox.posts("final") == []


def test_lesson_37_what_an_api_echoes_is_not_logged_beyond_its_own_message(client, sandbox):
    sandbox.fault("nonfinal", "status", status=400, body=f"<html>{CANARY}</html>", content_type="text/html")
    answer, text = write(client, sandbox, count=10)
    assert answer == "task" and CANARY not in text


def test_a_wrong_api_key_is_a_task_that_says_what_to_do(client, sandbox, log_watch):
    key = log_watch.forbid("wrong-key-0451", "an API key")
    answer, text = write(client, sandbox, config=tables.configuration(sandbox, api_key=key))
    assert answer == "task" and "401" in text and "API key" in text and key not in text
    assert len(sandbox.requests()) == 1


# How many were processed

@pytest.mark.parametrize("counts", ["request", "session"])
def test_records_processed_may_count_the_request_or_the_session(bigdust, client, sandbox, counts):
    sandbox.config(counts=counts)
    assert write(client, sandbox) == ("success", True)
    bigdust.wait_events("call_finished")  # the call's last line
    assert bigdust.events("records_processed_differs") == []


def test_a_strange_number_of_records_processed_is_logged(bigdust, client, sandbox):
    sandbox.fault("nonfinal", "garbage", status=200, body='{"success":true,"records_processed":7}',
                  content_type="application/json", store=True)
    assert write(client, sandbox) == ("success", True)
    (event,) = bigdust.wait_events("records_processed_differs")
    assert event["level"] == "WARNING" and "sent=10" in event["message"] and "processed=7" in event["message"]


# Outages

@contextlib.contextmanager
def closed_port():
    """The URL of a port that refuses connections."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_an_outage_ends_the_call_before_the_client_s_deadline(client, sandbox):
    sandbox.fault("any", "status", status=503, times=-1)
    with tables.batch_of(ITEMS, replace=items([1])) as batch:
        error = client.error("WriteBatch", batch.request(small_batches(sandbox)), timeout=6)
    assert error.code().name in ("UNAVAILABLE", "DEADLINE_EXCEEDED")
    assert "post-data-source" in error.details() and CANARY not in error.details()
    assert_nothing_exported(sandbox)


def test_an_api_that_is_not_there_is_unavailable(client, sandbox):
    with closed_port() as url, tables.batch_of(ITEMS, replace=items([1])) as batch:
        config = tables.configuration(sandbox, biggeo_base_url=url)
        error = client.error("WriteBatch", batch.request(config), timeout=4)
    assert error.code().name in ("UNAVAILABLE", "DEADLINE_EXCEEDED")
    assert "could not be reached" in error.details() or "deadline" in error.details().lower()


def test_lesson_36_connections_are_kept(client, sandbox):
    for _ in range(3):
        assert write(client, sandbox)[0] == "success"
    assert len({request["connection"] for request in sandbox.requests()}) == 1
