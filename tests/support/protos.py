"""The messages of protos/ and of gRPC's health and reflection services, compiled once per build.

`message("WriteBatchRequest")` is a class; `method("WriteBatch")` tells a call's path and classes.
"""
import functools
import hashlib
import importlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
OWN = ("common.proto", "destination_sdk.proto")
# Relative to the folder "grpc" within grpc-proto: a generated package grpc would hide the real one.
STANDARD_FOLDER = pathlib.Path("/usr/share/grpc-proto/grpc")
STANDARD = ("health/v1/health.proto", "reflection/v1/reflection.proto",
            "reflection/v1alpha/reflection.proto")
SERVICE = "fivetran_sdk.v2.DestinationConnector"


def _sources():
    return [ROOT / "protos" / name for name in OWN] + [STANDARD_FOLDER / name for name in STANDARD]


def _digest():
    digest = hashlib.sha256()
    for source in _sources():
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _compile(folder):
    subprocess.run(["protoc", f"-I{ROOT / 'protos'}", f"-I{STANDARD_FOLDER}", "-I/usr/include",
                    f"--python_out={folder}", *OWN, *STANDARD], check=True)


def _folder():
    """The folder of the generated modules; made now unless there is one for these sources."""
    base = pathlib.Path(os.environ.get("BIGDUST_BUILD") or tempfile.gettempdir())
    folder = base / f"python_protos_{os.getuid()}_{_digest()}"
    if not folder.exists():
        fresh = tempfile.mkdtemp(dir=base)
        _compile(fresh)
        try:
            os.rename(fresh, folder)  # whoever comes second finds it there
        except OSError:
            shutil.rmtree(fresh)
    return folder


@functools.cache
def modules():
    """(common_pb2, destination_sdk_pb2, health_pb2, reflection_pb2 v1, reflection_pb2 v1alpha)"""
    folder = str(_folder())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    names = ("common_pb2", "destination_sdk_pb2", "health.v1.health_pb2",
             "reflection.v1.reflection_pb2", "reflection.v1alpha.reflection_pb2")
    return tuple(importlib.import_module(name) for name in names)


def common():
    return modules()[0]


def sdk():
    return modules()[1]


def health():
    return modules()[2]


def reflection(version="v1"):
    return modules()[3 if version == "v1" else 4]


def message(name):
    """A class of our protos by its name: message("Table")."""
    for module in modules()[:2]:
        if hasattr(module, name):
            return getattr(module, name)
    raise KeyError(name)


@functools.cache
def method(name):
    """(path, request class, response class) of one of the ten calls."""
    service = sdk().DESCRIPTOR.services_by_name["DestinationConnector"]
    found = service.methods_by_name[name]
    return (f"/{SERVICE}/{name}", message(found.input_type.name),
            message(found.output_type.name))


def method_names():
    return [m.name for m in sdk().DESCRIPTOR.services_by_name["DestinationConnector"].methods]
