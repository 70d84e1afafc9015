"""Calls that end early, and calls at the same time."""
import pytest

from support import stub, tables
from support.tables import secret

ITEMS = tables.Table("items", {"id": "INT", "text": "STRING"}, ["id"])
REMOTE = ITEMS.remote_name


def rows(numbers, text="a"):
    return [{"id": n, "text": secret(text)} for n in numbers]


def exported_nothing(sandbox):
    return all(table["exports"] == 0 for table in sandbox.tables().values())


# Cancellation and deadlines

@pytest.mark.parametrize("kind", ["nonfinal", "final"])
def test_a_call_that_its_client_cancels_stops_its_requests(bigdust, client, sandbox, kind):
    sandbox.fault(kind, "hold", store=False, status=503)
    config = tables.configuration(sandbox, batch_size="10")
    with tables.batch_of(ITEMS, replace=rows(range(500))) as batch:
        call = client.start("WriteBatch", batch.request(config))
        sandbox.wait_held(1)
        posts = len(sandbox.posts())
        call.cancel()
        assert "outcome=cancelled" in bigdust.wait_event("call_finished")
    assert len(sandbox.posts()) == posts, "none was sent afterwards"
    sandbox.release()
    assert exported_nothing(sandbox)
    tables.assert_success(tables.write_batch(client, sandbox, ITEMS, replace=rows([1])))


def test_a_client_that_vanishes_stops_its_call(bigdust, sandbox, config):
    sandbox.fault("nonfinal", "hold", store=False, status=503)
    with tables.batch_of(ITEMS, replace=rows(range(5))) as batch:
        with stub.Client(bigdust.address) as client:
            call = client.start("WriteBatch", batch.request(config))  # a call that is let go is cancelled
            sandbox.wait_held(1)
            assert not call.done()
        assert "outcome=cancelled" in bigdust.wait_event("call_finished")
    sandbox.release()
    assert exported_nothing(sandbox)


def test_a_client_s_deadline_ends_the_call_in_time_to_answer(bigdust, client, sandbox, config):
    sandbox.fault("nonfinal", "hold", store=False, status=503)
    with tables.batch_of(ITEMS, replace=rows(range(5))) as batch:
        error = client.error("WriteBatch", batch.request(config), timeout=4)
        assert error.code().name == "DEADLINE_EXCEEDED"
        assert "outcome=deadline_exceeded" in bigdust.wait_event("call_finished")
    sandbox.release()
    assert exported_nothing(sandbox)


def test_a_wait_for_the_api_s_permission_ends_with_a_cancel(bigdust, client, sandbox, config):
    sandbox.fault("nonfinal", "status", status=429, retry_after="3000")
    with tables.batch_of(ITEMS, replace=rows(range(5))) as batch:
        call = client.start("WriteBatch", batch.request(config), timeout=4000)
        bigdust.wait_event("request_failed")
        call.cancel()
        assert "outcome=cancelled" in bigdust.wait_event("call_finished")
    assert len(sandbox.posts()) == 1


def test_a_throttle_past_the_deadline_is_said_at_once(client, sandbox, config):
    sandbox.fault("nonfinal", "status", status=429, retry_after="3000")
    with tables.batch_of(ITEMS, replace=rows(range(5))) as batch:
        error = client.error("WriteBatch", batch.request(config), timeout=1000)
    assert error.code().name == "UNAVAILABLE"
    assert "rate limit" in error.details()
    assert len(sandbox.posts()) == 1


# At the same time

def all_at_once(client, sandbox, requests):
    """Starts all, and answers the API's posts only when each call has one on its way."""
    sandbox.fault("nonfinal", "hold", times=len(requests))
    calls = [client.start("WriteBatch", request) for request in requests]
    sandbox.wait_held(len(requests))
    sandbox.release()
    return [tables.answer_of(call.result()) for call in calls]


def test_lesson_09_eight_calls_to_eight_tables_run_at_once(client, sandbox, config, tmp_path):
    requests = []
    for number in range(8):
        table = tables.Table(f"items{number}", ITEMS.columns, ["id"])
        batch = tables.Batch(table, tmp_path)
        batch.add("replace", rows(range(number * 1000, number * 1000 + 2500)))
        requests.append(batch.request(config))
    assert all_at_once(client, sandbox, requests) == [("success", True)] * 8
    for number in range(8):
        landed = [row["id"] for row in sandbox.rows(f"tester__items{number}")]
        assert landed == list(range(number * 1000, number * 1000 + 2500)), "all, in order, and no others"


def test_eight_calls_to_one_table_run_at_once(client, sandbox, config, tmp_path):
    requests = []
    for number in range(8):
        folder = tmp_path / str(number)
        folder.mkdir()
        batch = tables.Batch(ITEMS, folder)
        batch.add("replace", rows(range(number * 100, number * 100 + 100)))
        requests.append(batch.request(config))
    assert all_at_once(client, sandbox, requests) == [("success", True)] * 8
    landed = sandbox.rows(REMOTE)
    assert sorted(row["id"] for row in landed) == list(range(800))
    assert len({row["_fivetran_op_at"] for row in landed}) == 800, "operation times are never shared"
    assert len(sandbox.sessions()) == 8


def test_more_calls_than_the_server_runs_are_served_one_after_another(client, sandbox, config, tmp_path):
    calls = []
    for number in range(40):
        table = tables.Table(f"items{number}", ITEMS.columns, ["id"])
        batch = tables.Batch(table, tmp_path)
        batch.add("replace", rows([number]))
        calls.append(client.start("WriteBatch", batch.request(config)))
    assert [tables.answer_of(call.result()) for call in calls] == [("success", True)] * 40
    assert len(sandbox.tables()) == 40


def test_one_call_s_failure_is_no_other_s(client, sandbox, config, tmp_path):
    good, bad = ITEMS, tables.Table("bad", ITEMS.columns, ["id"])
    sandbox.fault("nonfinal", "status", status=400, table="tester__bad", times=-1)
    batches = [tables.Batch(table, tmp_path) for table in (bad, good)]
    for batch in batches:
        batch.add("replace", rows(range(10)))
    calls = [client.start("WriteBatch", batch.request(config)) for batch in batches]
    assert [tables.answer_of(call.result())[0] for call in calls] == ["task", "success"]


# Settings are each call's own

def test_lesson_09_settings_differ_between_calls(client, start_sandbox, log_watch, tmp_path):
    keys = [log_watch.forbid(f"secret-key-{n}", "an API key") for n in range(2)]
    sandboxes = [start_sandbox("--api-key", key) for key in keys]
    for sandbox in sandboxes:
        sandbox.fault("nonfinal", "hold")
    calls = []
    for number, (key, sandbox) in enumerate(zip(keys, sandboxes)):
        config = tables.configuration(sandbox, api_key=key, batch_size=str(10 * (number + 1)))
        folder = tmp_path / str(number)
        folder.mkdir()
        batch = tables.Batch(ITEMS, folder)
        batch.add("replace", rows(range(60), f"for {number}"))
        calls.append(client.start("WriteBatch", batch.request(config)))
    for sandbox in sandboxes:
        sandbox.wait_held(1)
    for sandbox in sandboxes:
        sandbox.release()
    for call in calls:
        tables.assert_success(call.result())
    for number, sandbox in enumerate(sandboxes):
        assert {row["text"] for row in sandbox.rows(REMOTE)} == {secret(f"for {number}")}
        assert {post["records"] for post in sandbox.posts("nonfinal")} == {10 * (number + 1)}
        assert {post["status"] for post in sandbox.posts()} == {200}


def test_tables_of_one_account_are_not_described_to_another(client, start_sandbox):
    first, second = start_sandbox(), start_sandbox("--api-key", "another-key")
    create = tables.protos.message("CreateTableRequest")(
        configuration=tables.configuration(first), schema_name="tester", table=ITEMS.message())
    tables.assert_success(client.call("CreateTable", create))
    for config, known in ((tables.configuration(first), True), (tables.configuration(second), False),
                          (tables.configuration(first, api_key="another-key"), False)):
        describe = tables.protos.message("DescribeTableRequest")(
            configuration=config, schema_name="tester", table_name="items")
        response = client.call("DescribeTable", describe)
        assert response.WhichOneof("response") == ("table" if known else "not_found")
