"""What guards every answer: headers, host names, the limit on bodies, the walls of /static."""

import http.client
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import anyio
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from starlette.types import Message, Receive, Scope, Send

from crawler.home import Home
from search_api.security import CONTENT_SECURITY_POLICY, Guard
from tests.search_api.conftest import WordEncoder

Serving = Callable[[FastAPI], AbstractContextManager[int]]
PROBES = (
    ("GET", "/"),
    ("GET", "/static/app.js"),
    ("GET", "/static/nothing.js"),
    ("GET", "/openapi.json"),
    ("GET", "/healthz"),
    ("GET", "/api/status"),
    ("GET", "/api/search?need=vision"),
    ("GET", "/api/search"),
    ("GET", "/api/search/?need=vision"),
    ("GET", "/api/startups/nobody"),
    ("GET", "/nothing"),
    ("DELETE", "/api/search"),
    ("POST", "/api/search"),
)


def assert_guarded(response: Response | http.client.HTTPResponse) -> None:
    headers = response.headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] in {"no-store", "no-cache"}
    assert "server" not in headers
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize(("method", "path"), PROBES)
def test_every_kind_of_answer_carries_the_headers(client: TestClient, method: str, path: str) -> None:
    response = client.request(method, path, follow_redirects=False)
    assert_guarded(response)
    if path.startswith("/api/"):
        assert response.headers["Cache-Control"] == "no-store"


def test_refusals_and_breakdowns_carry_the_headers_too(
    small_home: Home, make_app: Callable[..., FastAPI], words: type[WordEncoder]
) -> None:
    encoder = words()
    with TestClient(make_app(small_home, encoder), base_url="http://127.0.0.1") as client:
        assert_guarded(client.get("/", headers={"Host": "evil.example"}))
        assert_guarded(client.post("/api/search", content=b"x" * 300_000))
        encoder.broken = RuntimeError("it broke")
        response = client.post("/api/search", json={"need": "vision"})
        assert response.status_code == 500
        assert_guarded(response)


def test_the_policy_allows_no_inline_script_and_no_other_origin() -> None:
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    assert "*" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "", "[::2]:80", "::1", "*"],
)
def test_a_foreign_host_name_is_421(client: TestClient, assert_problem: Callable[..., str], host: str) -> None:
    for path in ("/", "/api/search?need=vision", "/static/app.js", "/healthz"):
        assert "SCOUT_API_NAMES" in assert_problem(client.get(path, headers={"Host": host}), 421, "unknown-host")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost", "LocalHost:1", "[::1]", "[::1]:8000"])
def test_the_computers_own_names_are_answered_to(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_the_names_can_be_set(small_home: Home, make_app: Callable[..., FastAPI]) -> None:
    for names, host, status in (
        (("scout.example",), "Scout.Example:8000", 200),
        (("scout.example",), "127.0.0.1", 421),
        (("*",), "whatever.example", 200),
    ):
        client = TestClient(make_app(small_home, names=names), base_url="http://127.0.0.1")
        assert client.get("/healthz", headers={"Host": host}).status_code == status


def test_a_body_over_the_cap_is_413_with_or_without_its_length(client: TestClient, assert_problem: Callable[..., str]) -> None:
    large = b'{"need": "' + b"x" * 262_144 + b'"}'
    said = assert_problem(client.post("/api/search", content=large), 413, "body-too-large")
    assert said == "the request's body is larger than 262144 bytes"
    parts = (large[start : start + 1000] for start in range(0, len(large), 1000))
    assert assert_problem(client.post("/api/search", content=parts), 413, "body-too-large") == said
    for announced in ("262145", "9" * 5000):
        assert_problem(client.post("/api/search", content=b"x", headers={"Content-Length": announced}), 413)


def test_a_body_of_exactly_the_cap_is_read(client: TestClient) -> None:
    body = b'{"need": "vision"}'
    response = client.post("/api/search", content=body.ljust(262_144), headers={"Content-Type": "application/json"})
    assert response.status_code == 200


def test_a_length_that_is_no_number_is_no_way_in(client: TestClient) -> None:
    for announced in ("\xb2", "-1", "1e9", ""):
        response = client.post("/api/search", content=b"x" * 300_000, headers={b"Content-Length": announced.encode("latin-1")})
        assert response.status_code == 413


@pytest.fixture
def port(small_home: Home, make_app: Callable[..., FastAPI], serving: Serving) -> Iterator[int]:
    with serving(make_app(small_home)) as one:
        yield one


def raw(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer


def test_an_endless_chunked_body_is_cut_off_over_a_real_socket(port: int) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    head = b"POST /api/search HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert raw(port, head + chunk * 5).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/%2e%2e%2f%2e%2e%2fpyproject.toml",
        "/static/..%5capp.py",
        "/static//etc/passwd",
        "/static/%2fetc/passwd",
        "/static/app.js%00",
        "/static/",
        "/static",
        "/static/" + "a" * 5000,
        "/../../etc/passwd",
    ],
)
def test_nothing_outside_the_static_folder_is_served(port: int, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert response.status in {307, 404}
    assert b"import " not in body
    assert b"root:" not in body
    assert_guarded(response)


def test_static_files_have_the_types_that_browsers_ask_for(client: TestClient) -> None:
    static = Path(__file__).parents[2] / "search_api" / "static"
    kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}
    files = [path for path in static.rglob("*") if path.is_file()]
    assert {path.parent.name for path in files} == {"static", "later"}
    for file in files:
        response = client.get(f"/static/{file.relative_to(static).as_posix()}")
        assert response.status_code == 200
        assert response.content == file.read_bytes()
        assert response.headers["Content-Type"].startswith(kinds.get(file.suffix, "text/"))


def test_a_guard_leaves_what_is_no_request_alone() -> None:
    passed: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del receive, send
        passed.append(scope)

    async def receive() -> Message:
        return {}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    anyio.run(Guard(app, max_body_bytes=1, names=()).__call__, {"type": "lifespan"}, receive, send)
    assert passed == [{"type": "lifespan"}]
