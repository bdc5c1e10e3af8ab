"""Pages of an answer over HTTP and in the terminal: a token goes on in the same snapshot, or says that it is gone."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import search_api.engine
from crawler.home import Home
from crawler.records import Startup
from tests.search_api.conftest import Run, WordEncoder

NEED = "ridurre gli scarti di pressofusione con la visione artificiale"
Answer = dict[str, Any]
CheckProblem = Callable[..., str]


def post(client: TestClient, need: str = NEED, **fields: object) -> Answer:
    response = client.post("/api/search", json={"need": need, **fields})
    assert response.status_code == 200, response.text
    answer: Answer = response.json()
    return answer


@pytest.mark.parametrize("fields", [{}, {"diverse": True}, {"filters": {"country": ["it", "US", "fr"]}}, {"explain": True}])
def test_the_pages_that_tokens_lead_to_are_the_whole_list(client: TestClient, fields: Answer) -> None:
    whole = post(client, **fields)
    assert whole["next"] is None
    assert whole["total"] == len(whole["matches"])
    page = post(client, limit=2, **fields)
    turned = page["matches"]
    while page["next"]:
        page = post(client, limit=2, page=page["next"], **fields)
        turned += page["matches"]
    assert turned == whole["matches"]


def test_an_offset_is_where_a_token_leads_by_link_as_well(client: TestClient) -> None:
    first = post(client, limit=2)
    by_token = post(client, limit=3, page=first["next"]) | {"took_ms": 0}
    assert post(client, limit=3, offset=2) | {"took_ms": 0} == by_token
    assert post(client, limit=3, offset=2, snapshot=first["snapshot"]) | {"took_ms": 0} == by_token
    linked = client.get("/api/search", params={"need": NEED, "limit": 3, "page": first["next"]}).json()
    assert linked | {"took_ms": 0} == by_token
    assert [match["rank"] for match in by_token["matches"]] == [3, 4, 5]
    assert post(client, offset=1_000)["matches"] == []


def test_a_batch_turns_pages_too(client: TestClient) -> None:
    token = post(client, limit=2)["next"]
    sent = [{"need": NEED, "limit": 2, "page": token}, {"need": NEED, "page": "x"}, {"need": NEED, "snapshot": "gone"}]
    page, broken, gone = client.post("/api/search/batch", json={"needs": sent}).json()["answers"]
    assert page | {"took_ms": 0} == post(client, limit=2, page=token) | {"took_ms": 0}
    assert (broken["code"], gone["code"]) == ("bad-page", "snapshot-changed")


def token_of(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


SAID: tuple[object, ...] = ([], {"a": 1}, ["s", -1, "d"], ["s", True, "d"], [1, 2, 3], ["s", 10**9, "d"], "[" * 300)


@pytest.mark.parametrize("token", ["", "x", "é", "=" * 20, "a b", *map(token_of, SAID)])
def test_what_is_no_token_is_refused(client: TestClient, assert_problem: CheckProblem, token: str) -> None:
    said = assert_problem(client.post("/api/search", json={"need": NEED, "page": token}), 422, "bad-page")
    assert said == "this is no page token: send `next` of an answer, as it stands"
    assert assert_problem(client.get("/api/search", params={"need": NEED, "page": token}), 422, "bad-page") == said


@pytest.mark.parametrize(
    "other", [{"need": "another need"}, {"filters": {"country": ["IT"]}}, {"diverse": True}, {"ignore_exclusions": ["laser"]}]
)
def test_a_token_of_another_search_is_refused(client: TestClient, assert_problem: CheckProblem, other: Answer) -> None:
    token = post(client, limit=1)["next"]
    response = client.post("/api/search", json={"need": NEED, "page": token} | other)
    assert "another search" in assert_problem(response, 422, "bad-page")


@pytest.mark.parametrize("more", [{"offset": 3}, {"snapshot": "x"}])
def test_a_token_stands_alone(client: TestClient, assert_problem: CheckProblem, more: Answer) -> None:
    token = post(client, limit=1)["next"]
    said = assert_problem(client.post("/api/search", json={"need": NEED, "page": token} | more), 422, "bad-page")
    assert "leave out `snapshot` and `offset`" in said


@pytest.mark.parametrize("offset", [-1, 1_000_001, 1.5])
def test_an_offset_out_of_bounds_is_refused(client: TestClient, assert_problem: CheckProblem, offset: float) -> None:
    assert "offset" in assert_problem(client.post("/api/search", json={"need": NEED, "offset": offset}), 422, "bad-request")


def test_a_snapshot_that_never_answered_here_is_a_conflict(client: TestClient, assert_problem: CheckProblem) -> None:
    said = assert_problem(client.post("/api/search", json={"need": NEED, "snapshot": "x"}), 409, "snapshot-changed")
    assert "ask for the first page again" in said


def test_pages_go_on_in_the_snapshot_before_for_a_while(
    tmp_path: Path,
    make_index: Callable[..., str],
    make_app: Callable[..., FastAPI],
    assert_problem: CheckProblem,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search_api.engine, "CHECK_EVERY", 0.0)
    home = Home(tmp_path / "home")
    first = make_index(home)
    with TestClient(make_app(home), base_url="http://127.0.0.1:8000") as client:
        whole = post(client)
        page = post(client, limit=2)
        second = make_index(home, Startup("gear", "Gear", "https://gear.example/"))
        assert post(client)["snapshot"] == second
        turned = page["matches"]
        while page["next"]:
            page = post(client, limit=2, page=page["next"])
            assert (page["snapshot"], page["total"]) == (first, whole["total"])
            turned += page["matches"]
        assert turned == whole["matches"]
        assert post(client, snapshot=first)["total"] == post(client, snapshot=second)["total"] - 1
        token = post(client, limit=2)["next"]
        make_index(home, *(Startup(f"gear-{n}", "Gear", f"https://gear-{n}.example/") for n in range(2)))
        assert post(client, limit=2, page=token)["snapshot"] == second
        assert_problem(client.post("/api/search", json={"need": NEED, "snapshot": first}), 409, "snapshot-changed")
        monkeypatch.setattr(search_api.engine, "KEPT", -1.0)
        post(client)
        assert_problem(client.post("/api/search", json={"need": NEED, "page": token}), 409, "snapshot-changed")


def test_the_terminal_leaves_out_what_it_is_told_and_says_how_to_go_on(
    scout_here: Callable[[Home, object], Run], small_home: Home, client: TestClient
) -> None:
    run = scout_here(small_home, WordEncoder())
    code, said, complaint = run("search", NEED, "--limit", "2", "--offset", "1")
    assert (code, complaint) == (0, "")
    assert [line[:2] for line in said.splitlines() if line[1:2] == "."] == ["2.", "3."]
    assert "6 in all, --offset 3 shows the next" in said
    assert "shows the next" not in run("search", NEED, "--offset", "3")[1]
    linked = post(client, offset=1, limit=2, diverse=True, explain=True)
    as_json = json.loads(run("search", NEED, "--limit", "2", "--offset", "1", "--diverse", "--json")[1])
    assert as_json | {"took_ms": 0} == linked | {"took_ms": 0}
    assert f"(by score {linked['matches'][0]['plain_rank']}.)" in run("search", NEED, "--offset", "1", "--diverse")[1]
    assert "offset is -1" in run("search", NEED, "--offset", "-1")[2]
