"""./run.sh in a folder of its own, whose build.sh only says that it was called."""
import pathlib
import shutil
import subprocess

import pytest

RUN = pathlib.Path(__file__).resolve().parents[2] / "run.sh"


@pytest.fixture
def folder(tmp_path):
    """A folder with a space in its name, as a person's may have."""
    folder = tmp_path / "a folder"
    scripts = {
        "build.sh": 'echo "build.sh[$*] read $(wc -c) bytes"',
        "build/Release/bigdust": 'printf "bigdust"; printf " <%s>" "$@"; echo " read $(wc -c) bytes"; exit 7',
        "tools/demo/demo.py": "",
    }
    for name, line in scripts.items():
        script = folder / name
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(f"#!/usr/bin/env bash\n{line}\n")
        script.chmod(0o755)
    (folder / "tools/demo/demo.py").write_text(
        "import os, sys\nprint('demo', sys.argv[1:], os.environ['BIGDUST'], os.environ['SANDBOX'])\n")
    shutil.copy(RUN, folder)
    return folder


def run(folder, *options):
    return subprocess.run([folder / "run.sh", *options], cwd="/", input="messages", capture_output=True, text=True,
                          timeout=60)


def test_it_builds_and_becomes_bigdust(folder):
    done = run(folder, "--port", "50052", "--state-dir", "")
    assert done.stdout == "bigdust <--port> <50052> <--state-dir> <> read 8 bytes\n"
    assert done.returncode == 7
    assert done.stderr == "build.sh[] read 0 bytes\n"


def test_the_demo_gets_its_options_and_programs(folder):
    done = run(folder, "demo", "--destination", "dust-tables")
    assert done.returncode == 0, done.stderr
    assert done.stdout == (f"demo ['--destination', 'dust-tables'] {folder}/build/Release/bigdust "
                           f"{folder}/build/tools/sandbox\n")
    assert "build.sh[deps]" in done.stderr


def test_a_build_that_fails_starts_nothing(folder):
    (folder / "build.sh").write_text("#!/usr/bin/env bash\necho broken >&2\nexit 3\n")
    done = run(folder, "--port", "50052")
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "broken\n")
