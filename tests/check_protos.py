#!/usr/bin/env python3
"""Compares the descriptors of protos/ with tests/data/contract.txt, row by row, both ways.

usage: check_protos.py [protos folder]
"""
import pathlib
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = ".fivetran_sdk.v2."
FIELD = descriptor_pb2.FieldDescriptorProto


def descriptors(protos):
    """The files of protos/ as FileDescriptorProto, by name."""
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(
            ["protoc", f"-I{protos}", "-I/usr/include", f"--descriptor_set_out={out.name}",
             "common.proto", "destination_sdk.proto"],
            check=True)
        files = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(out.name).read_bytes())
    return {file.name: file for file in files.file}


def type_text(field, message):
    """A field's type as the contract writes it: string, Table, map<string,bytes>, …"""
    if field.type not in (FIELD.TYPE_MESSAGE, FIELD.TYPE_ENUM):
        return FIELD.Type.Name(field.type)[len("TYPE_"):].lower()
    for entry in message.nested_type:
        if entry.options.map_entry and field.type_name.endswith(f".{message.name}.{entry.name}"):
            key, value = (type_text(part, entry) for part in entry.field)
            return f"map<{key},{value}>"
    if field.type_name == ".google.protobuf.Timestamp":
        return "Timestamp"
    if not field.type_name.startswith(PACKAGE):
        return field.type_name
    return field.type_name[len(PACKAGE):]


def field_row(field, message):
    kind = type_text(field, message)
    label = ""
    if field.proto3_optional:
        label = "optional "
    elif field.HasField("oneof_index"):
        label = "{oneof %s} " % message.oneof_decl[field.oneof_index].name
    elif field.label == FIELD.LABEL_REPEATED and not kind.startswith("map<"):
        label = "repeated "
    return f"{field.number} {label}{kind} {field.name}"


def rows(file):
    """The file as rows of the contract; fields and enum values sorted, so that order is free."""
    yield f"{file.name} package {file.package} syntax {file.syntax}"
    for enum in file.enum_type:
        values = sorted(f"{value.name}={value.number}" for value in enum.value)
        yield f"{file.name} enum {enum.name}: {', '.join(values)}"
    for message in file.message_type:
        fields = sorted(field_row(field, message) for field in message.field)
        yield f"{file.name} message {message.name}: {'; '.join(fields) or '(empty)'}"
        for nested in message.nested_type:
            if not nested.options.map_entry:
                yield f"{file.name} nested message {message.name}.{nested.name}"
        for enum in message.enum_type:
            yield f"{file.name} nested enum {message.name}.{enum.name}"
    for service in file.service:
        for method in service.method:
            stream = method.client_streaming or method.server_streaming
            yield (f"{file.name} rpc {service.name}.{method.name}: "
                   f"{method.input_type[len(PACKAGE):]} -> {method.output_type[len(PACKAGE):]}"
                   f"{' stream' if stream else ''}")


def contract(path):
    """The contract's rows in the same form as rows()."""
    name = None
    for line in path.read_text().splitlines():
        if line.startswith("#") or not line:
            continue
        if line.startswith("file "):
            name = line[len("file "):]
            yield f"{name} package fivetran_sdk.v2 syntax proto3"
            continue
        head, body = line.split(": ", 1)
        for kind, separator in (("enum ", ", "), ("message ", "; ")):
            if head.startswith(kind):
                body = separator.join(sorted(body.split(separator)))
        yield f"{name} {head}: {body}"


def main():
    protos = sys.argv[1] if len(sys.argv) > 1 else str(HERE.parent / "protos")
    have = {row for file in descriptors(protos).values() for row in rows(file)}
    want = set(contract(HERE / "data" / "contract.txt"))
    if len(want) < 70:
        sys.exit(f"only {len(want)} rows in the contract's data")
    for row in sorted(want - have):
        print("missing:   ", row)
    for row in sorted(have - want):
        print("unexpected:", row)
    sys.exit(1 if want != have else 0)


main()
