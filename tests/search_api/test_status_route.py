"""`/api/status`, `/healthz`, `/readyz` and `/openapi.json`: what answers, and whether it does."""

import http.client
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import search_api.engine
from crawler.home import Home
from indexer.snapshot import load_snapshot

MakeApp = Callable[..., FastAPI]


def ask(port: int, method: str, path: str, body: object = None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def test_the_status_says_what_the_answers_come_from(client: TestClient) -> None:
    status = client.get("/api/status").json()
    answer = client.post("/api/search", json={"need": "vision"}).json()
    assert status["snapshot"] == answer["snapshot"]
    assert (status["model"], status["dimension"]) == ("words", 96)
    assert (status["startups"], status["passages"]) == (6, sum(status["languages"].values()))
    assert status["languages"] == {"en": 9, "it": 2}
    assert status["oldest_page"] == status["newest_page"] == "2026-11-03T09:30:00Z"
    assert client.get("/readyz").json() == {"status": f"ready, snapshot {status['snapshot']}"}
    assert client.get("/healthz").json() == {"status": "ok"}


def test_a_service_without_a_snapshot_is_alive_and_not_ready(
    tmp_path: Path,
    make_app: MakeApp,
    assert_problem: Callable[..., str],
    make_index: Callable[[Home], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search_api.engine, "CHECK_EVERY", 0.0)
    with TestClient(make_app(Home(tmp_path)), base_url="http://127.0.0.1") as client:
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
        assert "run `scout crawl` or `scout import`, then `scout index`" in assert_problem(answer, 503, "no-snapshot")
        assert answer.headers["Retry-After"] == "10"
        snapshot = make_index(Home(tmp_path))
        assert client.get("/readyz").json() == {"status": f"ready, snapshot {snapshot}"}
        assert client.post("/api/search", json={"need": "vision"}).json()["snapshot"] == snapshot


def test_the_service_says_that_it_is_alive_while_slow_searches_take_every_worker(
    small_home: Home, make_app: MakeApp, words: Callable[..., Any], serving: Callable[[FastAPI], AbstractContextManager[int]]
) -> None:
    encoder, started, released = words(), threading.Semaphore(0), threading.Event()
    quick = encoder.encode_need

    def slow(text: str) -> Any:  # noqa: ANN401 -- what it wraps is a fake's, typed so by the fixture
        started.release()
        released.wait(30)
        return quick(text)

    with serving(make_app(small_home, encoder)) as port, ThreadPoolExecutor(60) as pool:
        encoder.encode_need = slow
        asked = [pool.submit(ask, port, "POST", "/api/search", {"need": "vision"}) for _ in range(60)]
        assert started.acquire(timeout=30)
        time.sleep(0.4)
        slowest = 0.0
        for _ in range(10):
            began = time.monotonic()
            assert ask(port, "GET", "/healthz") == (200, {"status": "ok"})
            slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.05)
        assert not any(one.done() for one in asked)
        released.set()
        assert {one.result()[0] for one in asked} == {200}
    assert slowest < 0.3


def test_the_first_requests_share_one_load_of_the_snapshot(
    small_home: Home, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = []

    def counted(home: Home) -> object:
        loads.append(home)
        time.sleep(0.2)
        return load_snapshot(home)

    monkeypatch.setattr("search_api.engine.load_snapshot", counted)
    app = make_app(small_home)
    client = TestClient(app, base_url="http://127.0.0.1")  # without its context the lifespan doesn't run, nothing is loaded
    threads = [threading.Thread(target=client.get, args=("/readyz",)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1


def test_the_openapi_document_names_every_route_and_the_problems(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert document["info"]["title"] == "Startup Scout"
    routes = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert routes == {
        ("/api/search", "get"),
        ("/api/search", "post"),
        ("/api/search/batch", "post"),
        ("/api/search/why", "post"),
        ("/api/classes", "get"),
        ("/api/startups", "get"),
        ("/api/startups/{startup_id}", "get"),
        ("/api/startups/{startup_id}/similar", "get"),
        ("/api/status", "get"),
        ("/healthz", "get"),
        ("/readyz", "get"),
    }
    for path, method in routes - {("/healthz", "get")}:
        responses = document["paths"][path][method]["responses"]
        for status in ("422", "503"):
            assert list(responses[status]["content"]) == ["application/problem+json"]
            assert set(responses[status]["content"]["application/problem+json"]["schema"]["required"]) >= {"detail", "code"}
    need = document["components"]["schemas"]["SearchIn"]["properties"]["need"]
    assert (need["type"], need["minLength"], need["maxLength"]) == ("string", 1, 10_000)
