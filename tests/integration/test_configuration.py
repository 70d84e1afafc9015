"""The setup form and its tests: what a person who sets the destination up sees."""
import contextlib
import socket
import time

import pytest

from support import protos, tables

ITEMS = tables.Table("items", {"id": "INT"}, ["id"])


def run_test(client, name, config, timeout=60):
    """True, or the failure's text."""
    response = client.call("Test", protos.message("TestRequest")(name=name, configuration=config), timeout=timeout)
    kind = response.WhichOneof("response")
    assert kind in ("success", "failure")
    return response.success if kind == "success" else response.failure


@pytest.fixture
def form(client):
    return client.call("ConfigurationForm")


def fields_of(fields):
    """All fields with those of conditional groups, and the value of `destination` that shows them."""
    for field in fields:
        if field.WhichOneof("type") == "conditional_fields":
            condition = field.conditional_fields.condition
            assert condition.condition_field == "destination"
            for inner in field.conditional_fields.fields:
                yield inner, condition.string_value
        else:
            yield field, None


# The form

def test_the_form_shows_each_destination_its_own_settings(form):
    shown = {}
    for field, destination in fields_of(form.fields):
        shown.setdefault(destination, []).append(field.name)
    assert shown[None] == ["destination", "api_key", "batch_size", "max_batch_bytes"]
    assert shown["biggeo"] == ["biggeo_base_url"]
    assert {"workspace_id", "space_id", "data_source_id", "data_format"} <= set(shown["dust"])


def test_lesson_10_names_are_unique_across_the_form(form):
    names = [field.name for field, _ in fields_of(form.fields)]
    names += [field.name for field in form.fields if field.WhichOneof("type") == "conditional_fields"]
    assert len(names) == len(set(names))


def test_every_field_has_a_label_and_says_what_it_is_for(form):
    for field, _ in fields_of(form.fields):
        assert field.label and field.description, field.name
        assert field.WhichOneof("type"), field.name


def test_the_key_is_a_password_and_nothing_else_is(form):
    passwords = [field.name for field, _ in fields_of(form.fields)
                 if field.WhichOneof("type") == "text_field" and field.text_field == 1]
    assert passwords == ["api_key"]


def test_the_form_s_own_defaults_are_good_settings(client, form, sandbox):
    for given in (tables.configuration(sandbox), tables.dust_configuration(sandbox)):
        config = {field.name: field.default_value for field, shown in fields_of(form.fields)
                  if shown in (None, given["destination"])}
        assert run_test(client, "settings", {**config, **given}) is True


def test_every_test_of_the_form_can_be_run(client, form, config):
    assert [test.name for test in form.tests] == ["settings", "connection"]
    for test in form.tests:
        assert test.label
        assert run_test(client, test.name, config) is True


def test_selections_are_supported_and_files_are_csv(client, form):
    assert form.schema_selection_supported and form.table_selection_supported
    assert client.call("Capabilities").batch_file_format == protos.sdk().BatchFileFormat.Value("CSV")


# The tests

def test_lesson_04_a_test_nobody_knows_fails_with_a_text(client, config):
    for name in ("", "no such test", "settings "):
        assert "no test of this name" in run_test(client, name, config)


def test_a_wrong_key_fails_with_what_to_do(client, sandbox, log_watch):
    key = log_watch.forbid("wrong-key-0451", "an API key")
    text = run_test(client, "connection", tables.configuration(sandbox, api_key=key))
    assert "401" in text and "check the API key" in text and key not in text


@pytest.mark.parametrize("fault, words", [
    ({"action": "success_false", "message": "the plan has ended"}, ["connection failed", "the plan has ended"]),
    ({"action": "status", "status": 403}, ["403", "rights"]),
    ({"action": "status", "status": 404}, ["404", "base URL"]),
    ({"action": "status", "status": 302}, ["302", "URL"]),
    ({"action": "status", "status": 500}, ["500"]),
    ({"action": "status", "status": 503}, ["503"]),
    ({"action": "status", "status": 429, "retry_after": "3000"}, ["429", "rate limit"]),
    ({"action": "garbage"}, ["not as BigGeo does"]),
    ({"action": "reset_before"}, ["no whole answer"])], ids=lambda value: str(value)[:40])
def test_a_connection_that_fails_says_why(client, sandbox, config, fault, words):
    sandbox.fault("check-connection", **fault, times=-1)
    text = run_test(client, "connection", config)
    for word in words:
        assert word in text
    assert len(sandbox.requests("check-connection")) == 1, "somebody waits for this answer"


@contextlib.contextmanager
def closed_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_an_api_that_is_not_there_fails_the_test(client, sandbox):
    with closed_port() as url:
        assert "could not be reached" in run_test(
            client, "connection", tables.configuration(sandbox, biggeo_base_url=url))


def test_a_host_that_does_not_exist_fails_the_test(client, sandbox):
    url = "https://nowhere.invalid"
    assert "could not be reached" in run_test(
        client, "connection", tables.configuration(sandbox, biggeo_base_url=url))


def test_lesson_11_an_api_that_never_answers_fails_the_test_in_time(client, sandbox, config):
    sandbox.fault("check-connection", "hold")
    started = time.monotonic()
    text = run_test(client, "connection", config)
    assert time.monotonic() - started < 40  # 20 on a machine that has nothing else to do
    assert text is not True and "check-connection" in text
    sandbox.release()


# Settings

@pytest.mark.parametrize("name, value, words", [
    ("destination", None, "Destination is missing"), ("destination", "snowflake", "Destination must be biggeo"),
    ("api_key", None, "API key is missing"), ("api_key", "", "API key is missing"),
    ("api_key", "two words", "API key"), ("biggeo_base_url", "ftp://x", "BigGeo URL"),
    ("biggeo_base_url", "studio", "BigGeo URL"), ("batch_size", "0", "from 1 to 10000"),
    ("batch_size", "13 GiB", "Batch size"), ("batch_size", "1e3", "Batch size"), ("batch_size", "-1", "Batch size"),
    ("batch_size", "10001", "Batch size"), ("max_batch_bytes", "16383", "Request size limit"),
    ("max_batch_bytes", "99999999999999999999", "Request size limit")])
def test_lesson_10_each_wrong_setting_is_named_by_its_label(client, sandbox, name, value, words):
    config = tables.configuration(sandbox, **{name: value})
    assert words in run_test(client, "settings", config)
    kind, text = tables.answer_of(tables.write_batch(client, sandbox, ITEMS, replace=[{"id": 1}], config=config))
    assert kind == "task" and words in text, "a sync says the same"
    assert sandbox.requests() == []


def test_several_wrong_settings_are_all_named(client, sandbox):
    text = run_test(client, "settings", tables.configuration(sandbox, api_key=None, batch_size="x",
                                                             max_batch_bytes="y"))
    for label in ("API key", "Batch size", "Request size limit"):
        assert label in text


@pytest.mark.parametrize("name, value", [
    ("batch_size", ""), ("max_batch_bytes", ""), ("batch_size", " 7 "), ("table_batch_size", "7"),
    ("workspace_id", "of the other destination"), ("unknown", "setting"), ("confirm_writes", "false")])
def test_lesson_10_settings_may_be_empty_or_meant_for_others(client, sandbox, name, value):
    config = tables.configuration(sandbox, **{name: value})
    assert run_test(client, "settings", config) is True
    tables.assert_success(tables.write_batch(client, sandbox, ITEMS, replace=[{"id": 1}], config=config))


def test_a_trailing_slash_of_the_url_is_no_matter(client, sandbox):
    assert run_test(client, "connection", tables.configuration(sandbox, biggeo_base_url=sandbox.url + "/")) is True


def test_a_path_in_the_url_is_kept(client, sandbox):
    run_test(client, "connection", tables.configuration(sandbox, biggeo_base_url=sandbox.url + "/prefix/"))
    assert sandbox.requests()[0]["path"].startswith("/prefix/data-sources/v1/check-connection")


@pytest.mark.parametrize("test", ["settings", "connection"])
def test_lesson_37_secrets_are_in_no_answer_and_no_log(client, sandbox, log_watch, test):
    for secret in ("geheim-0451-α", "geheim 0451", "geheim-0451\n", "geheim-0451"):
        log_watch.forbid("geheim", "a secret")
        config = tables.configuration(sandbox, api_key=secret, batch_size="geheim-too",
                                      biggeo_base_url=f"https://geheim:geheim@{sandbox.host}")
        assert "geheim" not in run_test(client, test, config)


def test_dust_s_documents_can_be_set_up(client, sandbox):
    config = tables.dust_configuration(sandbox, data_format="documents")
    assert "Workspace ID is missing" in run_test(client, "settings", {**config, "workspace_id": ""})
    assert sandbox.requests() == []
