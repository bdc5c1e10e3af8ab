"""An internet of a test's own, in the process that imports this at its start: see `tests.crawler.internet.Internet`.

Names have the addresses that the file in FAKE_INTERNET says, and every address leads to the test's server, loopback included:
whatever a crawl would have reached, it reaches, and it is noted.
"""

import errno
import json
import os
import socket
import weakref
from pathlib import Path
from typing import Any
from unittest import mock

import tests.netguard.sitecustomize  # noqa: F401  # its import guards the process: nothing leaves it

_internet = json.loads(Path(os.environ["FAKE_INTERNET"]).read_text())
_answers: dict[str, list[list[str]]] = _internet["names"]
_notes = Path(_internet["notes"])


def _note(kind: str, *values: object) -> None:
    with _notes.open("a") as notes:
        notes.write(json.dumps([kind, *values]) + "\n")


def _look_up(host: str, *_: object, **__: object) -> list[tuple[Any, ...]]:
    name = host.removesuffix(".")
    _note("asked", name)
    if name not in _answers:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    addresses = _answers[name].pop(0) if len(_answers[name]) > 1 else _answers[name][0]
    return [
        (socket.AF_INET6, 1, 6, "", (address, 0, 0, 0)) if ":" in address else (socket.AF_INET, 1, 6, "", (address, 0))
        for address in addresses
    ]


def _connect(self: socket.socket, address: tuple[Any, ...]) -> int:
    if self.family not in {socket.AF_INET, socket.AF_INET6}:
        return _really_connect(self, address)
    if self not in _connecting:
        # Twisted calls again to learn how it went.
        _connecting.add(self)
        _note("connected", *address[:2])
    if self.family == socket.AF_INET6:
        return errno.EHOSTUNREACH
    return _really_connect(self, ("127.0.0.1", _internet["port"]))


_connecting: weakref.WeakSet[socket.socket] = weakref.WeakSet()
_really_connect = socket.socket.connect_ex
mock.patch.object(socket, "getaddrinfo", _look_up).start()
mock.patch.object(socket, "gethostbyname", lambda name: _look_up(name)[0][4][0]).start()
mock.patch.object(socket.socket, "connect_ex", _connect).start()
