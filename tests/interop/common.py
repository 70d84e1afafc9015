"""What the drivers of this folder share. The programs under test are named by BIGDUST and SANDBOX."""
import contextlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import processes  # noqa: E402
from support.sandbox import API_KEY, Sandbox  # noqa: E402


def ok(text):
    print(f"ok: {text}", flush=True)


@contextlib.contextmanager
def running():
    """(bigdust, sandbox), both judged at the end as in the integration tests: exit codes, logs, stderr."""
    watch = processes.LogWatch()
    watch.forbid(API_KEY, "the API key")
    started = []
    try:
        started.append(Sandbox())
        started.append(processes.Bigdust(watch=watch))
        yield started[1], started[0]
    except BaseException:
        for process in started:
            process.kill()
        raise
    for process in reversed(started):
        process.finish()
