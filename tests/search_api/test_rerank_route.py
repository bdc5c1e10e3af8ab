"""Reranked answers over HTTP and in the terminal: they say whether, pages keep to it, and a wrong model ends the program."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import search_api.search_commands
from crawler.home import Home
from indexer.reranking import SecondLook
from indexer.settings import index_settings
from search_api.app import create_app
from search_api.engine import Engine
from search_api.settings import service_settings
from tests.indexer.test_reranking import LONG, LengthReranker
from tests.search_api.conftest import Run, WordEncoder, free_port

NEED = "ridurre gli scarti di pressofusione con la visione artificiale"
Answer = dict[str, Any]


def client_of(home: Home, second_look: SecondLook | None) -> TestClient:
    app: FastAPI = create_app(Engine(home, index_settings(), WordEncoder(), second_look), service_settings())
    return TestClient(app, base_url="http://127.0.0.1:8000")


@pytest.fixture
def reranked(small_home: Home) -> Iterator[TestClient]:
    with client_of(small_home, SecondLook(LengthReranker(), LONG)) as one:
        yield one


def post(client: TestClient, **fields: object) -> Answer:
    response = client.post("/api/search", json={"need": NEED, **fields})
    assert response.status_code == 200, response.text
    answer: Answer = response.json()
    return answer


def turn(client: TestClient, first: Answer, **fields: object) -> list[Answer]:
    pages = [first]
    while pages[-1]["next"]:
        pages.append(post(client, limit=2, page=pages[-1]["next"], **fields))
    return pages


def test_an_answer_says_that_it_was_reranked_and_explains_by_what(reranked: TestClient, client: TestClient) -> None:
    answer, plain = post(reranked, explain=True), post(client, explain=True)
    assert answer["reranked"] is True
    assert "not_reranked" not in answer
    scores = [match["rerank_score"] for match in answer["matches"]]
    assert scores == sorted(scores, reverse=True)
    before = {match["startup"]["id"]: match for match in plain["matches"]}
    for match in answer["matches"]:
        known = before[match["startup"]["id"]]
        assert (match["plain_rank"], match["score"], match["scores"]) == (known["rank"], known["score"], known["scores"])
        assert match["probability"] == known["probability"]
    assert all("rerank_score" not in match for match in post(reranked)["matches"])


def test_without_a_reranker_an_answer_has_the_keys_that_it_had(client: TestClient) -> None:
    answer = post(client, explain=True)
    assert not {"reranked", "not_reranked"} & answer.keys()
    assert not any({"rerank_score", "plain_rank"} & match.keys() for match in answer["matches"])


@pytest.mark.parametrize(
    ("second_look", "why"),
    [(SecondLook(LengthReranker(), 1e-6), "budget"), (SecondLook(LengthReranker(broken=True), LONG), "failed")],
)
def test_an_answer_says_why_it_was_not(small_home: Home, client: TestClient, second_look: SecondLook, why: str) -> None:
    with client_of(small_home, second_look) as one:
        answer = post(one)
    assert (answer["reranked"], answer["not_reranked"]) == (False, why)
    assert answer["matches"] == post(client)["matches"]


def test_pages_by_token_are_the_list_whatever_the_time_allows_then(small_home: Home, reranked: TestClient) -> None:
    whole = post(reranked)["matches"]
    with client_of(small_home, SecondLook(LengthReranker(), 1e-6)) as hurried:
        plain = post(hurried)["matches"]
        pages = turn(hurried, post(reranked, limit=2))
        assert [match for page in pages for match in page["matches"]] == whole
        assert all(page["reranked"] for page in pages)
        pages = turn(reranked, post(hurried, limit=2))
    assert [match for page in pages for match in page["matches"]] == plain
    assert [page.get("not_reranked") for page in pages] == ["budget", *["pages before"] * (len(pages) - 1)]
    assert whole != plain


def test_pages_of_another_reranker_or_of_none_are_told_apart(
    small_home: Home, reranked: TestClient, client: TestClient, assert_problem: Callable[..., str]
) -> None:
    token = post(reranked, limit=2)["next"]
    with client_of(small_home, SecondLook(LengthReranker("other"), LONG)) as other:
        for one in (client, other):
            said = assert_problem(one.post("/api/search", json={"need": NEED, "page": token}), 409, "reranker-changed")
            assert "first page" in said
    page = post(reranked, page=post(client, limit=2)["next"])
    assert page["not_reranked"] == "pages before"
    assert page["matches"] == post(client, offset=2)["matches"]


def test_the_terminal_says_it_too(scout_here: Callable[..., Run], small_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    run = scout_here(small_home, WordEncoder())
    for second_look, said in (
        (SecondLook(LengthReranker(), LONG), "; reranked by short"),
        (SecondLook(LengthReranker(), 1e-6), "; not reranked by short: budget"),
        (None, ""),
    ):
        monkeypatch.setattr(search_api.search_commands, "chosen_second_look", lambda _, chosen=second_look: chosen)
        code, out, _ = run("search", NEED, "--limit", "3")
        assert code == 0
        assert ("reranked" in out) is bool(said)
        assert said in out
        assert ("(by score" in out) is (said == "; reranked by short")


@pytest.mark.parametrize("command", [("search", "laser"), ("serve",), ("demo",)])
def test_a_wrong_model_ends_the_program_at_its_start_with_one_line(
    scout_here: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("SCOUT_RERANK_MODEL", str(tmp_path / "nowhere"))
    monkeypatch.setenv("SCOUT_API_PORT", str(free_port()))
    code, out, err = scout_here(Home(tmp_path / "home"), WordEncoder())(*command)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert "nowhere" in err
    assert "SCOUT_RERANK_MODEL" in err
