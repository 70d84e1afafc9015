"""`bigdust write`: streams into Dust's tables through the real binary."""
import decimal
import json
import random
import signal

import pytest

from support import airbyte, sandbox as sandboxes
from support.airbyte import catalog, complete, global_state, record, stream, stream_state
from support.tables import secret

AT_EACH_STATE = {"commit": "state", "commit_interval_seconds": 0}
USERS = "airbyte_users"


@pytest.fixture
def files(tmp_path):
    return airbyte.Files(tmp_path)


def old_config(sandbox, **more):
    """A config of the older connector for Dust, as it was: every key that its spec had."""
    return {"api_key": sandboxes.DUST_KEY, "workspace_id": sandboxes.DUST_WORKSPACE, "space_id": sandboxes.DUST_SPACE,
            "data_source_id": sandboxes.DUST_DATA_SOURCE, "base_url": sandbox.url, "data_format": "tables",
            "table_id_prefix": "airbyte_", "table_batch_size": 500, **more}


def users(mode="append", **more):
    if mode == "append_dedup":
        more.setdefault("primary_key", [["id"]])
    return stream("users", mode=mode, **more)


def shown(sandbox, table=USERS, raw=False):
    """What Dust shows once everything is merged: {row id: {column: value}}, nulls and the column of the fence left out."""
    assert sandbox.dust_merge() == []
    rows = {}
    for line in sandbox.dust_lines(table, raw):
        row = sandboxes.loads(line)
        assert row["row_id"] not in rows, f"two rows of one id: {row['row_id']}"
        rows[row["row_id"]] = {name: value for name, value in row["value"].items()
                               if value not in (None, "") and name != "_fivetran_exact"}
    return rows


def values(sandbox, column, table=USERS):
    return sorted(row[column] for row in shown(sandbox, table).values())


def body_of(sandbox, request):
    return sandboxes.loads(sandbox.body(request["number"]))


def tags(sandbox, table=USERS, kind="column"):
    start = f"bigdust:{kind}:"
    found = sandbox.dust_tables()[table]["table"]["tags"]
    return [tag[len(start):] for tag in found if tag.startswith(start)]


def mapping(sandbox, table=USERS):
    """{the source's name: Dust's}, in the order of the columns."""
    columns = sorted((json.loads(tag) for tag in tags(sandbox, table)), key=lambda column: column["at"])
    assert [column["at"] for column in columns] == list(range(len(columns)))
    return {column["original"]: column["name"] for column in columns}


# Sync modes

def test_append_dedup_keeps_the_last_record_of_each_key(files, sandbox):
    lines = [record("users", {"id": n % 3, "n": n}) for n in range(10)]
    files.write(old_config(sandbox), catalog(users("append_dedup")), lines).assert_success()
    assert shown(sandbox) == {"0": {"id": 0, "n": 9}, "1": {"id": 1, "n": 7}, "2": {"id": 2, "n": 8}}
    files.write(old_config(sandbox), catalog(users("append_dedup")), [record("users", {"id": 1, "m": "new"})]).assert_success()
    assert shown(sandbox)["1"] == {"id": 1, "m": "new"}, "a row is replaced whole"
    assert len(shown(sandbox)) == 3


@pytest.mark.parametrize("batch_size", [1, 3, 500])
def test_append_dedup_never_loses_the_later_of_two_records(files, sandbox, batch_size):
    rand = random.Random(batch_size)
    last, lines = {}, []
    for n in range(300):
        key = rand.randrange(20)
        last[str(key)] = {"id": key, "n": n}
        lines.append(record("users", last[str(key)]))
    files.write(old_config(sandbox, table_batch_size=batch_size), catalog(users("append_dedup")), lines).assert_success()
    assert shown(sandbox) == last


@pytest.mark.parametrize("key", [None, [["id"]]])
def test_append_keeps_every_record_and_the_same_message_is_one_row(files, sandbox, key):
    more = {"primary_key": key} if key else {}
    lines = [record("users", {"id": 1, "n": n}) for n in range(5)] + [record("users", {"id": 1, "n": 0}, emitted_at=5)]
    for _ in range(2):  # delivered again after a failure
        files.write(old_config(sandbox), catalog(users(**more)), lines).assert_success()
    rows = shown(sandbox)
    assert sorted(row["n"] for row in rows.values()) == [0, 0, 1, 2, 3, 4]
    start = "1-" if key else "users-"
    assert all(row_id.startswith(start) and len(row_id) == len(start) + 16 for row_id in rows)


def test_overwrite_replaces_everything_once_per_sync_whatever_the_commits(files, sandbox):
    for sync in range(2):
        lines = []
        for n in range(6):
            lines += [record("users", {"sync": sync, "n": n}), stream_state("users", {"n": n})]
        output = files.write(old_config(sandbox, **AT_EACH_STATE), catalog(users("overwrite")), lines).assert_success()
        assert len(output.states) == 6
        assert {row["sync"] for row in shown(sandbox).values()} == {sync}
        assert values(sandbox, "n") == list(range(6))


def test_overwrite_removes_rows_that_still_wait_to_be_merged(files, sandbox):
    sandbox.config(merge_quiet_ms=3_600_000)
    config = old_config(sandbox, confirm_writes=False)
    files.write(config, catalog(users("overwrite")), [record("users", {"n": 1})]).assert_success()
    files.write(config, catalog(users("overwrite")), [record("users", {"n": 2})]).assert_success()
    sandbox.config(merge_quiet_ms=0)
    assert values(sandbox, "n") == [2]


@pytest.mark.parametrize("done", [[], [complete("users")]], ids=["without", "complete"])
def test_an_empty_overwrite_empties_the_table(files, sandbox, done):
    files.write(old_config(sandbox), catalog(users("overwrite")), [record("users", {"n": 1})]).assert_success()
    files.write(old_config(sandbox), catalog(users("overwrite")), done).assert_success()
    assert shown(sandbox) == {}
    assert mapping(sandbox) == {"n": "n"}, "the columns keep their names"


def test_an_empty_overwrite_of_a_table_that_never_was_makes_it(files, sandbox):
    files.write(old_config(sandbox), catalog(users("overwrite", generation_id=3, minimum_generation_id=3)), []).assert_success()
    assert shown(sandbox) == {} and tags(sandbox, kind="generation") == ["3"]


def test_streams_without_records_that_keep_their_rows_send_nothing(files, sandbox):
    files.write(old_config(sandbox), catalog(users("append_dedup"), "other"), [complete("users")]).assert_success()
    assert sandbox.requests() == []


# Generations

def refreshed(generation, mode="append"):
    return catalog(users(mode, generation_id=generation, minimum_generation_id=generation))


@pytest.mark.parametrize("mode", ["append", "append_dedup"])
def test_a_new_generation_replaces_the_older_rows(files, sandbox, mode):
    files.write(old_config(sandbox), catalog(users(mode)), [record("users", {"id": n}) for n in range(4)]).assert_success()
    files.write(old_config(sandbox), refreshed(7, mode), [record("users", {"id": 9})]).assert_success()
    assert values(sandbox, "id") == [9] and tags(sandbox, kind="generation") == ["7"]
    files.write(old_config(sandbox), refreshed(8, mode), [record("users", {"id": 10})]).assert_success()
    assert values(sandbox, "id") == [10] and tags(sandbox, kind="generation") == ["8"]


def test_a_sync_that_goes_on_with_its_generation_keeps_its_rows(files, sandbox):
    for n in range(3):
        files.write(old_config(sandbox), refreshed(7), [record("users", {"n": n})]).assert_success()
    assert values(sandbox, "n") == [0, 1, 2]
    files.write(old_config(sandbox), refreshed(7, "overwrite"), []).assert_success()
    assert values(sandbox, "n") == [0, 1, 2], "an empty rest of a resumed sync removes nothing"


def test_a_generation_that_keeps_everything_is_added_and_no_columns_forget_the_generation(files, sandbox):
    files.write(old_config(sandbox), refreshed(7), [record("users", {"n": 0})]).assert_success()
    adding = catalog(users(generation_id=8, minimum_generation_id=0))
    files.write(old_config(sandbox), adding, [record("users", {"n": 1, "more": 1})]).assert_success()
    assert values(sandbox, "n") == [0, 1] and tags(sandbox, kind="generation") == ["7"]


@pytest.mark.parametrize("done,left", [([], [1]), ([complete("users")], [])], ids=["without", "complete"])
def test_rule_6_an_empty_new_generation_needs_complete_to_remove_the_older_rows(files, sandbox, done, left):
    files.write(old_config(sandbox), catalog("users"), [record("users", {"n": 1})]).assert_success()
    files.write(old_config(sandbox), refreshed(7), done).assert_success()
    assert values(sandbox, "n") == left


def test_the_older_rows_go_with_the_first_batch_and_not_before(files, sandbox):
    files.write(old_config(sandbox), catalog("users"), [record("users", {"n": 0})]).assert_success()
    sync = files.start(old_config(sandbox), refreshed(7))
    sync.feed(record("users", {"n": 1}))
    sync.kill()
    assert values(sandbox, "n") == [0] and tags(sandbox, kind="generation") == []


# Names

def test_columns_get_names_that_dust_leaves_alone_and_none_is_lost(files, sandbox):
    odd = {"Name": 1, "name": 2, "col1": 3, "a__b": 4, "a_b": 5, "ÜBER größe": 6, "": 7, "__dust_id": 8, "x-y": 9, "x.y": 10,
           "_fivetran_exact": 11, "NAME": 12, "日本": 13, "quote\"d": 14}
    files.write(old_config(sandbox), catalog("users"), [record("users", odd)]).assert_success()
    names = mapping(sandbox)
    assert list(names) == list(odd), "in the order in which they came"
    assert len(set(names.values())) == len(odd)
    assert names["name"] == "name" and names["a_b"] == "a_b", "what needs no renaming keeps its name"
    assert names["Name"] == "name_2" and names["NAME"] == "name_3" and names["col1"] == "col_1" and names["a__b"] == "a_b_2"
    (row,) = shown(sandbox).values()
    assert row == {names[name]: value for name, value in odd.items()}


def test_a_column_keeps_its_name_in_later_syncs_and_newcomers_take_the_next(files, sandbox):
    config = old_config(sandbox, **AT_EACH_STATE)
    files.write(config, catalog("users"), [record("users", {"Name": "a"})]).assert_success()
    assert mapping(sandbox) == {"Name": "name"}
    lines = [record("users", {"name": "b"}), stream_state("users", 1), record("users", {"NAME": "c", "name": "d", "z": "e"}),
             stream_state("users", 2)]
    files.write(config, catalog("users"), lines).assert_success()
    assert mapping(sandbox) == {"Name": "name", "name": "name_2", "NAME": "name_3", "z": "z"}
    files.write(config, catalog(users("overwrite")), [record("users", {"name": "word"})]).assert_success()
    assert list(shown(sandbox).values()) == [{"name_2": "word"}]


def test_the_tags_are_there_before_the_rows_that_use_their_columns(files, start_sandbox):
    sandbox = start_sandbox("--keep-bodies")
    lines = [record("users", {"id": n, f"column {n}": n}) for n in range(30)]
    files.write(old_config(sandbox, table_batch_size=5), catalog("users"), lines).assert_success()
    told, rows = set(), 0
    for request in sandbox.requests():
        if request["call"] == "dust-upsert-table":
            start = "bigdust:column:"
            told = {json.loads(tag[len(start):])["name"] for tag in body_of(sandbox, request)["tags"] if tag.startswith(start)}
        elif request["kind"] == "upsert":
            for row in body_of(sandbox, request)["rows"]:
                assert set(row["value"]) - {"_fivetran_exact"} <= told
                rows += 1
    assert rows == 31 and len(mapping(sandbox)) == 31


def test_more_columns_than_dust_takes_are_a_config_error(files, sandbox):
    lines = [record("users", {f"c_{n}": n for n in range(300)}), record("users", {f"d_{n}": n for n in range(300)})]
    output = files.write(old_config(sandbox), catalog("users"), lines)
    output.assert_failure("config_error", "510 columns", "users", USERS)


@pytest.mark.parametrize("name", ["x" * 2000, "a\0b"])
def test_a_column_name_that_cannot_be_kept_is_a_config_error(files, sandbox, name):
    output = files.write(old_config(sandbox), catalog("users"), [record("users", json.dumps({name: 1}))])
    output.assert_failure("config_error", "column", "users")


def test_streams_of_namespaces_are_tables_of_their_own(files, sandbox):
    streams = catalog("users", stream("users", "shop"), stream("ünï", "a"))
    lines = [record("users", {"n": 1}), record("users", {"n": 2}, "shop"), record("ünï", {"n": 3}, "a")]
    files.write(old_config(sandbox, table_id_prefix="mine_"), streams, lines).assert_success()
    assert values(sandbox, "n", "mine_users") == [1] and values(sandbox, "n", "mine_shop__users") == [2]
    (other,) = [name for name in sandbox.dust_tables() if name.startswith("mine_a__")]
    assert values(sandbox, "n", other) == [3]
    source = json.loads(tags(sandbox, "mine_shop__users", "source")[0])
    assert source == {"front_end": "airbyte", "schema": "shop", "table": "users"}


def test_a_table_of_another_source_is_a_config_error(files, sandbox):
    sandbox.dust("POST", "tables", {"name": USERS, "title": "t", "description": "", "table_id": USERS}).json()
    output = files.write(old_config(sandbox), catalog("users"), [record("users", {"n": 1})])
    output.assert_failure("config_error", USERS, "not made by this connector")


def test_a_table_of_the_older_connector_is_a_config_error_that_says_what_to_do(files, sandbox):
    sandbox.dust("POST", "tables", {"name": USERS, "title": USERS, "description": ""}).json()
    output = files.write(old_config(sandbox), catalog("users"), [record("users", {"n": 1})])
    output.assert_failure("config_error", USERS, "Table ID prefix", "Rename or remove")


# Keys

def row_ids(files, sandbox, key, *data):
    files.write(old_config(sandbox), catalog(users("append_dedup", primary_key=key)),
                [record("users", text) for text in data]).assert_success()
    return sorted(shown(sandbox))


def test_keys_may_be_nested_and_composite(files, sandbox):
    key = [["meta", "region", "code"], ["id"]]
    data = [{"id": n % 2, "meta": {"region": {"code": code}}, "n": n} for n in range(4) for code in ("eu", "us")]
    assert row_ids(files, sandbox, key, *data) == ["eu-0", "eu-1", "us-0", "us-1"]
    assert shown(sandbox)["us-1"]["n"] == 3


def test_one_key_has_one_id_however_it_is_written(files, sandbox):
    assert row_ids(files, sandbox, [["id"]], *('{"id":%s}' % text for text in ("1", "1.0", "10e-1", '"1"', '"\\u0031"'))) == ["1"]


def test_two_keys_never_share_an_id(files, sandbox):
    keys = ['""', "null", '"a b"', '"a_b"', '"a-b"', '"A_b"', "-1", "1", "1.5", '"x\\u0000"', '"x"', "true", '{"a":1}', "[1]",
            "1" * 400, "1" * 399 + "2"]
    found = row_ids(files, sandbox, [["id"]], *('{"id":%s}' % key for key in keys), "{}")
    assert len(found) == len(keys), "a key that is missing is null"
    assert all(set(row_id) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") for row_id in found)


# Values

def one_row(files, sandbox, data, raw=False):
    files.write(old_config(sandbox), catalog("users"), [record("users", data)]).assert_success()
    (row,) = shown(sandbox, raw=raw).values()
    return row


NUMBERS = ["0", "-7", "9007199254740991", "9007199254740993", "-9007199254740993", "9223372036854775807",
           "0.1", "123456789012.345", "1E5", "1.5e300", "0.30000000000000004"]


def test_numbers_keep_their_value_to_the_last_digit(files, sandbox):
    row = one_row(files, sandbox, "{" + ",".join(f'"n{chr(97 + at)}":{n}' for at, n in enumerate(NUMBERS)) + "}", raw=True)
    for at, number in enumerate(NUMBERS):
        assert decimal.Decimal(row[f"n{chr(97 + at)}"]) == decimal.Decimal(number)


def test_numbers_that_dust_itself_rounds_are_sent_with_every_digit(files, start_sandbox):
    sandbox = start_sandbox("--keep-bodies")
    digits = "1" * 400 + "7"
    row = one_row(files, sandbox, f'{{"a":12345678901234567890.12345678901234567890,"b":{digits},"c":18446744073709551615}}', raw=True)
    request = sandbox.requests("dust-upsert-rows", "upsert")[0]
    (sent,) = body_of(sandbox, request)["rows"]
    assert sent["value"] == {"a": "12345678901234567890.1234567890123456789", "b": digits, "c": "18446744073709551615"}
    assert row["b"] == digits, "no double takes it: it stays text"


def test_values_of_every_kind(files, sandbox):
    row = one_row(files, sandbox, '{"t":"text \\u00e9\\ud83e\\udd80 \\"q\\"","b":true,"f":false,"n":null,"o":{ "a" : [1.0, 2E1] },'
                                  '"l":[],"s":"Infinity","same":1,"same":2}')
    assert row == {"t": 'text é🦀 "q"', "b": True, "f": False, "o": '{ "a" : [1.0, 2E1] }', "l": "[]", "s": "Infinity", "same": 2}


def test_an_empty_record_is_a_row_without_values(files, sandbox):
    files.write(old_config(sandbox), catalog("users"), [record("users", {})]).assert_success()
    assert list(shown(sandbox).values()) == [{}]


def test_a_fraction_before_1970_does_not_break_the_table(files, sandbox):
    row = one_row(files, sandbox, {"at": "1969-12-31T23:59:59.123Z", "id": 1})
    assert row["id"] == 1 and row["at"]["epoch"] == -1000


def test_what_dust_changes_is_one_line_of_the_log_without_values(files, sandbox):
    lines = [record("users", {"code": "007", "empty": "", "wide": f" {secret('x')} "}) for _ in range(10)]
    output = files.write(old_config(sandbox), catalog("users"), lines).assert_success()
    (line,) = output.logs("values_change_in_dust")
    assert "retyped=10 trimmed=10 emptied=10" in line
    assert secret("x") not in "".join(output.lines)


# Limits and faults

def test_texts_that_dust_would_take_for_separators_are_a_config_error_before_they_are_sent(files, sandbox):
    output = files.write(old_config(sandbox), catalog("users"), [record("users", {"a": "x;y;z;w"})])
    output.assert_failure("config_error", USERS, "semicolons")
    assert sandbox.requests("dust-upsert-rows", "upsert") == []


def test_rows_past_the_limit_of_a_table_are_a_config_error(files, start_sandbox):
    sandbox = start_sandbox("--set", "merge_quiet_ms=3600000")  # half a million rows need not be merged again and again
    lines = (record("users", f'{{"n":{n}}}') for n in range(500_001))
    output = files.write(old_config(sandbox, table_batch_size=10000, max_batch_bytes=16777216, confirm_writes=False),
                         catalog("users"), lines, timeout=300)
    output.assert_failure("config_error", USERS, "500000 rows")


@pytest.mark.parametrize("action", [{"action": "status", "status": 503}, {"action": "status", "status": 429},
                                    {"action": "reset_after"}, {"action": "cut"}])
@pytest.mark.parametrize("match", ["dust-get-table", "dust-upsert-table", "truncate", "upsert"])
def test_lesson_33_what_passes_is_tried_again_and_rows_are_there_once(files, sandbox, match, action):
    files.write(old_config(sandbox), catalog("users"), [record("users", {"n": -1})]).assert_success()
    more = {"retry_after": "1"} if action.get("status") == 429 else {}
    sandbox.fault(match, times=1, **action, **more)
    lines = [record("users", {"n": n, "new": n}) for n in range(10)]
    files.write(old_config(sandbox, table_batch_size=4), catalog(users("overwrite")), lines).assert_success()
    sandbox.assert_fired()
    assert values(sandbox, "n") == list(range(10))


def test_lesson_30_a_refusal_ends_the_sync_and_echoes_no_state(files, sandbox):
    sandbox.fault("upsert", "status", status=403, body='{"error":{"type":"data_source_auth_error","message":"no"}}')
    lines = [record("users", {"n": 1}), stream_state("users", 1)]
    output = files.write(old_config(sandbox), catalog("users"), lines).assert_failure("config_error", "API key")
    assert output.states == []


def test_a_413_splits_the_batch(files, sandbox):
    sandbox.config(max_body=3000)
    lines = [record("users", {"n": n, "text": "x" * 50}) for n in range(100)]
    files.write(old_config(sandbox), catalog(users("overwrite")), lines).assert_success()
    assert values(sandbox, "n") == list(range(100))


def test_rule_3_a_state_is_echoed_only_when_its_rows_can_be_read(files, sandbox):
    sandbox.config(merge_quiet_ms=700)
    sync = files.start(old_config(sandbox, **AT_EACH_STATE), catalog("users"))
    sync.feed(record("users", {"n": 1}), stream_state("users", 1))
    sync.wait_state(1)
    total = sandbox.dust("GET", f"tables/{USERS}/rows?limit=0").json()["total"]
    assert total == 1
    sync.finish().assert_success()


FIVE = [f"s{n}" for n in range(5)]
FIVE_TABLES = {f"airbyte_{name}" for name in FIVE}


def fences(sandbox):
    """The posts of rows with a nonce, oldest first."""
    return [r for r in sandbox.requests("dust-upsert-rows", "upsert") if rb'{\"~\":' in sandbox.body(r["number"])]


def test_the_waits_of_many_streams_are_one(files, start_sandbox):
    sandbox = start_sandbox("--keep-bodies", "--set", "merge_quiet_ms=100")
    sync = files.start(old_config(sandbox, **AT_EACH_STATE), catalog(*FIVE))
    for commit in range(2):
        sync.feed(*[record(name, {"n": n}) for name in FIVE for n in range(3)], global_state(commit))
        sync.wait_state(commit + 1)
        assert [sandbox.dust("GET", f"tables/{table}/rows?limit=0").json()["total"] for table in sorted(FIVE_TABLES)] == [3] * 5
        posted = fences(sandbox)[5 * commit:]
        seen = [r["number"] for r in sandbox.requests("dust-get-row") if r["status"] == 200 and r["number"] > posted[0]["number"]]
        assert {r["table"] for r in posted} == FIVE_TABLES and len(posted) == 5
        assert max(r["number"] for r in posted) < min(seen), "every fence is posted before the first is seen"
    sync.finish().assert_success()


@pytest.mark.parametrize("data,word", [({"n": 1}, "API key"), ({"a": "x;y;z;w"}, "semicolons")], ids=["refused", "not sent"])
def test_a_stream_that_fails_does_not_keep_back_the_states_of_those_that_were_sent(files, start_sandbox, data, word):
    sandbox = start_sandbox("--set", "merge_quiet_ms=100")
    sandbox.fault("upsert", "status", table="airbyte_s3", status=403, body='{"error":{"type":"data_source_auth_error","message":"no"}}')
    lines = [record(name, data if name == "s3" else {"n": 1}) for name in FIVE] + [stream_state(name, 1) for name in FIVE]
    output = files.write(old_config(sandbox, commit="end"), catalog(*FIVE), lines).assert_failure("config_error", word)
    assert [json.loads(line)["state"]["stream"]["stream_descriptor"]["name"] for line in output.states] == ["s0", "s1", "s2"]
    assert [sandbox.dust("GET", f"tables/airbyte_{name}/rows?limit=0").json()["total"] for name in FIVE[:3]] == [1, 1, 1]


def test_rule_8_sigterm_ends_the_wait_for_many_streams_and_echoes_nothing(files, start_sandbox):
    sandbox = start_sandbox("--keep-bodies", "--set", "merge_quiet_ms=3600000")
    sync = files.start(old_config(sandbox, **AT_EACH_STATE), catalog(*FIVE))
    sandbox.fault("dust-get-row", "hold", store=True)
    sync.feed(*[record(name, {"n": 1}) for name in FIVE], *[stream_state(name, 1) for name in FIVE[:1]])
    sandbox.wait_held()
    assert {r["table"] for r in fences(sandbox)} == FIVE_TABLES
    sync.signal(signal.SIGTERM)
    output = sync.finish().assert_failure("transient_error")
    assert output.states == []
    sandbox.release()


def test_many_streams_at_once(files, sandbox):
    names = [f"s{n}" for n in range(40)]
    lines = [record(names[n % 40], {"n": n, f"c {n % 7}": n}) for n in range(2000)]
    files.write(old_config(sandbox, table_batch_size=7), catalog(*names), lines).assert_success()
    for at, name in enumerate(names):
        assert values(sandbox, "n", f"airbyte_{name}") == list(range(at, 2000, 40))


# Crashes

STREAMS = ["s0", "s1"]


def source(rand, count):
    """Records with columns that come and go, states now and then; each says how far the source was."""
    lines = []
    for n in range(count):
        data = {"id": n, f"C {rand.randrange(12)}": n, f"c {rand.randrange(12)}": str(n) + "x"}
        lines.append(record(rand.choice(STREAMS), data))
        if rand.random() < 0.1:
            lines.append(global_state({"at": len(lines) + 1}))
    return lines


def crash_somewhere(files, sandbox, settings, streams, lines, at, rand, kinds):
    """One sync from line at on, killed while a request or messages are under way; where the next one begins."""
    stop = rand.randrange(at, len(lines) + 1)
    kind = rand.choice(kinds)
    if kind:
        sandbox.fault(kind, "hold", after=rand.randrange(3), store=rand.random() < 0.5, status=503)
    sync = files.start(settings, streams)
    sync.feed(*lines[at:stop])
    if rand.random() < 0.5:
        sync.child.stdin.close()
    if kind:
        try:
            sandbox.control("GET", "wait?held=1&timeout_ms=500")
        except AssertionError:
            pass  # the fault was never met: killed wherever it is
    sync.kill()
    sandbox.release()
    sandbox.clear_faults()
    states = sync.states()
    return json.loads(states[-1])["state"]["global"]["shared_state"]["at"] if states else at


@pytest.mark.parametrize("mode", ["append", "append_dedup", "refresh"])
@pytest.mark.parametrize("seed", range(4))
def test_no_record_is_missing_after_kill_9_and_a_restart_from_the_last_echoed_state(files, sandbox, mode, seed):
    rand = random.Random(f"{mode}{seed}")
    lines = source(rand, 200)
    more = {"generation_id": 5, "minimum_generation_id": 5} if mode == "refresh" else {}
    streams = catalog(*[stream(name, mode="append" if mode == "refresh" else mode, primary_key=[["id"]], **more) for name in STREAMS])
    settings = old_config(sandbox, table_batch_size=7, **AT_EACH_STATE)
    if mode == "refresh":
        files.write(old_config(sandbox), catalog(*STREAMS), [record(name, {"id": -1}) for name in STREAMS]).assert_success()
    kinds = ["upsert", "dust-upsert-table", "dust-get-row", None] + (["truncate"] if mode == "refresh" else [])
    at = 0
    for _ in range(5):
        at = crash_somewhere(files, sandbox, settings, streams, lines, at, rand, kinds)
    files.write(old_config(sandbox, table_batch_size=7), streams, lines[at:]).assert_success()  # one commit, at its end
    sent = [json.loads(line)["record"] for line in lines if '"RECORD"' in line]
    for name in STREAMS:
        table = f"airbyte_{name}"
        names = mapping(sandbox, table)
        assert len(set(names.values())) == len(names)
        wanted = {json.dumps({names[key]: value for key, value in one["data"].items()}, sort_keys=True)
                  for one in sent if one["stream"] == name}
        rows = [json.dumps(row, sort_keys=True) for row in shown(sandbox, table).values()]
        assert set(rows) == wanted and len(rows) == len(wanted)


# Configs of the older connector

def test_check_takes_the_config_of_the_older_connector(files, sandbox):
    path = files.put("config.json", old_config(sandbox))
    (message,) = airbyte.run("check", "--config", path).of("CONNECTION_STATUS")
    assert message["connectionStatus"]["status"] == "SUCCEEDED"


def test_rows_come_in_requests_of_the_older_connector_s_size(files, sandbox):
    lines = [record("users", {"n": n}) for n in range(1100)]
    files.write(old_config(sandbox), catalog("users"), lines).assert_success()
    assert [r["records"] for r in sandbox.requests("dust-upsert-rows", "upsert")] == [500, 500, 100, 1]
