"""The setup form's test of Dust: every setting that is wrong has a text that names it, and nothing is written."""
import time

import pytest

from support import protos, sandbox as sandboxes, tables

UPSERT = "dust-upsert-table"


def run_test(client, name, config, timeout=60):
    """True, or the failure's text."""
    response = client.call("Test", protos.message("TestRequest")(name=name, configuration=config), timeout=timeout)
    kind = response.WhichOneof("response")
    assert kind in ("success", "failure")
    return response.success if kind == "success" else response.failure


@pytest.fixture
def check(client, sandbox):
    """check(api_key="…"): the outcome of the connection test with these settings changed."""
    return lambda **changes: run_test(client, "connection", tables.dust_configuration(sandbox, **changes))


def test_lesson_11_good_settings_pass_every_test_and_nothing_is_written(client, sandbox):
    form = client.call("ConfigurationForm")
    for test in form.tests:
        assert run_test(client, test.name, tables.dust_configuration(sandbox)) is True
    assert [request["status"] for request in sandbox.requests()] == [200, 400]
    assert sandbox.dust_tables() == {} and sandbox.dust_documents() == {}


def test_a_data_source_may_be_given_by_its_name(check, sandbox):
    sandbox.config(data_source_name="Test-data")
    assert check(data_source_id="Test-data") is True


@pytest.mark.parametrize("key, words", [
    ("sk-other-region", ["401", '"API key"', '"Dust URL"', "https://eu.dust.tt"]),
    ("sk-disabled", ["401", '"API key"']), ("sk-unknown", ["401", '"API key"']),
    ("no-key-of-dusts", ["401", "sk-", '"API key"']), ("eyJ-a-token", ["401", "sk-", '"API key"']),
    ("sk-other-workspace", ["401", '"Workspace ID"']), ("sk-no-product", ["403", "plan"]),
    (sandboxes.DUST_READ_ONLY_KEY, ["403", "right to write"])])
def test_a_key_that_does_not_do_says_why(check, sandbox, log_watch, key, words):
    log_watch.forbid(key, "an API key")
    text = check(api_key=key)
    for word in words:
        assert word in text
    assert key not in text
    assert all(request["status"] != 200 for request in sandbox.requests(UPSERT))


@pytest.mark.parametrize("changes, words", [
    ({"workspace_id": "nowhere"}, ["404", '"Workspace ID"', '"Dust URL"']),
    ({"space_id": "nowhere"}, ["404", '"Space ID"']),
    ({"data_source_id": "nowhere"}, ["404", '"Data source ID"', '"Space ID"']),
    ({"data_source_id": "ds_other"}, ["404", '"Data source ID"', '"Space ID"']),
    ({"space_id": "spc_other"}, ["404", '"Data source ID"', '"Space ID"']),
    ({"data_source_id": "ds_managed"}, ["connection manages", '"Data source ID"'])],
    ids=lambda value: str(value)[:40])
def test_a_place_that_is_not_there_names_its_setting(check, changes, words):
    text = check(**changes)
    for word in words:
        assert word in text


def test_an_address_that_is_not_dusts_asks_for_the_url(check, sandbox):
    assert '"Dust URL"' in check(base_url=sandbox.url + "/elsewhere")
    assert "could not be reached" in check(base_url="https://nowhere.invalid")


@pytest.mark.parametrize("call", ["dust-list-data-sources", UPSERT])
@pytest.mark.parametrize("fault, words", [
    ({"action": "status", "status": 302}, ["302", "URL"]),
    ({"action": "status", "status": 500}, ["500"]),
    ({"action": "status", "status": 503}, ["503"]),
    ({"action": "status", "status": 429, "retry_after": "3000"}, ["429", "rate limit"]),
    ({"action": "garbage"}, ['"Dust URL"']),
    ({"action": "reset_before"}, ["no whole answer"])], ids=lambda value: str(value)[:40])
def test_a_fault_says_what_it_is_at_once(check, sandbox, call, fault, words):
    sandbox.fault(call, **fault, times=-1)
    text = check()
    for word in words:
        assert word in text
    assert len(sandbox.requests(call)) == 1, "somebody waits for this answer"


@pytest.mark.parametrize("state, words", [("maintenance", "maintenance"), ("relocated", '"Workspace ID"')])
def test_dusts_own_words_are_passed_on(check, sandbox, state, words):
    sandbox.config(dust_state=state)
    assert words in check() and state.replace("relocated", "relocation-done") in check()


@pytest.mark.parametrize("call", ["dust-list-data-sources", UPSERT])
def test_lesson_11_an_api_that_never_answers_fails_the_test_within_20_s(check, sandbox, call):
    sandbox.fault(call, "hold")
    started = time.monotonic()
    text = check()
    assert time.monotonic() - started < 20
    assert text is not True and len(text) > 20
    sandbox.release()


@pytest.mark.parametrize("name, words", [
    ("workspace_id", "Workspace ID is missing"), ("space_id", "Space ID is missing"),
    ("data_source_id", "Data source ID is missing"), ("api_key", "API key is missing")])
def test_a_setting_that_is_missing_is_named_before_any_request(client, sandbox, name, words):
    for test in ("settings", "connection"):
        assert words in run_test(client, test, tables.dust_configuration(sandbox, **{name: ""}))
    assert sandbox.requests() == []
