"""The final post, which makes a batch durable: lost answers, second finals, and what is said of them."""
import pytest

from support import stub, tables
from support.tables import secret

ITEMS = tables.Table("items", {"id": "INT", "text": "STRING"}, ["id"])
REMOTE = ITEMS.remote_name


def write(client, sandbox, numbers, table=ITEMS, config=None):
    rows = [{"id": n, "text": secret("a")} for n in numbers]
    return tables.answer_of(tables.write_batch(client, sandbox, table, replace=rows, config=config))


def exported(sandbox, table=REMOTE):
    return sorted(row["id"] for row in sandbox.rows(table))


# Lost answers

@pytest.mark.parametrize("action", ["reset_before", "close_before"])
def test_a_final_that_was_lost_is_posted_again(client, sandbox, action):
    sandbox.fault("final", action)
    assert write(client, sandbox, range(5)) == ("success", True)
    sandbox.assert_fired()
    assert exported(sandbox) == list(range(5))
    first, second = sandbox.posts("final")
    assert first["sync_id"] == second["sync_id"]


@pytest.mark.parametrize("action, more", [
    ("reset_after", {}), ("close_after", {}), ("cut", {}), ("garbage", {"store": True}),
    ("status", {"status": 500, "store": True}), ("status", {"status": 504, "store": True})])
def test_a_final_whose_answer_was_lost_is_found_by_reading_back(bigdust, client, sandbox, action, more):
    sandbox.fault("final", action, **more)
    assert write(client, sandbox, range(5)) == ("success", True)
    sandbox.assert_fired()
    assert exported(sandbox) == list(range(5)), "exported once"
    assert "found=true" in bigdust.wait_event("final_read_back")


def test_an_export_that_lags_is_waited_for(client, sandbox):
    sandbox.config(export_lag_requests=1)
    sandbox.fault("final", "reset_after")
    assert write(client, sandbox, range(5)) == ("success", True)
    assert len(sandbox.requests("get-data-source")) == 2


def test_reading_back_goes_through_all_pages(client, sandbox):
    sandbox.fault("final", "reset_after")
    assert write(client, sandbox, range(2500)) == ("success", True)
    assert len(sandbox.requests("get-data-source")) == 3


def test_a_final_that_is_nowhere_to_be_found_fails_the_call(bigdust, client, sandbox):
    sandbox.fault("final", "reset_before")
    sandbox.fault("final", "success_false", message="no such session", times=-1)
    with tables.batch_of(ITEMS, replace=[{"id": 1, "text": secret("a")}]) as batch:
        error = client.error("WriteBatch", batch.request(tables.configuration(sandbox)))
    assert error.code().name == "UNAVAILABLE"
    assert "tester.items" in error.details() and "may or may not have been stored" in error.details()
    assert exported_nothing(sandbox)
    assert "found=false" in bigdust.wait_event("final_read_back")


def exported_nothing(sandbox):
    return all(table["exports"] == 0 for table in sandbox.tables().values())


# The second final of a table in a process

def test_a_second_delivery_that_appends_is_looked_at_once(client, sandbox):
    for number in range(4):
        assert write(client, sandbox, [number]) == ("success", True)
    assert exported(sandbox) == [0, 1, 2, 3]
    assert len(sandbox.requests("get-data-source")) == 1


def test_a_second_delivery_that_replaces_stops_the_table(client, sandbox):
    sandbox.config(finals="replace")
    other = tables.Table("other", ITEMS.columns, ["id"])
    assert write(client, sandbox, [1]) == ("success", True)
    kind, text = write(client, sandbox, [2])
    assert kind == "task" and "replaced the rows of table tester.items" in text
    posts = len(sandbox.posts())
    assert write(client, sandbox, [3])[0] == "task"
    truncate = tables.protos.message("TruncateRequest")(
        configuration=tables.configuration(sandbox), schema_name="tester", table_name="items",
        synced_column="_fivetran_synced")
    truncate.utc_delete_before.FromMilliseconds(1)
    assert tables.answer_of(client.call("Truncate", truncate))[0] == "task"
    assert len(sandbox.posts()) == posts, "no more is sent to this table"
    assert write(client, sandbox, [1], other) == ("success", True)


def test_lesson_12_a_second_delivery_that_cannot_be_read_back_is_a_warning_once(client, sandbox):
    assert write(client, sandbox, [1]) == ("success", True)
    sandbox.fault("get-data-source", "status", status=403)
    kind, text = write(client, sandbox, [2])
    assert kind == "warning" and "tester.items" in text and "row count" in text
    assert write(client, sandbox, [3]) == ("success", True), "said once"
    assert exported(sandbox) == [1, 2, 3]


def test_the_first_delivery_after_a_restart_of_the_server_is_not_judged(start_bigdust, sandbox):
    for number in range(2):
        server = start_bigdust()
        with stub.Client(server.address) as client:
            assert write(client, sandbox, [number]) == ("success", True)
    assert sandbox.requests("get-data-source") == []


def test_two_accounts_are_judged_apart(client, start_sandbox):
    first, second = start_sandbox(), start_sandbox()
    second.config(finals="replace")
    assert write(client, first, [1]) == write(client, second, [1]) == ("success", True)
    assert write(client, second, [2])[0] == "task"
    assert write(client, first, [2]) == ("success", True)


# Sessions that the server forgets

def test_a_session_that_expired_before_its_final_is_not_taken_for_delivered(client, sandbox, config):
    sandbox.fault("final", "hold", store=False, status=502)
    with tables.batch_of(ITEMS, replace=[{"id": 1, "text": secret("a")}]) as batch:
        call = client.start("WriteBatch", batch.request(config), timeout=20)
        sandbox.wait_held(1)
        sandbox.expire()
        sandbox.fault("get-data-source", "status", status=403)
        sandbox.release()
        error = call.exception()
    assert error.code().name == "UNAVAILABLE"
    assert exported_nothing(sandbox)
