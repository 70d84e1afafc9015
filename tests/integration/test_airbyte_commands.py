"""`bigdust spec` and `bigdust check`, and the options of all three commands."""
import socket

import pytest

from support import airbyte, processes
from support.sandbox import API_KEY

DUST = {"api_key": "sk-0451", "workspace_id": "w1", "space_id": "vlt_1", "data_source_id": "dts_1"}


@pytest.fixture
def files(tmp_path):
    return airbyte.Files(tmp_path)


def check(files, settings):
    """SUCCEEDED, or the message of FAILED."""
    output = airbyte.run("check", "--config", files.put("config.json", settings))
    assert output.code == 0, "rule 1: check ends with 0 whatever comes of it"
    (answer,) = output.of("CONNECTION_STATUS")
    status = answer["connectionStatus"]
    return "SUCCEEDED" if status["status"] == "SUCCEEDED" else status["message"]


# spec

def spec(*options):
    output = airbyte.run("spec", *options).assert_success()
    assert output.stderr == [] and len(output.lines) == 1
    return output.of("SPEC")[0]["spec"]


def test_spec_is_one_flat_object_that_requires_the_api_key_alone():
    whole = spec()
    schema = whole["connectionSpecification"]
    assert schema["type"] == "object" and schema["required"] == ["api_key"]
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert {"destination", "api_key", "workspace_id", "batch_size", "commit", "data_format"} <= set(schema["properties"])
    assert not {"oneOf", "anyOf", "allOf", "if"} & set(schema)
    for key, part in schema["properties"].items():
        assert part["type"] in ("string", "integer", "boolean"), key
        assert part["title"] and part["description"], key
        assert part.get("airbyte_secret", False) == (key == "api_key")
        if "default" in part:
            kind = {"string": str, "integer": int, "boolean": bool}[part["type"]]
            assert isinstance(part["default"], kind) and part["default"] in part.get("enum", [part["default"]])
    assert schema["properties"]["data_format"]["default"] == "documents"
    assert schema["properties"]["table_id_prefix"]["default"] == "airbyte_"
    assert whole["supportsIncremental"] is True and whole["protocol_version"] == "0.2.0"
    assert set(whole["supported_destination_sync_modes"]) == {"append", "overwrite", "append_dedup"}


@pytest.mark.parametrize("destination, required, has, lacks, modes", [
    ("biggeo", ["api_key"], {"batch_size", "biggeo_base_url"}, {"workspace_id", "destination", "base_url"}, {"append"}),
    ("dust", ["api_key", "workspace_id", "space_id", "data_source_id"], {"batch_size", "base_url", "data_format"},
     {"biggeo_base_url", "destination"}, {"append", "overwrite", "append_dedup"})])
def test_spec_of_one_connector(destination, required, has, lacks, modes):
    alone = spec("--destination", destination)
    schema = alone["connectionSpecification"]
    assert schema["required"] == required
    assert has <= set(schema["properties"]) and not lacks & set(schema["properties"])
    assert set(alone["supported_destination_sync_modes"]) == modes
    assert alone["documentationUrl"].endswith("/" + destination)
    assert schema["properties"]["batch_size"]["default"] == {"biggeo": 1000, "dust": 500}[destination]
    assert schema["properties"]["commit"]["default"] == {"biggeo": "end", "dust": "state"}[destination]


def test_spec_of_an_unknown_destination_fails():
    airbyte.run("spec", "--destination", "nowhere").assert_failure("config_error", "no destination", "biggeo or dust")


# check

def test_check_succeeds_with_the_config_of_the_older_biggeo_connector(files, sandbox):
    assert check(files, airbyte.config(sandbox)) == "SUCCEEDED"
    assert check(files, airbyte.config(sandbox, batch_size=10000)) == "SUCCEEDED"
    assert sandbox.requests("check-connection")


def test_check_ignores_what_it_does_not_know(files, sandbox):
    assert check(files, airbyte.config(sandbox, strict=True, nested={"a": [1]}, batch_size=None)) == "SUCCEEDED"


def test_check_of_a_wrong_key_says_so_without_the_key(files, sandbox):
    answer = check(files, airbyte.config(sandbox, api_key="wrong-key-0451"))
    assert "401" in answer and "API key" in answer and "0451" not in answer


def test_the_key_is_masked_where_the_api_repeats_it(files, sandbox):
    sandbox.fault("any", "status", status=401, body=f'{{"message":"no such key {API_KEY}!"}}', times=-1)
    answer = check(files, airbyte.config(sandbox))
    assert "no such key ****!" in answer and API_KEY not in answer


@pytest.mark.parametrize("changes, word", [
    ({"batch_size": 0}, "Batch size"), ({"batch_size": 10001}, "10000"), ({"batch_size": "many"}, "batch_size"),
    ({"batch_size": "1000"}, "whole number"), ({"batch_size": 1.5}, "whole number"), ({"api_key": ""}, "API key is missing"),
    ({"api_key": 7}, "API key"), ({"destination": "moon"}, "biggeo or dust"), ({"commit": "never"}, "end or state"),
    ({"commit_interval_seconds": 901}, "900"), ({"biggeo_base_url": "ftp://x"}, "BigGeo URL")])
def test_check_of_a_config_that_breaks_the_spec_fails_and_names_the_setting(files, sandbox, changes, word):
    assert word in check(files, airbyte.config(sandbox, **changes))
    assert sandbox.requests() == [], "nothing is asked with a config that is wrong"


@pytest.mark.parametrize("missing", ["workspace_id", "space_id", "data_source_id"])
def test_check_knows_what_dust_needs_besides(files, missing):
    settings = {"destination": "dust", **DUST}
    del settings[missing]
    answer = check(files, settings)
    assert "is missing" in answer and missing.replace("_id", "").replace("_", " ") in answer.lower()


@pytest.mark.parametrize("text, word", [("", "JSON"), ("[]", "object"), ("{", "JSON"), ('{"api_key":"x"} y', "JSON")])
def test_check_of_a_config_that_is_none(files, text, word):
    assert word in check(files, text)


def test_check_of_a_missing_file_fails(tmp_path):
    output = airbyte.run("check", "--config", tmp_path / "none.json")
    assert output.code == 0 and output.of("CONNECTION_STATUS")[0]["connectionStatus"]["status"] == "FAILED"


def test_check_of_an_api_that_is_not_there_fails(files):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert "reached" in check(files, {"api_key": "k", "biggeo_base_url": url})


def test_the_destination_follows_from_workspace_id(files):
    answer = check(files, {key: value for key, value in DUST.items() if key != "space_id"})
    assert "Space ID is missing" in answer, "with a workspace ID it is Dust"
    assert "Space ID" not in check(files, {"api_key": "k", "biggeo_base_url": "http://127.0.0.1:9"})


# Options

@pytest.mark.parametrize("options, word", [
    (["check"], "--config"), (["write", "--config", "x"], "--catalog"), (["write", "--catalog", "x"], "--config"),
    (["discover"], "discover"), (["check", "--config", "x", "--catalog", "y"], "--catalog"),
    (["write", "--destination", "dust", "--config", "x", "--catalog", "y"], "--destination"),
    (["--config", "x"], "--config"), (["spec", "more"], "more")])
def test_wrong_options_end_with_2_and_a_text(options, word):
    output = airbyte.run(*options)
    assert output.code == 2 and output.lines == [] and word in output.stderr[0]


def test_help_names_the_commands():
    done = processes.subprocess.run([processes.binary("BIGDUST"), "--help"], capture_output=True, text=True)
    for word in ("spec", "check", "write", "--config", "--catalog", "--destination"):
        assert word in done.stdout
