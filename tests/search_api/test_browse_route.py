"""`/api/classes`, `/api/startups` and `scout browse`: startups without a need; and the filters that a search has as well."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from crawler.corpus.companies import Companies
from crawler.corpus.corpus import Corpus
from crawler.home import Home
from crawler.records import Profile, Startup
from indexer.build import build
from indexer.classes.scheme import packaged_classes
from indexer.settings import index_settings
from search_api.wire.requests import SearchIn, SearchQuery
from tests.search_api.conftest import READ, Run, WordEncoder, fill

Answer = dict[str, Any]


@pytest.fixture(scope="module")
def wet_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The small corpus and a startup that speaks of nothing but water, indexed with the fake model; tests only read it."""
    home = Home(tmp_path_factory.mktemp("wet"))
    fill(home)
    (water,) = (one for one in packaged_classes() if one.id == "water")
    with Corpus(home.corpus) as corpus:
        corpus.put_startup(Startup("wet", "Wet", country="IT"))
        corpus.put_profile(Profile("wet", "pools", water.about_english, "en", READ.replace(year=2025)))
        Companies(corpus).put_record("ks-1", json.dumps({"country": "IT", "city": "Varese"}))
    build(home, WordEncoder(), index_settings())
    return home


@pytest.fixture
def wet(wet_home: Home, make_app: Callable[..., FastAPI]) -> Iterator[TestClient]:
    with TestClient(make_app(wet_home), base_url="http://127.0.0.1:8000") as one:
        yield one


def get(client: TestClient, path: str, **fields: str | int) -> Answer:
    response = client.get(path, params=fields)
    assert response.status_code == 200, response.text
    answer: Answer = response.json()
    return answer


def ids(answer: Answer) -> list[str]:
    return [one["startup"]["id"] for one in answer["startups"]]


def test_the_classes_come_with_their_names_in_both_languages_and_how_many_startups_they_have(wet: TestClient) -> None:
    found = get(wet, "/api/classes")["classes"]
    assert [one["id"] for one in found] == [one.id for one in packaged_classes()]
    (water,) = (one for one in found if one["id"] == "water")
    assert list(water) == ["id", "en", "it", "about_en", "about_it", "startups"]
    assert (water["en"], water["it"], water["startups"]) == ("Water and wastewater", "Acque e reflui", 1)
    abroad = get(wet, "/api/classes", country="US")["classes"]
    assert [one["startups"] for one in abroad if one["id"] == "water"] == [0]


def test_startups_are_looked_up_by_a_part_of_their_name(wet: TestClient) -> None:
    answer = get(wet, "/api/startups", name="BOT")
    assert (ids(answer), answer["total"]) == (["yc-3"], 1)
    assert ids(get(wet, "/api/startups", name="bot", country="IT")) == []
    assert wet.get("/api/startups", params={"name": ""}).status_code == 422


def test_the_startups_of_a_class_are_listed_with_what_filters_know_of_them(wet: TestClient) -> None:
    answer = get(wet, "/api/startups", **{"class": "Acque e reflui"})
    assert list(answer) == ["snapshot", "total", "startups", "facets"]
    (one,) = answer["startups"]
    assert list(one) == ["startup", "region", "languages", "fetched", "own_site", "classes"]
    assert (one["startup"]["id"], one["fetched"], one["own_site"], one["languages"]) == ("wet", "2025-11-03", False, ["en"])
    assert list(one["classes"][0]) == ["id", "en", "it", "score"]
    assert one["classes"][0]["id"] == "water"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"region": "lombardia"}, {"ks-1"}),
        ({"language": "IT"}, {"ks-1", "ks-2"}),
        ({"own_site": "true", "country": "IT"}, {"ks-1", "ks-2"}),
        ({"own_site": "false"}, {"a/b:6 è", "wet"}),
        ({"fetched_since": "2026-11-03", "country": "IT"}, {"ks-1", "ks-2"}),
        ({"fetched_since": "2026-11-04"}, set()),
    ],
)
def test_filters_pass_the_same_startups_listed_and_searched(
    wet: TestClient, fields: dict[str, str], expected: set[str]
) -> None:
    assert {*ids(get(wet, "/api/startups", **fields))} == expected
    found = get(wet, "/api/search", need="welding", limit=20, **fields)
    assert {match["startup"]["id"] for match in found["matches"]} == expected
    sent = {**fields, "own_site": fields.get("own_site") == "true"} if "own_site" in fields else dict(fields)
    filters = {name: [value] if name in {"region", "language", "country"} else value for name, value in sent.items()}
    posted = wet.post("/api/search", json={"need": "welding", "limit": 20, "filters": filters}).json()
    assert {match["startup"]["id"] for match in posted["matches"]} == expected


def test_pages_of_the_list_follow_each_other(wet: TestClient) -> None:
    whole = get(wet, "/api/startups", limit=50)
    assert whole["total"] == len(whole["startups"]) == 7
    parts = [ids(get(wet, "/api/startups", limit=3, offset=offset)) for offset in (0, 3, 6, 9)]
    assert [key for part in parts for key in part] == ids(whole)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"class": "watr"}, "known are water"),
        ({"region": "Lombardy"}, "known are Lombardia"),
        ({"language": "xx"}, "no startup here has the language 'xx'"),
        ({"fetched_since": "2026-11"}, "fetched_since: must be a day such as 2026-10-31"),
        ({"fetched_since": "1700000000"}, "fetched_since: must be a day such as 2026-10-31"),
        ({"fetched_since": "2026-02-30"}, "fetched_since"),
        ({"own_site": "perhaps"}, "own_site"),
        ({"klass": "water"}, "there is no such field here"),
        ({"offset": "-1"}, "offset"),
    ],
)
def test_a_wrong_value_is_told_in_a_line(wet: TestClient, fields: dict[str, str], words: str) -> None:
    response = wet.get("/api/startups", params=fields)
    assert response.status_code == 422
    assert words in response.json()["detail"]


def test_a_day_in_a_body_is_a_day_and_no_number(wet: TestClient) -> None:
    response = wet.post("/api/search", json={"need": "welding", "filters": {"fetched_since": 1700000000}})
    assert "must be a day such as 2026-10-31" in response.json()["detail"]


def test_a_link_and_a_body_make_the_same_need_of_all_filters() -> None:
    fields = {
        "region": ["Umbria"], "language": ["it"], "class": ["water"], "fetched_since": "2026-10-31", "own_site": True,
    }  # fmt: skip
    sent = SearchIn.model_validate({"need": "forno", "filters": fields})
    assert SearchQuery.model_validate({"need": "forno", **fields}).to_search() == sent
    assert SearchIn.model_validate_json(sent.model_dump_json()) == sent
    filters = sent.to_need().filters
    assert (filters.regions, filters.languages, filters.classes, filters.own_site) == (("Umbria",), ("it",), ("water",), True)
    assert f"{filters.fetched_since}" == "2026-10-31"


@pytest.fixture
def scout(
    wet_home: Home, scout_here: Callable[[Home, object], Run], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., str]:
    """Run the command line over the small corpus and return what it prints."""
    monkeypatch.chdir(tmp_path)
    run = scout_here(wet_home, WordEncoder())

    def printed(*arguments: str) -> str:
        code, out, _ = run(*arguments)
        assert code == 0
        return out

    return printed


def test_the_command_lists_classes_and_the_startups_of_one(scout: Callable[..., str]) -> None:
    lines = scout("browse").splitlines()
    assert len(lines) == len(packaged_classes())
    assert ["water", "1", "Water"] in [line.split()[:3] for line in lines]
    listed = scout("browse", "water")
    assert listed.startswith("Wet  IT\n   wet · water ")
    assert listed.endswith("1 of 1 startups\n")


def test_the_command_filters_and_prints_the_json_of_the_routes(scout: Callable[..., str], wet: TestClient) -> None:
    assert json.loads(scout("browse", "--json")) == get(wet, "/api/classes")
    listed = json.loads(scout("browse", "--region", "Lombardia", "--own-site", "--fetched-since", "2026-01-01", "--json"))
    assert listed == get(wet, "/api/startups", region="Lombardia", own_site=True, fetched_since="2026-01-01")
    assert ids(listed) == ["ks-1"]
    assert "--offset 2 shows the next" in scout("browse", "--country", "IT", "--limit", "2")


def test_a_search_and_similar_take_the_same_filters_as_options(scout: Callable[..., str]) -> None:
    options = ["--language", "it", "--own-site", "--fetched-since", "2026-11-03", "--region", "Lombardia", "--json"]
    assert [one["startup"]["id"] for one in json.loads(scout("search", "saldatura", *options))["matches"]] == ["ks-1"]
    assert [one["startup"]["id"] for one in json.loads(scout("similar", "ks-2", *options))["matches"]] == ["ks-1"]
    found = json.loads(scout("search", "water", "--class", "water", "--no-own-site", "--json"))
    assert [one["startup"]["id"] for one in found["matches"]] == ["wet"]
