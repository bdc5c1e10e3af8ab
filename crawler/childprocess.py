"""This project's own programs in processes of their own: how one is started and ended, and how it speaks in lines of JSON."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO


def start(program: str, errors: int | IO[str]) -> "subprocess.Popen[str]":
    """Start a program that hears lines of standard input and ends in order when that ends.

    Safe path: a folder named `crawler` where the user stands is not ours. A session of its own: Ctrl-C reaches only us.

    Args:
        program: Python, written in this project.
        errors: where its standard error goes, see `subprocess.Popen`.
    """
    package = Path(__file__).resolve().parents[1]
    path = os.pathsep.join(filter(None, (str(package), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(  # noqa: S603  # nothing of a user's is in the program
        [sys.executable, "-P", "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=os.environ | {"PYTHONPATH": path, "PYTHONUTF8": "1"},
        start_new_session=True,
    )


def end(child: "subprocess.Popen[str]", patience: float) -> bool:
    """End a program; return whether it did so within so many seconds, else it was killed."""
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return False
    return True


def speaking() -> Callable[[object], None]:
    """Return what says a line on this program's standard output; what a library prints does not get between the lines."""
    told = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    sys.stdout = sys.stderr

    def say(what: object) -> None:
        told.write(json.dumps(what) + "\n")
        told.flush()

    return say
