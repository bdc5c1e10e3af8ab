"""No test, and nothing that tests run in this process, reaches beyond loopback."""

import socket
import subprocess
import sys

import pytest


@pytest.mark.parametrize("address", ["192.0.2.1", "198.51.100.7"])
def test_an_address_beyond_loopback_is_refused(address: str) -> None:
    with pytest.raises(Exception, match="tests stay on loopback"), socket.socket() as one:
        one.connect((address, 80))


def test_a_name_beyond_loopback_is_not_looked_up() -> None:
    with pytest.raises(Exception, match="tests stay on loopback"):
        socket.getaddrinfo("huggingface.co", 443)


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()[:2], timeout=5):
        pass


def test_processes_that_tests_start_are_guarded_too() -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "tests stay on loopback" in done.stderr
