"""WriteBatch through real gRPC, real encrypted files and real HTTP: what lands, and in which session."""
import json
import random
import uuid

import grpc
import pytest

from support import files, reducer, tables
from support.files import UNMODIFIED
from support.tables import secret

USERS = tables.Table("users", {"id": "INT", "name": "STRING", "age": "LONG", "note": "STRING"}, ["id"])
SYNCED = "_fivetran_synced"


def at(ms):
    return f"2024-01-01T00:{ms // 60000:02}:{ms // 1000 % 60:02}.{ms % 1000:03}Z"


def user(number, name, age=30, note=None, ms=0):
    return {"id": number, "name": secret(name), "age": age, "note": note, SYNCED: at(ms)}


def values(state, *names):
    return {key[0]: tuple(row[name] for name in names) for key, row in state.items()}


def users_of(sandbox):
    return values(sandbox.state("tester__users", ["id"]), "name", "age", "note")


def write(client, sandbox, **options):
    tables.assert_success(tables.write_batch(client, sandbox, USERS, **options))


# Kinds, their order, and their keys

def test_upserts_then_updates_then_deletes_of_several_files_make_the_state(client, sandbox):
    write(client, sandbox,
          replace=[[user(1, "a"), user(2, "b")], [user(3, "c"), user(4, "d", note=secret("n"))]],
          update=[[{"id": 2, "age": 31}], [{"id": 4, "note": None}, {"id": 3, "name": secret("C")}]],
          delete=[[{"id": 1, SYNCED: at(1)}], [{"id": 3, SYNCED: at(1)}]])
    assert users_of(sandbox) == {2: (secret("b"), 31, None), 4: (secret("d"), 30, None)}
    operations = [row["_fivetran_op"] for row in sandbox.rows("tester__users")]
    assert operations == ["upsert"] * 4 + ["update"] * 3 + ["delete"] * 2


def test_lesson_13_every_file_has_its_own_order_of_columns(client, sandbox, config):
    orders = [list(USERS.columns), list(reversed(USERS.columns)),
              ["name", SYNCED, "id", "note", "age"]]
    with tables.batch_of(USERS, shuffle=False) as batch:
        for number, order in enumerate(orders):
            batch.add("replace", [user(number, f"name {number}", number, secret("note"))], order)
            batch.add("update", [{"id": number, "age": 100 + number}], order[::-1])
        tables.assert_success(client.call("WriteBatch", batch.request(config)))
    assert users_of(sandbox) == {n: (secret(f"name {n}"), 100 + n, secret("note")) for n in range(3)}


def test_a_key_may_come_again_within_and_across_files(client, sandbox):
    write(client, sandbox,
          replace=[[user(1, "first"), user(1, "second", 2)], [user(1, "third", 3)]],
          update=[[{"id": 1, "age": 4}, {"id": 1, "note": secret("x")}], [{"id": 1, "age": 5}]])
    assert users_of(sandbox) == {1: (secret("third"), 5, secret("x"))}


def test_lesson_22_what_is_not_there_is_neither_updated_nor_deleted(client, sandbox):
    write(client, sandbox, replace=[user(1, "a")], update=[{"id": 2, "name": secret("ghost")}],
          delete=[{"id": 3}])
    assert users_of(sandbox) == {1: (secret("a"), 30, None)}


def test_lesson_22_a_delete_carries_the_key_and_nothing_that_is_null(client, sandbox):
    deletable = tables.Table("gone", {**USERS.columns, "_fivetran_deleted": "BOOLEAN"}, ["id"])
    response = tables.write_batch(client, sandbox, deletable, delete=[{"id": 7, SYNCED: at(5)}])
    tables.assert_success(response)
    (row,) = sandbox.rows("tester__gone")
    del row["_fivetran_op_at"]
    assert row == {"id": 7, SYNCED: at(5), "_fivetran_deleted": True, "_fivetran_op": "delete"}


def test_an_update_names_what_changed_and_carries_no_more(client, sandbox):
    write(client, sandbox, update=[{"id": 1, "note": None, SYNCED: at(9)}])
    (row,) = sandbox.rows("tester__users")
    assert sorted(row.pop("_fivetran_changed")) == [SYNCED, "note"]
    del row["_fivetran_op_at"]
    assert row == {"id": 1, "note": None, SYNCED: at(9), "_fivetran_op": "update"}


def test_a_request_without_files_sends_nothing(client, sandbox):
    write(client, sandbox)
    assert sandbox.requests() == []


@pytest.mark.parametrize("encryption", files.ENCRYPTIONS)
def test_files_of_a_header_alone_send_nothing(client, sandbox, encryption):
    write(client, sandbox, replace=[[], []], update=[], delete=[], encryption=encryption)
    assert sandbox.requests() == []


def test_empty_files_between_full_ones_change_nothing(client, sandbox):
    write(client, sandbox, replace=[[], [user(1, "a")], []], update=[[], [{"id": 1, "age": 9}]])
    assert users_of(sandbox) == {1: (secret("a"), 9, None)}


def test_lesson_08_a_call_that_is_delivered_twice_ends_in_the_same_state(client, sandbox, config):
    with tables.batch_of(USERS, replace=[user(1, "a"), user(2, "b")], update=[{"id": 1, "age": 1}],
                         delete=[{"id": 2}]) as batch:
        request = batch.request(config)
        tables.assert_success(client.call("WriteBatch", request))
        once = users_of(sandbox)
        tables.assert_success(client.call("WriteBatch", request))
    assert once == {1: (secret("a"), 1, None)}
    assert users_of(sandbox) == once
    assert len(sandbox.rows("tester__users")) == 8, "both deliveries are there to be seen"


def test_lesson_01_a_compressed_request_is_understood(client, sandbox):
    write(client, sandbox, replace=[user(1, "a")], rpc_compression=grpc.Compression.Gzip)
    assert users_of(sandbox) == {1: (secret("a"), 30, None)}


def test_lesson_02_a_request_of_more_than_four_mebibytes_is_taken(client, sandbox, config):
    wide = tables.Table("wide", {"id": "INT", **{f"{'c' * 900}{n}": "STRING" for n in range(6000)}},
                        ["id"])
    rows = [{"id": 1, f"{'c' * 900}5999": secret("last")}]
    with tables.batch_of(wide, replace=rows) as batch:
        request = batch.request(config)
        assert request.ByteSize() > 5 * 1024 * 1024
        tables.assert_success(client.call("WriteBatch", request))
    (row,) = sandbox.rows("tester__wide")
    assert row[f"{'c' * 900}5999"] == secret("last")


# Names

@pytest.mark.parametrize("schema, name, remote", [
    ("shop", "orders", "shop__orders"), ("shop", "o__r", "shop__o__r"), ("", "bare", "bare"),
    ("Größe", "Tabelle mit Raum/€", "Größe__Tabelle mit Raum/€")])
def test_tables_have_their_names_at_biggeo(client, sandbox, schema, name, remote):
    table = tables.Table(name, USERS.columns, ["id"], schema=schema)
    tables.assert_success(tables.write_batch(client, sandbox, table, replace=[user(1, "a")]))
    assert list(sandbox.tables()) == [remote]


def test_names_that_would_collide_are_kept_apart(client, sandbox):
    for schema, name in (("a__b", "c"), ("a", "b__c"), ("a_", "_b"), ("a", "_b"), ("a_", "b")):
        table = tables.Table(name, USERS.columns, ["id"], schema=schema)
        tables.assert_success(tables.write_batch(client, sandbox, table, replace=[user(1, schema)]))
    assert len(sandbox.tables()) == 5
    assert all(len(sandbox.rows(name)) == 1 for name in sandbox.tables())


# The session that a call is

def test_a_call_is_one_session_that_ends_with_one_empty_final(start_sandbox, client):
    sandbox = start_sandbox("--keep-bodies")
    config = tables.configuration(sandbox, batch_size="10")
    write(client, sandbox, config=config, replace=[user(n, "a") for n in range(35)])
    bodies = [body_of(sandbox, post) for post in sandbox.posts()]
    sync_ids = {body["sync_id"] for body in bodies}
    assert len(sync_ids) == 1
    assert uuid.UUID(*sync_ids).version == 4
    assert [len(records_of(body)) for body in bodies] == [10, 10, 10, 5, 0]
    assert [body["is_final"] for body in bodies] == [False] * 4 + [True]
    assert bodies[-1]["chunks"] == []
    states = [[n for n, chunk in enumerate(body["chunks"]) if chunk["type"] == "STATE"]
              for body in bodies]
    assert states == [[], [], [], [5], []], "one STATE, behind the last record"


def body_of(sandbox, post):
    return json.loads(sandbox.body(post["number"]))


def records_of(body):
    return [chunk["record"] for chunk in body["chunks"] if chunk["type"] == "RECORD"]


def test_every_call_has_a_session_of_its_own(client, sandbox):
    for number in range(3):
        write(client, sandbox, replace=[user(number, "a")])
    assert len({session["sync_id"] for session in sandbox.sessions()}) == 3
    assert [session["exported"] > 0 for session in sandbox.sessions()] == [True] * 3
    assert len(sandbox.posts("final")) == 3


def test_emitted_at_is_the_time_of_the_sync_in_milliseconds(client, sandbox):
    times = {1: "2024-01-01T00:00:00Z", 2: "1969-12-31T23:59:59.9999Z", 3: "2024-01-01T00:00:00.123456789Z"}
    write(client, sandbox, replace=[{**user(n, "a"), SYNCED: time} for n, time in times.items()])
    emitted = {line["data"]["id"]: line["emitted_at"] for line in sandbox.envelopes("tester__users")}
    assert emitted == {n: reducer.instant_ns(time) // 10**6 for n, time in times.items()}


def test_emitted_at_is_now_when_no_time_is_given(client, sandbox):
    write(client, sandbox, replace=[{"id": 1}])
    (line,) = sandbox.envelopes("tester__users")
    assert abs(line["emitted_at"] - line["data"]["_fivetran_op_at"] // 1000) < 1000


def test_operation_times_grow_strictly_from_call_to_call(client, sandbox):
    for _ in range(3):
        write(client, sandbox, replace=[user(n, "a") for n in range(500)])
    times = [row["_fivetran_op_at"] for row in sandbox.rows("tester__users")]
    assert all(a < b for a, b in zip(times, times[1:]))


def test_lesson_23_requests_stay_under_both_caps(client, sandbox):
    config = tables.configuration(sandbox, batch_size="100", max_batch_bytes="16384")
    write(client, sandbox, config=config,
          replace=[user(n, "x" * (20 if n < 500 else 900)) for n in range(600)])
    posts = sandbox.posts("nonfinal")
    assert max(post["body_bytes"] for post in posts) <= 16384
    assert max(post["records"] for post in posts) <= 100
    assert sum(post["records"] for post in posts) == 600
    assert all(a["body_bytes"] + b["body_bytes"] > 16384 - 2000 or a["records"] + b["records"] > 100
               for a, b in zip(posts, posts[1:])), "requests are filled"


# A random life of a table against a model

class Model:
    """What Fivetran means by its operations, said as simply as can be."""

    def __init__(self, columns):
        self.columns = columns
        self.rows = {}

    def apply(self, replace, update, delete):
        for row in replace:
            self.rows[row["id"]] = {name: row.get(name) for name in self.columns}
        for row in update:
            if row["id"] in self.rows:
                self.rows[row["id"]].update((n, v) for n, v in row.items() if v is not UNMODIFIED)
        for row in delete:
            self.rows.pop(row["id"], None)

    def truncate(self, before_ms, soft):
        for key, row in list(self.rows.items()):
            if row[SYNCED] is not None and row[SYNCED] < at(before_ms):
                if soft:
                    row["_fivetran_deleted"] = True
                else:
                    del self.rows[key]


def random_rows(rng, clock, kind):
    def cell(make):
        choices = [None, make()] + ([UNMODIFIED] * 2 if kind == "update" else [make()])
        return rng.choice(choices)

    for _ in range(rng.randrange(8)):
        clock[0] += rng.randrange(3)
        row = {"id": rng.randrange(12), SYNCED: at(clock[0])}
        if kind != "delete":
            row.update(name=cell(lambda: secret(f"n{rng.randrange(99)}")),
                       age=cell(lambda: rng.randrange(-5, 5)),
                       note=cell(lambda: secret(rng.choice(["", "null", "é\n\"x\"", ",", "🌍"]))),
                       _fivetran_deleted=cell(lambda: rng.random() < 0.5))
        yield row


def truncate_request(config, table, before_ms, soft):
    request = tables.protos.message("TruncateRequest")(
        configuration=config, schema_name=table.schema, table_name=table.name, synced_column=SYNCED)
    request.utc_delete_before.FromNanoseconds(reducer.instant_ns(at(before_ms)))
    if soft:
        request.soft.deleted_column = "_fivetran_deleted"
    return request


@pytest.mark.parametrize("seed", range(8))
def test_a_random_life_ends_as_a_simple_model_says(client, sandbox, config, seed):
    rng, clock = random.Random(seed), [0]
    table = tables.Table("life", {**USERS.columns, "_fivetran_deleted": "BOOLEAN"}, ["id"])
    model = Model(table.columns)
    for step in range(8):
        kinds = {kind: [list(random_rows(rng, clock, kind)) for _ in range(rng.randrange(3))]
                 for kind in ("replace", "update", "delete")}
        markers = files.Markers(f"null{rng.randrange(9)}", f"same{rng.randrange(9)}")
        tables.assert_success(tables.write_batch(
            client, sandbox, table, **kinds, markers=markers, seed=rng.random(),
            compression=rng.choice(files.COMPRESSIONS), encryption=rng.choice(files.ENCRYPTIONS)))
        model.apply(*(sum(kinds[kind], []) for kind in ("replace", "update", "delete")))
        if rng.random() < 0.4:
            before, soft = rng.randrange(clock[0] + 1), rng.random() < 0.5
            client.call("Truncate", truncate_request(config, table, before, soft))
            if table.remote_name in sandbox.tables():
                model.truncate(before, soft)
    state = sandbox.state(table.remote_name, ["id"])
    assert {key[0]: row for key, row in state.items()} == model.rows
