"""STATE: echoed byte for byte, in order, every one of them, and only when the records before are durable."""
import fcntl
import json
import random
import time

import pytest

from support import airbyte
from support.airbyte import catalog, complete, config, echoed, global_state, record, stream_state

AT_EACH_STATE = {"commit": "state", "commit_interval_seconds": 0}


@pytest.fixture
def files(tmp_path):
    return airbyte.Files(tmp_path)


# The echo

@pytest.mark.parametrize("state", [
    '{"type":"STREAM","stream":{"stream_descriptor":{"name":"users"},"stream_state":{"cursor":1.000,"big":123456789012345678901}}}',
    '{"type":"STREAM","stream":{"stream_descriptor":{"name":"users","namespace":null},"stream_state":null},"id":7}',
    '{"type":"STREAM","stream":{"stream_descriptor":{"name":"users"}},"sourceStats":{"recordCount":2.0},"unknown":[1,{}]}',
    '{"stream":{"stream_descriptor":{"name":"users"},"stream_state":{"a":"\\u00e9\\/"}}}',
    '{"type":"GLOBAL","global":{"shared_state":{"lsn":1},"stream_states":[]},"id":9}', '{"global":{"stream_states":[]}}',
    '{"type":"LEGACY","data":{"users":{"cursor":"2"}}}', '{"data":{"a":{"b":[1,2,{"c":0.10}]}}}', '{ "data" : { } }'])
def test_rule_4_a_state_comes_back_byte_for_byte_with_its_count(files, sandbox, state):
    line = f'{{"type":"STATE","state":{state}}}'
    output = files.write(config(sandbox), catalog("users"), [record("users", {"n": 1}), record("users", {"n": 2}), line])
    output.assert_success()
    assert output.states == [echoed(line, 2)]


def test_an_empty_state_object_comes_back_as_json(files, sandbox):
    output = files.write(config(sandbox), catalog("users"), ['{"type":"STATE","state":{}}']).assert_success()
    assert output.states == ['{"type":"STATE","state":{"destinationStats":{"recordCount":0.0}}}']


def test_destination_stats_that_are_there_are_replaced(files, sandbox):
    line = '{"type": "STATE", "state": {"data": {}, "destinationStats": {"recordCount": 99.0}, "id": 5}, "more": true}'
    output = files.write(config(sandbox), catalog("users"), [record("users", {"n": 1}), line]).assert_success()
    assert output.states == [line.replace('{"recordCount": 99.0}', '{"recordCount":1.0}')]


def test_rule_4_counts_are_of_the_stream_since_its_last_state(files, sandbox):
    one, two = (lambda n: stream_state("one", {"n": n})), (lambda n: stream_state("two", {"n": n}, "shop"))
    lines = [record("one", {}), record("two", {}, "shop"), record("one", {}), one(1), record("two", {}, "shop"), two(1),
             record("one", {}), two(2), one(2), one(3)]
    output = files.write(config(sandbox), catalog("one", airbyte.stream("two", "shop")), lines).assert_success()
    assert output.states == [echoed(one(1), 2), echoed(two(1), 2), echoed(two(2), 0), echoed(one(2), 1), echoed(one(3), 0)]


def test_rule_4_a_global_state_counts_all_streams(files, sandbox):
    lines = [record("one", {}), record("two", {}), global_state(1), record("two", {}), global_state(2), global_state(3)]
    output = files.write(config(sandbox), catalog("one", "two"), lines).assert_success()
    assert output.states == [echoed(global_state(1), 2), echoed(global_state(2), 1), echoed(global_state(3), 0)]


@pytest.mark.parametrize("commit", [{}, AT_EACH_STATE])
def test_rule_3_every_state_is_echoed_in_order(files, sandbox, commit):
    states = [stream_state(f"s{n % 3}", {"n": n}, id=n) for n in range(60)]
    lines = [text for n in range(60) for text in (record(f"s{n % 3}", {"n": n}), states[n])]
    output = files.write(config(sandbox, **commit), catalog("s0", "s1", "s2"), lines).assert_success()
    assert [json.loads(text)["state"]["id"] for text in output.states] == list(range(60))
    assert output.states == [echoed(state, 1) for state in states]


def test_rule_6_a_state_or_complete_of_an_unknown_stream_is_a_warning_and_the_state_is_echoed(files, sandbox):
    line = stream_state("stranger", {"n": 1}, "x")
    output = files.write(config(sandbox), catalog("users"), [record("users", {}), line, complete("stranger", "x")])
    output.assert_success()
    assert output.states == [echoed(line, 0)]
    assert len(output.logs("unknown_stream")) == 2 and all("stranger" in text for text in output.logs("unknown_stream"))


def test_a_state_of_20_mb_comes_back(files, sandbox):
    line = stream_state("users", {"text": "x" * 20_000_000})
    output = files.write(config(sandbox), catalog("users"), [record("users", {}), line]).assert_success()
    assert output.states == [echoed(line, 1)]


# Durable means final

def test_rule_3_with_commit_at_the_end_no_state_is_echoed_before_the_final_post(files, sandbox):
    sandbox.fault("final", "hold")
    sync = files.start(config(sandbox, batch_size=1), catalog("users"))
    sync.feed(record("users", {"n": 1}), stream_state("users", 1), record("users", {"n": 2}), stream_state("users", 2))
    sync.child.stdin.close()
    sandbox.wait_held()
    assert sync.states() == []
    sandbox.release()
    output = sync.finish().assert_success()
    assert len(output.states) == 2 and len(sandbox.posts("final")) == 1


def test_rule_3_with_commit_at_states_each_waits_for_its_own_final_post(files, sandbox):
    sandbox.fault("final", "hold", after=1)
    sync = files.start(config(sandbox, **AT_EACH_STATE), catalog("users"))
    sync.feed(record("users", {"n": 1}), stream_state("users", 1))
    sync.wait_state(1)
    assert len(sandbox.posts("final")) == 1
    sync.feed(record("users", {"n": 2}), stream_state("users", 2))
    sandbox.wait_held()
    assert len(sync.states()) == 1
    sandbox.release()
    sync.wait_state(2)
    output = sync.finish().assert_success()
    assert output.states == [echoed(stream_state("users", 1), 1), echoed(stream_state("users", 2), 1)]
    assert len({session["sync_id"] for session in sandbox.sessions()}) == 2, "a session per checkpoint"
    assert [row["n"] for row in sandbox.rows("users")] == [1, 2]


def test_commits_are_not_more_frequent_than_the_interval(files, sandbox):
    lines = [text for n in range(50) for text in (record("users", {"n": n}), stream_state("users", n))]
    output = files.write(config(sandbox, commit="state", commit_interval_seconds=900), catalog("users"), lines)
    assert len(output.assert_success().states) == 50
    assert len(sandbox.posts("final")) == 1, "all with the last one"


def test_a_waiting_state_is_committed_when_the_interval_is_over_though_records_go_on_without_another_state(files, sandbox):
    """The platform wants a state every 15 minutes, and a source may send millions of records after one."""
    sync = files.start(config(sandbox, commit="state", commit_interval_seconds=1), catalog("users"))
    sync.feed(record("users", {"n": 0}), stream_state("users", 1))
    end = time.monotonic() + 60
    while not sync.states() and time.monotonic() < end:
        sync.feed(*[record("users", {"n": 0})] * 100)
    assert sync.states() == [echoed(stream_state("users", 1), 1)]
    sync.finish().assert_success()


def test_a_waiting_state_is_committed_when_the_interval_is_over_though_nothing_more_comes(files, sandbox):
    sync = files.start(config(sandbox, commit="state", commit_interval_seconds=1), catalog("users"))
    sync.feed(record("users", {"n": 1}), stream_state("users", 1))
    sync.wait_state(1)
    assert len(sandbox.posts("final")) == 1
    sync.finish().assert_success()


def test_a_state_before_any_record_is_echoed_at_once(files, sandbox):
    sync = files.start(config(sandbox), catalog("users"))
    sync.feed(stream_state("users", 0))
    sync.wait_state(1)
    assert sandbox.requests() == []
    sync.finish().assert_success()


def test_states_that_take_too_much_memory_are_reason_enough_for_a_commit(files, sandbox):
    padding = "x" * 5_000_000
    sync = files.start(config(sandbox), catalog("users"))
    for n in range(16):
        sync.feed(record("users", {"n": n}), stream_state("users", {"n": n, "padding": padding}))
    sync.wait_state(10)
    output = sync.finish().assert_success()
    assert len(output.states) == 16 and len(sandbox.posts("final")) == 2
    assert [row["n"] for row in sandbox.rows("users")] == list(range(16))


# Failures

def test_a_failure_echoes_no_state_whose_records_are_not_durable(files, sandbox):
    sandbox.fault("final", "status", status=400, times=-1)
    lines = [record("users", {"n": 1}), stream_state("users", 1)]
    output = files.write(config(sandbox), catalog("users"), lines).assert_failure("config_error")
    assert output.states == []


def test_what_is_durable_is_echoed_though_another_stream_fails(files, sandbox):
    sandbox.fault("final", "status", status=400, table="two", times=-1)
    lines = [record("one", {}), stream_state("one", 1), record("two", {}), stream_state("two", 1), stream_state("one", 2)]
    output = files.write(config(sandbox), catalog("one", "two"), lines).assert_failure("config_error")
    assert output.states == [echoed(stream_state("one", 1), 1)], "up to the first that is not durable"


def test_the_source_s_failure_commits_what_came_and_keeps_no_state_back(files, sandbox):
    """The platform ends our input without COMPLETE: rule 6, records are always committed."""
    lines = [record("users", {"n": 1}), stream_state("users", 1), record("users", {"n": 2})]
    output = files.write(config(sandbox), catalog("users"), lines).assert_success()
    assert output.states == [echoed(stream_state("users", 1), 1)]
    assert len(sandbox.rows("users")) == 2


# Whether BigGeo appends

def test_a_second_final_that_replaced_the_first_s_rows_is_told_and_nothing_more_is_sent(files, sandbox):
    sandbox.config(finals="replace")
    sync = files.start(config(sandbox, **AT_EACH_STATE), catalog("users"))
    sync.feed(record("users", {"n": 1}), record("users", {"n": 2}), stream_state("users", 1))
    sync.wait_state(1)
    # Replacement is proven by counting; two rows against three.
    sync.feed(record("users", {"n": 3}), record("users", {"n": 4}), record("users", {"n": 5}), stream_state("users", 2))
    output = sync.finish().assert_failure("config_error", "BigGeo replaced the rows of table")
    assert len(output.states) == 1


# Kill -9

STREAMS = ["s0", "s1", "s2"]


def source(rand, count):
    """Records of three streams, a state of one of them now and then; each state says how far the source was."""
    lines = []
    for n in range(count):
        lines.append(record(STREAMS[rand.randrange(3)], {"n": n, "text": "x" * rand.randrange(300)}))
        if rand.random() < 0.1:
            lines.append(global_state({"at": len(lines) + 1}))
    return lines


def resume_point(sync):
    """Where the source goes on: what the last echoed state says."""
    states = sync.states()
    return json.loads(states[-1])["state"]["global"]["shared_state"]["at"] if states else None


@pytest.mark.parametrize("commit", [{}, AT_EACH_STATE], ids=["end", "state"])
@pytest.mark.parametrize("seed", range(6))
def test_no_record_is_missing_after_kill_9_and_a_restart_from_the_last_echoed_state(files, sandbox, commit, seed):
    rand = random.Random(seed)
    lines = source(rand, 400)
    at, kills = 0, 0
    while True:
        sync = files.start(config(sandbox, batch_size=7, **commit), catalog(*STREAMS))
        # Takes all lines: or feeding waits for a program that waits for an answer which is held back until it is fed.
        fcntl.fcntl(sync.child.stdin, fcntl.F_SETPIPE_SZ, 256 * 1024)
        if kills < 6:
            stop = rand.randrange(at, len(lines) + 1)
            # Killed while the request is under way, or while messages are: the answer is held back, sometimes for ever.
            kind = rand.choice(["final", "nonfinal", None])
            if kind:
                sandbox.clear_faults()
                sandbox.fault(kind, "hold", after=rand.randrange(3), store=rand.random() < 0.5, status=503)
            sync.feed(*lines[at:stop])
            if rand.random() < 0.5:
                sync.child.stdin.close()
            if kind:
                try:
                    sandbox.control("GET", "wait?held=1&timeout_ms=1000")
                except AssertionError:
                    pass  # the fault was never met: killed wherever it is
            sync.kill()
            sandbox.release()
            sandbox.clear_faults()
            kills += 1
        else:
            sync.feed(*lines[at:])
            sync.finish().assert_success()
            break
        resumed = resume_point(sync)
        at = at if resumed is None else resumed
    there = {row["n"] for table in STREAMS if table in sandbox.tables() for row in sandbox.rows(table)}
    assert there == set(range(400)), f"missing: {sorted(set(range(400)) - there)}"
