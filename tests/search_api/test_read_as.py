"""What a need was read as, on the wire: the places of an answer are places in it, and `as_typed` refuses it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from crawler.home import Home
from tests.search_api.conftest import Run

Answer = dict[str, Any]
SLIP = "sensori di vibrazzione per lo stampo di pressofusione, con tulipani olandesi, esclusi i droni"
LETTER = (
    "Dear Sir or Madam, I hope this finds you well. Thank you very much for your kind call on Monday."
    " Our firm was founded by my father, and we are thirty people in a small town."
    " We are looking for vibration sensors for predictive maintenance of pumps, without cameras."
    " Please call me whenever you like. Many thanks in advance and kind regards, Carlo Rossi"
)
NEEDS = {"slip": SLIP, "letter": LETTER}


@pytest.fixture
def client(demo_home: Home, encoder: Any, make_app: Callable[..., FastAPI]) -> Iterator[TestClient]:  # noqa: ANN401  # the session's model
    """A client of the real application over the demo's index."""
    with TestClient(make_app(demo_home, encoder), base_url="http://127.0.0.1:8000") as one:
        yield one


@pytest.fixture
def run(demo_home: Home, encoder: object, scout_here: Callable[[Home, object], Run]) -> Run:
    """Run `scout` on the demo's index."""
    return scout_here(demo_home, encoder)


def post(client: TestClient, need: str, to: str = "", **fields: object) -> Answer:
    response = client.post(f"/api/search{to}", json={"need": need, **fields})
    assert response.status_code == 200, response.text
    answer: Answer = response.json()
    return answer | {"took_ms": 0}


@pytest.mark.parametrize("need", NEEDS.values(), ids=NEEDS)
def test_places_are_places_in_what_was_read(client: TestClient, need: str) -> None:
    answer = post(client, need)
    read = answer["read_as"]
    assert (answer["need"], read["text"] != need) == (need, True)
    for one in (one for kind in ("requirements", "senses", "missing") for one in answer[kind]):
        assert read["text"][one["start"] : one["end"]] == one["text"]
    (excluded,) = answer["exclusions"]
    said = "esclusi i droni" if need == SLIP else "without cameras"
    assert read["text"][excluded["start"] : excluded["end"]].strip(", .") == said
    assert said.endswith(excluded["text"])


def test_a_slip_and_a_letter_are_told_apart(client: TestClient) -> None:
    slip, letter = (post(client, need)["read_as"] for need in (SLIP, LETTER))
    assert slip["respelt"] == [{"text": "vibrazzione", "read_as": "vibrazione"}]
    assert (slip["shortened"], slip["text"]) == (False, SLIP.replace("zz", "z"))
    assert (letter["shortened"], letter["respelt"]) == (True, [])
    assert "vibration sensors for predictive maintenance of pumps" in letter["text"]
    assert "Sir" not in letter["text"]
    assert "regards" not in letter["text"]


def test_each_kind_of_place_is_one_in_what_was_read(small_home: Home, make_app: Callable[..., FastAPI]) -> None:
    need = "sensori di vibrazzione per lo stampo, con tulipani olandesi, esclusi i droni"
    with TestClient(make_app(small_home), base_url="http://127.0.0.1:8000") as client:
        answer = post(client, need)
    assert answer["read_as"]["text"] == need.replace("zz", "z")
    for kind in ("requirements", "exclusions", "senses", "missing"):
        assert answer[kind]
        assert all(answer["read_as"]["text"][one["start"] : one["end"]].endswith(one["text"]) for one in answer[kind]), kind


@pytest.mark.parametrize("need", NEEDS.values(), ids=NEEDS)
def test_the_next_page_reads_the_need_alike(client: TestClient, need: str) -> None:
    whole, first = post(client, need, limit=6), post(client, need, limit=3)
    second = post(client, need, limit=3, page=first["next"])
    assert second["read_as"] == first["read_as"]
    assert first["matches"] + second["matches"] == whole["matches"]


def test_one_batch_holds_both(client: TestClient) -> None:
    sent = [{"need": SLIP}, {"need": LETTER}, {"need": LETTER, "as_typed": True}]
    answers = client.post("/api/search/batch", json={"needs": sent}).json()["answers"]
    assert [answer | {"took_ms": 0} for answer in answers[:2]] == [post(client, SLIP), post(client, LETTER)]
    assert ["read_as" in answer for answer in answers] == [True, True, False]


@pytest.mark.parametrize("need", NEEDS.values(), ids=NEEDS)
def test_as_typed_a_need_is_searched_for_as_it_stands(
    client: TestClient, assert_problem: Callable[..., str], need: str
) -> None:
    answer = post(client, need, as_typed=True, limit=2)
    assert "read_as" not in answer
    assert all(need[one["start"] : one["end"]] == one["text"] for one in answer["requirements"])
    linked = client.get("/api/search", params={"need": need, "as_typed": True, "limit": 2}).json()
    assert linked | {"took_ms": 0} == answer
    assert post(client, need, as_typed=True, limit=2, page=answer["next"])["matches"][0]["rank"] == 3
    said = client.post("/api/search", json={"need": need, "limit": 2, "page": answer["next"]})
    assert "another search" in assert_problem(said, 422, "bad-page")


@pytest.mark.parametrize("need", NEEDS.values(), ids=NEEDS)
def test_a_why_says_what_was_read_and_its_changes_are_searches_that_give_the_rank(client: TestClient, need: str) -> None:
    missed = post(client, need, limit=30)["matches"][29]["startup"]
    why = post(client, need, "/why", startup_id=missed["id"], limit=25)
    assert (why["need"], why["read_as"]) == (need, post(client, need)["read_as"])
    assert why["changes"]
    for change in why["changes"]:
        worded = {step["kind"] for step in change["steps"]} & {"left out", "added"}
        assert change["search"]["as_typed"] == (change["search"]["need"] != need) == bool(worded)
        found = post(client, **change["search"])["matches"]
        assert [match["rank"] for match in found if match["startup"]["id"] == missed["id"]] == [change["rank"]]
    assert "read_as" not in post(client, need, "/why", startup_id=missed["id"], as_typed=True)


@pytest.mark.parametrize("need", NEEDS.values(), ids=NEEDS)
def test_changes_of_filters_alone_keep_the_need_as_it_was_typed(client: TestClient, need: str) -> None:
    best = post(client, need)["matches"][0]["startup"]
    why = post(client, need, "/why", startup_id=best["id"], filters={"own_site": False})
    (change,) = why["changes"]
    assert [step["kind"] for step in change["steps"]] == ["filter"]
    assert (change["search"]["need"], change["search"]["as_typed"]) == (need, False)


@pytest.mark.parametrize("need", NEEDS.values(), ids=NEEDS)
def test_the_terminal_says_what_was_read_and_takes_the_need_as_typed(run: Run, client: TestClient, need: str) -> None:
    read = " ".join(post(client, need)["read_as"]["text"].split())
    searched = run("search", need, "--limit", "1")[1]
    best = json.loads(run("search", need, "--json")[1])["matches"][0]["startup"]["id"]
    for said in (searched, run("why", best, need)[1]):
        assert " ".join(said.split()).startswith(f"read as “{read}” (--as-typed takes it as it stands)")
    assert not run("search", need, "--limit", "1", "--as-typed")[1].startswith("read as")
    assert not run("why", best, need, "--as-typed")[1].startswith("read as")
    assert "read_as" not in json.loads(run("search", need, "--as-typed", "--json")[1])
