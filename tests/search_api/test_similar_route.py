"""`/api/startups/{id}/similar` and `scout similar`: more like this, with the filters of a search."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from crawler.home import Home
from crawler.records import Startup
from tests.search_api.conftest import Run, WordEncoder

Answer = dict[str, Any]


def get(client: TestClient, startup_id: str, **fields: str | int | list[str]) -> Answer:
    response = client.get(f"/api/startups/{quote(startup_id, safe='')}/similar", params=fields)
    assert response.status_code == 200, response.text
    answer: Answer = response.json()
    return answer


def ids(answer: Answer) -> list[str]:
    return [match["startup"]["id"] for match in answer["matches"]]


def test_the_answer_has_all_others_best_first_with_evidence_and_without_a_confidence(client: TestClient) -> None:
    answer = get(client, "yc-3")
    assert list(answer) == ["startup", "took_ms", "snapshot", "matches", "facets"]
    assert answer["startup"]["name"] == "Weldbot"
    assert sorted(ids(answer)) == ["a/b:6 è", "ks-1", "ks-2", "x-5", "yc-4"]
    assert [match["rank"] for match in answer["matches"]] == [1, 2, 3, 4, 5]
    for match in answer["matches"]:
        assert list(match) == ["rank", "score", "startup", "evidence"]
        for shown in match["evidence"]:
            assert all(0 <= start < end <= len(shown["text"]) for start, end in shown["marks"])
    assert answer["facets"]["country"] == {"IT": 2, "DE": 1, "FR": 1}


def test_explain_adds_parts_that_sum_to_the_score(client: TestClient) -> None:
    for match in get(client, "ks-1", explain=True)["matches"]:
        assert sum(match["scores"].values()) == pytest.approx(match["score"], abs=2e-6)


@pytest.mark.parametrize(
    ("fields", "passes"),
    [
        ({"elsewhere": True}, lambda s: s.country not in (None, "IT")),
        ({"country": ["it", "DE"]}, lambda s: s.country in ("IT", "DE")),
        ({"elsewhere": True, "country": ["IT", "FR"]}, lambda s: s.country == "FR"),
        ({"elsewhere": True, "country": ["IT"]}, lambda _: False),
        ({"tag": "welding", "trl_min": 7}, lambda s: s.id == "yc-3"),
        ({"founded_max": 2016}, lambda s: s.founded is not None and s.founded <= 2016),
    ],
)
def test_a_filter_passes_exactly_the_startups_that_hold_it(
    client: TestClient, startups: tuple[Startup, ...], fields: Answer, passes: Callable[[Startup], object]
) -> None:
    answer = get(client, "ks-1", **fields)
    assert sorted(ids(answer)) == sorted(s.id for s in startups if s.id != "ks-1" and passes(s))
    assert ids(get(client, "ks-1", limit=1, **fields)) == ids(answer)[:1]


def test_an_id_with_slashes_is_found_and_a_startup_itself_still_opens(client: TestClient) -> None:
    assert get(client, "a/b:6 è")["startup"]["id"] == "a/b:6 è"
    assert client.get("/api/startups/a/b:6 è").json()["startup"]["id"] == "a/b:6 è"


@pytest.mark.parametrize(
    ("address", "problem", "said"),
    [
        ("nobody/similar", (404, "unknown-startup"), "no startup 'nobody'"),
        ("ks-1/similar?country=XX", (422, "bad-filter"), "country 'XX'"),
        ("a%2Fb%3A6%20%C3%A8/similar?elsewhere=true", (422, "bad-filter"), "country of 'a/b:6 è' is not known"),
        ("ks-1/similar?limit=101", (422, "bad-request"), "limit"),
        ("ks-1/similar?colour=red", (422, "bad-request"), "colour"),
    ],
)
def test_what_cannot_be_answered_is_a_problem(
    client: TestClient, assert_problem: Callable[..., str], address: str, problem: tuple[int, str], said: str
) -> None:
    assert said in assert_problem(client.get(f"/api/startups/{address}"), *problem)


@pytest.fixture
def run(small_home: Home, scout_here: Callable[[Home, object], Run]) -> Run:
    """Run `scout` on the small index."""
    return scout_here(small_home, WordEncoder())


def test_the_command_gives_the_apis_answer_and_people_names_and_evidence(run: Run, client: TestClient) -> None:
    code, said, complaint = run("similar", "ks-1", "--elsewhere", "--country", "us", "--country", "de", "--json")
    assert (code, complaint) == (0, "")
    linked = get(client, "ks-1", elsewhere=True, country=["US", "DE"], explain=True)
    assert json.loads(said) | {"took_ms": 0} == linked | {"took_ms": 0}
    code, said, _ = run("similar", "ks-1", "--limit", "2")
    assert code == 0
    names = [match["startup"]["name"] for match in get(client, "ks-1", limit=2)["matches"]]
    assert [line.split("  ")[0] for line in said.splitlines() if line[:2] in ("1.", "2.")] == [
        f"{rank}. {name}" for rank, name in enumerate(names, start=1)
    ]
    assert "2 startups like Fondivista" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nobody",), "there is no startup 'nobody'"),
        (("ks-1", "--limit", "0"), "limit is 0: ask for 1 to 100"),
        (("a/b:6 è", "--elsewhere"), "is not known: leave `elsewhere` out"),
    ],
)
def test_what_the_command_cannot_answer_is_one_line_and_exit_2(run: Run, arguments: tuple[str, ...], words: str) -> None:
    code, said, complaint = run("similar", *arguments)
    assert (code, said) == (2, "")
    assert len(complaint.splitlines()) == 1
    assert words in complaint
