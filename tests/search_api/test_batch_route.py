"""`/api/search/batch`: many needs in one call, each for itself, and none in the way of a single search."""

import json
import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.client import HTTPConnection
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from crawler.home import Home
from tests.search_api.conftest import WordEncoder

NEEDS = ["ridurre gli scarti di pressofusione", "robots that weld steel", "pumps that fail"]


def send(client: TestClient, address: str, body: object) -> Response:
    return client.post(address, content=json.dumps(body), headers={"Content-Type": "application/json"})


def post(client: TestClient, *needs: object) -> list[dict[str, Any]]:
    response = send(client, "/api/search/batch", {"needs": needs})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert list(body) == ["took_ms", "answers"]
    answers: list[dict[str, Any]] = body["answers"]
    return answers


def alone(client: TestClient, sent: object) -> dict[str, Any]:
    body: dict[str, Any] = send(client, "/api/search", sent).json()
    return body


def test_every_need_is_answered_as_it_would_be_alone_in_the_order_sent(client: TestClient) -> None:
    sent: list[dict[str, object]] = [
        {"need": NEEDS[0], "limit": 2, "explain": True},
        {"need": NEEDS[1], "filters": {"country": ["it"], "trl_min": 5}},
        {"need": NEEDS[2]},
        {"need": NEEDS[0]},
    ]
    answers = post(client, *sent)
    assert [answer["need"] for answer in answers] == [one["need"] for one in sent]
    assert [answer | {"took_ms": 0} for answer in answers] == [alone(client, one) | {"took_ms": 0} for one in sent]


WRONG = [
    {"need": "  "},
    {"need": "laser", "limit": 0},
    {"need": "laser", "filters": {"country": ["XX"]}},
    {"need": "x" * 10_001},
    {"need": "laser", "colour": "red"},
    {"need": "half \ud800"},
    {},
]


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_a_wrong_need_is_the_problem_that_it_would_be_alone_and_leaves_the_others(client: TestClient, wrong: object) -> None:
    before, problem, after = post(client, {"need": NEEDS[1]}, wrong, {"need": NEEDS[2]})
    assert problem == alone(client, wrong)
    assert problem.keys() == {"type", "title", "status", "detail", "code"}
    assert (before["need"], after["need"]) == (NEEDS[1], NEEDS[2])


@pytest.mark.parametrize("wrong", [None, 3, "laser", [], ["laser"]])
def test_what_is_no_object_is_a_problem_in_its_place(client: TestClient, wrong: object) -> None:
    problem, answer = post(client, wrong, {"need": NEEDS[0]})
    assert (problem["status"], problem["code"], problem["detail"]) == (422, "bad-request", "the body: must be a JSON object")
    assert answer["need"] == NEEDS[0]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "needs: is missing"),
        ({"needs": []}, "needs: "),
        ({"needs": "laser"}, "needs: must be a list"),
        ({"needs": [{"need": "laser"}] * 101}, "needs: "),
        ({"needs": [{"need": "laser"}], "limit": 3}, "limit: there is no such field"),
    ],
)
def test_a_batch_without_needs_or_with_too_many_is_refused_whole(
    client: TestClient, assert_problem: Callable[..., str], body: object, said: str
) -> None:
    assert said in assert_problem(client.post("/api/search/batch", json=body), 422, "bad-request")


def test_a_body_that_is_too_large_is_refused_whole(client: TestClient, assert_problem: Callable[..., str]) -> None:
    body = {"needs": [{"need": "laser " * 1600}] * 100}
    assert_problem(client.post("/api/search/batch", json=body), 413, "body-too-large")


def test_a_hundred_needs_are_answered(client: TestClient) -> None:
    assert len(post(client, *[{"need": f"laser {number}", "limit": 1} for number in range(100)])) == 100


class FailsOnGears(WordEncoder):
    def encode_need(self, text: str) -> Any:  # noqa: ANN401  # a vector
        if "gears" in text:
            raise RuntimeError(text)
        return super().encode_need(text)


def test_what_nobody_foresaw_in_one_need_leaves_the_others_and_is_logged_without_its_words(
    small_home: Home, make_app: Callable[..., FastAPI], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with TestClient(make_app(small_home, FailsOnGears()), base_url="http://127.0.0.1") as client:
        answer, problem = post(client, {"need": NEEDS[0]}, {"need": "gears of zirconite"})
    assert answer["need"] == NEEDS[0]
    assert (problem["status"], problem["code"]) == (500, "internal-error")
    assert "RuntimeError" in caplog.text
    assert "zirconite" not in caplog.text


def test_the_schema_says_what_a_need_is(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    needs = schemas["BatchIn"]["properties"]["needs"]
    assert (needs["items"], needs["maxItems"]) == ({"$ref": "#/components/schemas/SearchIn"}, 100)
    assert "SearchIn" in schemas


class Counts(WordEncoder):
    """Notes how many needs are encoded at the same time, at most."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.most, self.lock = 0, 0, threading.Lock()

    def encode_need(self, text: str) -> Any:  # noqa: ANN401  # a vector
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.02)
        with self.lock:
            self.now -= 1
        return super().encode_need(text)


def test_a_crowd_of_batches_takes_turns_and_keeps_no_single_search_waiting(
    small_home: Home, make_app: Callable[..., FastAPI], serving: Callable[[FastAPI], AbstractContextManager[int]]
) -> None:
    crowd, ended, encoder = 50, list[object](), Counts()  # more batches than the service has worker threads

    def ask(port: int, name: object, path: str, body: object) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        assert connection.getresponse().status == 200
        connection.close()
        ended.append(name)

    def asking(port: int, name: object, size: int) -> threading.Thread:
        needs = [{"need": f"laser {name}", "limit": 1}] * size
        return threading.Thread(target=ask, args=(port, name, "/api/search/batch", {"needs": needs}))

    with serving(make_app(small_home, encoder)) as port:
        ask(port, "warm", "/api/search", {"need": "laser"})
        threads = [asking(port, "large", 100), *(asking(port, number, 1) for number in range(crowd))]
        for thread in threads:
            thread.start()
        for _ in range(5):
            ask(port, "single", "/api/search", {"need": "laser"})
        for thread in threads:
            thread.join()
    assert len(ended) == crowd + 7
    assert ended[-1] == "large", "the small ones waited for the large one"
    assert encoder.most <= 2, "a need of the batches and a single one"
