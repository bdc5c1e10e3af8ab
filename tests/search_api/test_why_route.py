"""`/api/search/why` and `scout why`: what is said holds when the search that is suggested is sent."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from crawler.home import Home
from crawler.records import Startup
from indexer.results import Filters, Need
from indexer.why.reasons import Change, Step, StepKind
from search_api.wire.requests import FiltersIn
from search_api.wire.why import ChangeOut
from tests.search_api.conftest import Run, WordEncoder

Answer = dict[str, Any]
NEED = "robots that weld steel frames"


def ask(client: TestClient, startup_id: str, need: str = NEED, **fields: object) -> Answer:
    response = client.post("/api/search/why", json={"need": need, "startup_id": startup_id, **fields})
    assert response.status_code == 200, response.text
    answer: Answer = response.json()
    return answer


def rank_in(client: TestClient, startup_id: str, search: Answer) -> int:
    matches = client.post("/api/search", json=search).json()["matches"]
    (rank,) = [match["rank"] for match in matches if match["startup"]["id"] == startup_id]
    return int(rank)


def test_the_answer_has_its_form_and_each_change_is_a_search_that_gives_the_rank(client: TestClient) -> None:
    why = ask(client, "yc-4", limit=3)
    assert list(why) == [
        "need", "took_ms", "snapshot", "startup", "standing", "rank", "rank_of_all", "total", "named", "same_company",
        "filters", "last", "parts", "lacks", "changes", "tried", "complete",
    ]  # fmt: skip
    assert (why["standing"], why["startup"]["name"], why["total"]) == ("outranked", "Alloyprint", 6)
    assert why["rank"] == why["rank_of_all"] > 3
    assert why["last"]["rank"] == 3
    assert {part["part"] for part in why["parts"]} >= {"passage", "summary", "lexical", "feedback"}
    for part in why["parts"]:
        assert part["difference"] == pytest.approx(part["own"] - part["last"])
    assert "robots" in why["lacks"]
    assert why["changes"]
    for change in why["changes"]:
        assert change["search"]["snapshot"] == why["snapshot"]
        assert rank_in(client, "yc-4", change["search"]) == change["rank"] <= 3


def test_a_startup_that_filters_leave_out_comes_with_what_they_would_have_to_be(client: TestClient) -> None:
    why = ask(client, "yc-3", limit=2, filters={"country": ["it"], "trl_max": 8, "founded_min": 2010})
    assert (why["standing"], why["rank"], why["rank_of_all"]) == ("filtered", None, 1)
    lost = {one["field"]: one for one in why["filters"]}
    assert {field: one["own"] for field, one in lost.items()} == {"country": ["US"], "trl": ["9"]}
    assert lost["country"]["filters"]["country"] == ["IT", "US"]
    assert lost["trl"]["filters"]["trl_max"] == 9
    (change,) = why["changes"]
    assert [step["kind"] for step in change["steps"]] == ["filter", "filter"]
    assert rank_in(client, "yc-3", change["search"]) == change["rank"] == 1


def test_who_is_in_the_list_and_who_is_named_is_said(client: TestClient) -> None:
    why = ask(client, "yc-3", "robots like those of Weldbot")
    assert (why["standing"], why["rank"], why["named"], why["changes"], why["tried"]) == ("listed", 1, True, [], 0)
    assert not ask(client, "ks-1")["named"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"startup_id": "nobody"}, (404, "unknown-startup")),
        ({"startup_id": "ks-1", "need": " "}, (422, "bad-need")),
        ({"startup_id": "ks-1", "filters": {"country": ["XX"]}}, (422, "bad-filter")),
        ({"startup_id": "ks-1", "senses": ["steel=iron"]}, (422, "bad-sense")),
        ({"startup_id": "ks-1", "snapshot": "gone"}, (409, "snapshot-changed")),
        ({"startup_id": "ks-1", "limit": 0}, (422, "bad-request")),
        ({"startup_id": "ks-1", "offset": 1}, (422, "bad-request")),
        ({}, (422, "bad-request")),
    ],
)
def test_what_cannot_be_answered_is_a_problem(
    client: TestClient, assert_problem: Callable[..., str], body: Answer, problem: tuple[int, str]
) -> None:
    assert_problem(client.post("/api/search/why", json={"need": NEED} | body), *problem)


def test_filters_go_to_the_wire_and_back() -> None:
    sent = FiltersIn.model_validate(
        {
            "country": ["IT"], "source": ["yc"], "tag": ["AI"], "trl_min": 2, "trl_max": 8, "founded_min": 1999,
            "founded_max": 2020, "region": ["Lombardia"], "language": ["it"], "class": ["water"],
            "fetched_since": "2026-03-01", "own_site": False,
        }
    )  # fmt: skip
    assert FiltersIn.of(sent.to_filters()) == sent
    assert FiltersIn.of(Filters()) == FiltersIn()


def test_what_is_longer_than_a_request_may_say_is_told_all_the_same(
    make_app: Callable[..., FastAPI], make_index: Callable[..., str], tmp_path: Path
) -> None:
    home, tag = Home(tmp_path), "tag " * 100
    make_index(home, Startup("gear", "Gear", "https://gear.example/", tags=(tag,)))
    with TestClient(make_app(home), base_url="http://127.0.0.1:8000") as client:
        why = ask(client, "gear", "gears of bronze", filters={"tag": ["Vision"]})
    assert why["filters"][0]["filters"]["tag"] == ["Vision", tag]
    assert [change["search"]["filters"]["tag"] for change in why["changes"]] == [["Vision", tag]]
    thing = "steel" * 60
    change = Change((Step(StepKind.EXCLUSION, thing),), 1, Need("weld", ignore_exclusions=(thing,)), 1)
    assert ChangeOut.of(change, "20261103").search.ignore_exclusions == (thing,)


@pytest.fixture
def run(scout_here: Callable[[Home, object], Run], small_home: Home) -> Run:
    """Run `scout` on the small index."""
    return scout_here(small_home, WordEncoder())


def test_the_command_gives_the_apis_answer_and_people_lines(run: Run, client: TestClient) -> None:
    code, said, complaint = run("why", "yc-4", NEED, "--limit", "3", "--json")
    assert (code, complaint) == (0, "")
    why = ask(client, "yc-4", limit=3)
    assert json.loads(said) | {"took_ms": 0} == why | {"took_ms": 0}
    lines = run("why", "yc-4", NEED, "--limit", "3")[1].splitlines()
    assert lines[0] == f"Alloyprint is not among the first 3: rank {why['rank']} of 6"
    assert f"it says nothing of: {', '.join(why['lacks'])}" in lines
    assert sum(": rank " in line and line.startswith("   ") for line in lines) == len(why["changes"])


def test_people_are_told_of_filters_lists_and_names(run: Run) -> None:
    said = run("why", "yc-3", NEED, "--country", "it", "--trl-max", "8")[1]
    assert said.startswith("Weldbot is left out by filters; without any its rank would be 1\n")
    assert "filter country: it has US\nfilter trl: it has 9\n" in said
    assert "relax the filter country, relax the filter trl: rank 1" in said
    said = run("why", "yc-3", "weldbot robots")[1]
    assert said.startswith("Weldbot is in the list: rank 1 of 6\nthe need has its name in it")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nobody", NEED), "there is no startup 'nobody'"),
        (("ks-1", "?!"), "the need is empty"),
        (("ks-1", NEED, "--country", "ZZ"), "no startup here has the country 'ZZ'"),
    ],
)
def test_what_the_command_cannot_answer_is_one_line_and_exit_2(run: Run, arguments: tuple[str, ...], words: str) -> None:
    code, said, complaint = run("why", *arguments)
    assert (code, said) == (2, "")
    assert len(complaint.splitlines()) == 1
    assert words in complaint
