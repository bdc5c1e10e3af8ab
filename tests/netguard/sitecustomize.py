"""Keeps a process on loopback; Python imports a module of this name at its start, wherever PYTHONPATH names this folder."""

import ipaddress
import sys
from typing import Any

LOCAL_NAMES = ("localhost", "", None)


class NetworkTouchedError(Exception):
    """A test reached for an address beyond loopback."""


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host in LOCAL_NAMES or str(host).endswith(".localhost"):
        return
    try:
        is_local = ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        is_local = False
    if not is_local:
        raise NetworkTouchedError(f"{event} to {host!r}: tests stay on loopback")


sys.addaudithook(_refuse_network)
