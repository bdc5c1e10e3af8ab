"""What goes wrong, as a client sees it: one line with the mend, the right status, and nothing of a need in the log."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from crawler.home import Home
from tests.search_api.conftest import WordEncoder

SECRET = "zirconite cladding of the secret 4711 turbine"  # noqa: S105  # a need, no password
CheckProblem = Callable[..., str]
JSON = {"Content-Type": "application/json"}


@pytest.fixture(autouse=True)
def nothing_of_the_need_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No log record of any logger, at any level, holds a word of the need."""
    caplog.set_level(logging.DEBUG)
    yield
    said = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    assert "zirconite" not in said
    assert "4711" not in said


def post(client: TestClient, body: bytes | str) -> object:
    return client.post("/api/search", content=body, headers=JSON)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe{",
        b'{"need": "zirconite 4711"',
        b"[" * 100_000,
        b'{"need": "zirconite 4711", "limit": ' + b"9" * 5000 + b"}",
        b"need=zirconite+4711",
    ],
)
def test_what_is_not_json_is_400(client: TestClient, assert_problem: CheckProblem, body: bytes) -> None:
    assert "JSON" in assert_problem(post(client, body), 400, "bad-request")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "the body: is missing"),
        (b"[]", "the body: must be a JSON object"),
        (b"null", "the body"),
        (b'"zirconite 4711"', "the body: must be a JSON object"),
        (b"{}", "need: is missing"),
        (b'{"need": null}', "need: "),
        (b'{"need": ["zirconite 4711"]}', "need: Input should be a valid string"),
        (b'{"need": 4711}', "need: Input should be a valid string"),
        (b'{"need": "\\ud800 zirconite"}', "need: "),
        (b'{"need": "zirconite", "\\ud800": 1}', "the body: "),
        (b'{"need": "zirconite", "colour": 1}', "colour: there is no such field"),
        (b'{"need": "zirconite", "limit": "many"}', "limit: "),
        (b'{"need": "zirconite", "limit": 0}', "limit: "),
        (b'{"need": "zirconite", "limit": 101}', "limit: "),
        (b'{"need": "zirconite", "limit": NaN}', "limit: "),
        (b'{"need": "zirconite", "limit": 1e999}', "limit: "),
        (b'{"need": "zirconite", "explain": "perhaps"}', "explain: "),
        (b'{"need": "zirconite", "filters": null}', "filters: must be a JSON object"),
        (b'{"need": "zirconite", "filters": []}', "filters: must be a JSON object"),
        (b'{"need": "zirconite", "filters": {"colour": 1}}', "filters.colour: there is no such field"),
        (b'{"need": "zirconite", "filters": {"tag": "Vision"}}', "filters.tag: must be a list"),
        (b'{"need": "zirconite", "filters": {"tag": ["\\ud800"]}}', "filters.tag.0: "),
        (b'{"need": "zirconite", "filters": {"trl_min": 10}}', "filters.trl_min: "),
        (b'{"need": "zirconite", "filters": {"founded_min": "old"}}', "filters.founded_min: "),
    ],
)
def test_a_bad_field_is_422_and_named(client: TestClient, assert_problem: CheckProblem, body: bytes, said: str) -> None:
    assert said in assert_problem(post(client, body), 422, "bad-request")


@pytest.mark.parametrize("need", ["", "   \n\t", "\x00", "?!… —", "\u202e\u200b"])
def test_a_need_without_words_is_refused(client: TestClient, assert_problem: CheckProblem, need: str) -> None:
    said = assert_problem(client.post("/api/search", json={"need": need}), 422, "bad-need")
    assert said == "the need is empty: say in a few words what the firm is looking for"
    assert assert_problem(client.get("/api/search", params={"need": need}), 422, "bad-need") == said


def test_a_need_of_a_hundred_thousand_characters_is_refused(client: TestClient, assert_problem: CheckProblem) -> None:
    said = assert_problem(client.post("/api/search", json={"need": (SECRET * 3000)[:100_000]}), 422, "bad-need")
    assert said == "the need has 100000 characters: shorten it to 10000"


def test_the_longest_need_and_a_nul_within_one_are_answered(client: TestClient) -> None:
    assert client.post("/api/search", json={"need": ("saldatura " * 1001)[:10_000]}).status_code == 200
    answer = client.post("/api/search", json={"need": "weld\x00ing \U0001f525 🏭"}).json()
    assert answer["need"] == "weld\x00ing \U0001f525 🏭"
    assert answer["matches"]


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"country": ["ZZ"]}, "no startup here has the country 'ZZ': known are "),
        ({"country": ["Italy"]}, "no startup here has the country 'ITALY': known are "),
        ({"source": ["nowhere"]}, "no startup here has the source 'nowhere'"),
        ({"tag": ["wellding"]}, "known are welding"),
        ({"tag": ["Welding", "no\nsuch"]}, "no startup here has the tag "),
        ({"trl_min": 8, "trl_max": 2}, "trl_min 8 is above trl_max 2: swap them or leave one out"),
        ({"founded_min": 2020, "founded_max": 2010}, "founded_min 2020 is above founded_max 2010"),
    ],
)
def test_an_unknown_filter_value_is_422_and_names_the_known(
    client: TestClient, assert_problem: CheckProblem, filters: dict[str, list[str] | int], said: str
) -> None:
    posted = assert_problem(client.post("/api/search", json={"need": SECRET, "filters": filters}), 422, "bad-filter")
    assert said.lower() in posted.lower()
    linked = client.get("/api/search", params={"need": SECRET, **filters})
    assert assert_problem(linked, 422, "bad-filter") == posted


def test_a_link_with_an_unknown_parameter_is_422(client: TestClient, assert_problem: CheckProblem) -> None:
    assert "colour: " in assert_problem(client.get("/api/search", params={"need": SECRET, "colour": "red"}), 422)
    assert "need: is missing" in assert_problem(client.get("/api/search"), 422)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/octet-stream", ""])
def test_another_content_type_is_415_with_the_mend(client: TestClient, assert_problem: CheckProblem, kind: str) -> None:
    answer = client.post("/api/search", content=json.dumps({"need": SECRET}), headers={"Content-Type": kind})
    assert "Content-Type: application/json" in assert_problem(answer, 415, "unsupported-media-type")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_another_method_is_405_and_told_the_right_ones(client: TestClient, assert_problem: CheckProblem, method: str) -> None:
    answer = client.request(method, "/api/search", json={"need": SECRET})
    assert "Allow" in assert_problem(answer, 405, "method-not-allowed")
    assert set(answer.headers["Allow"].split(", ")) <= {"GET", "POST"}
    assert_problem(client.request(method, "/healthz"), 405, "method-not-allowed")
    assert_problem(client.request(method, "/static/app.js"), 405, "method-not-allowed")


@pytest.mark.parametrize("path", ["/nothing", "/api", "/api/nothing", "/static/nothing.js", "/docs", "/redoc"])
def test_an_unknown_address_is_404_and_told_where_the_list_is(
    client: TestClient, assert_problem: CheckProblem, path: str
) -> None:
    assert "/openapi.json" in assert_problem(client.get(path), 404, "not-found")


def test_a_key_of_the_body_is_quoted_short_and_on_one_line(client: TestClient, assert_problem: CheckProblem) -> None:
    said = assert_problem(client.post("/api/search", json={"need": "x", "a\nb" + "c" * 50_000: 1}), 422)
    assert len(said) < 200


@pytest.mark.parametrize("status", [ValueError(SECRET), UnicodeEncodeError("utf-8", SECRET, 0, 1, SECRET), KeyError(SECRET)])
def test_an_error_that_nobody_foresaw_is_500_and_its_words_are_not_logged(
    *,
    small_home: Home,
    make_app: Callable[..., FastAPI],
    words: type[WordEncoder],
    assert_problem: CheckProblem,
    caplog: pytest.LogCaptureFixture,
    status: Exception,
) -> None:
    encoder = words()
    with TestClient(make_app(small_home, encoder), base_url="http://127.0.0.1") as client:
        encoder.broken = status
        for answer in (client.post("/api/search", json={"need": SECRET}), client.get("/api/search", params={"need": SECRET})):
            said = assert_problem(answer, 500, "internal-error")
            assert SECRET not in said
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert f"failed with {type(status).__name__}" in caplog.text
    assert "encode_need" in caplog.text


def test_without_a_snapshot_needs_are_503_with_the_mend(
    tmp_path: Path, make_app: Callable[..., FastAPI], assert_problem: CheckProblem
) -> None:
    with TestClient(make_app(Home(tmp_path)), base_url="http://127.0.0.1") as client:
        for answer in (
            client.post("/api/search", json={"need": SECRET}),
            client.get("/api/search", params={"need": SECRET}),
            client.get("/api/startups/ks-1"),
            client.get("/api/status"),
            client.get("/readyz"),
        ):
            assert "`scout index`" in assert_problem(answer, 503, "no-snapshot")
            assert int(answer.headers["Retry-After"]) > 0
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/").status_code == 200


def test_a_good_answer_is_not_logged_either(client: TestClient) -> None:
    assert client.post("/api/search", json={"need": SECRET}).status_code == 200
    assert client.get("/api/search", params={"need": SECRET}).status_code == 200
