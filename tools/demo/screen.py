"""What the demo says, in 100 columns."""
import json
import sys
import textwrap
import threading

WIDTH = 100
BOLD, DIM, GREEN, RED, PLAIN = ("\033[1m", "\033[2m", "\033[32m", "\033[31m", "\033[0m")


def paint(colour, text):
    return f"{colour}{text}{PLAIN}" if sys.stdout.isatty() else text


def title(text):
    print("\n" + paint(BOLD, text))


def step(text, outcome, seconds=None, good=False):
    took = f"{seconds:6.2f} s" if seconds is not None else ""
    shown = f"{outcome:<30}"
    print(f"  {text:<58} {paint(GREEN, shown) if good else shown}{paint(DIM, took)}".rstrip(), flush=True)


def remark(text):
    print("    " + paint(DIM, text), flush=True)


def sample(row, names):
    line = json.dumps({name: row[name] for name in names}, ensure_ascii=False, default=float)
    print("    " + (line if len(line) <= WIDTH - 4 else line[: WIDTH - 5] + "…"))


def command(*parts):
    """A command as one can paste it, broken between its parts where it is too long."""
    line = "  " + " ".join(parts)
    print(line if len(line) <= WIDTH else "  " + " \\\n    ".join(parts))


def quoted_json(value):
    """The value as a word of the shell, broken where JSON may have white space."""
    text = "\n    ".join(textwrap.wrap(json.dumps(value), WIDTH - 8, break_long_words=False,
                                       break_on_hyphens=False))
    return f"'{text}'"


class Progress:
    """While the with block lasts, a line that tells how far it is; on a terminal only."""

    def __init__(self, say, every=0.1):
        self.say = say
        self.every = every
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self.done.wait(self.every):
            print(f"\r    {paint(DIM, self.say())}\033[K", end="", flush=True)
        print("\r\033[K", end="", flush=True)

    def __enter__(self):
        if sys.stdout.isatty():
            self.thread.start()

    def __exit__(self, *_):
        self.done.set()
        if self.thread.is_alive():
            self.thread.join()
