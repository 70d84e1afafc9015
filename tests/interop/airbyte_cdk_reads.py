"""What `bigdust spec`, `check` and `write` print, read by airbyte-cdk: every line must be a message of its models, and
say the same when it is written again."""
import json
import pathlib
import tempfile

import common
import jsonschema
import yaml
from airbyte_cdk.models import AirbyteMessageSerializer, FailureType, Status, Type
from airbyte_cdk.models.connector_metadata import MetadataFile
from airbyte_cdk.sources.utils.schema_helpers import check_config_against_spec_or_exit
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from support import airbyte

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIGGEO = {"api_key": "k", "batch_size": 500}
DUST = {"api_key": "k", "workspace_id": "w", "space_id": "s", "data_source_id": "d", "base_url": "https://eu.dust.tt",
        "data_format": "tables", "table_id_prefix": "airbyte_", "table_batch_size": 100}


def read(output):
    """The messages as the CDK's; none of what we wrote may be lost on it."""
    messages = []
    for line in output.lines:
        plain = json.loads(line)
        messages.append(AirbyteMessageSerializer.load(plain))
        if plain["type"] != "SPEC":  # the CDK adds defaults to a spec
            again = AirbyteMessageSerializer.dump(messages[-1])
            assert again == plain, f"{again}\n{plain}"
    return messages


def specs():
    for options, good, bad in (
            ([], [BIGGEO, DUST, {"api_key": "k"}], [{}, {**BIGGEO, "batch_size": 0}, {**DUST, "data_format": "csv"}]),
            (["--destination", "biggeo"], [BIGGEO, {"api_key": "k"}], [{}, {"api_key": "k", "batch_size": 10001}]),
            (["--destination", "dust"], [DUST], [BIGGEO, {**DUST, "workspace_id": 7}])):
        (message,) = read(airbyte.run("spec", *options))
        assert message.type == Type.SPEC
        spec = message.spec
        jsonschema.Draft7Validator.check_schema(spec.connectionSpecification)
        for config in good:
            check_config_against_spec_or_exit(config, spec)
        for config in bad:
            try:
                check_config_against_spec_or_exit(config, spec)
            except AirbyteTracedException:
                continue
            raise AssertionError(f"the spec allows {config}")
    common.ok("SPEC: a schema of draft 7; configs of the older connectors fit, wrong ones do not")


def checks(files, sandbox):
    for config, wanted in ((airbyte.config(sandbox), Status.SUCCEEDED),
                           (airbyte.config(sandbox, api_key="wrong"), Status.FAILED), ({}, Status.FAILED)):
        output = airbyte.run("check", "--config", files.put("config.json", config))
        (message,) = [m for m in read(output) if m.type == Type.CONNECTION_STATUS]
        assert output.code == 0 and message.connectionStatus.status == wanted
    common.ok("CONNECTION_STATUS")


def states(files, sandbox):
    lines = [airbyte.record("users", {"n": 1}), airbyte.stream_state("users", {"cursor": 1}), airbyte.record("users", {"n": 2}),
             airbyte.global_state({"lsn": 2}), airbyte.line({"type": "STATE", "state": {"type": "LEGACY", "data": {"a": 1}}})]
    output = files.write(airbyte.config(sandbox), airbyte.catalog("users"), lines).assert_success()
    got = [message.state for message in read(output) if message.type == Type.STATE]
    assert [state.destinationStats.recordCount for state in got] == [1.0, 2.0, 0.0]
    sent = [AirbyteMessageSerializer.load(json.loads(line)).state for line in lines if '"STATE"' in line]
    for before, after in zip(sent, got):
        after.destinationStats = None
        assert before == after
    common.ok("STATE of a stream, global and legacy; LOG")


def traces(files, sandbox):
    for config, streams, wanted in (
            (airbyte.config(sandbox, batch_size=0), airbyte.catalog("users"), FailureType.config_error),
            (airbyte.config(sandbox), airbyte.catalog(airbyte.stream("users", mode="overwrite")), FailureType.config_error)):
        output = files.write(config, streams, [airbyte.record("users", {"n": 1})])
        (trace,) = [message.trace for message in read(output) if message.type == Type.TRACE]
        assert output.code == 1 and trace.error.failure_type == wanted and trace.error.message
    sandbox.fault("final", "reset_after", times=1)
    output = files.write(airbyte.config(sandbox), airbyte.catalog("users"), [airbyte.record("users", {"n": 1})])
    (trace,) = [message.trace for message in read(output) if message.type == Type.TRACE]
    assert trace.error.failure_type == FailureType.transient_error
    common.ok("TRACE ERROR")


def metadata():
    for name in ("biggeo", "dust"):
        text = (ROOT / "docs" / "airbyte" / f"metadata_{name}.yaml").read_text()
        MetadataFile.model_validate(yaml.safe_load(text))
        assert yaml.safe_load(text)["data"]["supportsRefreshes"] is True
    common.ok("metadata.yaml of both")


def main():
    specs()
    metadata()
    sandbox = common.Sandbox()
    with tempfile.TemporaryDirectory() as folder:
        files = airbyte.Files(pathlib.Path(folder))
        checks(files, sandbox)
        states(files, sandbox)
        traces(files, sandbox)
    sandbox.finish()


main()
