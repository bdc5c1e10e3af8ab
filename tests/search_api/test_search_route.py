"""`/api/search`: one answer by two doors, on the wire form that clients rely on; filters that are exact."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from crawler.home import Home
from crawler.records import Startup
from indexer.results import Need
from indexer.searcher import Searcher
from search_api.wire.responses import SearchOut

NEED = "ridurre gli scarti di pressofusione con la visione artificiale"
Answer = dict[str, Any]


def post(client: TestClient, need: str = NEED, **fields: object) -> Answer:
    response = client.post("/api/search", json={"need": need, **fields})
    assert response.status_code == 200, response.text
    answer: Answer = response.json()
    return answer


def ids(answer: Answer) -> set[str]:
    return {match["startup"]["id"] for match in answer["matches"]}


def test_the_answer_has_the_form_of_the_contract(client: TestClient) -> None:
    answer = post(client)
    assert list(answer) == [
        "need", "language", "took_ms", "snapshot", "verdict", "matches", "facets", "exclusions",
        "senses", "requirements", "missing", "total", "next",
    ]  # fmt: skip
    assert (answer["need"], answer["language"], answer["verdict"]) == (NEED, "it", "fits")
    assert answer["took_ms"] > 0
    assert [match["rank"] for match in answer["matches"]] == list(range(1, 7))
    scores = [match["score"] for match in answer["matches"]]
    assert scores == sorted(scores, reverse=True)
    best = answer["matches"][0]
    assert list(best) == ["rank", "score", "probability", "confidence", "startup", "evidence", "coverage"]
    assert best["startup"] == {
        "id": "ks-1",
        "name": "Fondivista",
        "homepage": "https://fondivista.example/",
        "country": "IT",
        "source": "knowledge-share",
        "tags": ["Foundry", "Vision"],
        "trl": 8,
        "founded": 2019,
        "parent_organisations": [],
    }
    shown = best["evidence"][0]
    assert shown["text"].startswith("Riduciamo gli scarti di pressofusione con la visione artificiale.")
    assert {shown["text"][start:end] for start, end in shown["marks"]} >= {"scarti", "pressofusione", "visione", "artificiale"}
    assert (shown["url"], shown["title"], shown["language"]) == ("https://fondivista.example/", "Fondivista: home", "it")
    assert datetime.fromisoformat(shown["fetched_at"]).isoformat() == "2026-11-03T09:30:00+00:00"
    assert {field: sum(values.values()) for field, values in answer["facets"].items()} == {
        "country": 5,
        "source": 5,
        "region": 0,
        "tag": 8,
        "language": 8,
        "class": 0,
        "fetched": 6,
        "own_site": 6,
        "trl": 5,
        "founded": 5,
    }


@pytest.mark.parametrize(
    ("link", "body"),
    [
        ({}, {}),
        ({"limit": 2}, {"limit": 2}),
        ({"explain": "true"}, {"explain": True}),
        ({"country": ["it", "DE"], "tag": "Vision"}, {"filters": {"country": ["it", "DE"], "tag": ["Vision"]}}),
        (
            {"source": "yc", "trl_min": 6, "founded_max": 2020},
            {"filters": {"source": ["yc"], "trl_min": 6, "founded_max": 2020}},
        ),
    ],
)
def test_a_link_gives_the_same_answer_as_a_body(client: TestClient, link: Answer, body: Answer) -> None:
    linked = client.get("/api/search", params={"need": NEED, **link})
    assert linked.status_code == 200
    assert linked.json() | {"took_ms": 0} == post(client, **body) | {"took_ms": 0}


def test_the_answer_is_the_searchers_own(demo_searcher: Searcher, demo_home: Home, encoder: object, make_app: Any) -> None:  # noqa: ANN401  # a factory
    with TestClient(make_app(demo_home, encoder), base_url="http://127.0.0.1") as client:
        for need in (NEED, "machine vision that finds defects in castings"):
            own = SearchOut.of(demo_searcher.search(Need(need, limit=25)), explain=True).model_dump(mode="json")
            assert post(client, need, limit=25, explain=True) | {"took_ms": 0} == own | {"took_ms": 0}


def test_explain_adds_parts_that_sum_to_the_score_and_the_rank_by_each(client: TestClient) -> None:
    plain, explained = post(client), post(client, explain=True)
    for match in explained["matches"]:
        assert len(match["scores"]) >= 2
        assert sum(match["scores"].values()) == pytest.approx(match["score"], abs=2e-6)
        assert match["scores"].keys() == match["ranks"].keys()
    told = {"scores", "ranks"}
    without = [{key: value for key, value in match.items() if key not in told} for match in explained["matches"]]
    assert without == plain["matches"]


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        ({"country": ["IT"]}, lambda s: s.country == "IT"),
        ({"country": ["it", "us"]}, lambda s: s.country in ("IT", "US")),
        ({"source": ["yc"]}, lambda s: s.source == "yc"),
        ({"tag": ["Welding"]}, lambda s: "Welding" in s.tags),
        ({"tag": ["vision", "ADDITIVE"]}, lambda s: {"Vision", "Additive"} & set(s.tags)),
        ({"trl_min": 6}, lambda s: s.trl is not None and s.trl >= 6),
        ({"trl_max": 5}, lambda s: s.trl is not None and s.trl <= 5),
        ({"trl_min": 5, "trl_max": 8}, lambda s: s.trl is not None and 5 <= s.trl <= 8),
        ({"founded_min": 2019}, lambda s: s.founded is not None and s.founded >= 2019),
        ({"founded_max": 2019}, lambda s: s.founded is not None and s.founded <= 2019),
        ({"country": ["IT"], "tag": ["Welding"], "trl_min": 5}, lambda s: s.id == "ks-2"),
        ({"country": ["IT"], "source": ["yc"]}, lambda _: False),
    ],
)
def test_a_filter_passes_exactly_the_startups_that_hold_it(
    client: TestClient, startups: tuple[Startup, ...], filters: Answer, passes: Callable[[Startup], object]
) -> None:
    answer = post(client, filters=filters)
    assert ids(answer) == {startup.id for startup in startups if passes(startup)}
    everything = [m["startup"]["id"] for m in post(client)["matches"]]
    assert [m["startup"]["id"] for m in answer["matches"]] == [one for one in everything if one in ids(answer)]


def test_a_filter_never_starves_the_list(client: TestClient) -> None:
    best = post(client)["matches"][0]["startup"]["id"]
    assert best == "ks-1"
    answer = post(client, limit=1, filters={"tag": ["Maintenance"]})
    assert ids(answer) == {"x-5"}


def test_facets_count_what_the_other_filters_pass(client: TestClient) -> None:
    facets = post(client, limit=1, filters={"country": ["IT"]})["facets"]
    assert facets["country"] == {"IT": 2, "US": 1, "DE": 1, "FR": 1}
    assert facets["source"] == {"knowledge-share": 2}
    assert facets["trl"] == {"6": 1, "8": 1}


def test_the_limit_is_the_number_of_matches(client: TestClient) -> None:
    for limit in (1, 3, 100):
        assert len(post(client, limit=limit)["matches"]) == min(limit, 6)


def test_the_answer_does_not_depend_on_who_asked_before(client: TestClient) -> None:
    first = post(client)
    post(client, "pumps that fail")
    assert post(client) | {"took_ms": 0} == first | {"took_ms": 0}


def test_what_a_need_excludes_is_said_and_can_be_switched_off(client: TestClient) -> None:
    need = "sensori per macchine, esclusi i droni"
    (said,) = post(client, need=need)["exclusions"]
    assert said == {"text": "droni", "start": need.index("esclusi"), "end": len(need), "applied": True}
    for answer in (
        post(client, need=need, ignore_exclusions=["Droni"]),
        client.get("/api/search", params={"need": need, "ignore_exclusions": ["droni"]}).json(),
    ):
        assert answer["exclusions"] == [said | {"applied": False}]


def test_each_match_says_what_it_tells_of_each_part_of_the_need(client: TestClient) -> None:
    need = "machine vision for robots, no lasers, payload over 20 kg, ISO 9001 certified"
    answer = post(client, need=need)
    parts = answer["requirements"]
    assert [(one["kind"], one["text"]) for one in parts] == [
        ("what", "machine vision"),
        ("where", "robots"),
        ("exclusion", "no lasers"),
        ("figure", "payload over 20 kg"),
        ("certification", "ISO 9001 certified"),
    ]
    assert all(need[one["start"] : one["end"]] == one["text"] for one in parts)
    assert {len(match["coverage"]) for match in answer["matches"]} == {len(parts)}
    (told,) = (match["coverage"] for match in answer["matches"] if match["startup"]["id"] == "yc-3")
    assert [one["status"] for one in told] == ["met", "met", "not stated", "not stated", "not stated"]
    shown = told[0]["evidence"]
    assert [shown["text"][start:end] for start, end in shown["marks"]] == ["Machine", "vision"]
    assert shown["url"] == "https://weldbot.example/"
    assert told[-1]["evidence"] is None
